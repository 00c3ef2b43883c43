"""Which of our languages a text is in: by script, and among languages of one script by frequent words and keywords.

Apart because it is a guess, and must say so: it abstains rather than choosing wrongly, and an explicit choice always
wins over it (`run`). No detector library knows romanised Arabic, Haitian Creole and three-word texts well enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.engine.text import script_of
from bot.engine.vocabulary import Vocabulary, Words

KEYWORD_COUNTS = 0.7
"""A keyword beside a frequent word: keywords are often the same in two languages."""
SCRIPT_COUNTS = 2.0
"""A script that one of our languages alone is written in leaves no doubt."""
MARGIN = 0.5
"""How much more than the second the best must have."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The locale (empty: cannot tell), what told it, and how much the second had."""

    locale: str
    because: tuple[str, ...] = ()
    score: float = 0.0
    second: float = 0.0


def guess(words: Words, vocabulary: Vocabulary) -> Guess:
    """The language of a text's folded words."""
    script = _script(words)
    rivals = [locale for locale, written in vocabulary.scripts.items() if script and written == script]
    if len(rivals) == 1 and script != "LATIN":
        return Guess(rivals[0], (f"script {script.lower()}",), SCRIPT_COUNTS)
    ranked = sorted(((_score(words, locale, vocabulary), locale) for locale in rivals), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] <= 0:
        return Guess("")
    best, locale = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    if best - second < MARGIN:
        return Guess("", (), best, second)
    return Guess(locale, tuple(w for w in words if _counts(w, locale, vocabulary)), best, second)


def _script(words: Words) -> str:
    """Latin words in a text of another script are names and quotations: ICE, DHS, judge."""
    other = [word for word in words if not word.isascii()]
    return (script_of("".join(other)) if 2 * len(other) >= len(words) - len(other) else "") or script_of("".join(words))


def _score(words: Words, locale: str, vocabulary: Vocabulary) -> float:
    return sum(_counts(word, locale, vocabulary) for word in words)


def _counts(word: str, locale: str, vocabulary: Vocabulary) -> float:
    if word in vocabulary.hints[locale]:
        return 1.0
    return KEYWORD_COUNTS if word in vocabulary.spoken.get(locale, _NONE) else 0.0


_NONE: frozenset[str] = frozenset()
