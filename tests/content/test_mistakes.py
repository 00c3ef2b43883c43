"""The hundred mistakes: each is shown at its line, or listed as missed; and what is said there is enough to mend it."""

from __future__ import annotations

import re

import pytest

from bot.config import CHECKOUT
from bot.content.mend import mended
from bot.content.problem import Problem
from tests.content.mistakes import MISTAKES, Mistake, is_shown, told

pytestmark = pytest.mark.slow


def test_there_are_a_hundred_mistakes_of_more_than_thirty_kinds():
    assert len(MISTAKES) >= 100
    assert len({mistake.kind for mistake in MISTAKES}) >= 30


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_is_shown_where_it_is(mistake):
    problems = told(mistake)

    assert is_shown(mistake, problems) != mistake.missed, "\n".join(map(str, problems))


def cured(mistake: Mistake, text: str, problems: tuple[Problem, ...]) -> str:
    """The file after doing what is said: `--fix`, then every "did you mean" in its line."""
    lines = mended(mistake.file, text, {p.place.line for p in problems if p.code == "dear-sign"}).split("\n")
    for problem in problems:
        meant = re.search(r'"([^"]+)"[^"]*Did you mean "([^"]+)"\?', problem.what)
        if meant and problem.place.file == mistake.file and problem.place.line:
            at = problem.place.line - 1
            wrong, right = (meant[1].rpartition(".")[2], meant[2].rpartition(".")[2])
            lines[at] = re.sub(rf"\b{re.escape(wrong)}\b", right, lines[at], count=1)
    return "\n".join(lines)


CURED = [
    mistake
    for mistake in MISTAKES
    if mistake.kind
    in {
        "tab", "odd space", "no space after the colon", "wide colon", "colon in a text", "hash in a text", "sign first",
        "capital", "typed wrong", "invisible space", "direction mark", "dear signs",
    }
]  # fmt: skip
"""Those whose cure is an edit that can be made without thinking."""


@pytest.mark.parametrize("mistake", CURED, ids=str)
def test_doing_what_is_said_leaves_no_error(mistake):
    before = (CHECKOUT / mistake.file).read_text(encoding="utf-8")
    text = cured(mistake, before.replace(mistake.old, mistake.new, 1), told(mistake))
    mending = Mistake(mistake.kind, mistake.file, before, text)

    assert [str(p) for p in told(mending) if p.severity == "error"] == []
