"""The explorer: sound content keeps its promises, broken content is caught with a conversation, nothing is missed.

Apart from test_reply.py because here nothing is sampled: what `bot.explore` claims about all talks is proved by it, and
the explorer itself is held against random talks that know nothing of it.
"""

from __future__ import annotations

import pytest

from bot.content.library import Library
from bot.explore import explore
from bot.transcript import Transcript, replay
from tests.releases import library_of

MENU = """
    steps:
      choose:
        ask: {first: first, lawyer: lawyer}
      first:
        ask: {"on": second, lawyer: lawyer}
      second:
        end: said
    """
FLOWS = {"lawyer": "steps: {number: {refer: {need: legal}}}"}
MESSAGES = {
    "menu": """
        choose: {text: What is it?, first: {label: Something}, lawyer: {label: Legal help}}
        first: {text: Do this., "on": {label: Go on}, lawyer: {label: Legal help}}
        second: {text: That is all.}
        """,
    "lawyer": """
        keywords: [lawyer]
        number: {text: Call them.}
        """,
}


def small(old: str = "", new: str = "", *, menu: str = MENU, locales: tuple[str, ...] = ("en",)) -> Library:
    """A small line, with something in its words replaced, or another menu."""
    messages = {name: text.replace(old, new) if old else text for name, text in MESSAGES.items()}
    return library_of({**FLOWS, "menu": menu}, messages, locales=locales)


def test_a_small_line_that_is_sound_keeps_its_promises():
    assert explore(small()).failures == ()


FAR = """
    steps:
      choose:
        ask: {first: first, again: choose}
      first:
        ask: {"on": second, again: first}
      second:
        ask: {"on": third, again: second}
      third:
        then: lawyer
    """
LONG = "A label that is very much longer than anybody wants to read on a telephone and that goes on and on " * 5


def broken(code: str) -> Library:
    """A line that passes the check and breaks one promise."""
    match code:
        case "too-long":
            return small("Go on", LONG.strip())
        case "placeholder":
            return small("Do this.", '"Do this: %%{thing}"')
        case "key":
            return small("Do this.", "See menu.second")
        case "english":
            return small(locales=("en", "es"))
        case "digits":
            return small("Do this.", '"You have\\n3 days for this."')
        case "no-end":
            return small("label: Go on", "label: Go on, also: [delete]")
        case _:
            raise AssertionError(code)


@pytest.mark.parametrize("code", ["too-long", "placeholder", "key", "english", "digits", "no-end"])
def test_a_broken_promise_is_found_with_the_shortest_conversation_that_shows_it(code):
    found = explore(broken(code))
    failure = next(failure for failure in found.failures if failure.code == code)
    shown = found.conversation(failure)

    assert failure.text in ("", shown.exchanges[-1].heard)
    assert str(replay(Transcript.parse(str(shown)), found.library)) == str(shown), "it is a golden conversation"
    assert len(shown.exchanges) <= 3
