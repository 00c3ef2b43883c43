"""The law that is due: days from flows, steps and numbers, the earliest first, each with its line."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.content.library import check_folder
from bot.law import due, report
from tests.studio.conftest import folder_of_content


def test_everything_with_a_day_is_listed_the_earliest_first(checked, library):
    found = due(checked)
    laws = {flow.name: flow.law.recheck for flow in library.release.flows.values() if flow.law}

    assert [one.recheck for one in found] == sorted(one.recheck for one in found)
    assert {one.about: one.recheck for one in found if one.about in laws} == laws
    assert any(one.about.startswith("the number ") for one in found)


def test_a_step_with_a_law_of_its_own_takes_only_the_days_of_its_flow(tmp_path):
    folder = folder_of_content(tmp_path)
    path = folder / "flows" / "home_door.yaml"
    path.write_text(re.sub(r"law: \{contested: true, recheck: [\d-]+, ", "law: {contested: true, ", path.read_text()))
    step = next(one for one in due(check_folder(folder)) if one.about == "home_door.agency_paper")
    flow = next(one for one in due(check_folder(folder)) if one.about == "home_door")

    assert (step.recheck, step.until, step.is_contested) == (flow.recheck, flow.until, True)
    assert step.sources
    assert step.sources != flow.sources


def test_how_urgent_it_is(checked):
    one = due(checked)[0]

    assert one.state(one.recheck) == "overdue"
    assert one.state(date.fromordinal(one.recheck.toordinal() - 30)) == "soon"
    assert one.state(date.fromordinal(one.recheck.toordinal() - 31)) == "later"


TODAY = date(2026, 12, 10)


def test_the_report_tells_of_a_flow_when_by_what_and_what_is_due(checked):
    told = report(checked, "home_door", today=TODAY)

    assert told.startswith("home_door\n  home_door, flows/home_door.yaml:")
    assert "\n    sources to 2026-10-07, signed by nobody, look again on 2026-12-23 (within 30 days)\n" in told
    assert "\n    S-311-3218: NYC 311 article KA-03218 (Know your rights with immigration)\n" in told
    assert "\n    courts disagree, sources to 2026-10-07, signed by nobody, look again on 2026-12-01 (overdue)" in told
    assert "numbers" not in told


def test_the_report_of_all_tells_of_each_flow_and_of_the_numbers_last(checked, library):
    told = report(checked, None, today=TODAY)
    parts = [line for line in told.splitlines()[:-1] if line and not line.startswith(" ")]

    assert parts == [*sorted(flow.name for flow in library.release.flows.values() if flow.law), "numbers"]
    assert "  the number ona, flows/referrals.yaml:" in told
    assert "sources to 2026-08, checked by nobody, look again on 2026-12-23 (within 30 days)" in told


def test_the_report_counts_what_is_due(checked):
    overdue = sum(one.recheck <= TODAY for one in due(checked))
    soon = sum(TODAY < one.recheck <= TODAY + timedelta(days=30) for one in due(checked))
    counted = f"To look at again: {overdue} overdue, {soon} within 30 days, {len(due(checked)) - overdue - soon} later."

    assert report(checked, None, today=TODAY).endswith(counted)
