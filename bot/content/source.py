"""YAML as plain text: every value stays as typed and knows its file, line and column. The only module that knows YAML.

Apart because YAML surprises people: it turns 911 into a number, `no` into false, 9:00 into 540, keeps the last of two
equal keys without a word, cuts a text at " #", and lets a few lines unfold into gigabytes. Here nothing is typed, and
everything that surprises is refused with its cure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.content.problem import Place, Problems, did_you_mean, listed

MAX_DEPTH = 12
MAX_BYTES = 400_000

Plain = str | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a file: a text, a list of nodes, or fields by name (each with the place of its name)."""

    place: Place
    value: str | tuple[Node, ...] | dict[str, Node]
    named_at: Place | None = None
    """Where the field's name stands."""

    @property
    def plain(self) -> Plain:
        """The value without places, as JSON can hold it."""
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, tuple):
            return [node.plain for node in self.value]
        return {name: node.plain for name, node in self.value.items()}


def from_plain(plain: Plain, file: str) -> Node:
    """The inverse of `Node.plain`; places name the file only."""
    place = Place(file)
    if isinstance(plain, str):
        return Node(place, plain)
    if isinstance(plain, list):
        return Node(place, tuple(from_plain(item, file) for item in plain))
    return Node(place, {name: from_plain(item, file) for name, item in plain.items()}, place)


def read(folder: Path, file: str, problems: Problems) -> Node | None:
    """Read one file of the content folder. Returns None, and notes why, where it cannot be read."""
    place = Place(file)
    try:
        raw = (folder / file).read_bytes()
    except OSError:
        problems.add("unreadable", place, "this file cannot be opened.", "Check that it exists and may be read.")
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.add("encoding", Place(file, line, 1), "this line is not UTF-8.", "Save the file as UTF-8.")
        return None
    problems.remember(file, text)
    if len(raw) > MAX_BYTES:
        problems.add("too-big", place, f"this file is larger than {MAX_BYTES} bytes.", "Split it into several files.")
        return None
    return _Composer(file, text, problems).compose()


