"""Compares the locales: nothing missing, nothing unknown, the same placeholders everywhere.

Apart from the loader because these are mistakes between files. What passes here cannot be missing when a person texts.
"""

from __future__ import annotations

import re

from bot.content.message_loader import COMMON, Locale
from bot.content.problem import Place, Problems, did_you_mean, listed
from bot.engine.flow import Flow

_PLACEHOLDER = re.compile(r"%\{(\w+)\}")
_BARE = re.compile(r"%(?!\{\w+\}|%)")


def check(locales: dict[str, Locale], flows: dict[str, Flow], default: str, problems: Problems) -> None:
    """Note every difference between the default locale and the others."""
    source = locales.get(default)
    if source is None:
        return
    for locale in locales.values():
        _missing(locale, source, problems)
        for key, text in locale.texts.items():
            if _BARE.search(text.value):
                problems.add("percent", text.place, f'"{key}" holds a lone %.', "Write it twice: 50 %%.")
            if key not in source.texts:
                near = did_you_mean(key, source.texts)
                problems.add(
                    "unknown-text",
                    text.place,
                    f'"{key}" is not in {default}.{near}',
                    f"Write it in {default} first, or remove it.",
                )
                continue
            _placeholders(key, text.value, source.texts[key].value, text.place, problems)
        for flow in flows:
            if not locale.words.keywords.get(flow) and source.words.keywords.get(flow):
                place = Place(f"messages/{locale.name}/{flow}.yml")
                problems.add(
                    "no-keywords",
                    place,
                    f'nothing that a person texts in {locale.name} starts "{flow}".',
                    "Add a line `keywords: [...]`.",
                )


def _missing(locale: Locale, source: Locale, problems: Problems) -> None:
    """Texts of the default locale that this one lacks. Fields that must be there were noted when the file was read."""
    noted = {problem.place.file for problem in problems.found if problem.code == "missing-word"}
    for key, text in source.texts.items():
        file = f"messages/{locale.name}/{text.place.file.rpartition('/')[2]}"
        if key not in locale.texts and file not in noted:
            problems.add(
                "missing-text", Place(file), f'"{key}" is missing in {locale.name}.', f"Translate: {text.value[:60]}"
            )


def _placeholders(key: str, text: str, source: str, place: Place, problems: Problems) -> None:
    mine = set(_PLACEHOLDER.findall(text))
    common = key.removeprefix("common.")
    wanted = COMMON[common] if key.startswith("common.") and common in COMMON else set(_PLACEHOLDER.findall(source))
    for extra in sorted(mine - wanted):
        near = did_you_mean(extra, wanted)
        cure = f"Placeholders are not translated. Here: {listed(f'%{{{name}}}' for name in wanted) or 'none'}."
        problems.add("placeholder", place, f'"{key}" uses %{{{extra}}}.{near}', cure)
    for missing in sorted(wanted - mine):
        problems.add("placeholder", place, f'"{key}" lacks %{{{missing}}}.', "Write it where the value belongs.")
