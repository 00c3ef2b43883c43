"""What stands in a text and should not: numbers and links that belong elsewhere, leftovers, quotes that never close.

Apart from `guards`, whose phrases differ from language to language: these are the same in all.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.content.checks.content import Content
from bot.content.checks.prose import written
from bot.content.message_loader import Locale, Text
from bot.engine.referrals import Referral

_NUMBER = re.compile(r"(?<![\w-])\+?\(?\d(?:[ ().-]{0,2}\d){6,}(?!\w)|(?<![\w-])\d{6}(?!\w)")
_SHORT = re.compile(r"(?<![\w$-])\d{3}(?![\w%-])")
_SERVICE = re.compile(r"9\d\d|\d11")
"""How emergency and service numbers look: 911, 988, 311. Another one may be one of them with its digits swapped."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LINK = re.compile(
    r"https?://\S+|www\.\S+|[\w.-]+@[\w-]+\.\w+"
    r"|(?<!\w)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:org|com|gov|net|edu|info|us|nyc)\b",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"\b(?:TODO|FIXME|XXX+|TBD|[Ll]orem ipsum)\b|<<<<|>>>>|\?\?\?|&[a-z]{2,6};|</?[a-z]+/?>|\*\*|\\n"
    r"|\[(?:[Tt]ranslat|[Tt]raducir|[Dd]raft)[^\]]*\]"
)
_CURLY = re.compile(r"“[^“”\u3040-\u9fff]*”")
_LIKE_OPTION = re.compile(r"(?m)^[0-9] \S.*$")
_TWICE = re.compile(r"\b([^\W\d_]{2,}) \1\b", re.IGNORECASE)
_PAIRS = ("“”", "()", "（）", "«»", "「」")


def look(content: Content, locale: Locale, file: str) -> None:
    """Note what should not stand in a text."""
    short, texts = _short_numbers(content.referrals), locale.parts[file].texts
    labels = {text.value: key.split(".")[-2] for key, text in texts.items() if key.endswith(".label")}
    for key, text in texts.items():
        if key.startswith("common.language."):
            continue
        _numbers(content, text, short)
        _pieces(content, text)
        _pairs(content, text)
        if key.endswith(".text") and (label := labels.get(text.value)):
            content.note("text-is-label", text.place, f'this text is the label of "{label}".',
                         "Write what the step says; a label stands behind its own option.", "warning")  # fmt: skip


def _short_numbers(referrals: Collection[Referral]) -> set[str]:
    return {referral.phone for referral in referrals if referral.phone and len(referral.phone) <= len("911")}


def _numbers(content: Content, text: Text, short: Collection[str]) -> None:
    """Telephone numbers stand in one file; 911 and 988 may be said, but only as they stand there."""
    plain = _DATE.sub(" ", text.value)
    digits = plain if plain.isascii() else written(plain)
    if found := _NUMBER.search(digits):
        content.note("typed-number", content.piece(text, found[0].strip()),
                     f'"{found[0].strip()}" looks like a telephone number.',
                     "Numbers stand in flows/referrals.yaml only; a step shows them with `refer`.")  # fmt: skip
    for match in _SHORT.finditer(digits):
        if match[0] not in short and (_SERVICE.fullmatch(match[0]) or sorted(match[0]) in map(sorted, short)):
            content.note("typed-number", content.piece(text, match[0]),
                         f'"{match[0]}" is no number of flows/referrals.yaml.',
                         "Write the right one, or add the line there first.")  # fmt: skip


def _pieces(content: Content, text: Text) -> None:
    if found := _LINK.search(text.value):
        content.note("typed-link", content.piece(text, found[0]), f'"{found[0]}" is an address.',
                     "Addresses stand in flows/referrals.yaml only; a step shows them with `refer`.")  # fmt: skip
    elif _CURLY.fullmatch(text.value):
        content.note("curly-quotes", content.piece(text, text.value[0]),
                     "these quotation marks are part of the text: people would see them.",
                     'Write straight ones, "...", or none (--fix does).', "warning")  # fmt: skip
    elif found := _LEFTOVER.search(text.value):
        content.note("leftover", content.piece(text, found[0]), f'"{found[0]}" was left here while working.',
                     "Take it out: people would read it as it is.")  # fmt: skip
    if found := _LIKE_OPTION.search(text.value):
        content.note("like-an-option", content.piece(text, found[0]),
                     f'this line begins with "{found[0][0]} ", as an option does.',
                     "People would answer with that digit. Write it as a word, or put another word first.")  # fmt: skip
    if found := _TWICE.search(text.value):
        content.note("word-twice", content.piece(text, found[0]), f'the same word stands here twice: "{found[0]}".',
                     "Take one out.", "warning")  # fmt: skip


def _pairs(content: Content, text: Text) -> None:
    """Quotation marks and brackets come in pairs; one that is missing is half of a text cut off."""
    lonely = [pair for pair in _PAIRS if text.value.count(pair[0]) != text.value.count(pair[1])]
    if text.value.count('"') % 2:
        lonely.append('""')
    if lonely and not ("“”" in lonely and len(lonely) == 2 and '""' in lonely):
        sign = lonely[0][0] if lonely[0][0] in text.value else lonely[0][1]
        content.note("lonely-sign", content.piece(text, sign), f"a {sign} stands here without its other half.",
                     "Add the other half, or take it out; part of the text may be missing.", "warning")  # fmt: skip
