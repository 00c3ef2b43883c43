"""The vocabulary of a release holds what its messages say, in every language, folded as people's texts are."""

from __future__ import annotations

import pytest

from bot.content.library import check_folder
from tests.content.catalogue import sound_content


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    return check_folder(sound_content(tmp_path_factory.mktemp("sound"))).library().release.vocabulary


def test_keywords_start_their_flow_in_each_language(vocabulary):
    assert {(p.words, p.means, p.locale) for p in vocabulary.triggers} == {
        (("door",), "door", "en"),
        (("they", "knock"), "door", "en"),
        (("lawyer",), "lawyer", "en"),
        (("puerta",), "door", "es"),
        (("tocan",), "door", "es"),
        (("abogado",), "lawyer", "es"),
    }


def test_an_option_is_chosen_by_its_label_and_its_synonyms(vocabulary):
    assert {(" ".join(p.words), p.locale) for p in vocabulary.answers["door.knock.paper"]} == {
        ("they show a paper", "en"),
        ("paper", "en"),
        ("warrant", "en"),
        ("muestran un papel", "es"),
        ("papel", "es"),
        ("orden", "es"),
    }


def test_every_command_and_every_digit_has_words_in_each_language(vocabulary):
    commands = {(p.means, p.locale) for phrases in vocabulary.commands.values() for p in phrases}

    assert commands == {(c, loc) for c in ("menu", "back", "language", "more", "delete") for loc in ("en", "es")}
    assert set(vocabulary.numbers.values()) == set(range(10))


def test_a_language_is_called_by_its_own_name_and_the_english_one(vocabulary):
    assert vocabulary.languages["espanol",] == ("es",)
    assert vocabulary.languages["spanish",] == ("es",)
    assert vocabulary.languages["english",] == ("en",)


def test_keywords_that_may_interrupt_are_kept_apart_longest_first(library):
    loud = library.release.vocabulary.interrupts

    assert {phrase.means for phrase in loud} == {
        name for name, flow in library.release.flows.items() if flow.interrupts
    }
    assert not {phrase.means for phrase in library.release.vocabulary.triggers} & {phrase.means for phrase in loud}
    assert [len(phrase.words) for phrase in loud] == sorted((len(phrase.words) for phrase in loud), reverse=True)
