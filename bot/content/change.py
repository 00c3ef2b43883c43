"""A change of volunteers' files: made on paper first, shown, checked, then written whole or not at all.

Apart from `source`, which only reads. YAML is never written anew from what was read: a change is made where something
stands, by line and column, so that remarks, order and layout stay as their author left them, byte for byte.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.content.problem import Place
from bot.content.source import BREAK

ROOMS = ("flows", "messages")
"""The folders of content."""

_MARK = "\ufeff"
_LINES = re.compile(f"({BREAK.pattern})")


class Refused(Exception):
    """What was asked for cannot be done. Says why, and what to do instead, in sentences for the terminal."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One word at its place becomes another; quotation marks around it stay."""

    place: Place
    old: str
    new: str


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends, as YAML counts lines; joined they are the text again.

    >>> lines_of("a: 1\\r\\nb: 2\\n"), lines_of("")
    (['a: 1\\r\\n', 'b: 2\\n'], [])
    """
    parts = _LINES.split(text)
    lines = [line + end for line, end in zip(parts[::2], [*parts[1::2], ""], strict=True)]
    return lines if lines[-1] else lines[:-1]


class Change:
    """The files below a folder, as they are to become. Names are paths below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before: dict[str, bytes | None] = {}
        self._after: dict[str, bytes | None] = {}
        self._came_from: dict[str, str] = {}

    def has(self, file: str) -> bool:
        """Whether there is such a file."""
        return self._now(file) is not None

    def text(self, file: str) -> str:
        """The text of a file; empty where there is none."""
        return (self._now(file) or b"").decode()

    def at(self, place: Place) -> str:
        """The rest of a line, from a place on."""
        line = lines_of(self.text(place.file))[place.line - 1]
        return line[_index(line, place) :]

    def put(self, file: str, text: str) -> None:
        """Let a file hold this text."""
        self._now(file)
        self._after[file] = text.encode()

    def move(self, old: str, new: str) -> None:
        """Give a file another name."""
        self._now(new)
        self._after[new], self._after[old] = self._now(old), None
        self._came_from[new] = old

    def edit(self, edits: Iterable[Edit]) -> None:
        """Make changes at places of the files as they stand now.

        Raises:
            Refused: something else stands there.
        """
        by_file: dict[str, list[Edit]] = {}
        for edit in dict.fromkeys(edits):
            by_file.setdefault(edit.place.file, []).append(edit)
        for file, found in by_file.items():
            lines = lines_of(self.text(file))
            for edit in sorted(found, key=lambda e: (e.place.line, e.place.column), reverse=True):
                lines[edit.place.line - 1] = _edited(lines[edit.place.line - 1], edit)
            self.put(file, "".join(lines))

    @property
    def changed(self) -> list[str]:
        """The files that will not be as they were."""
        return sorted(file for file, after in self._after.items() if after != self._before[file])

    def diff(self) -> str:
        """What changes, as programmers and volunteers both know it from pull requests."""
        gone = frozenset(self._came_from.values())
        return "".join(line for file in self.changed if file not in gone for line in self._file_diff(file))

    @contextmanager
    def tried(self) -> Iterator[Path]:
        """A copy of the content with the changes in it, to be checked; gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="content-") as name:
            for room in ROOMS:
                if (self.folder / room).is_dir():
                    shutil.copytree(self.folder / room, Path(name) / room)
            copy = Change(Path(name))
            for file in self.changed:
                copy._now(file)
                copy._after[file] = self._after[file]
            copy.write()
            yield Path(name)

    def write(self) -> None:
        """Change the files, each in one moment. Whatever fails, all are as they were.

        Raises:
            OSError: a file or folder may not be written.
        """
        ready = {file: self._beside(file, after) for file in self.changed if (after := self._after[file]) is not None}
        done: list[str] = []
        try:
            for file in self.changed:
                _take_place(self.folder / file, ready.get(file))
                done.append(file)
        except OSError:
            for file in done:
                before = self._before[file]
                _take_place(self.folder / file, None if before is None else self._beside(file, before))
            raise
        finally:
            for path in ready.values():
                path.unlink(missing_ok=True)

    def _now(self, file: str) -> bytes | None:
        if file not in self._before:
            path = self.folder / file
            self._before[file] = self._after[file] = path.read_bytes() if path.is_file() else None
        return self._after[file]

    def _file_diff(self, file: str) -> Iterator[str]:
        source = self._came_from.get(file, file)
        if source != file:
            yield f"rename from {source}\nrename to {file}\n"
        before, after = ((kept or b"").decode().splitlines(keepends=True)
                         for kept in (self._before[source], self._after[file]))  # fmt: skip
        old = "/dev/null" if self._before[source] is None else f"a/{source}"
        new = "/dev/null" if self._after[file] is None else f"b/{file}"
        for line in difflib.unified_diff(before, after, old, new):
            yield line if line.endswith("\n") else f"{line}\n"

    def _beside(self, file: str, content: bytes) -> Path:
        """A new file in the same folder, not yet under its name."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=path.parent)
        with os.fdopen(handle, "wb") as new:
            new.write(content)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        return Path(name)


def _take_place(path: Path, new: Path | None) -> None:
    """Put a file in its place, or take it away, and its folder if that is empty then."""
    if new is not None:
        new.replace(path)
        return
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def _index(line: str, place: Place) -> int:
    """Where a column is in a line. A byte order mark before the first letter has none."""
    return place.column - 1 + line.startswith(_MARK)


def _edited(line: str, edit: Edit) -> str:
    """A line with one change."""
    at = _index(line, edit.place)
    at += bool(edit.old) and line[at : at + 1] in ("'", '"')
    if not line.startswith(edit.old, at):
        raise Refused(f'{edit.place}: "{edit.old}" was expected here. Nothing was changed.')
    return line[:at] + edit.new + line[at + len(edit.old) :]
