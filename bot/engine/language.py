"""Which of our languages a text is in: by script, and among languages of one script by frequent words and keywords.

Apart because it is a guess, and must say so: it abstains rather than choosing wrongly, and an explicit choice always
wins over it (`run`). No detector library knows romanised Arabic, Haitian Creole and three-word texts well enough.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.engine.text import script_of
from bot.engine.vocabulary import Vocabulary, Words

SCRIPT_COUNTS = 2.0
"""A script, or a way to write it, that one of our languages alone is written in leaves no doubt."""
MARGIN = 0.5
"""How much more than the second the best must have."""
SHORT, SHARE = 3, 0.42
"""Of more words than these in Latin letters, so great a part must tell: "el" and "la" stand in romanised Arabic too."""
LATIN = "LATIN"


@dataclass(frozen=True, slots=True)
class Guess:
    """The locale (empty: cannot tell), what told it, and how much the second had."""

    locale: str
    because: tuple[str, ...] = ()
    score: float = 0.0
    second: float = 0.0
    by_script: bool = False
    """The letters alone told it: no word that two languages share says otherwise."""


def guess(words: Words, vocabulary: Vocabulary, way: str = "") -> Guess:
    """The language of a text's folded words. `way`: how the text is written (`text.way_of`)."""
    script = _script(words)
    if script == LATIN:
        return _by_words(words, vocabulary)
    rivals = [locale for locale, written in vocabulary.scripts.items() if script and written == script]
    rivals = [locale for locale in rivals if way and vocabulary.ways.get(locale) == way] or rivals
    if len(rivals) == 1:
        return Guess(rivals[0], (f"script {script.lower()}",), SCRIPT_COUNTS, by_script=True)
    return _by_words(words, vocabulary, rivals) if rivals else Guess("")


def _by_words(words: Words, vocabulary: Vocabulary, rivals: Collection[str] = ()) -> Guess:
    """By frequent words and keywords, each counted once. In Latin letters people write every language; in another
    script, the first of the rivals is still a better answer than none."""
    scores: dict[str, float] = {}
    told = {word: vocabulary.tells.get(word, _NOTHING) for word in dict.fromkeys(words)}
    for by_locale in told.values():
        for locale, counts in by_locale.items():
            scores[locale] = scores.get(locale, 0.0) + counts
    ranked = sorted(((scores.get(one, 0.0), one) for one in rivals or scores), key=lambda pair: -pair[0])
    best, locale = ranked[0] if ranked else (0.0, "")
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    needed = SHARE * len(told) if len(told) > SHORT and not rivals else 0.0
    if best - second < MARGIN or best < needed:
        return Guess(ranked[0][1] if rivals else "", (), best, second)
    return Guess(locale, tuple(word for word, by_locale in told.items() if locale in by_locale), best, second)


def _script(words: Words) -> str:
    """Latin words in a text of another script are names and quotations: ICE, DHS, judge."""
    other = [word for word in words if not word.isascii()]
    return (script_of("".join(other)) if 2 * len(other) >= len(words) - len(other) else "") or script_of("".join(words))


_NOTHING: Mapping[str, float] = {}
