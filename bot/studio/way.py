"""The shortest talk that leads to a step: what somebody texts to get there.

Apart from the phone, which texts it: nobody is put at a step, so that everything on the way is as real as the rest, and
the talk can be kept as a golden conversation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.content.library import Library
from bot.engine.events import EndedQuietly, Event, Inbound, Spoke
from bot.engine.flow import MAX_OPTIONS, flow_of
from bot.engine.run import turn
from bot.engine.session import Session, short_id
from bot.reply import Composer
from bot.transcript import opening

MOST_STATES = 5000
"""Places looked at before giving up."""

FAR_AWAY = "99950"
"""A ZIP code at the end of the country: Ketchikan, Alaska."""


@dataclass(frozen=True, slots=True)
class _Talk:
    """What was texted, where that led, and what happened last."""

    texts: tuple[str, ...] = ()
    session: Session | None = None
    events: tuple[Event, ...] = ()

    def shows(self, step: str) -> bool:
        """Whether the person stands at a step (an id), or has just read it."""
        stands = self.session is not None and self.session.place is not None and self.session.place.step == step
        said = {piece.ref for event in self.events if isinstance(event, Spoke) for piece in event.said}
        ended = {event.step for event in self.events if isinstance(event, EndedQuietly)}
        return stands or step in said | ended

    @property
    def place(self) -> tuple[str, ...]:
        """What decides how it can go on: the answers given, the step, the screen and its page."""
        if self.session is None or self.session.screen is None:
            return ()
        screen, path = self.session.screen, self.session.path
        return (screen.kind, str(screen.page), *screen.choices, *(f"{one.step} {one.answer}" for one in path[-2:]))


def way_to(library: Library, step: str, locale: str, channel: str) -> tuple[str, ...] | None:
    """The texts that lead to a step from the opening of its flow; None: nobody ever stops or reads there."""
    composer, now = Composer(library), datetime.now(UTC)

    def heard(talk: _Talk, text: str) -> _Talk:
        calm = talk.session and replace(talk.session, burst=0)  # nobody types this fast
        session, events = turn(calm, Inbound(channel=channel, text=text), library.release, now)
        return _Talk((*talk.texts, text), composer.reply(session, events, channel)[0], events)

    begun = _Talk()
    for text in opening(library, locale, flow_of(step)):
        begun = heard(begun, text)
    waiting, passed = deque([begun]), {begun.place}
    while waiting and len(passed) < MOST_STATES:
        talk = waiting.popleft()
        if talk.shows(short_id(step)):
            return talk.texts
        for text in _answers(talk.session, library):
            further = heard(talk, text)
            if further.place not in passed or further.shows(short_id(step)):
                passed.add(further.place)
                waiting.append(further)
    return None


def _answers(session: Session | None, library: Library) -> Iterator[str]:
    """What may be answered now: every digit of the screen, a ZIP code, the next page."""
    screen = session.screen if session else None
    if screen is None or screen.kind == "rest":
        return
    if screen.has_more or screen.kind == "list":
        yield "9"
    if screen.has_more:
        return
    if screen.choices == ("zip",):
        one_of_each = {area: prefix for prefix, area in library.release.areas.prefixes.items()}
        yield from (prefix.ljust(5, "0") for prefix in one_of_each.values())
        yield FAR_AWAY
    else:
        yield from (str(digit + 1) for digit in range(min(len(screen.choices), MAX_OPTIONS)))
