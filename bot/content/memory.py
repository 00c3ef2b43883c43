"""What was made of files that have not changed since, and what was noted while it was made.

Apart from `files`, which remembers what a file holds: this remembers what followed from it. It is a memory and nothing
else: what it does not know is made, and a check without it says the same, only later.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from bot.content.problem import Problems

T = TypeVar("T")


class Memory:
    """Things that were made, by name, each with what it was made of.

    What it was made of counts as the same only if it is the very same object: of two files that read alike, the lines
    that a problem shows may still differ. `same` makes equal values one object.
    """

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[tuple[object, ...], Any]] = {}
        self._values: dict[Hashable, Any] = {}

    def same(self, name: Hashable, value: T) -> T:
        """The value that had this name before, if it is equal; else this one."""
        kept: T = self._values.setdefault(name, value)
        if kept != value:
            self._values[name] = kept = value
        return kept

    def of(self, name: Hashable, given: tuple[object, ...], make: Callable[[], T]) -> T:
        """What `make` gives, made again only if something that it is `given` is another object now."""
        kept = self._made.get(name)
        if kept is None or not _are_the_same(kept[0], given):
            self._made[name] = kept = given, make()
        made: T = kept[1]
        return made

    def noting(self, name: Hashable, given: tuple[object, ...], problems: Problems, make: Callable[[], T]) -> T:
        """As `of`; and what `make` noted in `problems` is noted again."""
        begun = problems.count

        def making() -> tuple[T, Problems]:
            return make(), problems.since(begun)

        made, noted = self.of(name, given, making)
        if problems.count == begun:
            problems.take(noted)
        return made


def _are_the_same(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return len(before) == len(now) and all(one is other for one, other in zip(before, now, strict=True))
