"""Compares the locales: nothing missing, nothing unknown, every placeholder one that somebody fills.

Apart from the loader because these are mistakes between files. What passes here cannot be missing when a person texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from bot.content.message_loader import ALOUD, COMMON, OF_VARIANTS, ORGANISATION_NAME, Locale, Text, needs_text
from bot.content.problem import Place, Problems, did_you_mean, listed
from bot.engine.flow import Flow

_OF_VARIANTS = frozenset(f"common.{name}" for name in OF_VARIANTS)
_NOT_OF_VARIANTS = frozenset(f"common.{name}" for name in ALOUD)
_PERCENT = re.compile(r"%(?:%|\{([^}\n]*)\})?")


def check(
    locales: Mapping[str, Locale],
    flows: Mapping[str, Flow],
    default: str,
    problems: Problems,
    unread: Collection[str] = (),
) -> None:
    """Note every difference between the default locale and the others. `unread`: files that cannot be read.

    What follows from a mistake that was noted already, in the file it is in, is not said.
    """
    source = locales.get(default)
    if source is None:
        return
    speaking = {name for name, flow in flows.items() if any(map(needs_text, flow.steps))}
    always = {"common", "words"} | (source.files & {"referrals"})
    needed = always | speaking | (source.files & flows.keys())
    unread = {*unread, *(f"messages/{name}/{file}.yml" for name, one in locales.items() for file in one.files
                         if problems.faulty(f"messages/{name}/{file}.yml"))}  # fmt: skip
    for locale in locales.values():
        for file in sorted((always if locale.letters_of else needed) - locale.files):
            path = f"messages/{locale.name}/{file}.yml"
            if path not in unread and not problems.faulty(path):
                problems.add("no-file", Place(path), "this file is missing.",
                             "Copy it from another language and translate it.")  # fmt: skip
        for key, text in locale.texts.items():
            _percent_signs(key, text, problems)
        _variant(locale, locales, default, problems)
        _compare(locale, source, problems, unread)
        _keywords(locale, locales, flows, problems, unread)


def _variant(locale: Locale, locales: Mapping[str, Locale], default: str, problems: Problems) -> None:
    """It is one of a whole language, and says how people get to it."""
    of = locale.letters_of
    if not of:
        return
    whole = [name for name, one in locales.items() if not one.letters_of and name != default]
    if of not in whole:
        problems.add("letters-of", locale.texts["common.language.letters_of"].place,
                     f'"{of}" is no language that could be written in Latin letters here.',
                     f"Remove the line, or name the folder of the whole language: {listed(whole)}.")  # fmt: skip
    elif "common.letters" not in locale.texts:
        problems.add("missing-text", Place(f"messages/{locale.name}/common.yml"),
                     f'"common.letters" is missing in {locale.name}.',
                     'Add a line like: letters: "Latin letters? Text: LATIN"')  # fmt: skip


def _compare(locale: Locale, source: Locale, problems: Problems, unread: Collection[str]) -> None:
    """The same texts in both."""
    for key, text in locale.texts.items():
        theirs = f"messages/{source.name}/{_file_of(text)}"
        known = key in source.texts or key in _OF_VARIANTS
        if not known and theirs not in unread and _file_of(text).removesuffix(".yml") in source.files:
            near = did_you_mean(key, source.texts)
            problems.add("unknown-text", text.place, f'"{key}" is not in {source.name}.{near}',
                         f"Write it in {theirs} first, or remove it here.")  # fmt: skip
        elif (
            key in source.texts and ORGANISATION_NAME in source.texts[key].value and ORGANISATION_NAME not in text.value
        ):
            problems.add("placeholder", text.place, f'"{key}" lacks {ORGANISATION_NAME}.',
                         "Write it where the name of the organisation belongs.")  # fmt: skip
    needless = _NOT_OF_VARIANTS if locale.letters_of else _OF_VARIANTS
    for key, text in source.texts.items():
        if key not in locale.texts and key not in needless and _file_of(text).removesuffix(".yml") in locale.files:
            problems.add("missing-text", _nearest(key, locale, text), f'"{key}" is missing in {locale.name}.',
                         f"Translate: {' '.join(text.value.split())}")  # fmt: skip


def _nearest(key: str, locale: Locale, text: Text) -> Place:
    """Where a missing text belongs: the option or step it is part of, else its file."""
    while "." in key:
        key = key.rpartition(".")[0]
        if key in locale.places:
            return locale.places[key]
    return Place(f"messages/{locale.name}/{_file_of(text)}")


def _file_of(text: Text) -> str:
    return text.place.file.rpartition("/")[2]


def _percent_signs(key: str, text: Text, problems: Problems) -> None:
    """Only the line's own texts have placeholders, and each has its own: nobody fills another. The organisation's name
    may stand anywhere."""
    if "%" not in text.value and not key.startswith("common."):
        return
    wanted = COMMON.get(key.removeprefix("common."), frozenset()) if key.startswith("common.") else frozenset()
    here = listed(f"%{{{name}}}" for name in wanted)
    found = list(_PERCENT.finditer(text.value.replace(ORGANISATION_NAME, "")))
    if any(sign[0] == "%" for sign in found):
        place = problems.below(text.place, "%", lines=text.value.count("\n") + 3)
        problems.add("percent", place, f'"{key}" holds a lone %.', "Write it twice: 50 %%.")
    mine = {sign[1] for sign in found if sign[1] is not None}
    for extra in sorted(mine - wanted):
        problems.add("placeholder", text.place,
                     f'"{key}" uses %{{{extra}}}, which nobody fills.{did_you_mean(extra, wanted)}',
                     f"What stands in %{{...}} is never translated or invented. Here: {here}.")  # fmt: skip
    for missing in sorted(wanted - mine):
        problems.add("placeholder", text.place, f'"{key}" lacks %{{{missing}}}.', "Write it where the value belongs.")


def _keywords(
    locale: Locale,
    locales: Mapping[str, Locale],
    flows: Mapping[str, Flow],
    problems: Problems,
    unread: Collection[str],
) -> None:
    """A flow that one language's words start, every language's words start. A checklist is come back to by a word."""
    for name, flow in flows.items():
        other = next((one.name for one in locales.values() if one.words.keywords.get(name)), "")
        path = f"messages/{locale.name}/{name}.yml"
        if flow.checklist and not other and name in locale.files and path not in unread:
            problems.add("no-keywords", Place(path),
                         f'no word in "{locale.name}" opens an item of this checklist.',
                         "Add a line at the top: keywords: [word, two words]. People are told the first.")  # fmt: skip
        if other and name in locale.files and path not in unread and not locale.words.keywords.get(name):
            problems.add("no-keywords", Place(path),
                         f'nothing that a person texts in "{locale.name}" starts this flow; in "{other}" it does.',
                         "Add a line at the top: keywords: [word, two words]")  # fmt: skip
