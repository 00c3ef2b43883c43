"""Texts as a reader takes them: sentences, what is quoted in them, and phrases of a list found in them.

Apart from the checks because several look for phrases, and must find them in the same way as the line itself reads:
folded, whole words, in every script.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot.engine.text import fold, words_of
from bot.engine.vocabulary import Words

written = lru_cache(maxsize=1 << 15)(fold)
"""`fold` for texts that volunteers write, which several checks look at."""

_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”|«([^»]*)»|「([^」]*)」|„([^”]*)”')
_SENTENCE = re.compile(r"[^.!?。！？؟।۔]+[.!?。！？؟।۔]*")
_QUESTION = ("?", "？", "؟")


def quoted(text: str) -> list[str]:
    """What stands in quotation marks.

    >>> quoted('Say: "I want a lawyer." (“judge”)')
    ['I want a lawyer.', 'judge']
    """
    return [next(filter(None, match.groups()), "") for match in _QUOTED.finditer(text)]


def unquoted(text: str) -> str:
    """The text without what stands in quotation marks: that is said by somebody else."""
    return _QUOTED.sub(" ", text)


def sentences(text: str) -> list[str]:
    """The sentences of a text; one may go over several lines.

    >>> sentences("See the paper\\nunder the door. Who signed?")
    ['See the paper under the door.', ' Who signed?']
    """
    return _SENTENCE.findall(" ".join(text.split("\n")))


def asks(sentence: str) -> bool:
    """Whether a sentence is a question."""
    return sentence.rstrip().endswith(_QUESTION)


class Phrases:
    """Phrases of one list, looked for in texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._own: dict[str, str] = {" ".join(words): text for text in texts if (words := words_of(text))}
        self._first = frozenset(own.partition(" ")[0] for own in self._own)
        longest = sorted(map(re.escape, self._own), key=len, reverse=True)
        self._any = re.compile(rf"(?<= )(?:{'|'.join(longest)})(?= )") if longest else None

    def within(self, words: Words) -> str:
        """The first phrase that stands in the words of a text, as it was written in the list; empty: none does.

        >>> Phrases(["your status"]).within(words_of("What is YOUR status?")), Phrases(["you"]).within(("yours",))
        ('your status', '')
        """
        if self._any is None or self._first.isdisjoint(words):
            return ""
        found = self._any.search(f" {' '.join(words)} ")
        return self._own[found[0]] if found else ""


@lru_cache(maxsize=256)
def phrases_in(texts: tuple[str, ...]) -> Phrases:
    """The phrases of a list, made ready once."""
    return Phrases(texts)


@lru_cache(maxsize=4096)
def script(char: str) -> str:
    """The script of a letter: "LATIN", "CYRILLIC", "CJK"; empty where it is no letter."""
    return unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""


def letters(text: str) -> Iterator[str]:
    """The scripts of a text's letters."""
    return filter(None, map(script, text))
