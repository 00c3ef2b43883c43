"""Something wrong in a volunteer's file: where, what, and what to do. And near misses: "did you mean".

Apart because the sentences are for people who do not program: no Python word may reach them, and every problem has a
cure. Problems are collected, so that one run names all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

Severity = Literal["error", "warning"]
SHOWN = 100
"""Letters of a line that are shown."""
FEW = 3
"""Of so few words that may stand somewhere, one is meant that is farther off."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One of several content folders, of which later ones lie over earlier ones. A folder alone has no name."""

    number: int = 0
    folder: str = ""


ALONE = Layer()


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file below the content folder, line and column from 1. Line 0: the whole file."""

    file: str
    line: int = 0
    column: int = 0
    layer: Layer = ALONE

    @property
    def path(self) -> str:
        """The file as people find it: with its folder, where there are several."""
        return str(PurePosixPath(self.layer.folder, self.file))

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `code` never changes its meaning; `shown` is the line as it stands in the file."""

    code: str
    place: Place
    what: str
    cure: str
    severity: Severity = "error"
    shown: str = ""

    def __str__(self) -> str:
        shown = f"\n        {self.shown}" if self.shown else ""
        kind = "" if self.severity == "error" else "warning: "
        return f"{self.place}: {kind}{self.what} [{self.code}]{shown}\n    {self.cure}"


class ContentError(Exception):
    """The content cannot be published. `problems` says why, in the order of the files."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Problems:
    """Collects problems while files are read."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._lines: dict[str, list[str]] = {}
        self._faulty: set[str] = set()

    def remember(self, path: str, lines: list[str]) -> None:
        """Keep a file's lines, to show the one that a problem is on."""
        self._lines[path] = lines

    def add(self, code: str, place: Place, what: str, cure: str, severity: Severity = "error") -> None:
        """Note one problem."""
        lines = self._lines.get(place.path, [])
        line = lines[place.line - 1].strip()[:SHOWN] if 0 < place.line <= len(lines) else ""
        shown = "".join(letter if letter.isprintable() else "?" for letter in line)
        self._found.append(Problem(code, place, what, cure, severity, shown))
        if severity == "error":
            self._faulty.add(place.file)

    def below(self, place: Place, piece: str, *, lines: int) -> Place:
        """Where a piece of a text stands, looked for from a place on, over some lines; else that place."""
        kept = self._lines.get(place.path, [])
        for number in range(max(place.line, 1), min(place.line + lines, len(kept) + 1)):
            begins = place.column - 1 if number == place.line else 0
            if (at := kept[number - 1].find(piece, begins)) >= 0 and place.line:
                return replace(place, line=number, column=at + 1)
        return place

    @property
    def count(self) -> int:
        """How many were noted so far."""
        return len(self._found)

    def since(self, count: int) -> Problems:
        """Those that were noted after so many."""
        later = Problems()
        later._found = self._found[count:]
        later._faulty = {problem.place.file for problem in later._found if problem.severity == "error"}
        return later

    def take(self, other: Problems) -> None:
        """Add what somebody else has noted."""
        self._found += other._found
        self._lines |= other._lines
        self._faulty |= other._faulty

    def locate(self, files: Mapping[str, Layer], otherwise: Layer) -> None:
        """Say of problems with a whole file in which folder it is. `otherwise`: where it would have to be written."""
        self._found = [
            replace(problem, place=replace(problem.place, layer=files.get(problem.place.file, otherwise)))
            if problem.place.layer == ALONE
            else problem
            for problem in self._found
        ]

    @property
    def lines(self) -> Mapping[str, Sequence[str]]:
        """The lines of the files that were read, by path."""
        return self._lines

    @property
    def found(self) -> tuple[Problem, ...]:
        """All of them, by file and line, each once."""
        return tuple(sorted(dict.fromkeys(self._found), key=lambda p: (p.place.path, p.place.line, p.place.column)))

    def faulty(self, file: str) -> bool:
        """Whether a file has errors: what follows from them in other files is not said."""
        return file in self._faulty

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Those that forbid a release."""
        return tuple(problem for problem in self.found if problem.severity == "error")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ " Did you mean "x"?" for a near miss, or an empty string.

    >>> did_you_mean("lock_out", ["locked_out", "menu"])
    ' Did you mean "locked_out"?'
    >>> did_you_mean("sayed", ["said", "quietly"])
    ' Did you mean "said"?'
    >>> did_you_mean("lawyer", ["menu"])
    ''
    """
    words = list(known)
    cutoff = len(word) // (2 if len(words) <= FEW else 3)
    best = process.extractOne(word, words, scorer=OSA.distance, score_cutoff=cutoff)
    return f' Did you mean "{best[0]}"?' if best else ""


def perhaps_renamed(old: Collection[str], new: Collection[str], *, within: str) -> str:
    """What else to do where one name is gone and one is new, and unlike it: somebody may have renamed it by hand.

    >>> perhaps_renamed(["doubt"], ["unsure"], within="door")
    ' Is it "unsure" now? Write that here; or undo the renaming, and: python3 -m bot rename door.doubt door.unsure'
    >>> perhaps_renamed(["doubt"], ["doubts"], within="door"), perhaps_renamed(["doubt"], [], within="door")
    ('', '')
    """
    if len(old) != 1 or len(new) != 1:
        return ""
    (was,), (now,) = old, new
    if did_you_mean(was, [now]):
        return ""
    command = f"python3 -m bot rename {within}.{was} {within}.{now}"
    return f' Is it "{now}" now? Write that here; or undo the renaming, and: {command}'


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them.

    >>> listed(["say", "ask"]), listed([])
    ('ask, say', 'none')
    """
    return ", ".join(sorted(words)) or "none"
