"""What people text first: keywords that would never be heard, or be heard as something else.

Apart because nobody sees these mistakes in a reply. Words are folded as the line's own reader folds them, and looked
up in its order: opting out, emergencies, the answer to the screen, commands, greetings, keywords.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from bot.content.checks.content import Content, phrases
from bot.content.message_loader import Locale, written_words
from bot.content.problem import Place
from bot.engine.flow import Option
from bot.engine.vocabulary import Words

KEPT = frozenset(["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "start", "unstop"])
"""By SMS the phone company acts on these itself; whoever texts one is cut off, or let in again."""
TAKEN = frozenset({"yes", "help", "info"})
"""These it may answer itself. They may be understood, but must not be the only way to anything."""

_SEVERAL = re.compile(r"[;|]|\s/\s")
"""What people put between words where a comma belongs."""


def check(content: Content) -> None:
    """Note keywords that start two flows."""
    first: dict[Words, tuple[str, Locale]] = {}
    for locale in content.locales.values():
        for flow, texts in locale.words.keywords.items():
            for number, text in enumerate(texts):
                words = written_words(text)
                other, where = first.setdefault(words, (flow, locale))
                if other != flow and words:
                    content.note("shared-keyword", _place(content, locale, flow, number),
                                 f'"{text}" starts "{other}" too ({where.name}).',
                                 "Keep it in one of the two flows; in doubt in none: people are then asked.",
                                 "error" if where is locale else "warning")  # fmt: skip


def look(content: Content, locale: Locale, file: str) -> None:
    """Note keywords that are understood as something else before, and several that were written as one."""
    common = (*phrases(locale, "fillers"), *phrases(locale, "hints"))
    weak = {word for text in common for word in written_words(text)}
    for flow, texts in locale.parts[file].words.keywords.items():
        folded = [written_words(text) for text in texts]
        for number, words in enumerate(folded):
            if not words:
                continue
            one_phrase(content, partial(_place, content, locale, flow, number), texts[number])
            if " ".join(words) in KEPT or (folded == [words] and " ".join(words) in TAKEN):
                kept(content, _place(content, locale, flow, number), texts[number])
            elif means := _heard_as(content, words, loud=_loud(content, flow)):
                content.note("heard-first", _place(content, locale, flow, number),
                             f'"{texts[number]}" is heard as {means}, never as this.',
                             "Take it out here, or out of words.yml.", "warning")  # fmt: skip
            elif len(words) == 1 and weak.issuperset(words):
                content.note("weak-keyword", _place(content, locale, flow, number),
                             f'"{texts[number]}" stands in every other text.',
                             "Add a word that only this situation has.", "warning")  # fmt: skip


def _place(content: Content, locale: Locale, flow: str, number: int) -> Place:
    return _item(content, f"messages/{locale.name}/{flow}.yml", number, "keywords")


def _heard_as(content: Content, words: Words, *, loud: bool) -> str:
    """What else these words are understood as before they could start a flow; empty: nothing."""
    if found := content.optouts.found_in(words):
        return f"opting out ({found.locale})"
    return "" if loud else content.heard.get(words, "")


def one_phrase(content: Content, place: Callable[[], Place], text: str) -> None:
    """Note several phrases written as one. `place` is asked for only then: it has to be looked for."""
    if several := _SEVERAL.search(text):
        content.note("one-phrase", place(), f'"{text}" counts as one phrase, which nobody texts.',
                     f'Put a comma instead of "{several[0].strip()}".', "warning")  # fmt: skip


def kept(content: Content, place: Place, text: str) -> None:
    """Note a word that never arrives."""
    content.note("carrier-word", place, f'"{text}" is kept by the phone company: it never arrives as an answer.',
                 "Take another word, or write others beside it.")  # fmt: skip


def _loud(content: Content, flow: str) -> bool:
    """Whether a flow's words are heard before commands and greetings."""
    return flow in content.flows and content.flows[flow].interrupts


def _item(content: Content, file: str, number: int, *names: str) -> Place:
    """Where one item of a list stands."""
    node = content.nodes.get(file)
    for name in names:
        node = node.value.get(name) if node and isinstance(node.value, dict) else None
    return node.value[number].place if node and isinstance(node.value, tuple) else content.place(file, *names)


def answer_place(content: Content, locale: Locale, option: Option, number: int) -> Place:
    """Where one of an option's answers stands: its label first, where it has one, then its synonyms."""
    flow, step, name = option.key.split(".")
    labels = 1 if f"{option.key}.label" in locale.texts else 0
    if number < labels:
        return locale.texts[f"{option.key}.label"].place
    return _item(content, f"messages/{locale.name}/{flow}.yml", number - labels, step, name, "also")
