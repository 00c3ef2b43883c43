"""The figures: for whoever has the token, in the format of Prometheus."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.app import create_app
from bot.config import ConfigError
from bot.metrics import metrics
from bot.store.counts import Counts
from tests.conftest import NOON, settings

DAY = NOON.date()
TOKEN = "tests-only-metrics-token-0123456789"


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
