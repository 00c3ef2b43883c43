"""Golden conversations: whole talks compared word for word, with the session stored and loaded between every two texts.

Apart because the files beside it are what a reviewer reads: `tests/conversations/<flow>/*.txt`. With `--rewrite` they
are written anew; the difference is the review.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import CHECKOUT
from bot.content.library import Library
from bot.engine.flow import Branch, flow_of
from bot.transcript import Talk, Transcript, replay, touched

FOLDER = CHECKOUT / "tests" / "conversations"
FILES = sorted(FOLDER.glob("*/*.txt"))
URGENT = ("home_door", "arrested", "work", "find_relative")


def read(path: Path) -> Transcript:
    """One golden conversation."""
    return Transcript.parse(path.read_text("utf-8"), str(path.relative_to(CHECKOUT)))


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def test_the_conversation_goes_as_written(path, library, request):
    today = str(replay(read(path), library))
    if request.config.getoption("--rewrite"):
        path.write_text(today, "utf-8")

    assert path.read_text("utf-8") == today


def test_every_step_and_every_option_is_shown_by_a_conversation(library):
    release = library.release
    every = {key for key, step in release.steps.items() if not isinstance(step, Branch)} | set(release.options)
    seen = frozenset().union(*(touched(read(path), library) for path in FILES))

    assert sorted(every - seen) == []


@pytest.mark.parametrize("locale", ["en", "es", "zh-Hans", "ar"])
def test_the_urgent_flows_are_shown_in_every_language(library, locale):
    shown = {path.parent.name for path in FILES if (path.parent.name, locale) in spoken(path, library)}

    assert shown >= set(URGENT)


def spoken(path: Path, library: Library) -> set[tuple[str, str]]:
    """The flows that a conversation stands in, with the language spoken there."""
    conversation = read(path)
    talk = Talk(library, conversation.channel, conversation.at)
    found = set()
    for exchange in conversation.exchanges:
        talk.hears(exchange.said)
        if talk.session and talk.session.place:
            found.add((flow_of(library.release.keys[talk.session.place.step]), talk.session.locale))
    return found


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_both_channels_are_shown_for_urgent_flows(channel):
    shown = {path.parent.name for path in FILES if read(path).channel == channel}

    assert {"home_door", "arrested", "work", "find_relative"} <= shown


def test_no_conversation_stands_in_the_folder_of_another_flow(library):
    strangers = [
        f"{path.parent.name}/{path.stem}"
        for path in FILES
        if not any(key.startswith(f"{path.parent.name}.") for key in touched(read(path), library))
    ]

    assert strangers == []
