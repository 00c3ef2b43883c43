"""What is stored between two texts: it comes back as it was, today and from an older version of this program."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.events import Inbound
from bot.engine.run import turn
from bot.engine.session import (
    MAX_PATH,
    Place,
    Said,
    Screen,
    ScreenKind,
    Session,
    from_plain,
    short_id,
    to_plain,
)

OLD = sorted((Path(__file__).parent / "old_sessions").glob("*.json"))
NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)

ids = st.text("abcXYZ019-_", min_size=5, max_size=5)
saids = st.builds(
    Said, st.sampled_from(["text", "reply", "notice", "referrals", "hotline", "honest", "languages", "letters"]), ids
)
places = st.builds(Place, ids, st.one_of(st.just(""), ids), st.lists(ids, max_size=4).map(tuple))


@st.composite
def screens(draw) -> Screen:
    """A screen as the engine leaves it: what was said is kept only while there is another page."""
    pages = draw(st.integers(1, 4))
    page = draw(st.integers(0, pages - 1))
    more = page + 1 < pages
    return Screen(
        kind=draw(st.sampled_from(get_args(ScreenKind))),
        choices=tuple(draw(st.lists(ids, max_size=7))),
        page=page if more else 0,
        pages=pages if more else 1,
        said=tuple(draw(st.lists(saids, max_size=5))) if more else (),
    )


sessions = st.builds(
    Session,
    release=st.integers(0, 10_000),
    locale=st.sampled_from(["", "en", "zh-Hans"]),
    chosen=st.booleans(),
    path=st.lists(places, max_size=MAX_PATH).map(tuple),
    screen=st.one_of(st.none(), screens()),
    misses=st.integers(0, 9),
    started=st.just(29_000_000),
    touched=st.integers(29_000_000, 29_001_440),
    heard=st.integers(0, 500),
    burst=st.integers(0, 13),
)


@given(sessions)
@settings(derandomize=True, max_examples=200)
def test_a_session_comes_back_as_it_was_stored(session):
    assert from_plain(json.loads(json.dumps(to_plain(session)))) == session


def test_a_session_of_before_texts_were_counted_is_read():
    assert from_plain([1, "en", 0, [], None, 0, 29_000_000, 5, 2]) == Session(
        release=1, locale="en", started=29_000_000, touched=29_000_005, burst=2
    )


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_a_session_stored_by_an_older_version_goes_on_where_it_was(path, library):
    """A sealed session cannot be migrated: whatever was ever stored has to be read for as long as it may live."""
    old = json.loads(path.read_text("utf-8"))

    session, _ = turn(from_plain(old["session"]), Inbound(channel="sms", text=old["says"]), library.release, NOW)

    assert session is not None
    assert library.release.keys[session.path[-1].step] == old["then"]
    assert session.locale == old["locale"]


def test_there_are_old_sessions_of_every_kind_of_screen():
    kinds = {json.loads(path.read_text("utf-8"))["session"][4][0] for path in OLD}

    assert kinds == set(get_args(ScreenKind))


@pytest.mark.parametrize(
    ("key", "id_"),
    [("home_door.at_the_door", "lpgIl"), ("home_door", "8xqCU"), ("home_door.at_the_door.paper", "Via8m")],
)
def test_an_id_never_changes(key, id_):
    """It stands in sealed sessions; a change here strands everybody who is in a conversation."""
    assert short_id(key) == id_


@given(st.text(min_size=1, max_size=80))
@settings(derandomize=True, max_examples=100)
def test_an_id_is_five_letters_whatever_the_name(key):
    assert re.fullmatch(r"[A-Za-z0-9_-]{5}", short_id(key))


def test_a_long_way_forgets_its_beginning():
    session = Session()
    for number in range(MAX_PATH + 5):
        session = session.at(f"step{number}")

    assert len(session.path) == MAX_PATH
    assert session.place == Place(f"step{MAX_PATH + 4}")


def test_an_answer_belongs_to_the_present_step_and_the_latest_counts():
    session = Session().at("one").answered("a").at("two").answered("b").at("one").answered("c")

    assert session.answer_at("one") == "c"
    assert session.answer_at("two") == "b"
    assert session.answer_at("three") == ""
    assert Session().answered("a") == Session()


def test_a_step_keeps_where_visits_return_to_unless_told_otherwise():
    visited = Session().at("one", returns=("home",)).at("two")

    assert visited.path[-1].returns == ("home",)
    assert visited.at("three", returns=()).path[-1].returns == ()


def test_an_ordinary_session_is_small_and_names_nothing(library):
    """At rest it is a few ids; nobody who opens it can read what the talk was about without the release."""
    session, _ = turn(None, Inbound(channel="sms", text="ice at my door"), library.release, NOW)
    session, _ = turn(session, Inbound(channel="sms", text="1"), library.release, NOW)
    assert session is not None
    assert session.screen is not None
    session = replace(session, screen=replace(session.screen, said=()))

    stored = json.dumps(to_plain(session), separators=(",", ":"))

    assert "door" not in stored
    assert "paper" not in stored
    assert len(stored) < 120
