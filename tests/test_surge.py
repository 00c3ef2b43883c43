"""Texts pumped from abroad: what is kept out, and whom it must never keep out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app import create_app
from bot.surge import Surge
from tests.conftest import NOON, Person, publish, settings

ABROAD = [f"+88017123{number:05}" for number in range(10)]


def test_a_country_abroad_has_so_many_new_talks_an_hour_and_another_has_its_own():
    surge = Surge(3)
    assert [surge.lets_in(address, NOON) for address in ABROAD[:5]] == [True] * 3 + [False] * 2

    assert surge.lets_in("+523312345678", NOON)
    assert surge.lets_in(ABROAD[5], NOON + timedelta(hours=1))


@pytest.mark.parametrize("address", ["+12125550100", "+17875550100", "+16475550100", "US.1A2B3C4D"])
def test_our_own_country_is_never_limited(address):
    surge = Surge(0)

    assert all(surge.lets_in(address, NOON) for _ in range(1_000))


def test_what_tells_no_country_is_a_country_of_its_own():
    surge = Surge(1)

    assert [surge.lets_in(address, NOON) for address in ("12345", "SOMEBODY", "+9999999")] == [True, False, False]


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
