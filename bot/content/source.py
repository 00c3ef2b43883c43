"""YAML as plain text: every value stays as typed and knows its file, line and column. The only module that knows YAML.

Apart because YAML surprises people: it turns 911 into a number, `no` into false, 9:00 into 540, keeps the last of two
equal keys without a word, cuts a text at " #", and lets a few lines unfold into gigabytes. Here nothing is typed, and
everything that surprises is refused with its cure. What the values should be is said in `form`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.content.problem import ALONE, Layer, Place, Problems

MAX_DEPTH = 12
MAX_BYTES = 400_000

Plain = str | list["Plain"] | dict[str, "Plain"]

BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What YAML takes for the end of a line; Python's own idea of it is another."""
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_CONFLICT = re.compile(r"(<{7}|\|{7}|={7}|>{7})( |$)")
"""How git marks two versions of the same lines."""
_REMARK_BEHIND = re.compile(r"\s+#")
_ODD_START = re.compile(r" *[^\S \r\n\t]|\ufeff| *[\u200b\u2060]")


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a file: a text, a list of nodes, or fields by name (each with the place of its name)."""

    place: Place
    value: str | tuple[Node, ...] | dict[str, Node]
    named_at: Place | None = None
    """Where the field's name stands."""
    span: tuple[int, int] = (0, 0)
    """From where to where it stands in the file's text, in letters: for `edit`."""
    style: str = ""
    """How it is written: ' or " or | or > around a text, [ or { around a list or fields; empty: plainly."""

    @property
    def plain(self) -> Plain:
        """The value without places, as JSON can hold it."""
        return plain_of(self)


def plain_of(node: Node) -> Plain:
    """`Node.plain`."""
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, tuple):
        return [plain_of(item) for item in node.value]
    return {name: plain_of(item) for name, item in node.value.items()}


def from_plain(plain: Plain, file: str) -> Node:
    """The inverse of `Node.plain`; places name the file only."""
    return _node_of(plain, Place(file))


def _node_of(plain: Plain, place: Place) -> Node:
    if isinstance(plain, str):
        return Node(place, plain)
    if isinstance(plain, list):
        return Node(place, tuple(_node_of(item, place) for item in plain))
    return Node(place, {name: _node_of(item, place) for name, item in plain.items()}, place)


def bytes_of(folder: Path, file: str, problems: Problems, layer: Layer = ALONE) -> bytes | None:
    """What one file of the content folder holds. Returns None, and notes why, where it cannot be read."""
    place = Place(file, layer=layer)
    if not _is_in_its_room(folder, file):
        problems.add("link", place, "this is a link to a file somewhere else, which is not read.",
                     "Put the file itself here.")  # fmt: skip
        return None
    try:
        if (folder / file).stat().st_size > MAX_BYTES:
            problems.add(
                "too-big", place, f"this file is larger than {MAX_BYTES:,} bytes.", "Split it into several files."
            )
            return None
        return (folder / file).read_bytes()
    except OSError:
        problems.add("unreadable", place, "this file cannot be opened.", "Check that it is a file and may be read.")
        return None


def _is_in_its_room(folder: Path, file: str) -> bool:
    """Whether a file lies where its name says. A link could lead to somebody's secrets, and problems show lines."""
    room = folder / file.partition("/")[0]
    return (folder / file).resolve().is_relative_to(room.resolve())


