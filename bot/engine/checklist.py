"""How far a person is with a checklist: a mark for each item, in the session and nowhere else.

Apart from `marking`, which moves a person, because this is also a format that is stored: five letters of an item's id
and its mark, item after item, as the answer to the checklist. What was never marked is not stored. Nothing outlives the
session: who comes back another day has the place on the phone, and opens an item by the flow's word and its number.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.engine.flow import LISTED, Checklist, Item
from bot.engine.session import short_id

OPEN = "."
MARKS = {"done": "+", "skip": "-", "later": OPEN}
"""What an answer makes of an item. Signs of the cheap alphabet, each as long as the others, so that no mark moves a
page; and no letters, which would turn the direction of a line in Arabic."""
ANSWERS = (*MARKS, "list")
"""What can be said to an item, in the order of the digits."""

_ID = 5


def read(progress: str) -> dict[str, str]:
    """The marks by the ids of their items.

    >>> read("abcde+fghij-")
    {'abcde': '+', 'fghij': '-'}
    """
    pieces = (progress[at : at + _ID + 1] for at in range(0, len(progress), _ID + 1))
    return {piece[:_ID]: piece[_ID:] for piece in pieces}


def _written(marks: dict[str, str]) -> str:
    return "".join(id_ + mark for id_, mark in marks.items())


def marked(progress: str, item: Item, mark: str) -> str:
    """The progress with another mark for one item."""
    return _written(read(progress) | {short_id(item.key): mark})


def renamed(progress: str, now: Callable[[str], str]) -> str:
    """The progress in other ids."""
    return _written({now(id_): mark for id_, mark in read(progress).items()})


def following(plan: Checklist, item: Item, progress: str) -> Item | None:
    """The next open item behind one; None: the list is to be shown."""
    marks = read(progress)
    behind = plan.items[plan.items.index(item) + 1 :]
    return next((other for other in behind if marks.get(short_id(other.key), OPEN) == OPEN), None)


def listed(plan: Checklist, shown: tuple[str, ...] = ()) -> tuple[Item, ...]:
    """The items to list behind those with these ids; none where these were the last."""
    last = max((at for at, item in enumerate(plan.items, 1) if short_id(item.key) in shown), default=0)
    return plan.items[last : last + LISTED]


def choices(plan: Checklist, items: tuple[Item, ...]) -> tuple[str, ...]:
    """The ids of what can be chosen where these items are listed."""
    return (*(short_id(item.key) for item in items), short_id(plan.go_on.key))
