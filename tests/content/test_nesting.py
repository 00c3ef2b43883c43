"""How far in a line belongs that begins with a tab, by the lines around it; `test_mend.py` has whole files."""

from __future__ import annotations

import pytest

from bot.content.nesting import Nesting


@pytest.mark.parametrize(
    ("above", "line", "below", "after"),
    [
        (["steps:"], "\tknock:", [], "  knock:"),
        (["  knock:"], "\task:", ["      paper: safe"], "    ask:"),
        (["    text: |-"], "\tSay no", [], "      Say no"),
        (["    text: Hi"], "\treply: Ho", [], "    reply: Ho"),
        (["  knock:", "    end: said"], "\tsafe:", ["    end: said"], "  safe:"),
        (["  knock:", "    end: said"], "  safe:", [], "  safe:"),
        (["  knock:"], "\t", [], ""),
    ],
)
def test_a_line_stands_where_the_lines_around_it_say(above, line, below, after):
    nesting = Nesting()
    for before in above:
        nesting.fitted(before, [])

    assert nesting.fitted(line, below) == after
