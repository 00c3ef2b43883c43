"""Every state of the shipped flows that a person can reach by what a screen shows, by keywords, by emergency words.

Apart because people are put there by it; what holds in all states, `bot.explore` proves. A state is what decides the
next reply: the step, where visits and interruptions return to, the area, and the screen with its page. Breadth first,
so that the way to each state is short.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.content.library import Library
from bot.engine.events import Inbound
from bot.engine.flow import MAX_OPTIONS, Collect
from bot.engine.run import turn
from bot.engine.session import Session, from_plain, to_plain
from bot.reply import Composer

ZIPS = ("100", "120", "900")
"""In the city, in the state, elsewhere."""
EMERGENCY = "911"


@dataclass(frozen=True)
class State:
    """One reachable state: the session, the reply that led there, and the texts that lead there."""

    session: Session
    reply: str
    texts: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """What the screen offers: its options, back, more, menu."""
        screen = self.session.screen
        assert screen is not None
        lines = self.reply.splitlines()
        options = range(1, min(len(screen.choices), MAX_OPTIONS) + 1) if screen.shows_choices else ()
        digits = tuple(str(digit) for digit in options if screen.choices != ("zip",))
        nav = next((line for line in reversed(lines) if line.startswith(("8 ", "9 ", "0 "))), "")
        return (*digits, *(digit for digit in "890" if f"{digit} " in nav))


class Walk:
    """Talks to one library in one locale on one channel at one time."""

    def __init__(self, library: Library, locale: str, channel: str, now: datetime) -> None:
        self.library, self.locale, self.channel, self.now = library, locale, channel, now
        self._composer = Composer(library)

    def says(self, session: Session, text: str) -> tuple[Session | None, str | None]:
        """One text and its reply; the session goes through its stored form, and no time passes for the burst guard."""
        stored = from_plain(json.loads(json.dumps(to_plain(session))))
        after, events = turn(stored, Inbound(channel=self.channel, text=text), self.library.release, self.now)
        return self._composer.reply(after, events, self.channel)

    def next(self, state: State, text: str) -> State | None:
        """The state after one more text, or None where the talk is over."""
        session, reply = self.says(rested(state.session), text)
        return State(session, reply or "", (*state.texts, text)) if session else None

    def states(self) -> Iterator[State]:
        """Every reachable state, once, the nearest first."""
        release = self.library.release
        begin = State(Session(locale=self.locale, chosen=True, started=1), "", ())
        keywords = {phrase.means: " ".join(phrase.words) for phrase in release.vocabulary.triggers}
        queue = deque([begin])
        seen = {self._identity(begin.session)}
        while queue:
            state = queue.popleft()
            if state is not begin:
                yield state
            place = state.session.place
            texts = [*keywords.values(), EMERGENCY, "0"] if place is None or not place.returns else []
            if place and isinstance(step := release.step(place.step), Collect) and step.what == "zip":
                texts += ZIPS
            for text in (*(state.shown if state is not begin else ()), *texts):
                after = self.next(state, text)
                if after and (identity := self._identity(after.session)) not in seen:
                    seen.add(identity)
                    queue.append(after)

    def _identity(self, session: Session) -> tuple[object, ...]:
        place, screen = session.place, session.screen
        zips = {area for area in self.library.release.areas.within} & {place.answer for place in session.path}
        where = (place.step, place.returns) if place else None
        return where, tuple(sorted(zips)), screen and (screen.kind, screen.choices, screen.page), len(session.path) > 1


def rested(session: Session) -> Session:
    """The same person after a pause: walks are not stopped by the guard against machines."""
    plain = to_plain(session)
    plain[-1] = 0
    return from_plain(json.loads(json.dumps(plain)))
