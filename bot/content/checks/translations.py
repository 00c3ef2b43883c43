"""A translation beside the English: left untranslated, another script, other digits, a sentence to say aloud lost.

Apart from `message_check`, which says what is missing: here every text is there, and still is not the same text.
"""

from __future__ import annotations

import calendar
import re

from bot.content.checks.content import Content, phrases
from bot.content.checks.prose import letters, quoted, script, unquoted, written
from bot.content.message_loader import Locale, Text, written_words
from bot.engine.text import script_of_words, way_of

ENOUGH = 3
"""Words from which on an equal text is no name and no accident."""
TELEPHONE = 3
"""Digits from which on a number is one that people dial or look for."""

_DIGITS = re.compile(r"(?<![a-z])\d+(?![a-z])")
"""Not those that are letters: 3andi, mo7ami."""
_WORD = re.compile(r"[A-Za-z]+")
_MONTHS = {name: str(number) for number, name in enumerate(calendar.month_name) if name} | {"Sept": "9"}
"""Chinese and Korean write months as numbers."""
_PLACEHOLDER = re.compile(r"%\{[^}]*\}|%%")
_STAYS = re.compile(r"\b(?:ICE|POLICE|DHS|I-\d+)\b")


def look(content: Content, locale: Locale, file: str) -> None:
    """Compare every text with the one it was made from. Of a file with mistakes, nothing is said."""
    source = content.source
    if source is None or locale is source or "words" not in locale.files:
        return
    if any(content.problems.faulty(f"messages/{one.name}/{file}.yml") for one in (locale, source)):
        return
    way = way_of("".join(phrases(locale, "hints")))
    mine, theirs = (script_of_words(phrases(one, "hints")) for one in (locale, source))
    for key, text in locale.parts[file].texts.items():
        english = source.texts.get(key)
        if english is None or key.startswith("common.language."):
            continue
        if not _untranslated(content, text, english) and not _other_script(content, text, mine, theirs, way):
            _digits(content, text, english, source)
            _english(content, text, english)


def _untranslated(content: Content, text: Text, english: Text) -> bool:
    """The whole text, or one line of it."""
    if text.value == english.value:
        if len(written_words(unquoted(_PLACEHOLDER.sub("", text.value)))) < ENOUGH:
            return False
        content.note("untranslated", text.place, "this is the English text, letter by letter.",
                     f"Translate: {' '.join(english.value.split())[:60]}", "warning")  # fmt: skip
        return True
    theirs = {line.strip() for line in english.value.split("\n")}
    for line in text.value.split("\n"):
        if line.strip() in theirs and len(written_words(unquoted(line))) >= ENOUGH:
            content.note("untranslated", content.piece(text, line), "this line is still English.",
                         f"Translate: {line.strip()[:60]}", "warning")  # fmt: skip
            return True
    return False


def _other_script(content: Content, text: Text, mine: str, theirs: str, way: str) -> bool:
    """Not one letter of the language's own script, or of its own way to write it: pasted from another file."""
    bare = unquoted(_PLACEHOLDER.sub("", text.value))
    if not mine or len(written_words(bare)) < ENOUGH:
        return False
    scripts = set(letters(bare))
    foreign = scripts and mine not in scripts if mine != theirs else bool(scripts - {mine})
    odd = ""
    if foreign:
        odd = next(char for char in bare if script(char) not in ("", mine))
    elif (written := way_of(bare)) not in ("", way):
        odd = next(char for char in bare if way_of(char) == written)
    if odd:
        content.note("other-language", content.piece(text, odd), "this is not in the letters of this language.",
                     "Is it the text of another language? Translate it.")  # fmt: skip
    return bool(odd)


def _numbers(value: str) -> set[str]:
    return set(_DIGITS.findall(written(_PLACEHOLDER.sub("", value))))


def _digits(content: Content, text: Text, english: Text, source: Locale) -> None:
    """911, I-200, 3 days: the same numbers in both."""
    mine, theirs = _numbers(text.value), _numbers(english.value)
    months = {_MONTHS[word] for word in _WORD.findall(english.value) if word in _MONTHS}
    extra, missing = sorted(mine - theirs - months), sorted(theirs - mine)
    if extra and (missing or any(len(number) >= TELEPHONE for number in extra)):
        wanted = f"; there it is {', '.join(missing)}" if missing else ""
        content.note("other-digits", content.piece(text, extra[0]),
                     f"{', '.join(extra)} does not stand in the {source.name} text{wanted}.",
                     "Write the same numbers in every language.")  # fmt: skip
    elif extra or missing:
        number = ", ".join(extra or missing)
        content.note("other-digits", text.place,
                     f"{number} stands in one of the two texts only, here or in {source.name}.",
                     "Write the same numbers in every language.", "warning")  # fmt: skip


def _english(content: Content, text: Text, english: Text) -> None:
    """What must be said aloud or recognised in English stays in English."""
    for sentence in quoted(english.value) if unquoted(english.value).strip() else ():
        words = written_words(sentence)
        if len(words) >= ENOUGH and " ".join(words) not in " ".join(written_words(text.value)):
            content.note("not-aloud", text.place, f'the sentence to say in English is missing: "{sentence}".',
                         "Write it in English, and its meaning beside it.")  # fmt: skip
    for word in sorted(set(_STAYS.findall(english.value)) - set(_STAYS.findall(text.value))):
        if word not in text.value:
            content.note("english-word", text.place, f"{word} is missing: it stays in English.",
                         "People see it on a vest or a paper. Write the meaning beside it.", "warning")  # fmt: skip
