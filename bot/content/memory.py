"""What was made of files that have not changed since, and what was noted while it was made.

Apart from `files`, which remembers what a file holds: this remembers what followed from it. It is a memory and nothing
else: what it does not know is made, and a check without it says the same, only later.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from bot.content.problem import Problems

T = TypeVar("T")


KEPT = 2
"""Of one name: a mistake is made and mended, a release goes live and is gone back from, and both are known then."""


class Memory:
    """Things that were made, by name, each with what it was made of: the last few of every name.

    What it was made of counts as the same only if it is the very same object: of two files that read alike, the lines
    that a problem shows may still differ. `same` makes equal values one object. Threads may share it: at worst, two
    make the same thing.
    """

    def __init__(self) -> None:
        self._made: dict[Hashable, tuple[tuple[tuple[object, ...], Any], ...]] = {}
        self._values: dict[Hashable, tuple[Any, ...]] = {}

    def same(self, name: Hashable, value: T) -> T:
        """One of the last values of this name, if it is equal; else this one."""
        kept = self._values.get(name, ())
        same: T = next((one for one in kept if one == value), value)
        self._values[name] = (same, *(one for one in kept if one is not same))[:KEPT]
        return same

    def of(self, name: Hashable, given: tuple[object, ...], make: Callable[[], T]) -> T:
        """What `make` gives, made again only if something that it is `given` is another object now."""
        kept = self._made.get(name, ())
        found = next((one for one in kept if _are_the_same(one[0], given)), None) or (given, make())
        self._made[name] = (found, *(one for one in kept if one is not found))[:KEPT]
        made: T = found[1]
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
