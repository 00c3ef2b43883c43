"""The worker's watch: texts a real line over HTTP, and tells what is wrong, once, whichever store is away."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from werkzeug.serving import make_server

from bot.app import create_app
from bot.config import Config, embedded_socket
from bot.content.library import Checked
from bot.embedded import running
from bot.queue import Due
from bot.store.client import connect
from bot.store.counts import Counts
from bot.studio.app import Quiet
from tests.conftest import NOON, publish
from tests.web import free_port
from worker.watch import LATE_SECONDS, WINDOW_SECONDS, Watch, probe


@contextmanager
def serving(config: Config) -> Iterator[tuple[Flask, Config]]:
    """A line on a port of its own, and its settings."""
    port = free_port()
    here = replace(config, public_url=f"http://127.0.0.1:{port}")
    app = create_app(here, lambda: NOON)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield app, here
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def served(config: Config, checked: Checked) -> Iterator[Config]:
    """The settings of a line that answers."""
    connect(config.redis_url).flushall()
    publish(config.redis_url, checked)
    with serving(config) as (_, here):
        yield here


HOOK = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"


@pytest.fixture
def watching(served: Config, tmp_path: Path) -> Config:
    """The same settings, with a hook that writes down what it is told, and money for the month."""
    (tmp_path / "hook.py").write_text(HOOK)
    hook = f"{sys.executable} {tmp_path / 'hook.py'} {tmp_path / 'heard.txt'}"
    return replace(served, data=tmp_path, alert_hook=hook, monthly_budget=10)


@pytest.fixture
def counts(store: Redis) -> Counts:
    return Counts(store)


@pytest.fixture
def watch(watching: Config, store: Redis, counts: Counts) -> Watch:
    return Watch(watching, counts, Due(store))


def heard(config: Config) -> list[str]:
    """What the operator was told, without the address in front."""
    path = config.data / "heard.txt"
    told = path.read_text().splitlines() if path.exists() else []
    return [line.removeprefix(f"{config.public_url}: ") for line in told]


def test_a_line_that_answers_is_left_as_it_was(config, checked, tmp_path):
    """The reply is kept for who asks again, and that is all: on a store where no other line counts."""
    with running(tmp_path):
        alone = replace(config, redis_url=f"unix://{embedded_socket(tmp_path)}")
        publish(alone.redis_url, checked)
        with serving(alone) as (app, here):
            store = connect(alone.redis_url)
            before = set(store.scan_iter())
            assert probe(here) == ""
            app.extensions["meter"].look()
            after = set(store.scan_iter())
    assert [key[:2] for key in after - before] == [b"r:"]


WRONG = {
    "another token": ({"auth_tokens": ("0" * 32,)}, "status 403"),
    "another account": ({"account_sid": "AC" + "b" * 32}, "status 400"),
    "another address": ({"public_url": "http://127.0.0.1:9"}, "no connection in 5 seconds"),
}


@pytest.mark.parametrize(("settings", "why"), WRONG.values(), ids=WRONG)
def test_a_line_that_does_not_answer_says_why(served, settings, why):
    assert why in probe(replace(served, **settings))


def test_the_fallback_text_is_no_answer(config, store):
    with serving(config) as (_, here):
        assert probe(here) == "it says only the fallback text"


def test_one_missing_answer_is_a_restart_two_are_told_once_and_their_end_too(watching, counts, store):
    broken = Watch(replace(watching, auth_tokens=("0" * 32,)), counts, Due(store))
    broken.look(NOON)
    assert heard(watching) == []
    broken.look(NOON)
    broken.look(NOON)
    assert heard(watching) == [f"The line does not answer a text to {watching.public_url}: status 403."]
    assert "answered" not in counts.pulse()

    Watch(watching, counts, Due(store)).look(NOON)
    assert "(answer)" in heard(watching)[1]
    assert counts.pulse()["answered"] == int(NOON.timestamp())


def test_a_store_that_is_away_is_told_and_nothing_else_is_taken_for_over(watch, watching, counts):
    counts.beat(law=2)
    watch.look(NOON)
    away = connect("unix:///nowhere")
    Watch(watching, Counts(away), Due(away)).look(NOON)

    assert heard(watching) == [
        "2 laws or numbers are to be looked at again: python3 -m bot law",
        "The store does not answer (ConnectionError): everybody gets the fallback text.",
    ]


def test_each_part_of_the_money_is_told_once(watch, watching, counts):
    for spent in (590, 20, 400, 300, 1):
        counts.spend("2026-11", {"sms out": spent})
        watch.look(NOON)
    said = heard(watching)

    assert [line.partition(" %")[0] for line in said] == ["50", "83", "108"]
    assert "Only emergencies" in said[-1]
    watch.look(NOON + timedelta(days=9))
    assert sorted(line.rpartition("(")[2] for line in heard(watching)[3:]) == [
        "budget 100).",
        "budget 50).",
        "budget 80).",
    ]


def test_copies_that_are_not_deleted_are_told(watch, watching, store, counts):
    at = int(NOON.timestamp())
    Due(store).add({"SM" + "1" * 32: at - LATE_SECONDS})
    watch.look(NOON)
    assert heard(watching) == []
    watch.look(NOON + timedelta(minutes=1))
    assert heard(watching) == ["Copies at Twilio were to be deleted 31 minutes ago, and are still there."]
    assert counts.pulse() | {"law": 0} == {
        "worker": at + 60, "undeleted": 1, "late": LATE_SECONDS + 60, "answered": at, "law": 0,
    }  # fmt: skip


def test_a_wrong_token_is_told_noise_from_the_internet_is_not(watch, watching, counts):
    day, now = NOON.date(), NOON
    counts.tally(day, {"refused": 50, "texts sms": 10})  # long before the worker began
    for refused, texts in ((4, 0), (3, 30), (0, 30)):
        watch.look(now)
        counts.tally(day, {"refused": refused, "texts sms": texts})
        now += timedelta(minutes=1)
    watch.look(now)
    assert heard(watching) == []

    now += timedelta(seconds=WINDOW_SECONDS + 60)
    watch.look(now)
    counts.tally(day, {"refused": 6})
    watch.look(now + timedelta(minutes=1))
    assert heard(watching) == ["6 requests in ten minutes were not signed by Twilio with our token."]
