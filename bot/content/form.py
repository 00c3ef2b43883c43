"""What the values of a file should be: fields, texts, lists, one of several words. Notes whatever is not so.

Apart from `source`, which only reads. Nothing here ever raises, whatever a file holds: a wrong value becomes an empty
one, so that the rest of the file is read too and one run names every mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from bot.content.problem import Place, Problems, did_you_mean, listed
from bot.content.source import Node

BULLETS = tuple("•‣◦▪●–—·")
"""What word processors put in front of the lines of a list."""
_COMMA = ' If it is part of a text with a comma: put the whole text in straight quotes, "..."'


def _one_line(name: str) -> str:
    return f"Add a line: `{name}: ...`"


class Form:
    """Reads nodes as what they should be."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def wrong(self, code: str, node: Node, what: str, cure: str) -> None:
        """Note a problem where a node stands: at its name, if it has one."""
        self.problems.add(code, node.named_at or node.place, what, cure)

    def fields(
        self,
        node: Node,
        *,
        what: str,
        known: Mapping[str, bool] | None = None,
        cure: Callable[[str], str] = _one_line,
        also: str = "",
    ) -> dict[str, Node]:
        """The fields of a node. `known`: what may stand here, and whether it must. `cure`: of one that is missing.

        `also`: what else to do about one that is not known.
        """
        named = node.value
        if not isinstance(named, dict):
            if named not in ("", ()):
                self.wrong("fields", node, f"{what} needs lines `name: value` here.",
                           "Write them two spaces further in, each on its own line, without - in front.")  # fmt: skip
                return {}
            named = {}
        if known is None:
            return dict(named)
        for name, field in named.items():
            if name not in known:
                comma = _COMMA if field.value == "" and " " in name else ""
                self.wrong("unknown-word", field, f'{what} does not know the word "{name}".{did_you_mean(name, known)}',
                           f"Known here: {listed(known)}.{comma}{also}")  # fmt: skip
        for name, needed in known.items():
            if needed and name not in named:
                place = node.named_at or Place(node.place.file, layer=node.place.layer)
                self.problems.add("missing-word", place, f'{what} lacks "{name}".', cure(name))
        return {name: field for name, field in named.items() if name in known}

    def text(self, node: Node, *, what: str) -> str:
        """The text of a node."""
        if isinstance(node.value, str):
            return node.value
        self.wrong("text", node, f"{what} must be one text.",
                   'Write it after the colon; in quotes if it holds a colon or a bracket: "..."')  # fmt: skip
        return ""

    def items(self, node: Node, *, what: str) -> tuple[Node, ...]:
        """The items of a list."""
        if isinstance(node.value, tuple):
            return node.value
        if isinstance(node.value, str) and node.value[:1] in BULLETS:
            self.problems.add("list", node.place, f"{what} must be a list.",
                              f'Write "- " in front of each line of it instead of "{node.value[0]}".')  # fmt: skip
        elif node.value != "":
            self.wrong("list", node, f"{what} must be a list.", "Write it in brackets: [one, two].")
        return ()

    def texts(self, node: Node, *, what: str) -> tuple[str, ...]:
        """The texts of a list."""
        return tuple(self.text(item, what=f"each part of {what}") for item in self.items(node, what=what))

    def one_of(self, code: str, node: Node, known: Collection[str], *, what: str, cure: str = "Known:") -> str:
        """The text of a node if it is a known one; else an empty text. `what` goes before the text in the sentence."""
        text = self.text(node, what=what)
        if text in known:
            return text
        if isinstance(node.value, str):
            self.unknown(code, node, text, known, what=what, cure=cure)
        return ""

    def unknown(self, code: str, node: Node, text: str, known: Collection[str], *, what: str, cure: str) -> None:
        """Note that a text is none of those that may stand here."""
        self.wrong(code, node, f'{what} "{text}" is not known.{did_you_mean(text, known)}', f"{cure} {listed(known)}.")

    def is_true(self, node: Node, *, what: str) -> bool:
        """Whether it says true."""
        text = self.text(node, what=what)
        if isinstance(node.value, str) and text not in ("true", "false"):
            self.wrong("true-false", node, f'{what} says "{text}".', "Write true or false.")
        return text == "true"
