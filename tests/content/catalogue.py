"""The catalogue of broken content: what volunteers get wrong, and the whole text they must be told.

`broken/<code>/<name>.yaml` replaces one file of the small sound content in `sound/`. Its first lines say which, and
what is expected; a new check begins with a file here. Apart from the tests because the guide in `flows/README.md` is
made from it, too. After a change of words, `python -m tests.content.catalogue` writes what is said anew: read the diff.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from bot.config import CHECKOUT
from bot.content.library import check_folder
from bot.content.problem import Problem
from bot.translations import record

HERE = Path(__file__).parent
BROKEN = HERE / "broken"
RECORDS = "messages/es/reviews.yml"
TODAY = date(2026, 11, 23)
"""The day of all tests."""


@dataclass(frozen=True, slots=True)
class Example:
    """One broken file: which one it replaces, what is wrong with it, what is said, and all of its lines."""

    path: Path
    replaces: str
    about: str
    expected: str
    raw: bytes

    @property
    def code(self) -> str:
        """The problem it shows."""
        return self.path.parent.name


def examples() -> list[Example]:
    """All broken files."""
    return [read_example(path) for path in sorted(BROKEN.glob("*/*.y*ml"))]


def read_example(path: Path) -> Example:
    """One broken file: its head is `# FILE: what is wrong`, then what is said, one `#> ` before each line."""
    raw = path.read_bytes()
    head, *lines = raw.decode("utf-8", "replace").splitlines()
    replaces, _, about = head.lstrip("\ufeff").removeprefix("# ").partition(": ")
    expected = "\n".join(line.removeprefix("#>").removeprefix(" ") for line in lines if line.startswith("#>"))
    return Example(path, replaces, about, expected, raw)


def sound_content(folder: Path) -> Path:
    """The small sound content, with the shipped words that every content needs, read by a speaker."""
    _copied(folder)
    (folder / RECORDS).write_text(_records(), encoding="utf-8")
    return folder


def _copied(folder: Path) -> None:
    shutil.copytree(HERE / "sound", folder, dirs_exist_ok=True)
    for locale in ("en", "es"):
        for name in ("common.yml", "words.yml"):
            shutil.copy(CHECKOUT / "messages" / locale / name, folder / "messages" / locale)


@cache
def _records() -> str:
    """The records of the sound content, made once: they change with the shipped words."""
    with tempfile.TemporaryDirectory() as folder:
        _copied(Path(folder))
        return read_by_a_speaker(Path(folder))


def read_by_a_speaker(folder: Path) -> str:
    """Record that a speaker has read all of the Spanish. Returns the records."""
    record(folder, "es", [], by="native speaker", today=date(2026, 11, 23))
    return (folder / RECORDS).read_text(encoding="utf-8")


@cache
def answer(example: Example) -> tuple[Problem, ...]:
    """What the checker says to an example, asked once."""
    with tempfile.TemporaryDirectory() as folder:
        return problems_with(example, Path(folder))


def problems_with(example: Example, folder: Path) -> tuple[Problem, ...]:
    """What the checker says to the sound content with one broken file in it. Its English is what was translated, and
    its Spanish what was read."""
    target = sound_content(folder) / example.replaces
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(example.raw)
    if example.replaces != RECORDS and example.code != "stale":
        read_by_a_speaker(folder)
    return check_folder(folder, today=TODAY).problems


def said(problems: tuple[Problem, ...]) -> str:
    """The problems as the terminal shows them."""
    return "\n".join(map(str, problems))


def table() -> str:
    """Every code with what is said and what to do, for the guide: the first example of each."""
    rows = ["| code | what you read | what to do |", "|---|---|---|"]
    for code in sorted({example.code for example in examples()}):
        example = next(example for example in examples() if example.code == code)
        found = next(problem for problem in answer(example) if problem.code == code)
        rows.append(f"| `{code}` | {_cell(found.what)} | {_cell(found.cure)} |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "\\<")


def rewrite(example: Example) -> None:
    """Write what is said now into the head of a broken file; twice, because the head moves the lines below it."""
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            text = said(problems_with(read_example(example.path), Path(folder)))
        lines = re.split(rb"(?<=\n)", example.path.read_bytes())
        body = [line for line in lines[1:] if not line.startswith(b"#>")]
        heard = [f"#> {line}".rstrip().encode() + b"\n" for line in text.split("\n")]
        example.path.write_bytes(b"".join([lines[0], *heard, *body]))


if __name__ == "__main__":
    for one in examples():
        rewrite(one)
    guide = CHECKOUT / "flows" / "README.md"
    if guide.exists():
        before, _, rest = guide.read_text(encoding="utf-8").partition("<!-- every problem -->\n")
        after = rest.partition("<!-- /every problem -->")[2]
        guide.write_text(f"{before}<!-- every problem -->\n{table()}\n<!-- /every problem -->{after}", encoding="utf-8")
