"""Checks that know the job: what reads well and would still harm somebody, cost too much, or leave a person alone.

Apart from the loaders, `flow_check` and `message_check`, which say what cannot be served at all: these look at a folder
before it is published, never at a release that is live. To add one: a module with `check`, its name below, a broken
file in `tests/content/broken/`, its line in `flows/README.md` (made by the catalogue).
"""

from __future__ import annotations

from bot.content.checks import (
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

__all__ = ["CHECKS", "Content", "judge"]

CHECKS = (keywords, options, reach, guards, wording, signs, lengths, law, translations, meanings, moved)


def judge(content: Content) -> None:
    """Let every check look at the content; each notes what it finds."""
    for module in CHECKS:
        module.check(content)
