"""A text as the matcher sees it: folded and cut into words. The same for what people type and what volunteers write.

Apart because everything that compares words must fold them in exactly the same way, in every script. Folding forgives
width, case, accents, Arabic letter variants, keycap digits, invisible characters; it never forgives a different word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

MAX_LENGTH = 480
"""Characters that are looked at. A situation is named early; the rest costs time and explains nothing."""

_SAME = {
    **dict(zip("أإآٱىیئةہھکؤ", "اااايييهههكو", strict=True)),
    **{"ـ": "", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "œ": "oe", "æ": "ae"},
    **dict.fromkeys("’‘`´ʼ", "'"),
}
"""Letters that people use for each other."""

REMEMBERED = 1 << 14
"""Characters for which the answer is kept, far more than people use: whoever texts every character there is would
otherwise fill the memory."""

_SIGNS = "".join(chr(code) for code in range(0x0900, 0x0E00) if unicodedata.category(chr(code)).startswith("M"))
"""The vowel signs of India: parts of a word, which `\\w` takes for its end."""
_WORD = re.compile(rf"[\w'{_SIGNS}]+|[\U0001F44D\U0001F44E✅❌]")
_SYLLABLES = "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
"""Chinese characters and Korean syllables: each is a word here, since neither script sets words apart as we need it."""
_SYLLABLE = re.compile(f"[{_SYLLABLES}]")
_BETWEEN_SYLLABLES = re.compile(f"([{_SYLLABLES}])")
_APOSTROPHE = re.compile(r"'")
_ONLY_URDU = frozenset("ٹڈڑںےۓگچپژکیہھۂۃ")
_ONLY_ARABIC = frozenset("أإةىكي")
"""Letters of the keyboards of one of the two languages."""


def fold(text: str) -> str:
    """The text without everything that does not change a word.

    Folding twice gives the same as folding once.

    >>> fold("１)  ¡SÍ!  Ya")
    '1) ¡si! ya'
    >>> fold("1️⃣")
    '1'
    """
    kept = text[:MAX_LENGTH].translate(_VISIBLE)
    flat = unicodedata.normalize("NFKC", kept).casefold()
    bare = unicodedata.normalize("NFKD", flat).translate(_BARE)
    same = unicodedata.normalize("NFC", bare).translate(_EQUAL)
    return " ".join(same.split())[:MAX_LENGTH].rstrip()


def words(folded: str) -> tuple[str, ...]:
    """The words of a folded text; each Chinese character and each Korean syllable is a word.

    Korean is written with spaces, but what we look for has endings stuck to it, and people leave the spaces out.

    >>> words("don't open! 敲门"), words("문을")
    (('dont', 'open', '敲', '门'), ('문', '을'))
    """
    found: list[str] = []
    for word in _WORD.findall(folded):
        if _SYLLABLE.search(word):
            found += [piece for piece in _BETWEEN_SYLLABLES.split(word) if piece]
        elif bare := _APOSTROPHE.sub("", word):
            found.append(bare)
    return tuple(found)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as somebody typed it."""
    return words(fold(text))


def script_of(text: str) -> str:
    """The script most letters are in: "LATIN", "ARABIC", "CJK", ...; empty where there are no letters.

    >>> script_of("hola 123"), script_of("敲门"), script_of("911")
    ('LATIN', 'CJK', '')
    """
    counts: dict[str, int] = {}
    for char in text:
        if script := _SCRIPT[ord(char)]:
            counts[script] = counts.get(script, 0) + 1
    return max(counts, key=lambda script: counts[script]) if counts else ""


def runs_left(text: str) -> bool:
    """Whether a text is read from right to left, by its first letter.

    >>> runs_left("اردو"), runs_left("Roman Urdu")
    (True, False)
    """
    return next((unicodedata.bidirectional(char) in ("R", "AL") for char in text if char.isalpha()), False)


def script_of_words(words: Iterable[str]) -> str:
    """The script of a language's words; those in Latin letters aside, in which people write every language.

    >>> script_of_words(["我", "zenme", "meiyou"]), script_of_words(["the"])
    ('CJK', 'LATIN')
    """
    known = tuple(words)
    return script_of("".join(word for word in known if not word.isascii())) or script_of("".join(known))


def way_of(text: str) -> str:
    """Which of two ways to write one script a text shows: simplified, traditional, arabic, urdu; empty: neither.

    Asked of a text as it was typed: folding makes one letter of an Arabic and an Urdu one.

    >>> way_of("敲门"), way_of("敲門"), way_of("警察"), way_of("دروازے پر"), way_of("الشرطة في الباب")
    ('simplified', 'traditional', '', 'urdu', 'arabic')
    """
    counts: dict[str, int] = {}
    for char in text[:MAX_LENGTH]:
        if way := _WAY[ord(char)]:
            counts[way] = counts.get(way, 0) + 1
    ranked = sorted(counts, key=lambda way: -counts[way])
    return ranked[0] if len(ranked) == 1 or (ranked and counts[ranked[0]] > counts[ranked[1]]) else ""


def _way(char: str) -> str:
    """What one letter tells. Of Chinese characters it is known by the old character sets, each of which holds one way
    to write."""
    if "\u3400" <= char <= "\u9fff":
        if _is_in(char, "gb2312"):
            return "" if _is_in(char, "big5") else "simplified"
        return "traditional" if _is_in(char, "big5hkscs") else ""
    return "urdu" if char in _ONLY_URDU else "arabic" if char in _ONLY_ARABIC else ""


def _is_in(char: str, charset: str) -> bool:
    try:
        return bool(char.encode(charset))
    except UnicodeEncodeError:
        return False


def _script(char: str) -> str:
    """The first word of a letter's name; empty for what is no letter."""
    return unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""


def _visible(char: str) -> str:
    """Line breaks become spaces; controls, invisible characters, lone surrogates and keycap marks vanish."""
    if char in "\n\r\t":
        return " "
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co") or "\ufe00" <= char <= "\ufe0f" or char == "\u20e3":
        return ""
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # skin tones of 👍
        return ""
    return char


def _bare(char: str) -> str:
    """Marks that people leave out vanish, in Bengali the dot below a letter and the moon above it. Not the vowel signs
    of Bengali or Hindi: there a mark is part of the word."""
    left_out = unicodedata.category(char) == "Mn" and (
        "\u0300" <= char <= "\u036f"
        or "\u0610" <= char <= "\u061a"
        or "\u064b" <= char <= "\u065f"
        or char in "\u0670\u0981\u09bc"
    )
    return "" if left_out else char


def _equal(char: str) -> str:
    """Digits of every script and width are one; so are letters that people use for each other."""
    digit = unicodedata.decimal(char, None)
    return _SAME.get(char, char) if digit is None else str(int(digit))


class _ByCharacter(dict[int, str]):
    """What a function makes of each character, for `str.translate`: asked once for every character that people use."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__()
        self._change = change

    def __missing__(self, code: int) -> str:
        changed = self._change(chr(code))
        if len(self) < REMEMBERED:
            self[code] = changed
        return changed


_VISIBLE, _BARE, _EQUAL = _ByCharacter(_visible), _ByCharacter(_bare), _ByCharacter(_equal)
_SCRIPT, _WAY = _ByCharacter(_script), _ByCharacter(_way)
