"""The words that mean something: commands, keywords, answers, numbers, polite words. Data, in every locale at once.

Apart from the matchers that read it, and filled by `bot.content` from `messages/`. A person may always use a word of
any locale: a bilingual "sí" answers an English menu. All words are folded (`bot.engine.text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.engine.text import script_of_words

Words = tuple[str, ...]

HINT_WEIGHT = 0.12
"""What a very frequent word ("the", "la", "在") says about a situation: next to nothing."""
UNKNOWN_WEIGHT = 0.5
"""What a word nobody wrote down weighs among the words that are to be explained."""
HINT_COUNTS, KEYWORD_COUNTS = 1.0, 0.7
"""What a very frequent word says about the language, and a keyword: keywords are often the same in two languages."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One or more words, what they mean (a flow, a command, an option's key), and in which locale."""

    words: Words
    means: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutWords:
    """One language's words for it. All folded (`bot.engine.text`)."""

    whole: frozenset[Words] = frozenset()
    """Texts that mean it as they are: "stop", "leave me alone"."""
    no: frozenset[Words] = frozenset()
    stop: frozenset[Words] = frozenset()
    send: frozenset[Words] = frozenset()
    """What is not to be done any more: "texting", "messages"."""
    beside: frozenset[Words] = frozenset()
    """What may stand with these and changes nothing: "me", "any more", "please"."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """Everything that is understood. Of two releases that understand the same, mostly the very same object."""

    commands: Mapping[Words, tuple[Phrase, ...]] = field(default_factory=dict)
    greetings: Mapping[Words, tuple[Phrase, ...]] = field(default_factory=dict)
    optouts: Mapping[str, OptOutWords] = field(default_factory=dict)
    """By locale."""
    languages: Mapping[Words, tuple[str, ...]] = field(default_factory=dict)
    """What people call a language: the locales that it may mean."""
    yes: frozenset[Words] = frozenset()
    no: frozenset[Words] = frozenset()
    numbers: Mapping[Words, int] = field(default_factory=dict)
    fillers: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    hints: Mapping[str, frozenset[str]] = field(default_factory=dict)
    agents: frozenset[Words] = frozenset()
    """What those are called whom every situation is about: ICE, officers, la migra."""
    triggers: tuple[Phrase, ...] = ()
    interrupts: tuple[Phrase, ...] = ()
    """Keywords of flows that may interrupt: heard only as they were written, never by likeness."""
    answers: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)
    """By the key of an option or an item: its labels and synonyms."""
    marks: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)
    """What may be said to an item of a checklist: done, skip, later, list."""
    spoken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By locale: every word of its keywords and answers."""
    weights: Mapping[str, float] = field(default_factory=dict)
    letters_of: Mapping[str, str] = field(default_factory=dict)
    """By variant: the locale whose language it is, in Latin letters."""
    ways: Mapping[str, str] = field(default_factory=dict)
    """By locale: how its script is written, where there are two ways to (`bot.engine.text.way_of`)."""
    scripts: Mapping[str, str] = field(default_factory=dict)
    """By locale: the script its frequent words are in. Made from them, and taken along into a changed copy."""
    tells: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By word: how much it tells for each locale that has it. Made and taken along likewise."""

    def __post_init__(self) -> None:
        if not self.scripts:
            object.__setattr__(self, "scripts", {name: script_of_words(words) for name, words in self.hints.items()})
            object.__setattr__(self, "tells", _tells(self.hints, self.spoken))

    def weight(self, word: str) -> float:
        """How much a word tells: 1 where one flow alone uses it, less the more flows share it."""
        return self.weights.get(word, UNKNOWN_WEIGHT)

    def without_fillers(self, words: Words) -> Words:
        """The words without polite ones ("please", "option"), or all of them where nothing else is left."""
        return tuple(word for word in words if word not in self.fillers) or words


def _tells(hints: Mapping[str, frozenset[str]], spoken: Mapping[str, frozenset[str]]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for words_of_locale, counts in ((spoken, KEYWORD_COUNTS), (hints, HINT_COUNTS)):
        for locale, words in words_of_locale.items():
            for word in words:
                found.setdefault(word, {})[locale] = counts
    return found


def weigh(triggers: Iterable[Phrase], hints: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """The weight of every word: shared words tell little, frequent words next to nothing."""
    users: dict[str, set[str]] = {}
    for phrase in triggers:
        for word in phrase.words:
            users.setdefault(word, set()).add(phrase.means)
    weights = {word: 1 / len(flows) for word, flows in users.items()}
    for word in frozenset().union(*hints.values()) if hints else ():
        weights[word] = HINT_WEIGHT
    return weights


def is_latin(words: Words) -> bool:
    """Whether words are in Latin letters, as everything folded that is ASCII is.

    >>> is_latin(("dorja",)), is_latin(("দরজা",)), is_latin(("911",))
    (True, False, False)
    """
    written = "".join(words)
    return written.isascii() and not written.isdecimal()


def by_words(phrases: Iterable[Phrase]) -> dict[Words, tuple[Phrase, ...]]:
    """Phrases under their words, for whole-message matches."""
    found: dict[Words, tuple[Phrase, ...]] = {}
    for phrase in phrases:
        found[phrase.words] = (*found.get(phrase.words, ()), phrase)
    return found


class Anywhere:
    """Phrases that are heard anywhere in a text: their words side by side and exactly as written, the longest first."""

    def __init__(self, phrases: Iterable[Words]) -> None:
        self._by_first: dict[str, list[Words]] = {}
        for words in sorted(phrases, key=lambda words: (-len(words), words)):
            self._by_first.setdefault(words[0], []).append(words)

    def found_in(self, said: Words) -> Words:
        """The phrase that stands first in the text; nothing where there is none."""
        for at, word in enumerate(said):
            for words in self._by_first.get(word, ()):
                if said[at : at + len(words)] == words:
                    return words
        return ()
