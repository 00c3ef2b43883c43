"""Charts of the line's page, as numbers that a template draws: rows with a bar each, and a column for each day.

Apart from the page because where things stand is arithmetic. A row holds its number in a table cell and its bar only
repeats it, so that a reader of screens misses nothing; the columns are one picture, whose title says every number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 100
"""Of the longest bar; the page scales it."""
COLUMN, GAP, HEIGHT, FOOT = 30, 8, 90, 18


@dataclass(frozen=True, slots=True)
class Row:
    """One bar."""

    name: str
    count: int
    length: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day."""

    name: str
    count: int
    x: int
    y: float
    height: float

    @property
    def middle(self) -> int:
        """Where its words are centred."""
        return self.x + COLUMN // 2


@dataclass(frozen=True, slots=True)
class Days:
    """A picture of some days."""

    columns: tuple[Column, ...]
    says: str
    width: int
    height: int = HEIGHT + FOOT


def rows(counts: Mapping[str, int]) -> tuple[Row, ...]:
    """The longest bar first.

    >>> [(row.name, row.length) for row in rows({"car": 5, "home_door": 20})]
    [('home_door', 100.0), ('car', 25.0)]
    """
    most = max(counts.values(), default=0)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Row(name, count, round(WIDTH * count / most, 1)) for name, count in ordered if count)


def days(counts: Sequence[tuple[date, int]], what: str) -> Days:
    """A column for each day, in their order."""
    most = max((count for _, count in counts), default=0) or 1
    columns = []
    for number, (day, count) in enumerate(counts):
        height = round((HEIGHT - FOOT) * count / most, 1)
        columns.append(Column(f"{day:%a}", count, GAP + number * (COLUMN + GAP), HEIGHT - height, height))
    says = f"{what} by day: " + ", ".join(f"{day:%A} {day.day}, {count}" for day, count in counts)
    return Days(tuple(columns), says, GAP + len(columns) * (COLUMN + GAP))
