"""`explain`: what would happen to a text and why, as text, as JSON, and line by line."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from bot.config import CHECKOUT
from bot.explain import explain

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)

OUTCOMES = [
    ("agents are outside my house", "en", "flow", "home_door", "home_door.at_the_door", None),
    ("se llevaron a mi esposo", "es", "flow", "find_relative", "find_relative.call_first", None),
    ("我需要律师", "zh-Hans", "flow", "lawyer", "lawyer.zip_question", None),
    ("الهجرة عند الباب", "ar", "flow", "home_door", "home_door.at_the_door", None),
    ("911", "en", "emergency", "emergency", "emergency.which", None),
    ("me quiero morir", "es", "emergency", "emergency", "emergency.which", None),
    ("hello", "en", "menu", None, "menu.choose", None),
    ("pineapple", "en", "fallback", None, None, None),
    ("", "en", "fallback", None, None, None),
    ("STOP", "en", "optout", None, None, None),
    ("DELETE", "en", "command", None, None, "delete"),
    ("language", "en", "command", None, None, "language"),
    ("español", "es", "command", None, "menu.choose", "language"),
    ("1", "en", "fallback", None, None, None),
]


@pytest.mark.parametrize(("text", "locale", "action", "flow", "step", "command"), OUTCOMES)
def test_the_outcome_of_a_text(library, text, locale, action, flow, step, command):
    found = explain(text, library, NOW)

    assert (found.locale, found.action, found.flow, found.step, found.command) == (locale, action, flow, step, command)


def test_an_offer_names_the_flows_best_first_and_what_lost(library):
    found = explain("How can I find out which jail my uncle is being held in?", library, NOW)

    assert found.action == "offer"
    assert set(found.offers) == {"arrested", "find_relative"}
    assert [score["flow"] for score in found.scores][:2] == found.offers
    assert found.scores[0]["words"]


def test_reasons_are_given_in_words(library):
    text = str(explain("agents are outside my house", library, NOW))

    assert text.startswith("flow: home_door\n  locale   en\n  step     home_door.at_the_door\n")
    assert "+ home_door" in text
    assert "outside" in text


def test_every_text_has_an_explanation_that_json_can_hold(library):
    for text, *_ in OUTCOMES:
        plain = explain(text, library, NOW).as_json()
        assert json.loads(json.dumps(plain)) == plain
        assert {"locale", "action", "flow", "step", "command", "offers", "matched", "scores"} <= set(plain)


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "explain", *arguments], input=typed, text=True, capture_output=True, timeout=60,
        cwd=CHECKOUT, check=False,
    )  # fmt: skip


def test_one_text_a_line_gives_one_json_line_each():
    texts = ["agents are outside my house", "", "se llevaron a mi esposo", "مداهمة في شغلي", "banana"]
    done = run("-", typed="".join(f"{text}\n" for text in texts))
    answers = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.stderr == ""
    assert [answer["text"] for answer in answers] == texts
    assert [answer["flow"] for answer in answers] == ["home_door", None, "find_relative", "work", None]


def test_one_text_is_explained_in_words_or_as_json():
    assert run("knocking").stdout.startswith("flow: home_door\n")
    assert json.loads(run("knocking", "--json").stdout)["flow"] == "home_door"