class _Composer:
    """Builds nodes from the parser's events, where anchors, tags and styles can still be seen."""

    def __init__(self, file: str, text: str, problems: Problems) -> None:
        self.file, self.problems = file, problems
        self.text = text.removeprefix("\ufeff")
        self.lines = self.text.splitlines()
        self.prose = file.startswith("messages/")
        self.events: Iterator[Any] = iter(())

    def compose(self) -> Node | None:
        if self._bad_whitespace():
            return None
        try:
            self.events = iter(list(yaml.parse(self.text, Loader=yaml.CBaseLoader)))
            next(self.events), next(self.events)
            return self._node(next(self.events), 0)
        except StopIteration:
            self.problems.add("empty", Place(self.file), "this file is empty.", "Write something in it, or remove it.")
        except yaml.YAMLError as error:
            self._explain(error)
        return None

    def _at(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _node(self, event: Any, depth: int) -> Node | None:
        place = self._at(event.start_mark)
        if isinstance(event, yaml.DocumentEndEvent):
            raise StopIteration
        if isinstance(event, yaml.AliasEvent):
            self._add("anchor", place, "* means something to YAML.", 'Put the text in quotes: "* ...".')
            return None
        if event.anchor:
            self._add("anchor", place, "& means something to YAML.", 'Put the text in quotes: "& ...".')
        if event.tag and event.tag != "!":
            self._add("tag", place, "! means something to YAML.", 'Put the text in quotes: "! ...".')
        if depth > MAX_DEPTH:
            self._add("too-deep", place, "this is nested too deeply.", "Use fewer levels.")
        if isinstance(event, yaml.ScalarEvent):
            self._cut_off(event, place)
            return Node(place, event.value.strip() if event.style in ("|", ">") else event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(place, tuple(self._items(depth)))
        return Node(place, self._fields(depth))

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            if node := self._node(event, depth + 1):
                yield node

    def _fields(self, depth: int) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name, node = self._node(event, depth + 1), self._node(next(self.events), depth + 1)
            if name is None or node is None:
                continue
            if not isinstance(name.value, str):
                self._add("name", name.place, "a name must be one word.", "Write a word before the colon.")
            elif name.value in fields:
                first = fields[name.value].named_at
                self._add(
                    "twice",
                    name.place,
                    f'"{name.value}" stands here a second time; the first is on line {first.line if first else "?"}.',
                    "Keep one of the two, or give this one another name.",
                )
            else:
                fields[name.value] = Node(node.place, node.value, name.place)
        return fields

    def _add(self, code: str, place: Place, what: str, cure: str) -> None:
        self.problems.add(code, place, what, cure)

    def _bad_whitespace(self) -> bool:
        """Tabs and invisible spaces before the first letter change what belongs to what, and nobody sees them."""
        found = False
        for number, line in enumerate(self.lines, 1):
            start = line[: len(line) - len(line.lstrip())]
            if "\t" in start:
                self._add("tab", Place(self.file, number, start.index("\t") + 1), "this line begins with a tab.",
                          "Use spaces: two for each level.")  # fmt: skip
                found = True
            elif set(start) - {" "}:
                self._add("odd-space", Place(self.file, number, 1), "this line begins with a space that is not one.",
                          "Delete the space before the first letter and type it again.")  # fmt: skip
                found = True
        return found

    def _cut_off(self, event: Any, place: Place) -> None:
        """`Call #1 now` without quotes is `Call`: the rest is a comment, silently."""
        if event.style is not None or event.end_mark.line >= len(self.lines):
            return
        rest = self.lines[event.end_mark.line][event.end_mark.column :]
        if re.match(r"\s+#", rest) and event.value and (self.prose or " " in event.value):
            self._add("cut-off", place, "the text ends at the #: what follows is not read.",
                      "Put the whole text in quotes, or the comment on a line of its own.")  # fmt: skip

    def _explain(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        context = getattr(error, "context_mark", None)
        said = f"{getattr(error, 'context', '') or ''} {getattr(error, 'problem', '') or ''}"
        place = self._at(context if context and "quoted scalar" in said else mark) if mark else Place(self.file)
        for pattern, what, cure in _EXPLANATIONS:
            if re.search(pattern, said):
                self._add("yaml", place, what, cure)
                return
        self._add("yaml", place, "the file cannot be read from here on.",
                  "Compare the spaces at the beginning of this line with the lines around it.")  # fmt: skip


_EXPLANATIONS = (
    ("quoted scalar", "a quotation mark opens here and never closes.", "Close it, or write '' for an apostrophe inside '...'."),
    ("mapping values are not allowed", "there is a colon inside a text.", 'Put the whole text in quotes: "..."'),
    ("cannot start any token", "this sign may not begin a text.", 'Put the text in quotes: "..."'),
    ("undefined alias|alias", "* means something to YAML.", 'Put the text in quotes: "* ..."'),
    ("tag", "! means something to YAML.", 'Put the text in quotes: "! ..."'),
    ("expected ',' or '[\\]}]'", "a list or a group in brackets is not closed.", "Check the commas, and close the bracket."),
    ("could not find expected ':'", "a name stands here without a colon.", "Write a colon after it: name:"),
    ("did not find expected|expected <block end>", "this line does not fit to the lines above it.",
     "Indent it like the line it belongs with, two spaces for each level."),
)  # fmt: skip


class Form:
    """Reads nodes as what they should be, and notes what is wrong. Never raises: a wrong value becomes an empty one."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def fields(self, node: Node, *, what: str, known: Mapping[str, bool] | None = None) -> dict[str, Node]:
        """The fields of a node. `known`: the names that may stand here, and whether they must."""
        if not isinstance(node.value, dict):
            if node.value not in ("", ()):
                self._wrong(
                    "fields", node, f"{what} needs names with values below it.", "Write `name: value` lines here."
                )
            return {}
        if known is not None:
            for name, field in node.value.items():
                if name not in known:
                    self.problems.add(
                        "unknown-word",
                        field.named_at or field.place,
                        f'{what} does not know the word "{name}".{did_you_mean(name, known)}',
                        f"Known here: {listed(known)}.",
                    )
            for name, needed in known.items():
                if needed and name not in node.value:
                    self._wrong("missing-word", node, f'{what} lacks "{name}".', f"Add a line `{name}: ...`.")
            return {name: field for name, field in node.value.items() if name in known}
        return dict(node.value)

    def text(self, node: Node, *, what: str) -> str:
        """The text of a node."""
        if isinstance(node.value, str):
            return node.value
        self._wrong("text", node, f"{what} must be a text.", "Write one text after the colon, in quotes if need be.")
        return ""

    def items(self, node: Node, *, what: str) -> tuple[Node, ...]:
        """The items of a list."""
        if isinstance(node.value, tuple):
            return node.value
        if node.value != "":
            self._wrong("list", node, f"{what} must be a list.", "Write it in brackets: [one, two].")
        return ()

    def texts(self, node: Node, *, what: str) -> tuple[str, ...]:
        """The texts of a list."""
        return tuple(self.text(item, what=f"each of {what}") for item in self.items(node, what=what))

    def _wrong(self, code: str, node: Node, what: str, cure: str) -> None:
        self.problems.add(code, node.named_at or node.place, what, cure)
