"""How far in a line belongs that begins with tabs or odd spaces: seen from the lines around it.

Apart from `mend`, which changes what stands in a line: a tab may be two spaces wide or eight, and only the lines above
and below know which step, option or text the line is part of.
"""

from __future__ import annotations

from collections.abc import Sequence

STEP = 2
"""Spaces for each level."""


class Nesting:
    """The levels that are open, line after line."""

    def __init__(self) -> None:
        self._levels = [0]
        self._opens = False
        self._known: dict[str, int] = {}
        """How far in the lines above went that began in the same odd way."""

    def fitted(self, line: str, following: Sequence[str]) -> str:
        """The line with ordinary spaces before its first letter, as many as it needs."""
        start = line[: len(line) - len(line.lstrip())]
        if not line.strip():
            return line if not line.strip(" \r") else "\r" * line.endswith("\r")
        if start.strip(" "):
            depth = self._depth(start, line, following)
            self._known[start] = depth
            line = " " * depth + line.lstrip()
        self._pass(line)
        return line

    def _depth(self, start: str, line: str, following: Sequence[str]) -> int:
        if self._opens:
            return self._levels[-1] + STEP
        if _opens(line) and (inside := _depth_of(following) - STEP) in self._levels:
            return inside
        known = self._known.get(start, self._levels[-1])
        return known if known in self._levels else self._levels[-1]

    def _pass(self, line: str) -> None:
        if line.lstrip().startswith("#"):
            return
        depth = len(line) - len(line.lstrip())
        self._levels = [level for level in self._levels if level < depth] + [depth]
        self._opens = _opens(line)


def _opens(line: str) -> bool:
    """Whether lines further in follow: `ask:`, `text: |-`."""
    bare = line.partition(" #")[0].rstrip()
    return bare.endswith((":", "|", ">", "|-", ">-"))


def _depth_of(following: Sequence[str]) -> int:
    """How far in the next line goes that begins with ordinary spaces; -1: none does."""
    plain = (line for line in following if line.strip() and not line[: len(line) - len(line.lstrip())].strip(" "))
    return next((len(line) - len(line.lstrip()) for line in plain), -1)
