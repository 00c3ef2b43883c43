"""A hundred mistakes of volunteers, each made in a copy of the shipped content: what is changed, where it must show.

Apart from the catalogue, whose examples show one problem each in a small content: here nobody asks which check finds a
mistake, only whether a volunteer is led to the right line, and whether doing what is said there is enough. The list was
written from what people do to such files, not from what the checks find. `python -m tests.content.mistakes` counts.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.config import CHECKOUT
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


def shipped(folder: Path) -> Path:
    """A copy of the shipped content."""
    for room in ("flows", "messages"):
        shutil.copytree(CHECKOUT / room, folder / room)
    return folder


BEFORE = committed(CHECKOUT)
KNOWN = {(p.code, p.place.file, p.what) for p in check_folder(CHECKOUT, today=TODAY, before=BEFORE).problems}
"""What is said of the shipped content anyway."""


def told(mistake: Mistake, folder: Path) -> tuple[Problem, ...]:
    """What is said of the mistake, in a copy of the content that is left as it was."""
    path = folder / mistake.file
    before = path.read_bytes()
    text = before.decode("utf-8")
    assert mistake.old in text, f"{mistake}: nothing to change"
    path.write_text(text.replace(mistake.old, mistake.new, 1), encoding="utf-8")
    try:
        found = check_folder(folder, today=TODAY, before=BEFORE).problems
    finally:
        path.write_bytes(before)
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
    with tempfile.TemporaryDirectory() as name:
        folder = shipped(Path(name))
        for mistake in MISTAKES:
            yield mistake, told(mistake, folder)


if __name__ == "__main__":
    seen, errors = 0, 0
    for one, said in outcomes():
        seen += is_shown(one, said)
        errors += any(problem.severity == "error" for problem in said)
        if not is_shown(one, said) or "-v" in sys.argv:
            print("found " if is_shown(one, said) else "MISSED", one, *(f"\n    {p}" for p in said[:3]))
    print(f"{seen} of {len(MISTAKES)} found at their line, {errors} would keep the folder from being published; "
          f"{len({one.kind for one in MISTAKES})} kinds.")  # fmt: skip
