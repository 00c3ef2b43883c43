"""The texts of one file in two languages, side by side: what is missing, what is too long, what nobody has read again.

Apart from the page, which shows them. A row is a text or a list of words, known by the names above it in its file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.content.library import Checked
from bot.content.problem import Place, Problem
from bot.content.reviews import Translation
from bot.content.segments import MAX_PARTS, cheaper, parts
from bot.content.source import Node

WORDS = frozenset({"keywords", "also"})
"""Names of lists that each language has for itself: none is missing because English has one."""

KEYWORDS = ("keywords",)
"""They stand at the head of a file, and are many; who opens it comes for the texts."""

MISSING = "missing-text"
"""The problem that stands at the line of what the text belongs to, for want of one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value in two languages."""

    path: tuple[str, ...]
    english: str | list[str] | None
    own: str | list[str] | None
    place: Place | None
    """Where it stands in the other language's file, or where it belongs."""
    is_missing: bool
    is_stale: bool
    """The English has changed since this was translated."""
    is_unread: bool
    """No speaker of the language has read it."""
    problems: tuple[Problem, ...]

    @property
    def name(self) -> str:
        """The names in one word."""
        return ".".join(self.path)

    @property
    def is_list(self) -> bool:
        """Whether it is a list of words."""
        return isinstance(self.own if self.own is not None else self.english, list)

    @property
    def parts(self) -> int:
        """Parts of an SMS."""
        return parts(cheaper(self.own)) if isinstance(self.own, str) else 0

    @property
    def is_too_long(self) -> bool:
        """Over the three parts that a reply may have, by itself."""
        return self.parts > MAX_PARTS

    @property
    def needs_work(self) -> bool:
        """Whether a translator should look at it."""
        return self.is_missing or self.is_stale or self.is_too_long or bool(self.problems)


@dataclass(frozen=True, slots=True)
class Reviews:
    """Keys of texts by what is known of their translation."""

    stale: Collection[str] = ()
    unread: Collection[str] = ()


def files_of(checked: Checked, default: str) -> list[str]:
    """The names of the files that the default language has, without `.yml`."""
    room = f"messages/{default}/"
    return sorted(name.removeprefix(room).removesuffix(".yml") for name in checked.nodes if name.startswith(room))


def rows(checked: Checked, default: str, locale: str, file: str, reviews: Reviews) -> tuple[Row, ...]:
    """Every value of a file, in the order of the default language; then what only the other one has, then keywords."""
    own_file = f"messages/{locale}/{file}.yml"
    english = dict(_leaves(checked.nodes.get(f"messages/{default}/{file}.yml")))
    if known := checked.translations.get(locale):
        english = {path: node for path, node in english.items() if _is_wanted(path, node, file, known)}
    own = dict(_leaves(checked.nodes.get(own_file)))
    found = [problem for problem in checked.problems if problem.place.file == own_file]
    paths = sorted({**english, **own}, key=lambda path: path == KEYWORDS)
    return tuple(_row(path, english.get(path), own.get(path), own, found, reviews, file) for path in paths)


def _is_wanted(path: tuple[str, ...], node: Node, file: str, known: Translation) -> bool:
    """Lists, and the texts that this locale must have: a variant in Latin letters has some of its own, and not all."""
    return not isinstance(node.value, str) or ".".join((file, *path)) in known.english


def _leaves(node: Node | None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    if node is not None and isinstance(node.value, dict):
        for name, inner in node.value.items():
            yield from _leaves(inner, (*path, name))
    elif node is not None and path:
        yield path, node


def _row(
    path: tuple[str, ...],
    english: Node | None,
    own: Node | None,
    every: dict[tuple[str, ...], Node],
    problems: list[Problem],
    reviews: Reviews,
    file: str,
) -> Row:
    key = ".".join((file, *path))
    place = (own.named_at or own.place) if own else None
    lines = range(place.line, _last_line(place, every) + 1) if place else range(0)
    return Row(
        path=path,
        english=_value(english),
        own=_value(own),
        place=place,
        is_missing=own is None and path[-1] not in WORDS and isinstance(_value(english), str),
        is_stale=key in reviews.stale,
        is_unread=key in reviews.unread,
        problems=tuple(
            problem
            for problem in problems
            if (f'"{key}"' in problem.what if problem.code == MISSING else problem.place.line in lines)
        ),
    )


def _last_line(place: Place, every: dict[tuple[str, ...], Node]) -> int:
    """The last line before the next value of the file."""
    behind = [at.line for node in every.values() if (at := node.named_at or node.place).line > place.line]
    return min(behind, default=place.line + 1000) - 1


def _value(node: Node | None) -> str | list[str] | None:
    if node is None:
        return None
    if isinstance(node.value, str):
        return node.value.strip()
    return [item.value for item in node.value if isinstance(item, Node) and isinstance(item.value, str)]
