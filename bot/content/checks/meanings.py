"""The lists of `words.yml` beside each other: a word that means two things, so that only one of them is ever heard.

Apart from `keywords`, which compares flows with these lists; here one list is compared with the next.
"""

from __future__ import annotations

from bot.content.checks.content import Content, phrases
from bot.content.message_loader import COMMANDS, DIGITS, Locale, written_words
from bot.content.problem import Place
from bot.engine.checklist import ANSWERS
from bot.engine.vocabulary import Words

LISTS = (
    "optout.whole",
    "yes",
    "no",
    *(f"commands.{name}" for name in COMMANDS),
    *(f"numbers.{digit}" for digit in DIGITS),
    *(f"checklist.{answer}" for answer in ANSWERS),
)
"""Lists of which no two may hold the same word, in the order in which they are heard."""


def check(content: Content) -> None:
    """Note every word that stands in two lists of one language."""
    for locale in content.locales.values():
        first: dict[Words, str] = {}
        for list_ in LISTS:
            for text in phrases(locale, list_):
                if (other := first.setdefault(written_words(text), list_)) != list_:
                    content.note("two-meanings", _place(content, locale, list_, text),
                                 f'"{text}" means {_said(other)} and {_said(list_)}.',
                                 "Keep it in one of the two lists.")  # fmt: skip


def _said(list_: str) -> str:
    return "opting out" if list_ == "optout.whole" else list_.rpartition(".")[2]


def _place(content: Content, locale: Locale, list_: str, text: str) -> Place:
    node = content.nodes[f"messages/{locale.name}/words.yml"]
    for name in list_.split("."):
        node = node.value[name] if isinstance(node.value, dict) else node
    items = node.value if isinstance(node.value, tuple) else ()
    return next((item.place for item in items if item.value == text), node.place)
