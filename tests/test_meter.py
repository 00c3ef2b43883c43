"""What is counted: people in fives, machines one by one; nothing is lost that the store did not take."""

from __future__ import annotations

import re

import pytest

from bot.meter import Meter
from bot.store.client import StoreDown, connect
from bot.store.counts import Counts
from tests.conftest import NOON, Person

DAY = NOON.date()


def counted(meter: Meter, store) -> dict[str, int]:
    meter.look()
    return Counts(store).tallied(DAY)


def people(app, meter, store, count):
    """So many people, each of whom enters the same flow and opts out in words of their own."""
    for number in range(count):
        person = Person(app.test_client(), address=f"+1202555{number:04}")
        person.says("door")
        person.says("please stop texting me")
    return counted(meter, store)


def test_what_people_did_leaves_the_memory_in_fives(app, store):
    meter = app.extensions["meter"]
    counted(meter, store)
    meter._held.clear()
    store.delete(*store.keys("tally:*"), "none")
    few = people(app, meter, store, 4)
    assert (few["texts sms"], few["talks"]) == (8, 4)
    assert [name for name in few if name.startswith(("flow", "language", "outcome"))] == []

    more = people(app, meter, store, 3)
    assert {name: count for name, count in more.items() if name.startswith(("flow", "language", "outcome"))} == {
        "flow home_door": 5,
        "language en": 5,
        "outcome opted out": 5,
    }
    assert more["texts sms"] == 14
    assert sum(count for name, count in more.items() if re.fullmatch(r"took ([\d.]+|longer)", name)) == 14
    assert 0 < store.ttl(f"tally:{DAY}") <= 8 * 86400


def test_what_is_left_of_a_day_is_dropped_with_it(store, clock):
    meter = Meter(Counts(store), 0, clock)
    meter._held.update({"flow home_door": 9})
    clock.passes(hours=12)
    meter.look()
    meter._held.update({"flow home_door": 4})
    meter.look()

    assert Counts(store).tallied(DAY) == {"flow home_door": 5}
    assert Counts(store).tallied(clock().date()) == {}


def test_what_the_store_did_not_take_is_handed_on_later(store, clock, valkey):
    meter = Meter(Counts(connect("unix:///nowhere")), 0, clock)
    meter.count("refused", "refused")
    meter._held.update({"flow home_door": 7})
    with pytest.raises(StoreDown):
        meter.look()
    meter._counts = Counts(connect(valkey))

    assert counted(meter, store) == {"refused": 2, "flow home_door": 5}