def read_bytes(raw: bytes, file: str, problems: Problems, layer: Layer = ALONE) -> Node | None:
    """What a file holds, or would hold, as nodes. Returns None, and notes why, where it cannot be read."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.add(
            "encoding",
            Place(file, line, 1, layer),
            "a letter in this line is not stored as UTF-8.",
            "Save the file again and choose the encoding UTF-8.",
        )
        return None
    return compose(file, text, problems, layer)


def compose(file: str, text: str, problems: Problems, layer: Layer = ALONE) -> Node | None:
    """The text of one file as nodes. Returns None, and notes why, where it cannot be read."""
    problems.remember(Place(file, layer=layer).path, BREAK.split(text))
    return _Composer(file, text, problems, layer).compose()


class _Stop(Exception):
    """The rest of the file cannot be read; why was noted."""


class _Composer:
    """Builds nodes from the parser's events, where anchors, tags and styles can still be seen."""

    def __init__(self, file: str, text: str, problems: Problems, layer: Layer) -> None:
        self.file, self.text, self.problems, self.layer = file, text, problems, layer
        self.lines = BREAK.split(text)
        self.prose = file.startswith("messages/")
        self.events: Iterator[Any] = iter(())
        self.mistaken = False
        """A sign was read that means something to YAML: what the file holds is not what was meant."""

    def compose(self) -> Node | None:
        if self._has_unseen_signs() or self._holds_two_versions():
            return None
        try:
            parsed = list(yaml.parse(self.text, Loader=yaml.CBaseLoader))
        except yaml.YAMLError as error:
            self._explain(error)
            return None
        documents = [event for event in parsed if isinstance(event, yaml.DocumentStartEvent)]
        if not documents:
            self._add("empty", self._place(0, 0), "this file is empty.", "Write something in it, or remove it.")
            return None
        if len(documents) > 1:
            self._add("second-part", self._at(documents[1].start_mark), "a line of --- or ... cuts this file in two.",
                      "Remove that line: what stands below it is not read.")  # fmt: skip
        self.events = iter(parsed[2:])
        try:
            root = self._node(next(self.events), 0)
        except _Stop:
            return None
        return None if self.mistaken else root

    def _node(self, event: Any, depth: int, named_at: Place | None = None) -> Node:
        place = self._at(event.start_mark)
        if depth > MAX_DEPTH:
            self._add("too-deep", place, f"this stands more than {MAX_DEPTH} levels deep.", "Use fewer levels.")
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            self._reserved("*", place)
            raise _Stop
        if event.anchor:
            self._reserved("&", place)
        if event.tag:
            self._reserved("!", place)
        if isinstance(event, yaml.ScalarEvent):
            self._cut_off(event, place)
            value = event.value.strip() if event.style in ("|", ">") else event.value
            return Node(place, value, named_at, _span(event, event), event.style or "")
        many: tuple[Node, ...] | dict[str, Node]
        if isinstance(event, yaml.SequenceStartEvent):
            (many, end), sign = self._items(depth), "["
        else:
            (many, end), sign = self._fields(depth), "{"
        return Node(place, many, named_at, _span(event, end), sign if event.flow_style else "")

    def _items(self, depth: int) -> tuple[tuple[Node, ...], Any]:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return tuple(items), event

    def _fields(self, depth: int) -> tuple[dict[str, Node], Any]:
        fields: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name = self._node(event, depth + 1)
            node = self._node(next(self.events), depth + 1, name.place)
            if not isinstance(name.value, str) or not name.value.strip():
                self._add("name", name.place, "a name must be one word.", "Write a word before the colon.")
            elif first := fields.get(name.value):
                self._add("twice", name.place, f'"{name.value}" stands here a second time{_on_line(first)}.',
                          "Keep one of the two, or give this one another name.")  # fmt: skip
            else:
                fields[name.value] = node
        return fields, event

    def _at(self, mark: Any) -> Place:
        return self._place(mark.line + 1, mark.column + 1)

    def _place(self, line: int, column: int) -> Place:
        return Place(self.file, line, column, self.layer)

    def _add(self, code: str, place: Place, what: str, cure: str) -> None:
        self.problems.add(code, place, what, cure)

    def _reserved(self, sign: str, place: Place) -> None:
        self.mistaken = True
        self._add("sign-first", place, f"a text may not begin with {sign}", 'Put the whole text in quotes: "..."')

    # ------------------------------------------------------------------------------------- before and after parsing

    def _has_unseen_signs(self) -> bool:
        """Tabs and odd spaces before the first letter change what belongs to what, and nobody sees them."""
        found = False
        for number, line in enumerate(self.lines, 1):
            start = line[: len(line) - len(line.lstrip())]
            if "\t" in start:
                self._add("tab", self._place(number, start.index("\t") + 1), "this line begins with a tab.",
                          "Use spaces, two for each level (--fix does).")  # fmt: skip
                found = True
            elif line.strip() and _ODD_START.match(line):
                self._add("odd-space", self._place(number, 1), "this line begins with a space of another kind.",
                          "Delete everything before the first letter and type the spaces again.")  # fmt: skip
                found = True
            if unseen := UNSEEN.search(line):
                self._add("unseen", self._place(number, unseen.start() + 1), "an invisible sign stands here.",
                          "Delete the line and type it again; copied text may hold such signs.")  # fmt: skip
                found = True
        return found

    def _holds_two_versions(self) -> bool:
        """Git's marks around lines that two people changed: somebody has to choose."""
        marked = next((number for number, line in enumerate(self.lines, 1) if _CONFLICT.match(line)), 0)
        if marked:
            self._add("two-versions", self._place(marked, 1), "two versions of the same lines stand here.",
                      "Keep one of them; delete the other, and every line of <<<<<<<, ======= or >>>>>>>.")  # fmt: skip
        return bool(marked)

    def _cut_off(self, event: Any, place: Place) -> None:
        """`Call #1 now` without quotes is `Call`: the rest is a comment, silently."""
        if event.style or event.end_mark.line >= len(self.lines):
            return
        if (
            _REMARK_BEHIND.match(self.lines[event.end_mark.line], event.end_mark.column)
            and event.value
            and (self.prose or " " in event.value)
        ):
            self._add("cut-off", place, "this text ends before the #; what follows is not read.",
                      "Put the whole text in quotes, or the remark on a line of its own.")  # fmt: skip

    def _explain(self, error: yaml.YAMLError) -> None:
        """What the parser means, in words for people; where it was misled, the line that misled it."""
        said = f"{getattr(error, 'context', None) or ''}; {getattr(error, 'problem', None) or ''}"
        mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
        meant = next((known for known in _EXPLAINED if known in said), "did not find expected")
        code, what, cure = _EXPLAINED[meant]
        if meant in _BEGUN_AT_CONTEXT:
            mark = context or mark
        if mark is None:
            self._add(code, self._place(0, 0), what, cure)
            return
        number = min(mark.line, len(self.lines) - 1)
        if code == "colon" and re.fullmatch(r"\s*[\w-]+", self.lines[number][: mark.column]):
            code, what, cure, number = self._misled(number)
        elif code == "colon" and _GLUED.match(self.lines[number]):
            code, what, cure = _NO_COLON
        elif code in ("indent", "bracket") and (sign := re.match(r"[^:]*:\s+([*&!\"'])", self.lines[number])):
            code, what, cure = _QUOTE_INSIDE if sign[1] in "\"'" else _EXPLAINED["alias"]
        if code == "no-colon" and _REMARK.match(self.lines[number]):
            cure = "If it is a remark, begin its line with #."
        column = mark.column + 1 if number == mark.line else 1
        self._add(code, self._place(number + 1, column), what, cure)

    def _misled(self, number: int) -> tuple[str, str, str, int]:
        """A good line that did not fit: it stands too far in, or the line above lacks its colon and space."""
        above = next((at for at in range(number - 1, -1, -1) if self.lines[at].strip()), number)
        if above == number or re.search(r":(\s|$)", self.lines[above]):
            return *_EXPLAINED["did not find expected"], number
        return *_NO_COLON, above


