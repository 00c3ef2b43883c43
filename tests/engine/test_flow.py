"""Keys, targets and how old law is."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from bot.engine.flow import (
    Ask,
    Branch,
    Checklist,
    Collect,
    End,
    Flow,
    Item,
    Law,
    Option,
    Refer,
    Say,
    Step,
    Visit,
    flow_of,
    step_of,
)
from bot.engine.flow import targets_of as targets

EXAMPLES: dict[Step, tuple[str, ...]] = {
    Say(key="a.say", then="a.x"): ("a.x",),
    Ask(key="a.ask", options=(Option(key="a.ask.one", then="a.x"), Option(key="a.ask.two", then="b.y"))): (
        "a.x",
        "b.y",
    ),
    Collect(key="a.zip", what="zip", then="a.x"): ("a.x",),
    Visit(key="a.visit", start="b.y", then="a.x"): ("b.y", "a.x"),
    Branch(key="a.branch", on="area", cases=(("nyc", "a.x"),), otherwise="a.z"): ("a.x", "a.z"),
    Refer(key="a.refer", need="legal", then="a.x"): ("a.x",),
    Refer(key="a.refer", need="legal"): (),
    Checklist(key="a.list", items=(Item(key="a.list.one"),), go_on=Option(key="a.list.then", then="b.y")): ("b.y",),
    Item(key="a.list.one"): ("a.list",),
    End(key="a.end"): (),
}


@pytest.mark.parametrize(("step", "leads_to"), EXAMPLES.items(), ids=lambda value: getattr(value, "key", ""))
def test_every_kind_of_step_says_where_it_leads(step, leads_to):
    assert targets(step) == leads_to


def test_there_is_an_example_of_every_kind_of_step():
    assert {type(step) for step in EXAMPLES} == set(get_args(Step))


@pytest.mark.parametrize(
    ("key", "flow", "step"),
    [("home_door", "home_door", ""), ("home_door.inside", "home_door", "home_door"), ("a.b.c", "a", "a.b")],
)
def test_a_key_names_its_flow_and_its_step(key, flow, step):
    assert (flow_of(key), step_of(key)) == (flow, step)


def test_the_first_step_is_the_way_in():
    assert Flow(name="a", steps=(End(key="a.first"), End(key="a.second"))).start == "a.first"


@pytest.mark.parametrize(
    ("today", "overdue"), [(date(2026, 12, 22), False), (date(2026, 12, 23), True), (date(2027, 1, 1), True)]
)
def test_law_is_overdue_from_the_day_of_its_recheck(today, overdue):
    assert Law(sources_until=date(2026, 10, 7), recheck=date(2026, 12, 23)).overdue(today) is overdue
