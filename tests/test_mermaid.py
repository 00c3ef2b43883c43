"""A drawing has every step and every way of a flow, and names that mean nothing else to who draws it."""

from __future__ import annotations

from bot.engine.flow import Ask, Branch, End, Flow, Option, Refer, Say, Visit
from bot.mermaid import drawing

FLOW = Flow(
    name="door",
    steps=(
        Ask(key="door.knock", options=(Option(key="door.knock.paper", then="door.end"),)),
        Branch(key="door.where", on="area", cases=(("city", "door.end"),), otherwise="door.say"),
        Visit(key="door.call", start="lawyer.ask", then="door.say"),
        Say(key="door.say", then="menu.choose"),
        Refer(key="door.number", need="legal"),
        End(key="door.end"),
    ),
)


def test_every_step_and_every_way_is_drawn_and_what_is_marked_is_bold():
    assert drawing(FLOW, ["door.end", "lawyer.ask"]).splitlines() == [
        "flowchart TD",
        '  s_knock["knock"]',
        '  s_where["where"]',
        '  s_call["call"]',
        '  s_say["say"]',
        '  s_number["number"]',
        '  s_end["end"]',
        '  s_knock -- "paper" --> s_end',
        '  s_where -- "city" --> s_end',
        '  s_where -- "else" --> s_say',
        '  s_call -- "visit" --> f_lawyer(["lawyer"])',
        '  s_call -- "then" --> s_say',
        '  s_say --> f_menu(["menu"])',
        "  classDef changed stroke-width:4px",
        "  class s_end changed",
    ]


def test_nothing_is_bold_where_nothing_is_marked():
    assert "class" not in drawing(FLOW)
