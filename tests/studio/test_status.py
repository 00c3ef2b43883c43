"""The room of the line: what is wrong, today in fives, money and queue; charts that can be read without seeing them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts import Alerts
from bot.store.counts import Counts
from bot.studio.app import create_studio
from bot.studio.bars import HEIGHT, days, rows
from tests.conftest import NOON
from tests.studio.conftest import Visitor

DAY = NOON.date()


@pytest.fixture
def counts(store) -> Counts:
    """The line's store after a day with some texts."""
    counts = Counts(store)
    today = {"texts sms": 61, "texts whatsapp": 12, "talks": 31, "flow home_door": 15, "flow car": 5}
    counts.tally(DAY, today | {"language es": 10, "language en": 10, "outcome told a number": 20, "fallback": 2})
    counts.tally(DAY - timedelta(days=2), {"texts sms": 40})
    counts.spend("2026-11", {"sms in": 1000, "sms out": 1300})
    counts.beat(worker=int(NOON.timestamp()), answered=int(NOON.timestamp()), undeleted=7, law=2)
    return counts


def words(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_the_page_shows_the_day_the_money_and_the_queue(visitor, counts):
    page = words(visitor.gets("/line"))

    for said in (
        "Talks begun 31", "Texts 73", "home_door 15", "car 5", "es 10", "told a number 20", "Got the fallback text 2",
        "19.09 dollars . No limit is set", "Worker last seen 17:00:00", "Messages Twilio is to delete 7",
        "Nobody is told when something goes wrong",
    ):  # fmt: skip
        assert said in page


def test_the_picture_of_the_week_says_its_numbers(visitor, counts):
    assert "Texts by day: Tuesday 17, 0" in visitor.gets("/line")
    assert "Saturday 21, 40, Sunday 22, 0, Monday 23, 73</title>" in visitor.gets("/line")


def test_what_is_wrong_is_named_with_its_beginning(practice_store, volunteer, counts):
    config = replace(volunteer.config, monthly_budget=20, alert_hook="cat")
    Alerts(config).tell({"budget 50": "w", "budget 80": "x", "worker": "y"}, (), NOON)
    page = words(
        Visitor(create_studio(config, f"{practice_store}?db=3", lambda: NOON), config).comes_in().gets("/line")
    )

    assert "80 % of this month's money are spent. Since 2026-11-23 17:00 UTC." in page
    assert "Half of this" not in page
    assert "The worker is gone. Since 2026-11-23 17:00 UTC." in page
    assert "19.09 dollars of 20: 95 %." in page
    assert "Nobody is told" not in page


def test_an_empty_line_has_a_page_too(visitor, store):
    page = words(visitor.gets("/line"))

    assert page.count("Fewer than five.") == 3
    assert "Worker last seen not today" in page
    assert "Nothing is published: everybody gets the fallback text." in page


def test_a_stranger_does_not_see_it(stranger):
    stranger.gets("/line", 403)


def test_bars_and_columns_keep_their_proportions():
    assert [row.length for row in rows({"a": 10, "b": 5, "c": 0})] == [100.0, 50.0]
    assert rows({}) == ()
    drawn = days([(DAY, 0), (DAY + timedelta(days=1), 30), (DAY + timedelta(days=2), 60)], "Texts")
    assert [column.height for column in drawn.columns] == [0.0, 36.0, 72.0]
    assert {column.y + column.height for column in drawn.columns} == {HEIGHT}
    assert drawn.width > drawn.columns[-1].x
