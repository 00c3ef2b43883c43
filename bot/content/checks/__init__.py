"""Checks that know the job: what reads well and would still harm somebody, cost too much, or leave a person alone.

Apart from the loaders, `flow_check` and `message_check`, which say what cannot be served at all: these look at a folder
before it is published, never at a release that is live. To add one: a module with `check` or, where one file of
one language is enough to say it, with `look`; its name below, a broken file in `tests/content/broken/`, its line in
`flows/README.md` (made by the catalogue).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import ModuleType

from bot.content.checks import (
    answers,
    guards,
    keywords,
    law,
    lengths,
    meanings,
    moved,
    options,
    reach,
    signs,
    translations,
    wording,
)
from bot.content.checks.content import Content
from bot.content.memory import Memory
from bot.content.words import opting_out

__all__ = ["CHECKS", "Content", "judge"]

CHECKS = (keywords, answers, options, reach, guards, wording, signs, lengths, law, translations, meanings, moved)


def judge(content: Content, memory: Memory) -> None:
    """Let every check look at the content; each notes what it finds.

    A check has `check`, which is given everything, or `look`, which is given one file of one language, or both. Of the
    rest of the content a `look` may use only what `_file_by_file` names: what it said is remembered as long as that is
    the same.
    """
    optouts = {name: opting_out(locale) for name, locale in content.locales.items()}
    facts = (content.default, content.organisation, content.referrals, content.heard, optouts)
    common = memory.same("judged", facts)
    collected = {f: memory.same(("collected", f), content.collected_from(flow)) for f, flow in content.flows.items()}
    for module in CHECKS:
        if hasattr(module, "check"):
            module.check(content)
        if hasattr(module, "look"):
            _file_by_file(module, content, common, collected, memory)


def _file_by_file(
    module: ModuleType, content: Content, common: object, collected: Mapping[str, object], memory: Memory
) -> None:
    theirs = content.source.parts if content.source else {}
    for locale in content.locales.values():
        for file, part in locale.parts.items():
            seen = (
                *(part, locale.parts.get("words"), locale.parts.get("common")),
                *(theirs.get(file), theirs.get("words"), content.flows.get(file), collected.get(file)),
                *(content.problems.faulty(f"messages/{name}/{file}.yml") for name in (locale.name, content.default)),
                common,
            )
            look = partial(module.look, content, locale, file)
            memory.noting((module.__name__, locale.name, file), seen, content.problems, look)
