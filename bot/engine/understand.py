"""What a text means to the person who was shown a screen: an answer, a command, a situation, or nothing we know.

Apart from `run` because understanding changes nothing: `explain` shows it, `acting` acts on it. Generous with people,
strict with guesses: whatever cannot be undone (opting out, erasing) is matched word for word.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from bot.engine.flow import flow_of
from bot.engine.language import Guess, guess
from bot.engine.likeness import is_slip
from bot.engine.optout import OptOuts
from bot.engine.release import Release
from bot.engine.session import Screen, ScreenKind, id_of
from bot.engine.text import way_of, words_of
from bot.engine.triggers import CLEAR, SHARE, Phrases, Score, winners
from bot.engine.vocabulary import Anywhere, Phrase, Vocabulary, Words, by_words, is_latin, weigh

Action = Literal[
    "answer", "value", "command", "language", "optout", "emergency", "flow", "item", "offer", "menu", "fallback"
]

BACK, MORE, MENU_DIGIT = 8, 9, 0
COMMAND_OF_DIGIT = {BACK: "back", MORE: "more", MENU_DIGIT: "menu"}

ANSWER_SHARE = 0.6
"""The part of a text that an option must explain to be meant by a sentence."""
SAFE_TO_GUESS = frozenset({"menu", "back", "language", "more"})
"""Commands that a slip of the finger may still start. Never erasing."""
_NUMBER_AT_END = re.compile(r"(\D*)(\d{1,2})")
SCREENS = 32
"""Screens whose options are kept ready for scoring: those that most people stand at. Each takes some 150 kB."""
LONGEST_GREETING = 3
"""Greetings one after the other: hello, good evening, is anyone there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text was understood to mean, and why."""

    action: Action
    ref: str = ""
    """The id of a chosen option, a collected value, a command, a locale, a flow, or the key of a checklist's item."""
    offers: tuple[str, ...] = ()
    guess: Guess = field(default_factory=lambda: Guess(""))
    because: str = ""
    scores: tuple[Score, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    """An option that a sentence may mean, and how much of the text it explains."""

    reading: Reading
    value: float
    means_it: bool
    """It explains enough by itself. If not, only a sentence about the same situation is taken for it."""


@lru_cache(maxsize=4)
def _triggers_of(vocabulary: Vocabulary) -> Phrases:
    """The most costly part of a reader. Most releases change texts, and no word that is understood."""
    return Phrases(vocabulary.triggers, vocabulary)


class Reader:
    """Understands texts with one release. Keeps nothing of them."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._words: Vocabulary = release.vocabulary
        self._optouts = OptOuts(release.vocabulary.optouts, release.vocabulary.fillers)
        self._triggers = _triggers_of(release.vocabulary)
        self._keywords = by_words(release.vocabulary.triggers)
        self._checklists = {flow.name: flow.checklist for flow in release.flows.values() if flow.checklist}
        self._interrupts = by_words(release.vocabulary.interrupts)
        self._loud = Anywhere(self._interrupts)
        self._agents = Anywhere(release.vocabulary.agents)
        self._hints = weigh((), release.vocabulary.hints)
        self._options = lru_cache(maxsize=SCREENS)(self._options_of)
        self._guessable = [
            (words[0], phrases)
            for words, phrases in release.vocabulary.commands.items()
            if len(words) == 1 and phrases[0].means in SAFE_TO_GUESS
        ]

    def read(self, text: str, screen: Screen | None, spoken: str = "") -> Reading:
        """What the text means to somebody who was last shown that screen, and is spoken to in that locale."""
        said = words_of(text)
        if not said:
            return Reading(action="fallback")
        bare = self._words.without_fillers(said)
        told = guess(said, self._words, way_of(text))
        reading = (
            self._opting_out(said)
            or self._emergency(said)
            or self._exact_answer(said, bare, screen)
            or self._command(said, bare, spoken)
            or self._greeting(said, bare)
            or self._keyword(said, bare)
            or self._numbered(said)
            or self._sentence(said, bare, screen, told)
            or self._slipped_command(bare)
            or Reading(action="fallback")
        )
        return Reading(
            action=reading.action,
            ref=reading.ref,
            offers=reading.offers,
            guess=told if told.by_script or reading.guess.locale in ("", told.locale) else reading.guess,
            because=reading.because,
            scores=reading.scores,
        )

    def _opting_out(self, said: Words) -> Reading | None:
        if found := self._optouts.found_in(said):
            return Reading(action="optout", guess=_of((found,)), because=" ".join(found.words))
        return None

    def _emergency(self, said: Words) -> Reading | None:
        """The words of a flow that may interrupt, anywhere in the text."""
        if words := self._loud.found_in(said):
            found = self._interrupts[words]
            return Reading(action="emergency", ref=found[0].means, guess=_of(found), because=" ".join(words))
        return None

    def _exact_answer(self, said: Words, bare: Words, screen: Screen | None) -> Reading | None:
        digit = self._digit(said, bare)
        if screen is None:
            return Reading(action="command", ref="menu", because="0") if digit == MENU_DIGIT else None
        if screen.kind == "collect" and "zip" in screen.choices and (area := self._zip(bare)):
            return Reading(action="value", ref=area, because="ZIP prefix")
        if digit is not None:
            return self._by_digit(digit, screen)
        if not screen.shows_choices:
            return None
        for words in (said, bare):
            if reading := self._by_words(words, said, screen):
                return reading
        return None

    def _by_digit(self, digit: int, screen: Screen) -> Reading | None:
        if digit in COMMAND_OF_DIGIT:
            return Reading(action="command", ref=COMMAND_OF_DIGIT[digit], because=str(digit))
        if screen.shows_choices and digit <= len(screen.choices) and "zip" not in screen.choices:
            return Reading(action="answer", ref=screen.choices[digit - 1], because=str(digit))
        return None

    def _by_words(self, words: Words, said: Words, screen: Screen) -> Reading | None:
        for choice in screen.choices:
            for phrase in self._phrases_of(choice, screen.kind):
                if phrase.words == words and not self._says_the_opposite(said, phrase.words):
                    return Reading(action="answer", ref=choice, guess=_of((phrase,)), because=" ".join(words))
        return None

    def _says_the_opposite(self, said: Words, meant: Words) -> bool:
        """Whether a polite word that was left out is a yes beside a no, or a no beside a yes: "ok no"."""
        left_out = {(word,) for word in said} - {(word,) for word in meant}
        return (meant in self._words.no and bool(left_out & self._words.yes)) or (
            meant in self._words.yes and bool(left_out & self._words.no)
        )

    def _phrases_of(self, choice: str, kind: ScreenKind) -> tuple[Phrase, ...]:
        """The words that choose one choice of a screen."""
        if kind == "language":
            return ()  # names of languages are understood everywhere
        if kind == "item":
            return self._words.marks.get(choice, ())
        key = self._release.keys.get(choice, choice)
        if kind == "offer":
            return tuple(phrase for phrase in self._words.triggers if phrase.means == key)
        own = self._words.answers.get(key, ())
        if key in ("yes", "no") or key.endswith((".yes", ".no")):
            agreed = self._words.yes if key.rpartition(".")[2] == "yes" else self._words.no
            return own + tuple(Phrase(words, choice, "") for words in agreed)
        return own

    def _digit(self, said: Words, bare: Words) -> int | None:
        for words in (said, bare):
            if len(words) == 1 and len(words[0]) == 1 and words[0] in "0123456789":
                return int(words[0])
            if (number := self._words.numbers.get(words)) is not None:
                return number
        return None

    def _zip(self, said: Words) -> str | None:
        """The area of the one ZIP code or prefix in the text. The last four digits of a long one tell nothing more."""
        numbers = [word for word in said if word.isdecimal()]
        if len(numbers) == 2 and [len(number) for number in numbers] == [5, 4]:
            numbers = numbers[:1]
        return self._release.areas.of_zip(numbers[0]) if len(numbers) == 1 else None

    def _command(self, said: Words, bare: Words, spoken: str) -> Reading | None:
        for words in (said, bare):
            if locale := self._language(words, spoken):
                told = next((v for v, of in self._words.letters_of.items() if of == locale and is_latin(words)), locale)
                return Reading(action="language", ref=locale, guess=Guess(told, words, 1.0), because=" ".join(words))
            if found := self._words.commands.get(words):
                return Reading(action="command", ref=found[0].means, guess=_of(found), because=" ".join(words))
        return None

    def _language(self, words: Words, spoken: str) -> str:
        """The locale that words name. LATIN, which names a variant of several languages, means the one being spoken."""
        named = self._words.languages.get(words, ())
        letters_of = self._words.letters_of
        ours = [locale for locale in named if spoken and spoken in (locale, letters_of.get(locale))]
        whole = [locale for locale in named if locale not in letters_of]
        return next(iter(ours or whole or (named if len(named) == 1 else ())), "")

    def _greeting(self, said: Words, bare: Words) -> Reading | None:
        for words in (said, bare):
            if found := self._greetings_in(words, LONGEST_GREETING):
                return Reading(action="menu", guess=_of(found), because=" ".join(words))
        return None

    def _greetings_in(self, words: Words, most: int) -> tuple[Phrase, ...]:
        """The greetings that these words are, one after the other; none where something else is said too."""
        if found := self._words.greetings.get(words):
            return found
        for size in range(1, len(words)) if most > 1 else ():
            if (first := self._words.greetings.get(words[:size])) and (
                rest := self._greetings_in(words[size:], most - 1)
            ):
                return (*first, *rest)
        return ()

    def _keyword(self, said: Words, bare: Words) -> Reading | None:
        """The whole text is a keyword of one flow."""
        for words in (said, bare):
            found = self._keywords.get(words, ())
            if len({phrase.means for phrase in found}) == 1:
                return Reading(action="flow", ref=found[0].means, guess=_of(found), because=" ".join(words))
        return None

    def _numbered(self, said: Words) -> Reading | None:
        """A keyword of a flow with a checklist, and the number of an item: "plan 4", "PLAN4", "план 4", "计划4"."""
        for before, number in self._number_behind(said) if self._checklists else ():
            for words in (before, self._words.without_fillers(before)):
                found = self._keywords.get(words, ())
                for plan in (self._checklists[p.means] for p in found if p.means in self._checklists):
                    if number in range(1, len(plan.items) + 1):
                        ref, because = plan.items[number - 1].key, " ".join(said)
                        return Reading(action="item", ref=ref, guess=_of(found), because=because)
        return None

    def _number_behind(self, said: Words) -> Iterator[tuple[Words, int]]:
        """The number at the end of a text, and the words before it. It may be written without a space, or as a word."""
        if at_end := _NUMBER_AT_END.fullmatch(said[-1]):
            yield (*said[:-1], *filter(None, (at_end[1],))), int(at_end[2])
        for size in (1, 2):
            if (number := self._words.numbers.get(said[-size:])) is not None:
                yield said[:-size], number

    def _sentence(self, said: Words, bare: Words, screen: Screen | None, told: Guess) -> Reading | None:
        """An option of the screen or a situation, whichever explains more of the text."""
        if self._digit(said, bare) is not None or all(map(str.isdecimal, said)):
            return None  # a number that chooses nothing here says nothing of "2 years" either
        scores = tuple(self._triggers.score(said, told.locale))
        found, sure = winners(list(scores), names_agents=bool(self._agents.found_in(said)))
        answer = self._likely_answer(said, bare, screen)
        if answer and (
            answer.means_it if not found or answer.value >= found[0].value else found[0].means == self._flow_at(screen)
        ):
            return answer.reading
        if not found:
            return Reading(action="fallback", scores=scores[:5]) if scores else None
        best = found[0]
        mine = Guess("") if told.locale else Guess(best.locale)
        if not sure:
            return Reading(action="offer", offers=tuple(s.means for s in found), guess=mine, scores=scores[:5])
        return Reading(action="flow", ref=best.means, guess=mine, because=best.phrase, scores=scores[:5])

    def _flow_at(self, screen: Screen | None) -> str:
        """The flow whose options stand on a screen: there, a sentence about the same situation is an answer."""
        return flow_of(self._release.keys.get(screen.choices[0], "")) if screen and screen.choices else ""

    def _likely_answer(self, said: Words, bare: Words, screen: Screen | None) -> _Answer | None:
        """The one option that a sentence or a mistyped word means, and how much of the text it explains."""
        if screen is None or not screen.shows_choices or screen.kind in ("offer", "language"):
            return None
        phrases, scored = self._options(screen.kind, screen.choices)
        slipped = {p.means: p for p in phrases if len(bare) == len(p.words) == 1 and is_slip(bare[0], p.words[0])}
        if len(slipped) == 1:
            (phrase,) = slipped.values()
            reading = Reading(action="answer", ref=phrase.means, guess=_of((phrase,)), because=phrase.words[0])
            return _Answer(reading, 1.0, means_it=True)
        if len(said) < 2:
            return None
        scores = scored.score(said)
        if not scores or (len(scores) > 1 and scores[1].value * CLEAR > scores[0].value):
            return None
        best = scores[0]
        if best.share < SHARE:
            return None
        if self._denies(said) != self._denies(tuple(best.phrase.split())):
            return None
        reading = Reading(action="answer", ref=best.means, because=best.phrase, scores=tuple(scores[:5]))
        return _Answer(reading, best.value, means_it=best.share >= ANSWER_SHARE)

    def _options_of(self, kind: ScreenKind, choices: tuple[str, ...]) -> tuple[tuple[Phrase, ...], Phrases]:
        """The words that choose an option of a screen, and those of a language ready for scoring."""
        phrases = tuple(Phrase(p.words, choice, p.locale) for choice in choices for p in self._phrases_of(choice, kind))
        own = [phrase for phrase in phrases if phrase.locale]  # "no" in a sentence says little: "no sé"
        weights = ChainMap(self._hints, weigh(own, {}))  # among the options of a screen, not among flows
        return phrases, Phrases(own, replace(self._words, weights=weights))

    def _denies(self, words: Words) -> bool:
        return any(word in self._words.negations for word in words)

    def _slipped_command(self, bare: Words) -> Reading | None:
        if len(bare) != 1 or bare[0].isdecimal():
            return None
        for word, phrases in self._guessable:
            if is_slip(bare[0], word):
                return Reading(action="command", ref=phrases[0].means, guess=_of(phrases), because=word)
        return None


def is_payload(choice: str) -> bool:
    """Whether a tapped button is one of ours: `flow.step.option`. Any other is read by its text."""
    return choice.count(".") == 2


def tapped(payload: str, screen: Screen | None, release: Release) -> str:
    """The id of the option that a tapped button means, if it stands on the present screen; else empty.

    A payload is `flow.step.option`. A tap on an old message never counts at the present step.
    """
    if screen is None or not is_payload(payload):
        return ""
    id_ = id_of(payload)
    return next((c for c in screen.choices if c == id_ or release.keys.get(c) == release.keys.get(id_, "")), "")


def _of(phrases: tuple[Phrase, ...]) -> Guess:
    """The locale of what matched, if that is one alone."""
    locales = {phrase.locale for phrase in phrases if phrase.locale}
    return Guess(locales.pop(), phrases[0].words, 1.0) if len(locales) == 1 else Guess("")
