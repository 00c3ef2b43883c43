"""Whether a text says "send me nothing more", in any reasonable words.

Apart from the reader because this is no guess and no list of sentences: each language has a few small lists, and a
text counts only if every word of it stands in one of them. One word that nobody wrote down there, and the text says
something else: "they do not stop knocking", "no message from my husband".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from bot.engine.vocabulary import OptOutWords, Phrase, Words


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the words so far have said."""

    refused: bool = False
    """A "no" or a "stop"."""
    sending: bool = False
    denied: bool = False
    """A "no" that waits for what it is about: "do not stop" asks for more."""


class OptOuts:
    """Looks texts up. Built once for a release."""

    def __init__(self, locales: Mapping[str, OptOutWords], polite: Set[str] = frozenset()) -> None:
        """`polite`: words that may stand before and behind a whole text. Inside it they would change it: "no, I want
        more"."""
        self._languages = tuple((locale, words, _by_first(words)) for locale, words in locales.items())
        self._known = frozenset(word for words in locales.values() for word in _every_word(words))
        self._polite = polite

    def found_in(self, said: Words) -> Phrase | None:
        """The text as a phrase of the language in which it opts out, or None: it says something else."""
        core = self._without_polite_ends(said)
        if not self._known.issuperset(core):
            return None
        for locale, words, parts in self._languages:
            if said in words.whole or core in words.whole or _says_it(said, parts):
                return Phrase(said, "optout", locale)
        return None

    def _without_polite_ends(self, said: Words) -> Words:
        kept = [at for at, word in enumerate(said) if word not in self._polite]
        return said[kept[0] : kept[-1] + 1] if kept else said


def _every_word(words: OptOutWords) -> Iterator[str]:
    for phrases in (words.whole, words.no, words.stop, words.send, words.beside):
        for phrase in phrases:
            yield from phrase


_Parts = Mapping[str, tuple[tuple[Words, str], ...]]
"""By first word: every phrase of the lists, and the name of its list."""


def _by_first(words: OptOutWords) -> _Parts:
    found: dict[str, tuple[tuple[Words, str], ...]] = {}
    for kind in ("no", "stop", "send", "beside"):
        for phrase in sorted(getattr(words, kind)):
            found[phrase[0]] = (*found.get(phrase[0], ()), (phrase, kind))
    return found


def _says_it(said: Words, parts: _Parts) -> bool:
    """Whether the text can be cut into phrases of the lists, a refusal and what it refuses among them."""
    if not said or said[0] not in parts:
        return False
    ways: list[set[_Heard]] = [{_Heard()}, *(set[_Heard]() for _ in said)]
    for at, word in enumerate(said):
        for phrase, kind in parts.get(word, ()):
            end = at + len(phrase)
            if ways[at] and said[at:end] == phrase:
                ways[end].update(_then(ways[at], kind))
    return any(heard.refused and heard.sending for heard in ways[-1])


def _then(ways: Iterable[_Heard], kind: str) -> Iterable[_Heard]:
    for heard in ways:
        match kind:
            case "no":
                yield _Heard(True, heard.sending, denied=True)
            case "stop" if not heard.denied:
                yield _Heard(True, heard.sending)
            case "send":
                yield _Heard(heard.refused, True)
            case "beside":
                yield heard
