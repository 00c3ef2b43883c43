"""Where a person can be, told from what they were answered: the pure engine beside the real line.

Apart from the processes because it knows nothing of them. A reply that nobody would give from any place where the
person can be is a promise broken. After a fallback text nobody knows whether the text before it still counted, so both
places are possible; the next answer must show the one that it is, and must not count. Only a text that was sent before
the fallback text came may count unseen: of two at once, the first may have counted, its process died, and the second
been answered from there before Twilio's fallback address set the mark. A text that comes again gets its reply again,
and moves nobody.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bot.content.messages import MissingText
from bot.engine.events import Inbound
from bot.engine.run import turn
from bot.engine.session import Session
from bot.live import Served
from bot.store.sessions import KEPT_REPLIES

ERASES = "DELETE"
"""It leaves no session that could remember it: when its reply is too old, it erases again."""


class Moment(NamedTuple):
    """What may have answered: a release and what the clock said."""

    served: Served
    now: datetime


class Heard(NamedTuple):
    """One delivery of a text, and what it got. Without an id it is a text of its own, never delivered again."""

    text: str
    reply: str | None
    id: str = ""


class Place(NamedTuple):
    """Where a person can be."""

    session: Session | None
    unsure: bool = False
    """The fallback text was the last thing they read."""
    is_owed: bool = False
    """A fallback text is under way to them, and its mark is not set yet: other texts may come before it."""
    answered: tuple[tuple[str, str | None], ...] = ()
    """The last texts that counted, and what they got."""

    def put_off(self) -> list[Place]:
        """They get the fallback text. It is marked at once, or only when other texts have been answered, or at once by
        a process that then dies and once more at Twilio's fallback address."""
        return [self._replace(unsure=True), self._replace(is_owed=True), self._replace(unsure=True, is_owed=True)]

    def settled(self) -> Place:
        """Everything that was under way has come."""
        return self._replace(unsure=self.unsure or self.is_owed, is_owed=False)


@dataclass
class Model:
    """One person. `may_expire`: whether a reply may be too old to be given again."""

    moments: Callable[[], Sequence[Moment]]
    fallbacks: frozenset[str]
    may_expire: Callable[[], bool] = lambda: False
    places: tuple[Place, ...] = (Place(None),)

    def hears(self, text: str, reply: str | None) -> bool:
        """Whether the reply is right. What it says about where the person is now is taken in."""
        return self.hears_in_some_order([Heard(text, reply)])

    def hears_in_some_order(self, together: Sequence[Heard]) -> bool:
        """The same of deliveries that were under way together: one order of them has to give all of these replies."""
        self.places = self.after(self.places, together)
        return bool(self.places)

    def forgotten(self) -> None:
        """The store has lost everything: they may be known, or new."""
        self.places = tuple(dict.fromkeys((*self.places, Place(None))))

    def after(self, places: Sequence[Place], together: Sequence[Heard]) -> tuple[Place, ...]:
        """Where somebody can be after these deliveries, from these places; nowhere: the replies are wrong."""
        possible: list[Place] = []
        for order in itertools.permutations(together):
            left = tuple(places)
            for heard in order:
                left = tuple(dict.fromkeys(place for before in left for place in self._led(before, heard)))
            possible += left
        return tuple(dict.fromkeys(place.settled() for place in possible))

    def _led(self, place: Place, heard: Heard) -> list[Place]:
        """Where one delivery can have led from there."""
        put_off, known = heard.reply in self.fallbacks, dict(place.answered)
        left: list[Place] = []
        if heard.id in known:
            if put_off:
                left += place.put_off()
            elif heard.reply == known[heard.id] or (heard.reply is None and self.may_expire()):
                left.append(place)
            if not (heard.text == ERASES and self.may_expire()):
                return left
        elif put_off:
            left += place.put_off()
        turns = self._turns(place, heard)
        if put_off:
            return left + [marked for _, after in turns for marked in after.put_off()]
        return left + [after for said, after in turns if said == heard.reply]

    def _turns(self, place: Place, heard: Heard) -> list[tuple[str | None, Place]]:
        """What the engine makes of a text there, by each release and at each time that may have answered."""
        inbound = replace(Inbound(channel="sms", text=heard.text), unsure=place.unsure)
        found = []
        moments = self.moments()
        newest, at_least = moments[-1].served, place.session.release if place.session else 0
        for served, now in moments:
            if served.library.release.number < at_least and served is not newest:
                continue  # nobody is answered with an older release than the one before
            try:
                session, said = served.composer.reply(*turn(place.session, inbound, served.library.release, now), "sms")
            except MissingText:
                if served is newest:
                    raise
                continue  # numbers begin anew when the store has lost all: it is an older release all the same
            earlier = place.answered[1 - KEPT_REPLIES :] if session else ()
            answered = (*earlier, (heard.id, said)) if heard.id else earlier
            found.append((said, Place(session, is_owed=place.is_owed, answered=answered)))
        return found
