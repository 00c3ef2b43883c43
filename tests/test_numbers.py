"""Several numbers of one line: one that was made known in a language speaks it to whoever gives none away."""

from __future__ import annotations

import pytest

from bot.content.library import check_folder
from bot.engine.events import Inbound
from bot.engine.run import turn
from tests.conftest import NOON
from tests.content.catalogue import sound_content

FLYER, OTHER = "+12025550142", "+12025550143"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = sound_content(tmp_path_factory.mktemp("content"))
    with (folder / "flows" / "organisation.yaml").open("a", encoding="utf-8") as file:
        file.write(f'numbers: {{"{FLYER}": es, "55555": es}}\n')
    return folder


@pytest.fixture(scope="module")
def release(folder):
    return check_folder(folder).library().release


@pytest.mark.parametrize(
    ("number", "inbound", "locale"),
    [
        (FLYER, {"text": "1"}, "es"),
        (FLYER, {"kind": "media"}, "es"),
        ("55555", {"text": "?"}, "es"),
        (FLYER, {"text": "they knock"}, "en"),
        (OTHER, {"text": "1"}, ""),
        ("", {"text": "1"}, ""),
    ],
)
def test_the_first_language_is_that_of_the_text_then_that_of_the_number(release, number, inbound, locale):
    session, _ = turn(None, Inbound(channel="sms", number=number, **inbound), release, NOON)

    assert session
    assert session.locale == locale


def test_whoever_chose_a_language_keeps_it_whichever_number_they_text(release):
    session, _ = turn(None, Inbound(channel="sms", number=OTHER, text="english"), release, NOON)
    session, _ = turn(session, Inbound(channel="sms", number=FLYER, text="1"), release, NOON)

    assert session
    assert session.locale == "en"


def test_a_number_that_is_none_and_a_language_that_is_not_there_are_named(folder, tmp_path):
    broken = sound_content(tmp_path)
    with (broken / "flows" / "organisation.yaml").open("a", encoding="utf-8") as file:
        file.write('numbers: {"202-555-0142": es, "+12025550143": xx}\n')

    assert [problem.code for problem in check_folder(broken).problems] == ["phone", "unknown-locale"]
