"""What was sent, what was done to the line, and what became of both.

Apart from the run so that the sums stand in one place. Counted by many threads, under one lock.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.web import PROMISED_SECONDS

if TYPE_CHECKING:
    from tests.faults.line import Answer
    from tests.faults.people import Person

KINDS = ("lost", "doubled", "wrong", "unanswered")
SHOWN = 5
"""Broken promises told in full."""
AROUND_SECONDS = 3.0


@dataclass
class Report:
    """The sums."""

    sent: int = 0
    deliveries: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    """Breakpoints that no command met in time."""
    done: list[tuple[float, str]] = field(default_factory=lambda: [(0.0, "nothing yet")])
    """When which fault began, or ended: told beside a broken promise."""
    fallbacks: int = 0
    late: int = 0
    slowest: float = 0.0
    answered: dict[str, tuple[float, float]] = field(default_factory=dict)
    """When a text came and got its reply, by its id, if that was no fallback text."""
    put_off: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    forgotten: int = 0
    """Texts that got the fallback text and whose deletion nobody asks for: their process was killed."""
    lost_with_the_disk: int = 0
    """Texts whose deletion was wanted by an outbox that was not handed on when its server lost its disk."""
    deleted: int = 0
    seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def delivered(
        self,
        way: str,
        began: float,
        forms: Sequence[dict[str, str]],
        answers: Sequence[Answer],
        fallbacks: frozenset[str],
    ) -> None:
        """Some deliveries that began then were answered, or not."""
        with self._lock:
            self.deliveries[way] += len(forms)
            for form, answer in zip(forms, answers, strict=True):
                self.slowest = max(self.slowest, answer.seconds)
                self.late += answer.seconds > PROMISED_SECONDS
                put_off = answer.reply in fallbacks
                self.fallbacks += put_off
                if put_off:
                    self.put_off.add(form["MessageSid"])
                elif answer.answered:
                    self.answered.setdefault(form["MessageSid"], (began, time.monotonic()))

    def now(self, fault: str) -> None:
        """This fault begins, or has ended."""
        self.done.append((time.monotonic(), fault))

    @property
    def at_work(self) -> str:
        """The fault that was done last."""
        return self.done[-1][1]

    def lost(self, ids: Iterable[str]) -> None:
        """Nobody asks for the deletion of these."""
        for id_ in ids:
            self.kinds["lost"] += 1
            began, ended = self.answered[id_]
            faults = [fault for at, fault in self.done if began - AROUND_SECONDS < at < ended + AROUND_SECONDS]
            if len(self.told) < SHOWN:
                self.told.append(f"lost, the deletion of {id_}: {'; '.join(faults)}")

    def broken(self, kind: str, person: Person) -> None:
        """A promise is broken."""
        with self._lock:
            self.kinds[kind] += 1
            if len(self.told) < SHOWN:
                lines = [f"{kind}, person {person.number}:"]
                for way, heard in person.transcript[-4:]:
                    lines += [f"    {way}: {one.text!r} got {one.reply!r}" for one in heard]
                self.told.append("\n".join(lines))

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        return not self.kinds

    def __str__(self) -> str:
        deliveries = sum(self.deliveries.values())
        faults = sum(self.faults.values())
        lines = [
            f"{self.sent:,} texts, {deliveries:,} deliveries, {faults:,} faults, {self.seconds:.0f} s",
            "",
            *_table("Deliveries", self.deliveries),
            *_table("Faults", self.faults),
            *(_table("Points that no command came to in time", self.missed) if self.missed else ()),
            "Replies",
            *(f"  {self.kinds[kind]:>8,}  {kind}" for kind in KINDS),
            f"  {self.fallbacks:>8,}  with the fallback text",
            f"  {self.late:>8,}  later than {PROMISED_SECONDS:g} s; the slowest after {self.slowest:.2f} s",
            "",
            "Twilio's copies",
            f"  {self.deleted:>8,}  deleted already, of {len(self.answered.keys() | self.put_off):,}",
            f"  {self.lost_with_the_disk:>8,}  that nobody will ask for: the store lost its disk",
            f"  {self.forgotten:>8,}  that nobody will ask for: put off by a process that was killed",
        ]
        return "\n".join([*lines, *("\n" + told for told in self.told)])


def _table(title: str, counts: Counter[str]) -> list[str]:
    return [title, *(f"  {count:>8,}  {name}" for name, count in sorted(counts.items())), ""]
