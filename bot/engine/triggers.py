"""Which situation a sentence names: phrases scored by what they explain of the text.

Apart because this is the guess that matters most, so it must be explainable: every score comes from words that both the
person and a volunteer wrote. No model, no network, the same answer every time.

How: each word weighs 1 where one flow alone uses it and less the more flows share it (`vocabulary.weigh`). A phrase
counts by how much of it was found, squared, so that half a phrase says little. Each word of the text is credited once to
each flow, by its best phrase. A clear winner starts; near ties are offered; too little explained is no answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.engine.likeness import Likeness
from bot.engine.vocabulary import HINT_WEIGHT, Phrase, Vocabulary, Words

ENOUGH = 0.45
"""The least a flow must explain, in weights: one word that only this flow uses is plenty."""
CLEAR = 1.3
"""How many times the second the best must be to start without asking."""
NEAR = 1.7
"""Flows within this factor of the best are offered beside it."""
SHARE = 0.34
"""The least part of a text's weight that must be explained: less is a coincidence of one word."""
HALF = 0.5
"""The least part of a phrase that must be found for it to count at all."""
MAX_OFFERS = 3


@dataclass(frozen=True, slots=True)
class Score:
    """What one meaning explains of a text."""

    means: str
    value: float
    share: float
    """Of the text's whole weight, 0 to 1."""
    words: Words
    """The words of the text that it explains."""
    phrase: str
    """The phrase that explains most."""
    locale: str


class Phrases:
    """Phrases made ready for scoring: built once for a release, or for the options of one screen."""

    def __init__(self, phrases: Iterable[Phrase], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._phrases = tuple(phrases)
        self._with: dict[str, list[int]] = {}
        for number, phrase in enumerate(self._phrases):
            for word in set(phrase.words):
                self._with.setdefault(word, []).append(number)
        self._likeness = Likeness(self._with)
        self._totals = [sum(map(vocabulary.weight, phrase.words)) for phrase in self._phrases]

    def score(self, words: Words) -> list[Score]:
        """What each meaning explains of the words, best first."""
        alike = [self._likeness.of(word) for word in words]
        total = sum(self._weight(word, likes) for word, likes in zip(words, alike, strict=True)) or 1.0
        credits: dict[str, list[float]] = {}
        best: dict[str, tuple[float, Phrase]] = {}
        for number in self._touched(alike):
            phrase = self._phrases[number]
            found = {word: max((likes.get(word, 0.0) for likes in alike), default=0.0) for word in phrase.words}
            got = sum(self._vocabulary.weight(word) * found[word] for word in phrase.words)
            coverage = got / self._totals[number]
            if coverage < HALF:
                continue
            mine = credits.setdefault(phrase.means, [0.0] * len(words))
            for position, likes in enumerate(alike):
                credit = max((self._vocabulary.weight(w) * likes[w] for w in likes if w in found), default=0.0)
                mine[position] = max(mine[position], credit * coverage**2)
            if got * coverage > best.get(phrase.means, (0.0, phrase))[0]:
                best[phrase.means] = (got * coverage, phrase)
        scores = [_score(means, mine, words, total, best[means][1]) for means, mine in credits.items() if means in best]
        return sorted(scores, key=lambda score: (-score.value, score.means))

    def _touched(self, alike: list[dict[str, float]]) -> list[int]:
        """The phrases that share a word with the text that is more than a frequent word, or are all frequent words."""
        return sorted({number for likes in alike for word in likes for number in self._with[word]})

    def _weight(self, word: str, likes: dict[str, float]) -> float:
        return max((self._vocabulary.weight(like) for like in likes), default=self._vocabulary.weight(word))


def winners(scores: list[Score]) -> tuple[Score, ...]:
    """One score: a clear winner. More: near ties, best first. None: nothing explains enough."""
    good = [score for score in scores if score.value >= ENOUGH and score.share >= SHARE]
    if not good:
        return ()
    best = good[0]
    if len(good) == 1 or best.value >= CLEAR * good[1].value:
        return (best,)
    return tuple(score for score in good if score.value * NEAR >= best.value)[:MAX_OFFERS]


def _score(means: str, credits: list[float], words: Words, total: float, phrase: Phrase) -> Score:
    value = sum(credits)
    explained = tuple(word for word, credit in zip(words, credits, strict=True) if credit > HINT_WEIGHT)
    return Score(
        means, round(value, 3), round(min(1.0, value / total), 3), explained, " ".join(phrase.words), phrase.locale
    )
