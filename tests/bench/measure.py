"""What is measured, and how: CPU time of processes, rounds in turn, medians, and what else the machine was doing.

Apart from the benchmarks because all of them measure alike. Time on the wall says little on a shared machine; CPU time
of a process says what it did whoever else was there. So each figure is CPU time, and where two things are compared,
they are measured in turn and every round is compared with itself.
"""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.web import children

_SCHEDULED = 2
"""The kernel's clock of all threads of a process, those that have ended included (`clock_getcpuclockid`)."""


class NotHere(Exception):
    """This machine cannot tell what a benchmark wants to know. The text says what is missing."""


def cpu_seconds(pids: Sequence[int]) -> float:
    """CPU time that these processes have used."""
    return sum(time.clock_gettime((~pid << 3) | _SCHEDULED) for pid in pids)


def tree(pid: int) -> list[int]:
    """A process and all that it has started."""
    return [pid, *(one for child in children(pid) for one in tree(child))]


def proportional_bytes(pids: Sequence[int]) -> int:
    """Memory of these processes; a page that several share counts for its part."""
    found = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    return sum(1024 * int(line.split()[1]) for text in found for line in text.splitlines() if line.startswith("Pss:"))


def busy_seconds() -> float:
    """CPU time that everybody on this machine has used."""
    user, nice, system, _idle, _waiting, *more = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + sum(more[:2])) / os.sysconf("SC_CLK_TCK")


def must_be_linux() -> None:
    """Refuse before anything is started.

    Raises:
        NotHere
    """
    if platform.system() != "Linux":
        raise NotHere("The benchmarks read CPU time and memory from /proc: they run on Linux only.")


def machine() -> str:
    """What the figures were made on, without a name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{os.cpu_count()} cores, {memory:.0f} GB of memory, {platform.system()}, Python {platform.python_version()}"


def cores() -> tuple[int, int]:
    """One core for what is measured, another for whoever loads it; the same one where there is only one."""
    mine = sorted(os.sched_getaffinity(0))
    return mine[0], mine[-1]


@contextlib.contextmanager
def on(core: int) -> Iterator[None]:
    """What is started in here runs on that core, and stays there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True, slots=True)
class Rounds:
    """One figure of several contenders, measured in turn."""

    figures: Mapping[str, Sequence[float]]
    foreign: float
    """Cores that were busy with something else meanwhile."""

    def median(self, name: str) -> float:
        """The figure of one of them."""
        return median(self.figures[name])

    def ratios(self, name: str, to: str) -> list[float]:
        """Every round compared with itself, from the least to the most."""
        return sorted(mine / other for mine, other in zip(self.figures[name], self.figures[to], strict=True))

    def ratio(self, name: str, to: str) -> str:
        """The median of these and how far they lie apart.

        >>> Rounds({"a": [1.0, 2.0, 3.0], "b": [2.0, 2.0, 2.0]}, 0.0).ratio("a", "b")
        '1.00 [0.50-1.50]'
        """
        found = self.ratios(name, to)
        return f"{median(found):.2f} [{found[0]:.2f}-{found[-1]:.2f}]"


def in_turn(contenders: Mapping[str, Callable[[], tuple[float, float]]], rounds: int) -> Rounds:
    """Let them take turns. Each returns its figure and the CPU time that was used to get it."""
    figures: dict[str, list[float]] = {name: [] for name in contenders}
    began, busy, ours = time.monotonic(), busy_seconds(), 0.0
    for number in range(rounds):
        names = list(contenders) if number % 2 else list(contenders)[::-1]
        for name in names:
            figure, used = contenders[name]()
            figures[name].append(figure)
            ours += used
    others = (busy_seconds() - busy - ours) / (time.monotonic() - began)
    return Rounds(figures, max(0.0, others))
