"""The tool that compares golden conversations is itself compared: no difference passes unseen."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.engine.events import Inbound
from bot.transcript import BadTranscript, Exchange, Talk, Transcript, inbound, replay, touched

WRITTEN = """\
# Agents knock; they show a paper.
# Two lines of what it shows.
channel: sms
at: 2026-11-23 20:15

> ice at my door
< Keep the door closed. Talk through the door.
< 1 They show a paper

> [wait 3h]

> STOP
< (no answer)

>
< I did not understand. Please text a number.
"""


def test_a_file_is_read_and_written_as_it_stands():
    assert str(Transcript.parse(WRITTEN)) == WRITTEN


def test_what_is_read_is_who_said_what():
    found = Transcript.parse(WRITTEN)

    assert found.about == "Agents knock; they show a paper.\nTwo lines of what it shows."
    assert (found.channel, found.at) == ("sms", datetime(2026, 11, 23, 20, 15))
    assert found.exchanges == [
        Exchange("ice at my door", "Keep the door closed. Talk through the door.\n1 They show a paper"),
        Exchange("[wait 3h]", None),
        Exchange("STOP", None),
        Exchange("", "I did not understand. Please text a number."),
    ]


@pytest.mark.parametrize("line", ["< too early", "channel: pigeon", "nonsense", "?"])
def test_a_line_that_is_neither_said_nor_heard_is_named(line):
    with pytest.raises(BadTranscript, match=r"tests/x\.txt:2: "):
        Transcript.parse(f"# About\n{line}\n", "tests/x.txt")


@pytest.fixture
def golden(library) -> str:
    """A conversation that goes as written."""
    talk = Transcript(about="As it is.", exchanges=[Exchange("ice at my door"), Exchange("1"), Exchange("stop")])
    return str(replay(talk, library))


def test_a_conversation_that_goes_as_written_stays_as_it_is(golden, library):
    assert str(replay(Transcript.parse(golden), library)) == golden


@pytest.mark.parametrize("change", ["changed", "missing", "added"])
def test_any_changed_missing_or_added_line_of_a_reply_is_seen(golden, library, change):
    lines = golden.splitlines(keepends=True)
    heard = [number for number, line in enumerate(lines) if line.startswith("<")]
    unseen = []
    for number in heard:
        instead = {"changed": ["< other\n"], "missing": [], "added": [lines[number], "< more\n"]}[change]
        altered = "".join([*lines[:number], *instead, *lines[number + 1 :]])
        if str(replay(Transcript.parse(altered), library)) == altered:
            unseen.append(lines[number])

    assert unseen == []
    assert len(heard) > 10


@pytest.mark.parametrize(
    ("said", "sends"),
    [
        ("hello", Inbound(channel="sms", text="hello")),
        ("[picture]", Inbound(channel="sms", kind="media")),
        ("[place]", Inbound(channel="sms", kind="place")),
        ("[button a.b.c]", Inbound(channel="sms", choice="a.b.c")),
        ("[buttons]", Inbound(channel="sms", text="[buttons]")),
    ],
)
def test_what_stands_in_brackets_is_not_text(said, sends):
    assert inbound(said, "sms") == sends


def test_time_passes_and_a_session_is_over_after_two_hours(library):
    talk = Talk(library, "sms", datetime(2026, 11, 23, 20, 15))
    talk.hears("ice at my door")
    start = talk.now
    talk.hears("[wait 119m]")
    talk.hears("1")
    assert talk.session is not None
    assert len(talk.session.path) == 2
    assert (talk.now - start).total_seconds() == 119 * 60 + 20
    talk.hears("[wait 2h]")
    talk.hears("door")

    assert len(talk.session.path) == 1


def test_the_hours_are_those_of_the_organisations_clock(library):
    """20:15 is evening in New York, wherever the test runs."""
    talk = Talk(library, "sms", datetime(2026, 7, 1, 20, 15))

    assert talk.now.isoformat() == "2026-07-01T20:15:00-04:00"


def test_a_conversation_knows_which_steps_and_options_it_shows(library):
    conversation = Transcript(
        exchanges=[Exchange("ice at my door"), Exchange("1"), Exchange("judge"), Exchange("back")]
    )

    found = touched(conversation, library)

    assert {"home_door.at_the_door", "home_door.at_the_door.paper", "home_door.has_paper"} <= found
    assert {"home_door.has_paper.judge", "home_door.judge_check"} <= found, "an answer that BACK undoes was shown too"
    assert "home_door.at_the_door.no_paper" not in found


def test_a_step_that_goes_on_by_itself_is_shown_too(library):
    assert "find_relative.search" in touched(
        Transcript(exchanges=[Exchange("they took my husband"), Exchange("2")]), library
    )
