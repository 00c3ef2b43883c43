"""Which situation a sentence names: phrases scored by what they explain of the text.

Apart because this is the guess that matters most, so it must be explainable: every score comes from words that both the
person and a volunteer wrote. No model, no network, the same answer every time.

How: each word weighs 1 where one flow alone uses it and less the more flows share it (`vocabulary.weigh`). A phrase
counts by how much of it was found, squared, so that half a phrase says little. Each word of the text is credited once
to each flow, by its best phrase. A clear winner starts a flow; near ties, and a flow that explains something but not
enough, are offered; too little explained is no answer. A long story needs no more words of ours than a short one:
beyond `STORY` what nobody wrote down does not count against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.engine.likeness import Likeness
from bot.engine.vocabulary import HINT_WEIGHT, Phrase, Vocabulary, Words

ENOUGH = 0.45
"""The least a flow must explain, in weights: one word that only this flow uses is plenty."""
CLEAR = 1.3
"""How many times the second the best must be to start without asking."""
NEAR = 1.7
"""Flows within this factor of the best are offered beside it."""
SHARE = 0.36
"""The least part of a text's weight that must be explained: less is a coincidence of one word."""
LONE_SHARE = 0.5
"""The same where one word alone explains: "work" is a situation, "the wifi does not work" is not."""
STORY = 5.0
"""The weight of a text at most: of a longer one, no greater part is asked for."""
DOUBT = ((0.75, 0.2), (0.5, 0.25))
"""What a flow must explain to be offered where it explains too little to start: so much in weights, and that part."""
SHORT_DOUBT = (0.15, 0.4)
"""The same of a text of a word or two: a word that several flows share is worth a question."""
NAMED = (0.5, 0.15)
"""What a flow must explain to start where the text names agents and no other flow comes near: such a text is about one
of our situations, so that what nobody wrote down makes it long, and no coincidence."""
FAR = 1.5
"""How many times the second it must explain then."""
SUPPORTED = 1.1
"""One word beside others that its phrase shares with every text: "in the hallway"."""
FOREIGN = 0.6
"""What a phrase of another language counts where the language of the text is known: "son" is no child in Spanish."""
RIVAL_SHARE = 0.2
"""A flow that explains less of a text is no rival of the best."""
HALF = 0.5
"""The least part of a phrase that must be found for it to count at all."""
ABOUT_HALF = HALF - 1e-6
"""The same before it is known to the last digit: the order of an addition changes that."""
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
            for word in phrase.words:
                self._with.setdefault(word, []).append(number)
        self._likeness = Likeness(self._with)
        self._totals = [sum(map(vocabulary.weight, phrase.words)) for phrase in self._phrases]

    def score(self, words: Words, locale: str = "") -> list[Score]:
        """What each meaning explains of the words, best first. `locale`: their language, where it is known."""
        alike = [self._alike(word) for word in words]
        total = min(STORY, sum(self._weight(word, likes) for word, likes in zip(words, alike, strict=True))) or 1.0
        heard: dict[str, list[tuple[int, float]]] = {}
        for position, likes in enumerate(alike):
            for word, like in likes.items():
                heard.setdefault(word, []).append((position, like))
        credits: dict[str, list[float]] = {}
        best: dict[str, tuple[float, Phrase]] = {}
        worth = {
            word: self._vocabulary.weight(word) * max(like for _, like in places) for word, places in heard.items()
        }
        for number in self._covered(worth):
            phrase = self._phrases[number]
            found = [(self._vocabulary.weight(word), heard[word]) for word in phrase.words if word in heard]
            got = sum(worth[word] for word in phrase.words if word in heard)
            coverage = got / self._totals[number]
            if coverage < HALF:
                continue
            if locale and phrase.locale != locale:
                got, coverage = got * FOREIGN, coverage * FOREIGN**0.5
            mine = credits.setdefault(phrase.means, [0.0] * len(words))
            for weight, places in found:
                for position, like in places:
                    mine[position] = max(mine[position], weight * like * coverage**2)
            if got * coverage > best.get(phrase.means, (0.0, phrase))[0]:
                best[phrase.means] = (got * coverage, phrase)
        scores = [_score(means, mine, words, total, best[means][1]) for means, mine in credits.items() if means in best]
        return sorted(scores, key=lambda score: (-score.value, score.means))

    def _alike(self, word: str) -> dict[str, float]:
        """Words of ours that it may be. One that somebody wrote down as it is tells no more as a form of another."""
        likes = self._likeness.of(word)
        own = self._vocabulary.weights.get(word)
        if own is None:
            return likes
        weigh = self._vocabulary.weight
        return {like: alike * min(1.0, own / weigh(like)) for like, alike in likes.items()}

    def _covered(self, worth: Mapping[str, float]) -> list[int]:
        """The phrases of which about half was found. Most share a word or two with a text and no more: here they are
        left out at one addition a word, before any is looked at."""
        got: dict[int, float] = {}
        for word, value in worth.items():
            for number in self._with[word]:
                got[number] = got.get(number, 0.0) + value
        return sorted(number for number, value in got.items() if value >= ABOUT_HALF * self._totals[number])

    def _weight(self, word: str, likes: dict[str, float]) -> float:
        known = (self._vocabulary.weight(like) * alike for like, alike in likes.items())
        return max(known, default=self._vocabulary.weight(word))


