"""A text as the matcher sees it: folded and cut into words. The same for what people type and what volunteers write.

Apart because everything that compares words must fold them in exactly the same way, in every script. Folding forgives
width, case, accents, Arabic letter variants, keycap digits, invisible characters; it never forgives a different word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

MAX_LENGTH = 480
"""Characters that are looked at. A situation is named early; the rest costs time and explains nothing."""

_SAME = {
    **dict(zip("أإآٱىیئةہکؤ", "اااايييههكو", strict=True)),
    **{"ـ": "", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "’": "'", "‘": "'", "`": "'", "´": "'"},
}
"""Letters that people use for each other."""

REMEMBERED = 1 << 14
"""Characters for which the answer is kept, far more than people use: whoever texts every character there is would
otherwise fill the memory."""

_WORD = re.compile(r"[\w']+|[\U0001F44D\U0001F44E✅❌]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_APOSTROPHE = re.compile(r"'")


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
    """The words of a folded text; each Chinese character is a word.

    >>> words("don't open! 敲门")
    ('dont', 'open', '敲', '门')
    """
    found: list[str] = []
    for word in _WORD.findall(folded):
        if _HAN.search(word):
            found += [piece for piece in re.split(r"([\u3400-\u4dbf\u4e00-\u9fff])", word) if piece]
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
    """Marks that people leave out vanish. Not the vowel signs of Bengali or Hindi: there a mark is part of the word."""
    left_out = unicodedata.category(char) == "Mn" and (
        "\u0300" <= char <= "\u036f" or "\u0610" <= char <= "\u061a" or "\u064b" <= char <= "\u065f" or char == "\u0670"
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
_SCRIPT = _ByCharacter(_script)
