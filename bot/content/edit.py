"""Changes one value in a file of volunteers and leaves every other letter as it is: remarks, order, quotes, line ends.

Apart from `source`, which only reads. No YAML is written by a library: the new value is put where the reader found the
old one, in the style of the old one, and the result is read again. Where that does not give exactly the change that was
wanted, nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from bot.content.problem import Problems
from bot.content.source import Node, Plain, read_bytes

Value = str | list[str]
FIRST = ("keywords", "text", "label", "also", "reply")
"""The order of these words among what stands beside them; what is not named here follows."""

_PLAIN = re.compile(r"[^\W_](?:[^\n:#]|:(?=\S)|(?<=\S)#)*(?<![\s:])|[¿¡(](?:[^\n:#]|:(?=\S)|(?<=\S)#)*(?<![\s:])")
_BRACKETS = re.compile(r"[,\[\]{}]")


class CannotEdit(Exception):
    """The file is written in a way that only an editor can change. The text says so to the volunteer."""


def edited(raw: bytes, file: str, path: Sequence[str], value: Value) -> bytes:
    """A file's content with another value under some names, one below the other; added where there is none yet.

    Raises:
        CannotEdit
    """
    if not raw.strip():
        return _begun(file, tuple(path), value)
    root = read_bytes(raw, file, Problems())
    if root is None:
        raise CannotEdit(f"{file} cannot be read as it is now. Mend it in an editor first.")
    mark = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") else ""
    text = raw.decode("utf-8-sig")
    paper = _Paper(text, "\r\n" if "\r\n" in text else "\n")
    value = _tidied(value)
    node = _find(root, path)
    changed = paper.replaced(node, value) if node else paper.added(root, tuple(path), value)
    result = (mark + changed).encode()
    after = read_bytes(result, file, Problems())
    if after is None or after.plain != _with(root.plain, tuple(path), value):
        raise CannotEdit(f"{file} is written here in a way that only an editor can change.")
    return result


def _begun(file: str, path: tuple[str, ...], value: Value) -> bytes:
    """A new file that holds one value."""
    value = _tidied(value)
    result = _Paper("", "\n").begun(path, value).encode()
    after = read_bytes(result, file, Problems())
    if after is None or after.plain != _with({}, path, value):
        raise CannotEdit(f"{file} has to be begun in an editor.")
    return result


def _tidied(value: Value) -> Value:
    return [part.strip() for part in value if part.strip()] if isinstance(value, list) else _tidy(value)


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


def _find(root: Node, path: Sequence[str]) -> Node | None:
    node: Node | None = root
    for name in path:
        node = node.value.get(name) if node and isinstance(node.value, dict) else None
    return node


def _with(plain: Plain, path: tuple[str, ...], value: Value) -> Plain:
    """What the file should hold afterwards; the order of fields does not count in this comparison."""
    if not path:
        return list(value) if isinstance(value, list) else value
    fields = dict(plain) if isinstance(plain, dict) else {}
    fields[path[0]] = _with(fields.get(path[0], {}), path[1:], value)
    return fields


@dataclass(frozen=True, slots=True)
class _Paper:
    """A file's text, and how its lines end."""

    text: str
    newline: str

    # ------------------------------------------------------------------------------------------- what is there

    def replaced(self, node: Node, value: Value) -> str:
        """The text with another value in the place of one."""
        if isinstance(value, list):
            return self._list_replaced(node, value)
        if not isinstance(node.value, str):
            raise CannotEdit("There is more than one text here. Change it in an editor.")
        start, end = node.span
        old = self.text[start:end]
        kept = old[len(old.rstrip()) :]
        return self.text[:start] + self._styled(value, node) + kept + self.text[end:]

    def _styled(self, value: str, node: Node) -> str:
        """In the style of the old value, where that can hold the new one."""
        if "\n" in value or (node.style in ("|", ">") and value):
            if self._is_in_brackets(node):
                raise CannotEdit("Several lines cannot stand inside { }. Change this in an editor.")
            return self._block(value, self._indent_inside(node))
        if node.style == "'" and "'" not in value:
            return f"'{value}'"
        return _quoted(value) if node.style in ("'", '"') else _written(value, self._is_in_brackets(node))

    def _block(self, value: str, indent: int) -> str:
        lines = [" " * indent + line if line else "" for line in value.split("\n")]
        return self.newline.join(["|-", *lines])

    def _indent_inside(self, node: Node) -> int:
        """How far the lines of a block stand in: as the old ones, else two further than the name."""
        if node.style in ("|", ">"):
            for line in self.text[slice(*node.span)].splitlines()[1:]:
                if line.strip():
                    return len(line) - len(line.lstrip(" "))
        return (node.named_at or node.place).column + 1

    def _is_in_brackets(self, node: Node) -> bool:
        """Whether brackets stand open before it on its line: { label: ... }."""
        before = self.text[self._line_start(node.span[0]) : node.span[0]]
        return before.count("{") + before.count("[") > before.count("}") + before.count("]")

    # ------------------------------------------------------------------------------------------- lists

    def _list_replaced(self, node: Node, value: list[str]) -> str:
        """Only the parts that differ are touched."""
        if not isinstance(node.value, tuple) or not node.value:
            start, end = node.span
            return self.text[:start] + (" " if start == end else "") + _bracketed(value) + self.text[end:]
        if not value:
            raise CannotEdit("At least one word must stay here.")
        items, text = node.value, self.text
        before = [item.value if isinstance(item.value, str) else "" for item in items]
        for how, i1, i2, j1, j2 in reversed(SequenceMatcher(a=before, b=value, autojunk=False).get_opcodes()):
            if how != "equal":
                text = self._spliced(text, node, items, (i1, i2), value[j1:j2])
        return text

    def _spliced(self, text: str, node: Node, items: tuple[Node, ...], gone: tuple[int, int], words: list[str]) -> str:
        """Some neighbouring parts of a list exchanged for others. `text` is unchanged up to where these stand."""
        first, last = gone
        gaps = [self.text[one.span[1] : other.span[0]] for one, other in pairwise(items[max(first - 1, 0) : last + 1])]
        if first < last and any("#" in gap for gap in gaps):
            raise CannotEdit("A remark stands among these words. Change them in an editor.")
        spliced = self._spliced_in_brackets if node.style == "[" else self._spliced_in_lines
        return spliced(text, items, gone, words)

    def _spliced_in_brackets(self, text: str, items: tuple[Node, ...], gone: tuple[int, int], words: list[str]) -> str:
        first, last = gone
        new = ", ".join(_written(word, in_brackets=True) for word in words)
        if first < last and words:
            return text[: items[first].span[0]] + new + text[items[last - 1].span[1] :]
        if first < last and last < len(items):
            return text[: items[first].span[0]] + text[items[last].span[0] :]
        if first < last:
            return text[: items[first - 1].span[1]] + text[items[last - 1].span[1] :]
        if first:
            return text[: items[first - 1].span[1]] + ", " + new + text[items[first - 1].span[1] :]
        return text[: items[0].span[0]] + new + ", " + text[items[0].span[0] :]

    def _spliced_in_lines(self, text: str, items: tuple[Node, ...], gone: tuple[int, int], words: list[str]) -> str:
        first, last = gone
        indent = text[self._line_start(items[0].span[0]) : items[0].span[0]]
        new = "".join(f"{indent}{_written(word)}{self.newline}" for word in words)
        if first < last:
            start, end = self._line_start(items[first].span[0]), self._line_end(items[last - 1].span[1])
        elif first:
            start = end = self._line_end(items[first - 1].span[1])
        else:
            start = end = self._line_start(items[0].span[0])
        if start and text[start - 1] != "\n":  # the last line of a file may lack its end
            new = self.newline + new.removesuffix(self.newline)
        return text[:start] + new + text[end:]

    # ------------------------------------------------------------------------------------------- what is missing

    def added(self, root: Node, path: tuple[str, ...], value: Value) -> str:
        """The text with a new value, below what is there of its names."""
        depth, parent = 0, root
        while (inner := _find(root, path[: depth + 1])) is not None:
            depth, parent = depth + 1, inner
        if not isinstance(parent.value, dict) or not parent.value:
            raise CannotEdit("There is nothing here yet to put it under. Begin it in an editor.")
        name, rest = path[depth], path[depth + 1 :]
        before = self._neighbour(parent, name)
        if parent.style == "{":
            return self._added_in_braces(parent, before, f"{name}: {self._inline(rest, value)}")
        first = next(iter(parent.value.values()))
        indent = (first.named_at or first.place).column - 1
        lines = self._lines(name, rest, value, indent)
        at = self._line_start(self._offset_of(first)) if before is None else self._line_end(self._end(before))
        if at and self.text[at - 1] != "\n":
            lines = self.newline + lines
        return self.text[:at] + lines + self.text[at:]

    def begun(self, path: tuple[str, ...], value: Value) -> str:
        """The text of a file that held nothing."""
        return self._lines(path[0], path[1:], value, 0)

    def _neighbour(self, parent: Node, name: str) -> Node | None:
        """After which field the new one belongs: none where it comes first."""
        fields = parent.value if isinstance(parent.value, dict) else {}
        earlier = [node for other, node in fields.items() if _rank(other) <= _rank(name)]
        return earlier[-1] if earlier else None

    def _added_in_braces(self, parent: Node, before: Node | None, words: str) -> str:
        at = parent.span[0] + 1 if before is None else before.span[1]
        put = f"{words}, " if before is None else f", {words}"
        return self.text[:at] + put + self.text[at:]

    def _inline(self, rest: tuple[str, ...], value: Value) -> str:
        if rest:
            return "{" + f"{rest[0]}: {self._inline(rest[1:], value)}" + "}"
        if isinstance(value, list):
            return _bracketed(value)
        if "\n" in value:
            raise CannotEdit("Several lines cannot stand inside { }. Write this in an editor.")
        return _written(value, in_brackets=True)

    def _lines(self, name: str, rest: tuple[str, ...], value: Value, indent: int) -> str:
        """`name:` with what stands below it: a step's text on lines of its own, an option in braces."""
        start = f"{' ' * indent}{name}:"
        if rest and (rest[-1] == "text" or len(rest) > 1):
            return f"{start}{self.newline}{self._lines(rest[0], rest[1:], value, indent + 2)}"
        if rest and not (isinstance(value, str) and "\n" in value):
            return f"{start} {self._inline(rest, value)}{self.newline}"
        if rest:
            return f"{start}{self.newline}{self._lines(rest[0], (), value, indent + 2)}"
        if isinstance(value, list):
            return f"{start} {_bracketed(value)}{self.newline}"
        written = self._block(value, indent + 2) if "\n" in value else _written(value)
        return f"{start} {written}{self.newline}"

    # ------------------------------------------------------------------------------------------- places

    def _offset_of(self, node: Node) -> int:
        """Where a field's name begins: found backwards from its value."""
        line = (node.named_at or node.place).line
        at = 0
        for _ in range(line - 1):
            at = self._line_end(at)
        return at

    def _end(self, node: Node) -> int:
        """Behind the last letter of a value: empty lines and remarks belong to what follows."""
        if not isinstance(node.value, str) and node.value and not node.style:
            inner = node.value.values() if isinstance(node.value, dict) else node.value
            return max(map(self._end, inner))
        start, end = node.span
        return start + len(self.text[start:end].rstrip())

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        """Behind the end of the line."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1


def _rank(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _written(value: str, in_brackets: bool = False) -> str:
    """As plainly as YAML allows, else in quotes.

    >>> _written("Call now"), _written("Say: no"), _written("a, b", in_brackets=True), _written("#1")
    ('Call now', '"Say: no"', '"a, b"', '"#1"')
    """
    return value if _PLAIN.fullmatch(value) and not (in_brackets and _BRACKETS.search(value)) else _quoted(value)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _bracketed(words: Sequence[str]) -> str:
    return "[" + ", ".join(_written(word, in_brackets=True) for word in words) + "]"