def winners(scores: list[Score], *, names_agents: bool = False) -> tuple[tuple[Score, ...], bool]:
    """What to do with the scores: the flows, best first, and whether the first may start without asking.

    None: nothing explains enough. Several or not sure: they are offered. `names_agents`: the text does.
    """
    good = [score for score in scores if score.value >= ENOUGH and score.share >= _share_needed(score)]
    if not good and names_agents and _is_far_ahead(scores):
        return (scores[0],), True
    if not good:
        return _near([score for score in scores if _is_doubtful(score)]), False
    best = good[0]
    rivals = [score for score in scores if score is not best and score.share >= RIVAL_SHARE]
    if all(best.value >= CLEAR * rival.value for rival in rivals):
        return (best,), True
    return _near([best, *rivals]), False


def _is_far_ahead(scores: list[Score]) -> bool:
    """Whether the best is enough of a text that names agents, with no other near it."""
    if not scores:
        return False
    best, *rivals = scores
    is_enough = best.value >= NAMED[0] and best.share >= NAMED[1]
    return is_enough and all(best.value >= FAR * rival.value for rival in rivals)


def _share_needed(score: Score) -> float:
    return SHARE if len(score.words) > 1 else LONE_SHARE


def _is_doubtful(score: Score) -> bool:
    """One word of a longer text makes a flow possible only where it is a keyword by itself, or its phrase fits on."""
    enough: tuple[tuple[float, float], ...]
    if len(score.words) > 1:
        enough = (*DOUBT, SHORT_DOUBT)
    elif " " not in score.phrase or score.value >= SUPPORTED:
        enough = (DOUBT[0], SHORT_DOUBT)
    else:
        enough = (SHORT_DOUBT,)
    return any(score.value >= value and score.share >= share for value, share in enough)


def _near(scores: list[Score]) -> tuple[Score, ...]:
    ranked = sorted(scores, key=lambda score: -score.value)
    return tuple(score for score in ranked if score.value * NEAR >= ranked[0].value)[:MAX_OFFERS]


def _score(means: str, credits: list[float], words: Words, total: float, phrase: Phrase) -> Score:
    value = sum(credits)
    explained = tuple(word for word, credit in zip(words, credits, strict=True) if credit > HINT_WEIGHT)
    return Score(
        means, round(value, 3), round(min(1.0, value / total), 3), explained, " ".join(phrase.words), phrase.locale
    )
