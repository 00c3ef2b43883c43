"""The program that hurts a line: a small run of it, and that it would notice.

Apart from `tests/test_faults.py`, which proves single promises in a fixed order; here chance does it.
"""

from __future__ import annotations

import random
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.engine.events import Inbound
from bot.engine.run import turn
from bot.engine.session import Session
from bot.live import Served
from bot.store.client import connect
from tests.faults import hurts
from tests.faults.content import releases
from tests.faults.model import Heard, Model, Moment
from tests.faults.proxy import Proxy, When
from tests.faults.run import run
from tests.faults.servers import Valkey

FALLBACK = "Technical problem."


@pytest.fixture(scope="module")
def served() -> Served:
    return Served(releases()[0].library().numbered(1))


@pytest.fixture
def model(served) -> Model:
    return Model(lambda: [Moment(served, datetime.now(UTC))], frozenset({FALLBACK}))


@pytest.fixture
def says(served):
    """What the engine answers to these texts, one after the other."""

    def replies(*texts: str) -> list[str | None]:
        session: Session | None = None
        said = []
        for text in texts:
            inbound = Inbound(channel="sms", text=text)
            now = datetime.now(UTC)
            session, reply = served.composer.reply(*turn(session, inbound, served.library.release, now), "sms")
            said.append(reply)
        return said

    return replies


def test_a_small_run_keeps_every_promise():
    report = run(messages=150, people=8, seed=7)

    assert report.is_good, str(report)
    assert report.sent >= 150
    assert sum(report.faults.values()) > 0


def test_a_point_whose_command_came_in_time_is_waited_for_until_its_answer(tmp_path):
    """Or a process would be killed when nobody expects it any more. Here the answer comes when waiting has ended."""
    store = Valkey(tmp_path)
    frozen = ExitStack()

    class Thawing(Proxy):
        def gives_up(self) -> bool:
            was_met = super().gives_up()
            frozen.close()
            return was_met

    link = Thawing(store.server.socket)
    line: Any = SimpleNamespace(webs=[SimpleNamespace(link=link)])
    client = connect(link.url, answer_seconds=10)
    frozen.enter_context(store.frozen())
    asks = threading.Thread(target=client.mget, args=(["anything"],))
    asks.start()
    happened = hurts.link_cut_at(b"MGET", When.HEARD, line, random.Random(1))
    asks.join()
    for part in (client, link):
        part.close()
    store.end()

    assert happened


def test_a_text_that_counted_twice_is_noticed(model, says):
    door, _, twice = says("door", "1", "1")

    assert model.hears("door", door)
    assert not model.hears("1", twice)


def test_a_text_that_did_not_count_is_noticed(model, says):
    door, paper, _ = says("door", "1", "2")
    _, inside = says("door", "2")

    assert model.hears("door", door)
    assert model.hears("1", paper)
    assert not model.hears("2", inside)


def test_an_answer_that_counts_unseen_after_the_fallback_text_is_noticed(model, says):
    door, _, judge = says("door", "1", "1")

    assert model.hears("door", door)
    assert model.hears("1", FALLBACK)
    assert not model.hears("1", judge)


def test_a_delivery_that_gets_another_reply_than_before_is_noticed(model, says):
    door, paper, judge = says("door", "1", "1")
    assert model.hears("door", door)
    assert model.hears_in_some_order([Heard("1", paper, "SM1")])
    places = model.places

    assert model.after(places, [Heard("1", paper, "SM1")]) == places
    assert not model.after(places, [Heard("1", judge, "SM1")])
    assert not model.after(places, [Heard("1", None, "SM1")])


def test_two_texts_at_once_may_come_in_either_order_and_in_no_other(model, says):
    start, door, paper = says("menu", "door", "1")
    _, first, then = says("menu", "1", "door")
    model.hears("menu", start)
    places = model.places

    assert model.after(places, [Heard("1", paper, "SM1"), Heard("door", door, "SM2")])
    assert model.after(places, [Heard("1", first, "SM1"), Heard("door", then, "SM2")])
    assert not model.after(places, [Heard("1", paper, "SM1"), Heard("door", start, "SM2")])


def test_a_text_may_have_counted_and_be_marked_only_after_the_next_one(model, says):
    """Its process died after the write, and Twilio's fallback address was slower than the other text."""
    start, _, paper, judge = says("menu", "door", "1", "1")
    assert model.hears("menu", start)
    places = model.places

    assert model.hears_in_some_order([Heard("door", FALLBACK, "SM1"), Heard("1", paper, "SM2")])
    assert all(place.unsure for place in model.places)
    assert not model.hears("1", judge)

    assert not model.after(places, [Heard("door", FALLBACK, "SM1"), Heard("1", judge, "SM2")])
