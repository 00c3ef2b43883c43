"""What words weigh, and which are only polite."""

from __future__ import annotations

import pytest

from bot.engine.vocabulary import HINT_WEIGHT, UNKNOWN_WEIGHT, Anywhere, Phrase, Vocabulary, by_words, weigh

DOOR, WORK = Phrase(("at", "my", "door"), "home_door", "en"), Phrase(("agents", "at", "work"), "work", "en")
KNOCK = Phrase(("agents", "knock"), "home_door", "en")
HINTS = {"en": frozenset({"at", "my"})}


@pytest.mark.parametrize(
    ("word", "weight"), [("door", 1.0), ("work", 1.0), ("agents", 0.5), ("at", HINT_WEIGHT), ("pizza", UNKNOWN_WEIGHT)]
)
def test_a_word_tells_more_the_fewer_flows_use_it(word, weight):
    vocabulary = Vocabulary(weights=weigh([DOOR, WORK, KNOCK], HINTS))

    assert vocabulary.weight(word) == weight


@pytest.mark.parametrize(
    ("typed", "left"),
    [(("option", "1", "please"), ("1",)), (("1",), ("1",)), (("please", "option"), ("please", "option")), ((), ())],
)
def test_polite_words_are_left_out_unless_nothing_else_is_said(typed, left):
    assert Vocabulary(fillers=frozenset({"please", "option"})).without_fillers(typed) == left


def test_phrases_of_the_same_words_are_kept_together():
    spanish = Phrase(DOOR.words, "home_door", "es")

    assert by_words([DOOR, WORK, spanish]) == {DOOR.words: (DOOR, spanish), WORK.words: (WORK,)}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("i saw la migra here", ("la", "migra")), ("ice", ("ice",)), ("ice agents", ("ice", "agents")),
        ("la casa", ()), ("migra la", ()), ("", ()),
    ],
)  # fmt: skip
def test_phrases_are_heard_anywhere_side_by_side_the_longest_first(said, found):
    assert Anywhere([("ice",), ("la", "migra"), ("ice", "agents")]).found_in(tuple(said.split())) == found