def _span(first: Any, last: Any) -> tuple[int, int]:
    return first.start_mark.index, last.end_mark.index


def _on_line(node: Node) -> str:
    return f"; the first is on line {node.named_at.line}" if node.named_at else ""


_GLUED = re.compile(r"\s*[A-Za-z_]\w*:[{\[\w]")
"""A name whose colon has no space behind it: to YAML all of it is one text, and the next colon one too many."""

_REMARK = re.compile(r"\s*(//|<!--|/\*|--|;)")
"""How a remark begins elsewhere."""
_QUOTE_INSIDE = (
    "quote-inside",
    "after the closing quotation mark the text goes on.",
    "Inside \"...\" use '...' for what is said. A quotation mark may also be missing in the lines above.",
)
_NO_COLON = (
    "no-colon",
    "a name stands here without a colon and a space.",
    "Write it with an ordinary colon and a space behind it: name: value",
)
_SIGN_FIRST = ("sign-first", "this sign may not begin a text.", 'Put the whole text in quotes: "..."')
_EXPLAINED: dict[str, tuple[str, str, str]] = {
    "parsing a quoted scalar": (
        "backslash",
        'inside "..." the sign \\ has a meaning of its own.',
        "Write it twice, or leave it out.",
    ),
    "quoted scalar": (
        "open-quote",
        "a quotation mark opens here and never closes.",
        "Close it. An apostrophe inside '...' is written twice.",
    ),
    "block scalar": ("after-bar", "after | or > nothing may stand.", "Begin the text on the next line."),
    "mapping values are not allowed": (
        "colon",
        "there is a colon inside a text.",
        'Put the whole text in quotes: "..."',
    ),
    "alias": _SIGN_FIRST,
    "anchor": _SIGN_FIRST,
    "tag": _SIGN_FIRST,
    "cannot start any token": _SIGN_FIRST,
    "directive": _SIGN_FIRST,
    "not allowed in this context": _SIGN_FIRST,
    "expected node content": _SIGN_FIRST,
    "expected ','": (
        "bracket",
        "a bracket opens here or above, and is not closed.",
        "Close it; commas stand between the parts.",
    ),
    "could not find expected ':'": _NO_COLON,
    "did not find expected": (
        "indent",
        "this line does not fit to the lines above it.",
        "Let it begin below the first letter of the line it belongs with, two spaces further in for each level.",
    ),
}
"""By what the parser says; the first that fits counts."""
_BEGUN_AT_CONTEXT = frozenset({"quoted scalar", "expected ','", "could not find expected ':'"})
