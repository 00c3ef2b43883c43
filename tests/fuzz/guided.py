"""One target tried with many inputs: those that reach new code are kept, and the next ones are made from them.

Apart from the targets, which only say what must hold. A fuzzer in C would be faster; what costs here is our own code,
and this one runs wherever the project runs, on every Python. One input in a few is watched, with Python's own tracing:
that is slower than the code itself. The same seed makes the same inputs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import process_time
from types import FrameType
from typing import Any

from bot.config import CHECKOUT
from bot.conversation import BUDGET_SECONDS
from tests.fuzz.strange import LARGE, PIECES

WATCHED = 24
"""One input in so many is watched."""
LARGE_ONES = 3_000
"""One input in so many is large."""
KEPT_BYTES = 4_096
"""A larger input is tried, and not made others from."""
OURS = str(CHECKOUT / "bot")
Way = tuple[int, int, int]
"""A step from one line to the next: the code, and both numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that takes input from outside."""

    name: str
    weight: int
    """How many of a thousand inputs it gets."""
    meet: Callable[[bytes], object]
    """Give it one input. Whatever it raises is a defect."""
    seeds: tuple[bytes, ...]
    pieces: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Defect:
    """An input that should not have done what it did."""

    target: str
    data: bytes
    why: str


@dataclass(slots=True)
class Guided:
    """The inputs of one target."""

    target: Target
    random: Random
    code: str = OURS
    """Where the code lies that inputs are to reach."""
    made: int = 0
    """Inputs besides those it began with."""
    tried: int = 0
    slowest: tuple[float, bytes] = (0.0, b"")
    defects: list[Defect] = field(default_factory=list)
    corpus: list[bytes] = field(default_factory=list)
    ways: set[Way] = field(default_factory=set)
    _kinds: set[str] = field(default_factory=set)

    def run(self, inputs: int) -> None:
        """Try so many: first those that it is known to read, then what is made from what reached something new."""
        for seed in self.target.seeds if not self.corpus else ():
            self._try(seed, watched=True)
        self.corpus = self.corpus or list(self.target.seeds)
        self.made += inputs
        for _ in range(inputs):
            self._try(self._made(), watched=self.random.randrange(WATCHED) == 0)

    def _try(self, data: bytes, *, watched: bool) -> None:
        self.tried += 1
        began = process_time()
        try:
            if watched:
                self._watch(data)
            else:
                self.target.meet(data)
        except Exception as error:
            self._note(data, f"{type(error).__name__}: {error}"[:300], at=_place(error))
        took = process_time() - began
        if took > self.slowest[0] and not watched:
            self.slowest = (took, data)
            if took > BUDGET_SECONDS:
                self._note(data, f"took {took:.1f} s of CPU", at="too slow")

    def _note(self, data: bytes, why: str, at: str) -> None:
        """One of each kind is enough to mend it."""
        if at not in self._kinds:
            self._kinds.add(at)
            self.defects.append(Defect(self.target.name, data, f"{why} ({at})"))

    def _watch(self, data: bytes) -> None:
        found: set[Way] = set()
        before = sys.gettrace()
        sys.settrace(_tracer(self.code, found))
        try:
            self.target.meet(data)
        finally:
            sys.settrace(before)
            if not found <= self.ways:
                self.ways |= found
                if len(data) <= KEPT_BYTES:
                    self.corpus.append(data)

    def _made(self) -> bytes:
        """One of those kept, changed in a few places."""
        chosen = self.random.choice
        data = bytearray(chosen(self.corpus))
        for _ in range(self.random.choice((1, 1, 2, 3, 6))):
            at = self.random.randrange(len(data) + 1)
            chosen(CHANGES)(self, data, at)
        if self.random.randrange(LARGE_ONES) == 0:
            piece = self._piece()
            at, times = self.random.randrange(len(data) + 1), chosen(LARGE) // max(1, len(piece))
            data[at:at] = piece * times
        return bytes(data)

    def _piece(self) -> bytes:
        return self.random.choice(self.random.choice((PIECES, self.target.pieces or PIECES)))

    def _put(self, data: bytearray, at: int) -> None:
        data[at:at] = self._piece()

    def _instead(self, data: bytearray, at: int) -> None:
        data[at : at + self.random.randrange(1, 9)] = self._piece()

    def _byte(self, data: bytearray, at: int) -> None:
        data[at : at + 1] = bytes([self.random.randrange(256)])

    def _cut(self, data: bytearray, at: int) -> None:
        del data[at : at + self.random.choice((1, 2, 8, 64, 4096))]

    def _twice(self, data: bytearray, at: int) -> None:
        part = bytes(data[at : at + self.random.choice((1, 4, 16, 64))])
        data[at:at] = part * self.random.choice((1, 2, 20))

    def _of_another(self, data: bytearray, at: int) -> None:
        other = self.random.choice(self.corpus)
        data[at:] = other[self.random.randrange(len(other) + 1) :]


CHANGES: tuple[Callable[[Guided, bytearray, int], None], ...] = (
    Guided._put, Guided._put, Guided._instead, Guided._byte, Guided._cut, Guided._twice, Guided._of_another,
)  # fmt: skip


def _tracer(code_of: str, found: set[Way]) -> Callable[[FrameType, str, Any], Any]:
    """Notes each step between two lines of what lies there."""

    def called(frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(code_of):
            return None
        code, last = id(frame.f_code), frame.f_lineno

        def within(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            if event == "line":
                found.add((code, last, frame.f_lineno))
                last = frame.f_lineno
            return within

        found.add((code, 0, last))
        return within

    return called


def _place(error: BaseException) -> str:
    """Where it was raised: the last line of our own, and what it called."""
    trace, places = error.__traceback__, [""]
    while trace:
        path = Path(trace.tb_frame.f_code.co_filename)
        places.append(f"{path.name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-3:])
