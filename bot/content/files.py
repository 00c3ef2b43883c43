"""The files of a content folder, each read again only when it has changed.

Apart from `source`, which reads one file and remembers nothing: this is for whoever checks the same folder after every
save.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.content.memory import Memory
from bot.content.problem import Problems
from bot.content.source import Node, read, read_bytes


class Files:
    """The files of one folder. What `instead` holds counts instead of the file: an edit that is not saved yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.memory = Memory()
        """What followed from them."""
        self._kept: dict[str, tuple[tuple[int, int, int], Node | None, Problems]] = {}

    def read(self, file: str, problems: Problems, instead: Mapping[str, bytes]) -> Node | None:
        """As `read`."""
        if file in instead:
            return read_bytes(instead[file], file, problems)
        stamp = stamp_of(self.folder / file)
        if file not in self._kept or stamp != self._kept[file][0]:
            own = Problems()
            self._kept[file] = (stamp, read(self.folder, file, own), own)
        _, node, found = self._kept[file]
        problems.take(found)
        return node


def stamp_of(path: Path) -> tuple[int, int, int]:
    """What changes when a file is saved: its time, its size, and which file it is. All 0: it is not there."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino
