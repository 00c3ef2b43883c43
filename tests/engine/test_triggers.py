"""Scoring: what each flow explains of a text, who wins clearly, who is offered, and when nobody is."""

from __future__ import annotations

import pytest

from bot.engine.text import words_of
from bot.engine.triggers import MAX_OFFERS, Phrases, winners
from bot.engine.vocabulary import Phrase, Vocabulary, weigh

KEYWORDS = {
    "door": ["door", "agents at my door", "they are knocking", "knock", "agents in the hallway", "warrant"],
    "work": ["work", "agents at my work", "raid at my job", "kitchen", "my boss threatens me"],
    "taken": ["they took my husband", "where is my son", "detained", "agents took him"],
    "lawyer": ["lawyer", "legal help", "i need a lawyer", "detained at court"],
}
FREQUENT = "a an the at my in is are they i me to of and for do what if he him we"
HINTS = {"en": frozenset(FREQUENT.split())}


def phrases_of(keywords: dict[str, list[str]], locale: str = "en") -> list[Phrase]:
    """Keywords as phrases."""
    return [Phrase(words_of(text), flow, locale) for flow, texts in keywords.items() for text in texts]


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    """A small line."""
    triggers = phrases_of(KEYWORDS)
    return Phrases(triggers, Vocabulary(weights=weigh(triggers, HINTS), hints=HINTS))


STARTS = [
    ("door", "door"), ("agents at my door", "door"), ("they are knocking", "door"), ("knocking!!", "door"),
    ("agents are at the door of my house what do i do", "door"), ("raid at the job", "work"), ("kitchen", "work"),
    ("they took my huband", "taken"), ("they took my husband to court", "taken"), ("i need a laywer", "lawyer"),
    ("detained", "taken"),
]  # fmt: skip
OFFERED = [
    ("they took my husband i need a lawyer", {"taken", "lawyer"}),
    ("agents knocking in the kitchen", {"door", "work"}),
    ("are agents in the hallway or what is going on out there", {"door"}),
]  # fmt: skip
NOBODY = [
    "", "what is the", "pizza", "i want to buy a small red car for my mother",
    "they are at the", "me and him", "ok", "banana banana banana", "agent",
]  # fmt: skip


@pytest.mark.parametrize(("text", "flow"), STARTS)
def test_a_clear_winner_starts(phrases, text, flow):
    found, sure = winners(phrases.score(words_of(text)))

    assert (found[0].means, sure) == (flow, True)


@pytest.mark.parametrize(("text", "flows"), OFFERED)
def test_near_ties_and_doubts_are_offered(phrases, text, flows):
    found, sure = winners(phrases.score(words_of(text)))

    assert ({score.means for score in found}, sure) == (flows, False)


@pytest.mark.parametrize("text", NOBODY)
def test_too_little_explained_is_no_answer(phrases, text):
    assert winners(phrases.score(words_of(text)))[0] == ()


def test_a_score_names_the_words_that_made_it(phrases):
    best = phrases.score(words_of("hello agents knocking on the door"))[0]

    assert best.means == "door"
    assert {"knocking", "door"} <= set(best.words)
    assert "hello" not in best.words


def test_more_words_of_a_flow_never_explain_less(phrases):
    short = phrases.score(words_of("agents at my door"))[0]
    longer = phrases.score(words_of("agents at my door they are knocking"))[0]

    assert longer.value >= short.value


def test_a_long_story_needs_no_more_words_of_ours_than_a_short_one(phrases):
    story = "agents knocking at my door with a warrant " + "and more was told by the neighbours yesterday evening " * 5
    found, sure = winners(phrases.score(words_of(story)))

    assert (found[0].means, sure) == ("door", True)


STRANGE = "umbrella yesterday purple lantern marble velvet"


def test_a_text_that_names_agents_needs_to_explain_less(phrases):
    scores = phrases.score(words_of(f"kitchen {STRANGE}"))

    assert not winners(scores)[1]
    found, sure = winners(scores, names_agents=True)
    assert (found[0].means, sure) == ("work", True)


def test_not_even_then_a_flow_starts_that_is_not_far_ahead(phrases):
    scores = phrases.score(words_of(f"kitchen lawyer {STRANGE}"))

    assert not winners(scores, names_agents=True)[1]


def test_names_of_agents_alone_start_nothing(phrases):
    assert winners(phrases.score(words_of(STRANGE)), names_agents=True) == ((), False)


def test_a_word_that_is_known_as_it_stands_tells_no_more_as_another_form():
    """ "detained" is shared by two flows; a third one that has "detainee" does not get it alone."""
    triggers = phrases_of({"taken": ["detained"], "lawyer": ["detained"], "rumour": ["detainee"]})
    scores = Phrases(triggers, Vocabulary(weights=weigh(triggers, {}))).score(("detained",))

    assert {score.means for score in scores} == {"taken", "lawyer"}


def test_phrases_of_another_language_count_less_where_the_language_is_known():
    triggers = phrases_of({"taken": ["son"]}) + phrases_of({"arrested": ["son"]}, "es")
    phrases = Phrases(triggers, Vocabulary(weights=weigh(triggers, {})))

    english = {score.means: score.value for score in phrases.score(("son",), "en")}
    spanish = {score.means: score.value for score in phrases.score(("son",), "es")}

    assert english["taken"] > english["arrested"]
    assert spanish["arrested"] > spanish["taken"]


def test_at_most_a_few_flows_are_offered():
    triggers = phrases_of({f"flow{number}": ["agents"] for number in range(9)})
    found, sure = winners(Phrases(triggers, Vocabulary(weights=weigh(triggers, {}))).score(("agents",)))

    assert len(found) <= MAX_OFFERS
    assert not sure
