"""What is counted: people in fives, machines one by one; and where it is read: /metrics and `python3 -m bot data`."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from bot.app import create_app
from bot.cli import cli
from bot.config import CHECKOUT, ConfigError
from bot.held import KINDS, sorted_out
from bot.meter import Meter
from bot.metrics import metrics
from bot.queue import Relay
from bot.store.client import StoreDown, connect
from bot.store.counts import Counts
from tests.conftest import NOON, Person, settings

DAY = NOON.date()
TOKEN = "tests-only-metrics-token-0123456789"


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


# ------------------------------------------------------------------------------------------- /metrics


def test_the_figures_are_for_who_has_the_token(store, config, clock):
    client = create_app(replace(config, metrics_token=TOKEN), clock).test_client()
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer wrong"}, {"X-Forwarded-For": "::1"}):
        assert client.get("/metrics", headers=headers).status_code == 403

    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")


def test_without_a_token_nobody_gets_them(store, config, clock):
    client = create_app(config, clock).test_client()
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
        assert client.get("/metrics", headers=headers).status_code == 403


def test_a_short_token_is_a_wrong_setting(tmp_path):
    with pytest.raises(ConfigError, match="METRICS_TOKEN is too short"):
        settings("unix:///nowhere", tmp_path, METRICS_TOKEN="short")


LINE = re.compile(r'# (HELP|TYPE) rightsline_\w+ .+|rightsline_\w+(\{\w+="[^"\\\n]*"\})? -?[\d.]+')


def test_the_page_is_in_the_format_of_prometheus(store):
    counts = Counts(store)
    counts.tally(DAY, {"texts sms": 12, "talks": 4, "flow home_door": 5, "refused": 1, "took 0.05": 9, "took 1.0": 2})
    counts.tally(DAY, {"took longer": 1, "took milliseconds": 7250})
    counts.spend("2026-11", {"sms in": 100, "sms out": 200})
    counts.beat(worker=1, undeleted=3, late=0)
    lines = metrics(counts, release=7, dollars=40, now=NOON).splitlines()

    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert {
        'rightsline_texts_total{channel="sms"} 12',
        'rightsline_flows_entered_total{flow="home_door"} 5',
        'rightsline_answer_seconds_bucket{le="0.1"} 9',
        'rightsline_answer_seconds_bucket{le="5.0"} 11',
        'rightsline_answer_seconds_bucket{le="+Inf"} 12',
        "rightsline_answer_seconds_sum 7.25",
        "rightsline_answer_seconds_count 12",
        "rightsline_spent_cents 249.0",
        "rightsline_budget_cents 4000",
        "rightsline_undeleted_messages 3",
        "rightsline_release 7",
    } <= set(lines)


# ------------------------------------------------------------------------------------------- python3 -m bot data


def test_every_key_of_a_line_that_has_done_everything_is_of_a_listed_kind(app, store):
    person = Person(app.test_client())
    person.says("door")
    app.test_client().post("/twilio/inbound", data={})
    store.set("u:{7f}:" + "A" * 16, b"", ex=60)
    app.extensions["meter"].look()
    Counts(store).beat(worker=1)
    waiting = sorted_out(key.decode() for key in store.scan_iter())
    Relay(store, store).run_once(NOON.timestamp() + 3600)
    done = sorted_out(key.decode() for key in store.scan_iter())

    assert (waiting.unknown, done.unknown) == ((), ())
    seen = set(waiting.counts) | set(done.counts)
    assert {kind.shape for kind in KINDS} - seen == {"line:tries", "line:pause"}, "kinds that nothing makes any more"


def test_a_key_of_no_kind_is_named_and_fails(valkey, store, tmp_path):
    store.set("s:+12025550143", b"")
    store.set("phones", b"")
    env = {
        "REDIS_URL": valkey,
        "HOTLINE_SECRET": "tests-only-3f9a8c1e5d7b2460-tests-only",
        "HOTLINE_DATA": str(tmp_path),
    }
    result = CliRunner(env=env).invoke(cli, ["data"])

    assert result.exit_code == 1
    assert "NOT LISTED: 'phones'" in result.output
    assert "NOT LISTED: 's:+12025550143'" in result.output
    store.flushall()
    assert CliRunner(env=env).invoke(cli, ["data"]).exit_code == 0


def test_the_paper_on_privacy_names_every_kind_of_key():
    paper = (CHECKOUT / "bot" / "PRIVACY.md").read_text("utf-8")

    assert [kind.shape for kind in KINDS if f"`{kind.shape}`" not in paper] == []
