"""How much is answered: texts that nobody understands, and more texts than a person sends.

Apart from `test_run` because here it is counted: another machine that texts comes to an end, a person gets a number.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.content.library import Library
from bot.engine.acting import MAX_MISSES
from bot.engine.events import Erased, Event, Inbound, KeptSilent, OptedOut, Spoke
from bot.engine.run import MAX_BURST, MAX_EMERGENCIES, MAX_HEARD, turn
from bot.engine.session import Session
from tests.engine.small_line import NOW, heard, said_by


def test_one_gentle_question_then_a_number_and_silence_at_last(small):
    session: Session | None = None
    session, _ = turn(session, Inbound(channel="sms", text="survey"), small.release, NOW)
    heard_kinds = []
    for miss in range(MAX_MISSES + 2):
        later = NOW + timedelta(minutes=miss + 1)
        session, events = turn(session, Inbound(channel="sms", text="qwertz"), small.release, later)
        heard_kinds.append(" ".join(f"{kind}:{ref.partition('@')[0]}" for kind, ref in said_by(events)) or "silence")

    assert heard_kinds == [
        "notice:not_understood",
        *["notice:not_understood_twice hotline:ona"] * (MAX_MISSES - 2),
        "notice:too_many hotline:ona",
        "silence",
        "silence",
    ]


def test_a_text_that_is_understood_starts_the_count_anew(small):
    assert (
        heard(small, "survey", "qwertz", "qwertz", "menu", "qwertz")[-1]
        == "I did not understand. Please text a number."
    )


def test_the_answer_counts_after_a_miss(small):
    assert heard(small, "survey", "qwertz", "2")[-1] == "THANKS"


def test_thirteen_texts_in_a_minute_are_a_machine(small):
    session: Session | None = None
    for _ in range(MAX_BURST):
        session, events = turn(session, Inbound(channel="sms", text="menu"), small.release, NOW)
        assert isinstance(events[0], Spoke)

    session, events = turn(session, Inbound(channel="sms", text="menu"), small.release, NOW)
    assert events == (KeptSilent(),)
    _, events = turn(session, Inbound(channel="sms", text="menu"), small.release, NOW + timedelta(minutes=1))
    assert isinstance(events[0], Spoke)


@pytest.mark.parametrize("text", ["menu", "survey"])
def test_two_machines_that_answer_each_other_slowly_come_to_an_end(small, text):
    """The other one's text is understood each time, so that nothing looks wrong in any single turn."""
    session, said = None, []
    for minute in range(MAX_HEARD + 30):
        later = NOW + timedelta(minutes=minute)
        session, events = turn(session, Inbound(channel="sms", text=text), small.release, later)
        said.append([piece.kind for event in events if isinstance(event, Spoke) for piece in event.said])

    assert all(said[:MAX_HEARD])
    assert said[MAX_HEARD:] == [["hotline"], *[[]] * 29]


def many(small: Library, heard: int, text: str, **more: Any) -> Event:
    """What follows a text that comes after so many."""
    now = int(NOW.timestamp() // 60)
    session = replace(Session(locale="en", started=now), heard=heard, touched=now, **more)
    return turn(session, Inbound(channel="sms", text=text), small.release, NOW)[1][0]


@pytest.mark.parametrize(("heard", "burst"), [(MAX_BURST, MAX_BURST), (MAX_HEARD, 0), (MAX_HEARD + 9, 9)])
def test_however_many_texts_came_before_an_emergency_is_answered_and_delete_and_stop_are_done(small, heard, burst):
    assert isinstance(many(small, heard, "fire", burst=burst), Spoke)
    assert isinstance(many(small, heard, "DELETE", burst=burst), Erased)
    assert isinstance(many(small, heard, "stop texting me", burst=burst), OptedOut)


def test_a_machine_that_calls_everything_an_emergency_comes_to_an_end_too(small):
    assert isinstance(many(small, MAX_EMERGENCIES - 1, "fire"), Spoke)
    assert isinstance(many(small, MAX_EMERGENCIES, "fire"), KeptSilent)
