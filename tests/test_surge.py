"""Texts pumped from abroad: what is kept out, and whom it must never keep out."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.app import create_app
from bot.surge import Surge
from tests.conftest import NOON, Person, at_once, publish, settings

ABROAD = [f"+88017123{number:05}" for number in range(10)]


def lets_in(surge: Surge, address: str, now: datetime = NOON) -> bool:
    """Whether a new talk is answered; it is counted then."""
    if surge.is_full(address, now):
        return False
    surge.count(address, now)
    return True


def test_a_country_abroad_has_so_many_new_talks_an_hour_and_another_has_its_own():
    surge = Surge(3)
    assert [lets_in(surge, address) for address in ABROAD[:5]] == [True] * 3 + [False] * 2

    assert lets_in(surge, "+523312345678")
    assert lets_in(surge, ABROAD[5], NOON + timedelta(hours=1))


@pytest.mark.parametrize("address", ["+12125550100", "+17875550100", "+16475550100", "US.1A2B3C4D"])
def test_our_own_country_is_never_limited(address):
    surge = Surge(0)

    assert all(lets_in(surge, address) for _ in range(1_000))


def test_what_tells_no_country_is_a_country_of_its_own():
    surge = Surge(1)

    assert [lets_in(surge, address) for address in ("12345", "SOMEBODY", "+9999999")] == [True, False, False]


@pytest.fixture
def client(config, checked, store, tmp_path, clock):
    """A line that answers two new talks of a country abroad in an hour."""
    publish(config.redis_url, checked)
    return create_app(settings(config.redis_url, tmp_path, NEW_TALKS_ABROAD="2"), clock).test_client()


def test_who_is_one_too_many_gets_no_answer_unless_it_is_an_emergency(client, store):
    first, second, third, fourth = (Person(client, "sms", address) for address in ABROAD[:4])

    assert first.says("door")
    assert second.says("hello")
    assert third.says("hello") is None
    assert fourth.says("911")
    assert first.says("1")  # a talk that goes on
    assert Person(client).says("door")
    assert len(list(store.scan_iter("s:*"))) == 4  # of who was kept out nothing is kept


def test_one_talk_that_is_delivered_many_times_at_once_is_counted_once(client):
    """Its turn is computed again and again; only one of them is written."""
    first, second, third = (Person(client, "sms", address) for address in ABROAD[:3])
    form, first.pause = first.form("door"), 0
    assert all(at_once(*[partial(first.posts, form)] * 20))

    assert second.says("hello")
    assert third.says("hello") is None
