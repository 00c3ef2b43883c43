"""Whom a change touches: how many people stand at a step, and what each of them will see next.

Apart from `compare`, which knows content only. What they will see is not described here a second time: the engine
itself is asked, with a made-up person at that step. No session is opened; only tags are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.content.library import Library
from bot.engine.events import Inbound, Spoke
from bot.engine.flow import MAX_OPTIONS
from bot.engine.run import turn
from bot.engine.session import Place, Said, Session, short_id
from bot.privacy import step_tag
from bot.publishing.compare import Changes, waits

FEW = 5
"""Fewer people than this are never counted out: a number that small may be somebody."""

CHANGED = Said("notice", "changed")


@dataclass(frozen=True, slots=True)
class Next:
    """What one choice on the screen of before leads to now."""

    digit: int
    choice: str
    """The option's key; of a closed question, the answer."""
    step: str
    """The step that is shown; empty: the talk is over."""
    counts: bool
    """The answer counts. If not, the step is shown with one line that it has changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The people at one step of the release that is live."""

    step: str
    people: int
    place: str
    """Where they stand in the new release: the same step, what took its place, or empty: only the main menu is left."""
    next: tuple[Next, ...]
    """By the digits on their screen; none at a step without any."""


class Crowd:
    """How many people stand where."""

    def __init__(self, standing: dict[bytes, int], keys: tuple[bytes, ...]) -> None:
        """`standing`: people by the tag of their step. `keys`: what the tags were made with."""
        self._standing, self._keys = standing, keys

    def at(self, steps: Iterable[str]) -> int:
        """The people at these steps, by their keys."""
        ids = {short_id(step) for step in steps}
        return sum(self._standing.get(step_tag(key, id_), 0) for key in self._keys for id_ in ids)


def counted(people: int) -> str:
    """How many, so that nobody can be told from it.

    >>> counted(0), counted(1), counted(4), counted(5)
    ('nobody', 'fewer than 5', 'fewer than 5', '5')
    """
    return "nobody" if not people else str(people) if people >= FEW else f"fewer than {FEW}"


def standing(before: Library, after: Library, changes: Changes, crowd: Crowd, now: datetime) -> tuple[Standing, ...]:
    """Everybody whom the changes touch. A session keeps the name that a step had on its day: old names count, too."""
    found = []
    for key in changes.touched:
        place = after.release.step(short_id(key))
        people = crowd.at((key, *_old_names(before, key)))
        found.append(Standing(key, people, place.key if place else "", _next(before, after, key, now)))
    return tuple(found)


def stranded(before: Library, after: Library, crowd: Crowd) -> tuple[tuple[str, int], ...]:
    """The steps that this content no longer has and nothing took the place of, where somebody stands."""
    names = [key for key, step in before.release.steps.items() if waits(step)]
    names += [name for key in names for name in _old_names(before, key)]
    gone = [key for key in names if short_id(key) not in after.release.keys]
    return tuple((key, people) for key in gone if (people := crowd.at((key,))))


def _old_names(library: Library, key: str) -> tuple[str, ...]:
    moved = (*(pair for flow in library.release.flows.values() for pair in flow.moved), *library.release.moved)
    return tuple(old for old, new in moved if new == key)


def _next(before: Library, after: Library, key: str, now: datetime) -> tuple[Next, ...]:
    """A made-up person, shown the step as it is now, answers with each digit when it has changed."""
    person = Session(locale=before.release.default_locale, chosen=True, path=(Place(short_id(key)),))
    shown, _ = turn(person, Inbound(channel="sms", unsure=True), before.release, now)
    if shown is None or shown.screen is None or shown.screen.choices == ("zip",):
        return ()
    return tuple(
        _answered(shown, digit, before.release.keys.get(choice, choice), after, now)
        for digit, choice in enumerate(shown.screen.choices[:MAX_OPTIONS], 1)
    )


def _answered(shown: Session, digit: int, choice: str, after: Library, now: datetime) -> Next:
    session, events = turn(shown, Inbound(channel="sms", text=str(digit)), after.release, now)
    told = any(CHANGED in event.said for event in events if isinstance(event, Spoke))
    step = after.release.keys.get(session.place.step, "") if session and session.place else ""
    return Next(digit, choice, step, not told)
