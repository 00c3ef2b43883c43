"""The words of all locales, folded and put in order: what the engine's reader understands.

Apart from the library, which puts whole releases together, and from the engine, which reads no files. Built from words
that were checked; the same input gives the same vocabulary, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

from bot.content.memory import Memory
from bot.content.message_loader import COMMANDS, DIGITS, OPTOUT, Locale, written_words
from bot.engine.checklist import ANSWERS
from bot.engine.flow import Flow
from bot.engine.text import way_of
from bot.engine.vocabulary import OptOutWords, Phrase, Vocabulary, Words, by_words, is_latin, weigh


def vocabulary(locales: Mapping[str, Locale], flows: Mapping[str, Flow], memory: Memory) -> Vocabulary:
    """Everything that is understood, in every locale at once. The same object as long as no word of it changes."""
    variants, heard = {language: name for name, language in _letters_of(locales).items()}, []
    for name, locale in locales.items():
        variant = memory.same(("variant", name), variants.get(name))
        for file, part in locale.parts.items():
            own = memory.of(("phrases", name, file), (part, variant), partial(_heard_in, part, variant))
            heard.append(memory.same(("phrases", name, file), own))
    loud = memory.same("loud", frozenset(name for name, flow in flows.items() if flow.interrupts))
    lists = {name: (locale.words.lists, locale.letters_of, _own_names(locale)) for name, locale in locales.items()}
    given = (memory.same("lists", lists), loud, *heard)
    return memory.of("vocabulary", given, partial(_vocabulary, locales, loud, heard))


def _vocabulary(locales: Mapping[str, Locale], loud: Set[str], heard: Sequence[_Heard]) -> Vocabulary:
    letters_of = _letters_of(locales)
    variants = {language: name for name, language in letters_of.items()}

    def phrases(list_: str, means: str) -> Iterator[Phrase]:
        for name, locale in locales.items():
            for words in _folded(locale.words.lists.get(list_, ())):
                yield _phrase(words, means, name, variants.get(name))

    def single(list_: str) -> frozenset[str]:
        return frozenset(word for phrase in phrases(list_, "") for word in phrase.words)

    keywords = [phrase for one in heard for phrase in one.keywords]
    triggers = tuple(phrase for phrase in keywords if phrase.means not in loud)
    answers: dict[str, tuple[Phrase, ...]] = {}
    for one in heard:
        for key, own in one.answers.items():
            answers[key] = (*answers.get(key, ()), *own)
    hints: dict[str, set[str]] = {name: set() for name in locales}
    for hint in phrases("hints", ""):
        hints[hint.locale].update(hint.words)
    frequent = {name: frozenset(words) for name, words in hints.items()}
    return Vocabulary(
        commands=by_words(phrase for command in COMMANDS for phrase in phrases(f"commands.{command}", command)),
        greetings=by_words(phrases("greetings", "menu")),
        optouts={name: opting_out(locale) for name, locale in locales.items()},
        languages=_language_names(locales),
        yes=frozenset(phrase.words for phrase in phrases("yes", "yes")),
        no=frozenset(phrase.words for phrase in phrases("no", "no")),
        numbers={phrase.words: int(digit) for digit in DIGITS for phrase in phrases(f"numbers.{digit}", digit)},
        fillers=single("fillers"),
        negations=single("negations"),
        hints=frequent,
        agents=frozenset(phrase.words for phrase in phrases("agents", "")),
        letters_of=letters_of,
        ways={name: way_of("".join(locale.words.lists.get("hints", ()))) for name, locale in locales.items()},
        triggers=triggers,
        interrupts=tuple(sorted((p for p in keywords if p.means in loud), key=lambda p: -len(p.words))),
        answers=answers,
        marks={answer: tuple(phrases(f"checklist.{answer}", answer)) for answer in ANSWERS},
        spoken=_spoken(locales, [*keywords, *(phrase for own in answers.values() for phrase in own)]),
        weights=weigh(triggers, frequent),
    )


def _folded(texts: Iterable[str]) -> list[Words]:
    return [words for text in texts if (words := written_words(text))]


def opting_out(locale: Locale) -> OptOutWords:
    """How one locale says "send me nothing more"."""
    lists = {part: frozenset(_folded(locale.words.lists.get(f"optout.{part}", ()))) for part in OPTOUT}
    return OptOutWords(**lists)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one file makes understood."""

    keywords: tuple[Phrase, ...]
    answers: Mapping[str, tuple[Phrase, ...]]
    """By the key of an option or an item."""


def _phrase(words: Words, means: str, name: str, variant: str | None) -> Phrase:
    """What is in Latin letters is in the variant, whichever folder it stands in."""
    return Phrase(words, means, variant if variant and is_latin(words) else name)


def _heard_in(part: Locale, variant: str | None) -> _Heard:
    def phrases(means: str, texts: Iterable[str]) -> tuple[Phrase, ...]:
        return tuple(_phrase(words, means, part.name, variant) for words in _folded(texts))

    return _Heard(
        keywords=tuple(one for flow, texts in part.words.keywords.items() for one in phrases(flow, texts)),
        answers={key: phrases(key, texts) for key, texts in part.words.answers.items()},
    )


def _spoken(locales: Mapping[str, Locale], phrases: list[Phrase]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {name: set() for name in locales}
    for phrase in phrases:
        found[phrase.locale].update(phrase.words)
    return {name: frozenset(words) for name, words in found.items()}


def _language_names(locales: Mapping[str, Locale]) -> dict[Words, tuple[str, ...]]:
    """Each language's own name, its English one, and what else people call it; of a variant only its own."""
    names: dict[Words, tuple[str, ...]] = {}
    for name, locale in locales.items():
        for words in dict.fromkeys(_folded([*_own_names(locale), *locale.words.lists.get("languages", ())])):
            names[words] = (*names.get(words, ()), name)
    return names


def _letters_of(locales: Mapping[str, Locale]) -> dict[str, str]:
    """By variant: the locale that it is one of."""
    return {name: locale.letters_of for name, locale in locales.items() if locale.letters_of}


def _own_names(locale: Locale) -> tuple[str, ...]:
    keys = ("name",) if locale.letters_of else ("name", "english")
    return tuple(locale.texts[f"common.language.{key}"].value for key in keys)
