"""Signs that look right and are not: letters of another script, mixed digits, what nobody can see, dear ones.

Apart because these come with copied text and automatic correction: the person who wrote them sees nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.content.checks.content import Content, phrases
from bot.content.checks.prose import letters, script
from bot.content.message_loader import Locale, Text
from bot.content.problem import Place
from bot.content.segments import cheaper, parts
from bot.engine.text import script_of_words

DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
HIDDEN = re.compile("[\u00ad\u180e\u200b\u2060\ufeff]|(?<=[A-Za-z])[\u200c\u200d]")
WIDE_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
"""Scripts with letters that look like those of another."""
PLAINER = str.maketrans({
    "•": "-", "·": "-", "●": "-", "▪": "-", "→": "->", "⇒": "->", "✓": "", "✔": "", "′": "'", "″": '"', "„": '"',
    "«": '"', "»": '"', "‚": "'", "‐": "-", "‑": "-", "―": "-", "−": "-", "×": "x", "½": "1/2", "№": "No.",
    "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " ",
})  # fmt: skip
"""Signs outside the small alphabet, and what says the same within it."""

_FOREIGN = re.compile("[\u0370-\u058f\u13a0-\u13ff]")
_WORD = re.compile(r"[^\W\d_]+")


def look(content: Content, locale: Locale, file: str) -> None:
    """Note signs that are not what they seem."""
    mine, part = script_of_words(phrases(locale, "hints")), locale.parts[file]
    for text in part.texts.values():
        if text.value.isascii():
            continue
        _unseen(content, text)
        _digits(content, text)
        _alike(content, text.value, mine, text)
        if mine == "LATIN" and file != "common":
            _dear(content, text)
    for text in _foreign(content, part):
        if odd := _odd_word(text.value, mine):
            _note_alike(content, content.piece(text, odd), odd, mine)


def _foreign(content: Content, part: Locale) -> Iterator[Text]:
    """What people may text that holds letters of a script that looks like another; below which name it stands."""
    for flow, texts in part.words.keywords.items():
        for text in filter(_FOREIGN.search, texts):
            yield Text(text + "\n" * len(texts), content.place(f"messages/{part.name}/{flow}.yml", "keywords"))
    for key, texts in part.words.answers.items():
        flow, step, option = key.split(".")
        for text in filter(_FOREIGN.search, texts):
            yield Text(text, content.place(f"messages/{part.name}/{flow}.yml", step, option))


def _unseen(content: Content, text: Text) -> None:
    if found := DIRECTION.search(text.value):
        content.note("direction-mark", content.piece(text, found[0]),
                     f"a sign that turns the direction of writing stands here ({_called(found[0])}).",
                     "Take it out (--fix does): put a number or an English sentence on a line of its own.",
                     "warning")  # fmt: skip
    if found := HIDDEN.search(text.value) or WIDE_SPACE.search(text.value):
        content.note("hidden-sign", content.piece(text, found[0]),
                     f"a sign that nobody sees stands here ({_called(found[0])}).",
                     "Take it out, or type an ordinary space (--fix does).", "warning")  # fmt: skip


def _called(char: str) -> str:
    return unicodedata.name(char, f"number {ord(char)}").lower()


def _digits(content: Content, text: Text) -> None:
    kinds = {"" if char.isascii() else unicodedata.name(char).rpartition(" DIGIT")[0]: char
             for char in text.value if char.isdecimal()}  # fmt: skip
    if len(kinds) > 1:
        odd = next(char for kind, char in kinds.items() if kind)
        content.note("mixed-digits", content.piece(text, odd), "digits of two kinds stand in one text.",
                     "Write all of them as 0 to 9, as phones and papers do.", "warning")  # fmt: skip


def _alike(content: Content, value: str, mine: str, text: Text) -> None:
    if _FOREIGN.search(value) and (odd := _odd_word(value, mine)):
        _note_alike(content, content.piece(text, odd), odd, mine)


def _odd_word(value: str, mine: str) -> str:
    """The first word that mixes letters of two scripts, or is wholly in one that only looks like ours."""
    for word in _WORD.findall(value):
        scripts = set(letters(word)) & ALIKE
        if len(scripts) > 1 or (mine in ALIKE and scripts and scripts.isdisjoint({mine, "LATIN"})):
            return str(word)
    return ""


def _note_alike(content: Content, place: Place, word: str, mine: str) -> None:
    odd = next(char for char in word if script(char) not in (mine, "LATIN"))
    content.note("look-alike", place, f'in "{word}" the letter "{odd}" is of another script ({_called(odd)}).',
                 "Type the word again on your own keyboard.")  # fmt: skip


def _dear(content: Content, text: Text) -> None:
    """A sign for which there is a cheap one, where it costs a part that the line does not save by itself."""
    now, then = parts(cheaper(text.value)), parts(cheaper(text.value.translate(PLAINER)))
    if then < now:
        odd = next(char for char in text.value if ord(char) in PLAINER)
        content.note("dear-sign", content.piece(text, odd),
                     f'the sign "{odd}" makes this {now} SMS parts instead of {then}.',
                     f'Write "{odd.translate(PLAINER)}" instead (--fix does).', "warning")  # fmt: skip
