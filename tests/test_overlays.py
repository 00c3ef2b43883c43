"""The example of a second city, `tests/overlays/chicago`: nothing of New York is in any text that people there can get.

Apart from `content/test_layers.py`, which knows the rule: these are real differences over the shipped content.
`--rewrite` writes its conversations anew.
"""

from __future__ import annotations

import re

import pytest

from bot.config import CHECKOUT
from bot.content.fallback import read_fallbacks
from bot.content.library import check_folder
from bot.reply import fallback_texts
from bot.transcript import Transcript, replay

CHICAGO = CHECKOUT / "tests" / "overlays" / "chicago"
TALKS = sorted(CHICAGO.glob("conversations/*.txt"))
OF_NEW_YORK = re.compile(
    r"new york|nueva york|\bnyc|\bny\b|n\.y\.|\b311\b|moia|manhattan|brooklyn|bronx|long island|albany|buffalo|rikers"
    r"|nypd|federal plaza|varick|executive order|orden ejecutiva|attorney general|fiscal[ií]a|state law of|city's order"
    r"|standby|4-210|city council|\bmayor\b|alcalde|cuny|of may 2026|mayo de 2026",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def checked_in_chicago():
    return check_folder((CHECKOUT, CHICAGO))


@pytest.fixture(scope="module")
def chicago(checked_in_chicago):
    return checked_in_chicago.library()


def test_it_can_be_published(chicago):
    assert read_fallbacks(CHICAGO) == fallback_texts(chicago)


def test_every_translation_there_is_of_the_words_that_stand_there(checked_in_chicago):
    assert checked_in_chicago.translations["es"].stale == ()


def test_no_text_names_new_york(chicago):
    told = [
        f"{locale} {key}: {text}"
        for locale in chicago.release.locales
        for key in chicago.messages.keys(locale)
        if OF_NEW_YORK.search(text := chicago.messages.raw(key, locale))
    ]

    assert told == []


def test_the_words_that_are_looked_for_are_found_where_they_stand(library):
    told = [key for key in library.messages.keys("en") if OF_NEW_YORK.search(library.messages.raw(key, "en"))]

    assert len(told) > 40


def test_no_line_of_new_york_is_offered_and_no_number_of_one_is_said(chicago, library):
    areas = library.release.areas
    theirs = [one for one in library.release.referrals if "ny_state" in areas.chain(one.area)]
    names = {one.name for one in theirs}
    texts = "\n".join(
        chicago.messages.raw(key, locale) for locale in ("en", "es") for key in chicago.messages.keys(locale)
    )

    assert len(theirs) > 8
    assert [one.name for one in chicago.release.referrals if one.name in names or OF_NEW_YORK.search(one.title)] == []
    assert [one.phone for one in theirs if one.phone and one.phone in texts] == []


def test_what_is_not_changed_there_is_word_for_word_what_is_shared(chicago, library):
    same = [
        key for key in chicago.messages.keys("en") if chicago.messages.raw(key, "en") == library.messages.raw(key, "en")
    ]

    assert len(same) > 0.9 * len(chicago.messages.keys("en"))


@pytest.mark.parametrize("path", TALKS, ids=[path.stem for path in TALKS])
def test_the_conversation_goes_as_written(path, chicago, request):
    today = str(replay(Transcript.parse(path.read_text("utf-8"), path.name), chicago))
    if request.config.getoption("--rewrite"):
        path.write_text(today, "utf-8")

    assert path.read_text("utf-8") == today
    assert not OF_NEW_YORK.search("\n".join(line for line in today.splitlines() if line.startswith("<")))
