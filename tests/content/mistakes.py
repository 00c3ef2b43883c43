"""A hundred mistakes of volunteers, each made in the shipped content: what is changed, and where it must show.

Apart from the catalogue, whose examples show one problem each in a small content: here nobody asks which check finds a
mistake, only whether a volunteer is led to the right line, and whether doing what is said there is enough. The list was
written from what people do to such files, not from what the checks find. `python -m tests.content.mistakes` counts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from bot.config import CHECKOUT
from bot.content.files import Files
from bot.content.history import committed
from bot.content.library import check_folder
from bot.content.problem import Problem
from tests.content.catalogue import TODAY
from tests.content.mistakes_made import MADE


@dataclass(frozen=True, slots=True)
class Mistake:
    """One slip: in `file`, the `nth` place of `old` becomes `new`; the problem must stand `shift` lines from there."""

    kind: str
    file: str
    old: str
    new: str
    shown_in: str = ""
    """The file that is named, where it is another one: then any line of it will do."""
    shift: int = 0
    missed: bool = False
    """Nothing finds it; said here, so that nobody believes otherwise."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.file}: {self.new.strip()[:40]!r}"


MISTAKES = [Mistake(*fields) for fields in MADE]


FILES = Files(CHECKOUT)
"""Read once for all mistakes, since each is in one file; `test_memory` proves that this changes nothing."""
BEFORE = committed(CHECKOUT)
KNOWN = {
    (p.code, p.place.file, p.what) for p in check_folder(CHECKOUT, today=TODAY, before=BEFORE, files=FILES).problems
}
"""What is said of the shipped content anyway."""


def told(mistake: Mistake) -> tuple[Problem, ...]:
    """What is said of the mistake."""
    text = (CHECKOUT / mistake.file).read_text(encoding="utf-8")
    assert mistake.old in text, f"{mistake}: nothing to change"
    instead = {mistake.file: text.replace(mistake.old, mistake.new, 1).encode()}
    found = check_folder(CHECKOUT, today=TODAY, before=BEFORE, files=FILES, instead=instead).problems
    return tuple(p for p in found if (p.code, p.place.file, p.what) not in KNOWN)


def is_shown(mistake: Mistake, problems: tuple[Problem, ...]) -> bool:
    """Whether one of the problems leads to the mistake: its file, and a line that was changed."""
    text = (CHECKOUT / mistake.file).read_text(encoding="utf-8")
    first = text[: text.index(mistake.old)].count("\n") + 1 + mistake.shift
    lines = range(first, first + mistake.new.count("\n") + 1)
    wanted = mistake.shown_in or mistake.file
    return any(
        problem.place.file == wanted and (bool(mistake.shown_in) or problem.place.line in lines) for problem in problems
    )


def outcomes() -> Iterator[tuple[Mistake, tuple[Problem, ...]]]:
    """Every mistake with what is said of it."""
    for mistake in MISTAKES:
        yield mistake, told(mistake)


if __name__ == "__main__":
    seen, errors = 0, 0
    for one, said in outcomes():
        seen += is_shown(one, said)
        errors += any(problem.severity == "error" for problem in said)
        if not is_shown(one, said) or "-v" in sys.argv:
            print("found " if is_shown(one, said) else "MISSED", one, *(f"\n    {p}" for p in said[:3]))
    print(f"{seen} of {len(MISTAKES)} found at their line, {errors} would keep the folder from being published; "
          f"{len({one.kind for one in MISTAKES})} kinds.")  # fmt: skip
