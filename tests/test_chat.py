"""The terminal chat, run as a person runs it: a process with a pipe. No Redis, no Twilio, no settings."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot.config import CHECKOUT
from bot.transcript import Transcript, opener, replay


def chat(typed: str, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the chat to its end."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HOTLINE_", "REDIS", "TWILIO"))
    }
    return subprocess.run(
        [sys.executable, "-m", "bot", "chat", *options], input=typed, text=True, capture_output=True, timeout=60,
        cwd=CHECKOUT, env=environment | settings, check=False,
    )  # fmt: skip


def test_a_pipe_is_answered_line_by_line():
    done = chat("ice at my door\n1\n")

    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("  Keep the door closed. Talk through the door.\n  1 They show a paper\n")
    assert "  1 Court and judge\n" in done.stdout


def test_an_empty_pipe_ends_at_once():
    assert (chat("").returncode, chat("").stdout) == (0, "")


def test_an_empty_line_in_a_pipe_is_an_empty_text():
    assert "Talk" not in chat("\n").stdout
    assert chat("\n").stdout.strip()


@pytest.mark.parametrize(
    ("locale", "channel"), [("es", "sms"), ("ar", "whatsapp"), ("zh-Hans", "sms"), ("en", "whatsapp")]
)
def test_a_flow_starts_in_the_language_that_was_asked_for(library, locale, channel):
    done = chat("", "--locale", locale, "--flow", "home_door", "--channel", channel)

    text = library.messages.text("home_door.at_the_door.text", locale).splitlines()[0]
    assert done.returncode == 0
    assert text[:8] in done.stdout


def test_every_flow_of_every_language_has_a_text_that_starts_it(library):
    for locale in library.release.locales:
        for flow in library.release.flows:
            assert opener(library, locale, flow), (locale, flow)


def test_a_flow_starts_in_the_default_language_where_none_was_asked_for():
    assert "Life in danger" in chat("", "--flow", "emergency").stdout


def test_a_saved_talk_is_a_golden_conversation_that_replays(tmp_path, library):
    path = tmp_path / "talks" / "door.txt"

    done = chat("ice at my door\n1\n[picture]\n[wait 3h]\n1\nстоп\n", "--channel", "whatsapp", "--save", str(path))

    saved = path.read_text("utf-8")
    assert done.returncode == 0
    assert f"Written to {path}" in done.stdout
    found = Transcript.parse(saved, str(path))
    assert found.channel == "whatsapp"
    assert [exchange.said for exchange in found.exchanges][-3:] == ["[wait 3h]", "1", "стоп"]
    assert str(replay(found, library)) == saved


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--locale", "xx"), '--locale "xx" is not known. Known: ar, ar-Latn, bn'),
        (("--flow", "hom_door"), '--flow "hom_door" is not known. Known: about, arrested,'),
        (("--channel", "pigeon"), "'pigeon' is not one of"),
    ],
)
def test_an_unknown_option_is_named_with_those_that_are_known(options, says):
    done = chat("hi\n", *options)

    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


def test_content_that_does_not_check_is_named_instead_of_talked_with(tmp_path):
    (tmp_path / "flows").mkdir()
    done = chat("hi\n", HOTLINE_CONTENT=str(tmp_path))

    assert done.returncode == 1
    assert "flows/" in done.stderr
    assert "Traceback" not in done.stderr
