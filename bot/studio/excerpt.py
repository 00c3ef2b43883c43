"""Where something stands in the files: the lines of a step and of its words, for the page that lights them up.

Apart from the content reader, which knows the place of every value, because only the workshop shows whole stretches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.library import Checked
from bot.content.source import Node

AROUND = 1
"""Lines shown before and behind."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, and whether it is meant."""

    number: int
    text: str
    is_lit: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a file."""

    file: str
    """Its path, with its folder where there are several."""
    first: int
    """The first line that is meant."""
    lines: tuple[Line, ...]


def flow_lines(checked: Checked, step: str) -> Excerpt | None:
    """The lines of a step in its flow."""
    flow, _, name = step.partition(".")
    return excerpt(checked, f"flows/{flow}.yaml", ("steps", name))


def message_lines(checked: Checked, step: str, locale: str) -> Excerpt | None:
    """The lines of a step's words in one language."""
    flow, _, name = step.partition(".")
    return excerpt(checked, f"messages/{locale}/{flow}.yml", (name,))


def excerpt(checked: Checked, file: str, path: Sequence[str]) -> Excerpt | None:
    """The lines of what stands under some names, one below the other; None: there is no such thing."""
    node = checked.nodes.get(file)
    for name in path:
        node = node.value.get(name) if node and isinstance(node.value, dict) else None
    if node is None:
        return None
    where = (node.named_at or node.place).path
    lines = checked.lines[where]
    found = _stretch(checked.nodes.get(file), path, len(lines), where)
    if found is None:
        return None
    first, last = found
    while last > first and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1  # remarks and empty lines belong to what follows
    shown = range(max(first - AROUND, 1), min(last + AROUND, len(lines)) + 1)
    return Excerpt(where, first, tuple(Line(number, lines[number - 1], first <= number <= last) for number in shown))


def _stretch(root: Node | None, path: Sequence[str], end: int, where: str) -> tuple[int, int] | None:
    """First and last line: up to the next name beside it, or beside what it lies in."""
    node, first = root, 0
    for name in path:
        fields = node.value if node else None
        if not isinstance(fields, dict) or name not in fields:
            return None
        node = fields[name]
        first = node.named_at.line if node.named_at else node.place.line
        behind = [
            other.named_at.line
            for other in fields.values()
            if other.named_at and other.named_at.line > first and other.named_at.path == where
        ]
        end = min([end, *(line - 1 for line in behind)])
    return (first, max(first, end)) if path and node else None
