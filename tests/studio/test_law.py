"""The law that is due: days from flows, steps and numbers, the earliest first, each with its line."""

from __future__ import annotations

import re
from datetime import date

from bot.content.library import check_folder
from bot.studio.law import due
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


def test_the_page_says_it_in_words_and_names_the_line(visitor):
    page = visitor.gets("/law")

    assert re.search(r"<td>2026-12-01<br><span class=\"flag\">within 30 days</span></td>", page)
    assert re.search(r"<code>flows/home_door.yaml:\d+:\d+</code>", page)
    assert "courts disagree" in page
