"""The English stays easy to read: grade 6 and below, as a school counts."""

from __future__ import annotations

import pytest

from tests.reading import grade, grades, report, texts

MEDIAN_AT_MOST = 4.0
EACH_AT_MOST = 8.0
ENOUGH_WORDS = 12
"""Fewer, and one long word decides."""


def test_the_english_is_easy_to_read(library):
    of = texts(library)
    found = grades(of)
    hard = {key: value for value, key in found if value > EACH_AT_MOST and len(of[key].split()) >= ENOUGH_WORDS}

    assert len(found) > 50
    assert found[len(found) // 2][0] <= MEDIAN_AT_MOST
    assert hard == {}


@pytest.mark.parametrize(
    ("easier", "harder"),
    [
        ("Keep the door closed.", "Immigration authorities occasionally demand identification."),
        ("Say no.\nThen wait.", "Say no and then wait until they have gone away from the building."),
        ("A judge signs it\nThe court has a name", "A judge signs it\nand the court has a name"),
    ],
)
def test_a_grade_tells_easy_from_hard_and_knows_where_a_sentence_ends(easier, harder):
    assert grade(easier) < grade(harder)


def test_the_report_names_the_worst_with_its_words(library):
    lines = "\n".join(report(library))
    value, key = grades(texts(library))[0]

    assert f"worst {value:.1f}" in lines
    assert f"{key}\n{texts(library)[key]}" in lines
