"""Which written-down words a typed word may be: the same, another form of it, or it with one slip of the finger.

Apart because generosity has to be the same for keywords and for answers, and has to stop at the same place. Nothing
here decides anything that cannot be undone: opting out, erasing and emergencies are matched exactly, never by likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

FORM = 0.92
"""Another form of the word: agents, agent; tocan, tocando."""
SLIP = 0.85
"""One slip: a letter more, less, other or swapped."""
SHORTEST_FORM = 4
SHORTEST_SLIP = 5
"""Letters. Below these a likeness is a coincidence: shop is not stop, rice is not ICE."""
SHARED_PART = 0.6
"""Two forms of a word share at least this part of the longer one, from its beginning."""

_HELD = re.compile(r"([^\W\d])\1{2,}")
_ARABIC_BEGINNINGS = frozenset(a + b + c for a in ("", "و", "ف") for b in ("", "ب", "ك") for c in ("", "ال", "ل", "لل"))
_ARABIC_ENDINGS = frozenset({"", "ني", "نا", "هم", "ها", "كم", "ات", "ين", "ون", "وا", "ي", "ه", "ك", "ا"})
_LONGEST_BEGINNING, _LONGEST_ENDING = max(map(len, _ARABIC_BEGINNINGS)), max(map(len, _ARABIC_ENDINGS))
SHORTEST_STEM = 3


class Likeness:
    """Looks typed words up among known ones. Holds only the known ones."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._by_start: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        self._by_edge: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= SHORTEST_FORM:
                self._by_start.setdefault(word[:SHORTEST_FORM], []).append(word)
            for edge in _edges(word) if len(word) >= SHORTEST_SLIP else ():
                self._by_edge.setdefault(edge, []).append(word)
            for stem in _known_stems(word):
                self._by_stem.setdefault(stem, []).append(word)

    def of(self, word: str) -> dict[str, float]:
        """Known words that the typed one may be, with how alike they are: 1 for the word itself."""
        found = {word: 1.0} if word in self._known else {}
        for other in self._forms(word):
            found.setdefault(other, FORM)
        for other in _squeezed(word) & self._known:
            found.setdefault(other, FORM)
        if not found and len(word) >= SHORTEST_SLIP and not word.isdecimal():
            near = sorted({other for edge in _edges(word) for other in self._by_edge.get(edge, ())})
            for other, _, _ in process.extract(word, near, scorer=OSA.distance, score_cutoff=1, limit=3):
                found[other] = SLIP
        return found

    def _forms(self, word: str) -> list[str]:
        if stems := _arabic_stems(word):
            return [other for stem in sorted(stems) for other in self._by_stem.get(stem, ())]
        return [other for other in self._by_start.get(word[:SHORTEST_FORM], []) if _same_beginning(word, other)]


def is_slip(typed: str, known: str) -> bool:
    """Whether the typed word is the known one with one slip.

    >>> is_slip("docter", "doctor"), is_slip("shop", "stop")
    (True, False)
    """
    long_enough = min(len(typed), len(known)) >= SHORTEST_SLIP and not typed.isdecimal()
    return long_enough and OSA.distance(typed, known, score_cutoff=1) <= 1


def _edges(word: str) -> tuple[str, str]:
    """The first two letters and the last two. One slip in a word that is long enough leaves one of the two as it is, so
    that a typed word is compared with a few known ones and not with all: a text of words that nobody knows must not
    cost more than any other.

    >>> _edges("lawyer")
    ('la ', ' er')
    """
    return f"{word[:2]} ", f" {word[-2:]}"


def _same_beginning(one: str, other: str) -> bool:
    if min(len(one), len(other)) < SHORTEST_FORM or any(map(str.isdecimal, one)):
        return False
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return shared >= max(SHORTEST_FORM, SHARED_PART * max(len(one), len(other)))


def _squeezed(word: str) -> set[str]:
    """A word with letters held down: "dooor", "helpppp"; as it may have been meant."""
    return {_HELD.sub(r"\1\1", word), _HELD.sub(r"\1", word)} if _HELD.search(word) else set()


def _arabic_stems(word: str) -> frozenset[str]:
    """What an Arabic word may be without "and", "the", "in", "my", ...; nothing for other scripts."""
    if not "\u0600" <= word[:1] <= "\u06ff":
        return frozenset()
    length = len(word)
    starts = [start for start in range(_LONGEST_BEGINNING + 1) if word[:start] in _ARABIC_BEGINNINGS]
    ends = [length - n for n in range(min(_LONGEST_ENDING, length) + 1) if word[length - n :] in _ARABIC_ENDINGS]
    return frozenset(word[start:end] for start in starts for end in ends if end - start >= SHORTEST_STEM)


_known_stems = lru_cache(maxsize=1 << 14)(_arabic_stems)
"""The same for words that volunteers wrote. Never for what a person typed: a cache would keep their words."""
