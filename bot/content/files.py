"""The files of a content folder: which of them are read, and each again only when it has changed.

Apart from `source`, which reads one file and remembers nothing: this is for whoever checks the same folder after every
save. Where several folders lie one over the other, the files of one name come out as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bot.content.layers import Folders, laid, layers_of
from bot.content.memory import Memory
from bot.content.problem import Layer, Place, Problems
from bot.content.source import Node, bytes_of, read_bytes

_OURS = re.compile(r"flows/[^/]+\.yaml|messages/[^/]+/[^/]+\.yml")
_OTHERS = re.compile(r".*\.(md|json)|(.*/)?\..*")
"""Papers, generated files and what the system hides: none of ours."""
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?")
"""zh-Hant, ht, bn-Latn."""


_KNOWN = Memory()
"""What this process knows of files: another folder mostly holds the same ones, such as that of an earlier revision."""


class Files:
    """The files of one content. What `instead` holds counts instead of the file: an edit that is not saved yet, in the
    folder on top."""

    def __init__(self, folders: Folders, memory: Memory = _KNOWN) -> None:
        self.folders, self.layers = folders, layers_of(folders)
        self.memory = memory
        """What they held, and what followed from it."""
        self.layered: dict[str, tuple[Node, ...]] = {}
        """Where there are several folders: what each of them holds of a file, the lowest first."""
        self._kept: dict[tuple[int, str], tuple[tuple[int, int, int], Node | None, Problems]] = {}

    def read(self, file: str, problems: Problems, instead: Mapping[str, bytes]) -> Node | None:
        """One file; of several folders, the files of this name laid one over the other.

        Returns None, and notes why, where it cannot be read.
        """
        top, above = self.layers[-1]
        there = [
            (layer, folder)
            for layer, folder in self.layers
            if len(self.layers) == 1 or (folder / file).is_file() or (layer is top and file in instead)
        ]
        nodes = [
            self._known(instead[file], file, problems, layer)
            if folder is above and file in instead
            else self._read(layer, folder, file, problems)
            for layer, folder in there
        ]
        found = tuple(node for node in nodes if node is not None)
        if len(found) < len(nodes) or not found:
            return None
        if len(self.layers) == 1:
            return found[0]
        self.layered[file] = found
        return self.memory.noting(("laid", file), found, problems, lambda: laid(file, found, problems))

    def _read(self, layer: Layer, folder: Path, file: str, problems: Problems) -> Node | None:
        stamp, name = stamp_of(folder / file), (layer.number, file)
        if name not in self._kept or stamp != self._kept[name][0]:
            mine = Problems()
            raw = bytes_of(folder, file, mine, layer)
            self._kept[name] = (stamp, None if raw is None else self._known(raw, file, mine, layer), mine)
        _, node, found = self._kept[name]
        problems.take(found)
        return node

    def _known(self, raw: bytes, file: str, problems: Problems, layer: Layer) -> Node | None:
        """As `source.read_bytes`. The same bytes give the very same node, in whichever folder they stand."""
        name = ("read", layer.number, file)
        node, found = self.memory.of(name, (self.memory.same(name, (raw, layer)),), partial(_read, raw, file, layer))
        problems.take(found)
        return node


def _read(raw: bytes, file: str, layer: Layer) -> tuple[Node | None, Problems]:
    problems = Problems()
    return read_bytes(raw, file, problems, layer), problems


def stamp_of(path: Path) -> tuple[int, int, int]:
    """What changes when a file is saved: its time, its size, and which file it is. All 0: it is not there."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino


def names_in(layer: Layer, folder: Path, problems: Problems) -> list[str]:
    """The files to read, in order. Notes those that look as if somebody expects them to be read."""
    found = []
    for room in ("flows", "messages"):
        paths = sorted(path.relative_to(folder).as_posix() for path in (folder / room).rglob("*") if path.is_file())
        for name in paths:
            if _OTHERS.fullmatch(name):
                continue
            if not _OURS.fullmatch(name):
                problems.add("file-name", Place(name, layer=layer), "this file is not read.",
                             "Call it flows/NAME.yaml or messages/LANGUAGE/NAME.yml, or remove it.")  # fmt: skip
            elif room == "messages" and not _LOCALE.fullmatch(name.split("/")[1]):
                what = f'the folder "{name.split("/")[1]}" does not name a language.'
                problems.add("locale-name", Place(name, layer=layer), what,
                             "Use the short name of a language: en, es, zh-Hans.")  # fmt: skip
            else:
                found.append(name)
    return found


def offered(names: list[str], organisation: Node | None) -> list[str]:
    """The files without those of languages that the organisation does not offer."""
    fields = organisation.value if organisation and isinstance(organisation.value, dict) else {}
    locales = fields["languages"].value if "languages" in fields else ""
    if not isinstance(locales, tuple):
        return names
    rooms = {f"messages/{item.value}" for item in locales}
    return [name for name in names if not name.startswith("messages/") or name.rpartition("/")[0] in rooms]
