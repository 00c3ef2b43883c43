"""The month's money: every part counted once, and who is still answered when it is spent.

The real application on a real Valkey, with people who text it; the relay counts as the worker's does.
"""

from __future__ import annotations

import pytest

from bot.app import create_app
from bot.budget import cents, percent
from bot.channel import PROBE
from bot.content.fallback import read_fallbacks
from bot.content.segments import parts
from bot.meter import Meter
from bot.queue import Relay
from bot.store.client import StoreDown
from bot.store.counts import Counts
from bot.store.outbox import SPENT, Outbox, Wanted, outbox_key
from tests.conftest import NOON, Person, first_line, place

MONTH = "2026-11"
FALLBACK = "800-566-7636"


def counted(store) -> dict[str, int]:
    """What the month has cost so far, once the relay has been round."""
    Relay(store, store).run_once(NOON.timestamp())
    return Counts(store).spent(MONTH)


def test_every_part_of_a_text_and_of_its_reply_is_counted_in_its_month(person, whatsapp_person, store):
    replies = [person.says("door"), person.says("1")]
    long = "what may I do " * 20
    replies.append(person.says(long))
    whatsapp_person.says("door")

    assert counted(store) == {
        "sms in": 2 + parts(long),
        "sms out": sum(map(parts, replies)),
        "whatsapp in": 1,
        "whatsapp out": 1,
    }
    assert 0 < store.ttl(f"spent:{MONTH}") <= 62 * 86400


def test_a_delivery_that_is_repeated_costs_nothing_more(person, store):
    form = person.form("door")
    person.posts(form)
    once = counted(store)
    person.posts(form)

    assert counted(store) == once


def test_a_text_without_an_answer_costs_its_own_parts(person, store):
    assert person.says("STOP") is None
    assert counted(store) == {"sms in": 1, "sms out": 0}


def test_of_two_relays_that_read_the_same_entries_one_counts_them(store):
    """Both have read before either removes: what the second finds gone it does not count."""
    Outbox(store).put(Wanted(SPENT, "sms 1 2", int(NOON.timestamp())))
    ((bucket, entries),) = Outbox(store).waiting()

    assert Outbox(store).taken(bucket, entries) == entries
    assert Outbox(store).taken(bucket, entries) == []


def test_what_could_not_be_added_to_its_month_is_added_later(store):
    relay = Relay(store, store)
    Outbox(store).put(Wanted(SPENT, "sms 1 2", int(NOON.timestamp())))
    store.set(f"spent:{MONTH}", "not a hash")
    with pytest.raises(StoreDown):
        relay.run_once(NOON.timestamp())
    store.delete(f"spent:{MONTH}")
    relay.run_once(NOON.timestamp())
    relay.run_once(NOON.timestamp())

    assert Counts(store).spent(MONTH) == {"sms in": 1, "sms out": 2}


@pytest.mark.parametrize("about", ["", "sms", "sms 1", "sms 1 -2", "sms 1 9999", "sms one two", "sms 1 2 3", "{x} 1 1"])
def test_an_entry_that_no_turn_writes_is_dropped(store, about, caplog):
    store.rpush(outbox_key("7f"), Wanted(SPENT, about, 1).plain, Wanted(SPENT, "sms 1 2", 10**30).plain)
    Relay(store, store).run_once(NOON.timestamp())

    assert [key for key in store.scan_iter("*") if key.startswith((b"spent", b"o:"))] == []
    assert "nobody knows how to do" in caplog.text


def test_the_fallback_text_costs_as_any_other(store, config, clock):
    nothing_published = create_app(config, clock)
    reply = Person(nothing_published.test_client()).says("door")
    nothing_published.extensions["forgetting"].hand_on()

    assert FALLBACK in reply
    assert counted(store) == {"sms in": 1, "sms out": parts(reply)}


def test_a_probe_is_answered_and_counted_nowhere(app, store):
    app.extensions["meter"].look()  # what tests before have left in its memory
    store.delete(*store.keys("tally:*"), "none")
    probe = Person(app.test_client(), address=PROBE)

    assert first_line("home_door.at_the_door") in probe.says("door")
    probe.says("DELETE")
    app.extensions["meter"].look()
    assert counted(store) == {}
    assert [key for key in store.scan_iter("*") if key.startswith((b"o:", b"tally", b"line", b"s:"))] == []


# ------------------------------------------------------------------------------------------- at the cap


@pytest.fixture
def late(app, person):
    """Somebody who texts when the month's money is spent."""
    app.extensions["meter"].is_spent = True
    yield person
    app.extensions["meter"].is_spent = False


@pytest.mark.parametrize("words", ["door", "ICE is at my door", "puerta", "street"])
def test_the_first_reply_of_an_urgent_flow_goes_out(late, words):
    assert FALLBACK not in late.says(words).splitlines()[0]
    assert late.says(words) is not None


def test_an_emergency_is_answered_all_the_way(late):
    assert "911" in late.says("suicide")
    assert late.says("1") is not None
    assert late.says("8") is not None


def test_anybody_else_gets_the_fallback_text_once_and_stays_where_they_were(late, config, library):
    """Not silence, with an officer at the door; and not a second bill for the same words."""
    texts = read_fallbacks(config.content)
    late.says("door")

    assert late.says("1") == texts["en"]
    assert late.says("2") is None
    assert place(config, late, library) == "home_door.at_the_door"
    assert first_line("home_door.at_the_door") in late.says("door"), "urgent words are heard all the same"


def test_somebody_new_with_another_question_gets_the_number(late, config):
    assert late.says("hello") == read_fallbacks(config.content)["en"]
    assert late.says("hello?") is None


def test_deleting_and_opting_out_work_and_are_confirmed(late):
    late.says("door")
    assert late.says("DELETE") is not None
    assert late.says("please stop texting me") is not None


def test_money_coming_back_within_the_talk_shows_the_step_again(late, app):
    first = late.says("door")
    late.says("1")
    app.extensions["meter"].is_spent = False

    assert first in late.says("1")


def test_the_money_is_spent_when_the_month_says_so_and_back_with_the_next(store, clock):
    meter, counts = Meter(Counts(store), 10, clock), Counts(store)
    counts.spend(MONTH, {"sms out": 1204})
    meter.look()
    assert not meter.is_spent
    counts.spend(MONTH, {"sms in": 1})
    meter.look()
    assert meter.is_spent
    clock.passes(days=9)
    meter.look()
    assert not meter.is_spent


def test_without_a_budget_nothing_is_ever_spent(store, clock):
    meter = Meter(Counts(store), 0, clock)
    Counts(store).spend(MONTH, {"sms out": 10**9})
    meter.look()

    assert not meter.is_spent


def test_a_hundred_percent_is_never_said_too_early():
    just_under = {"sms out": 1204}  # 999.32 cents

    assert (round(cents(just_under), 2), percent(just_under, 10)) == (999.32, 99)
    assert percent({"sms out": 1205}, 10) == 100
    assert percent(just_under, 0) == 0
