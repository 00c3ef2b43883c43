"""What a text means on a screen: answers, digits, commands, names of languages, ZIP prefixes, keywords, nothing."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.engine.run import reader_of
from bot.engine.session import Screen, short_id
from bot.engine.understand import Reading, is_payload, tapped
from bot.transcript import Talk
from tests.releases import library_of

DOOR = Screen(
    kind="ask",
    choices=tuple(short_id(f"home_door.at_the_door.{name}") for name in ("paper", "no_paper", "came_in", "legal_help")),
)
ZIP = Screen(kind="collect", choices=("zip",))
LANGUAGES = Screen(kind="language", choices=("en", "es", "ar", "zh-Hans"))
OFFER = Screen(kind="offer", choices=(short_id("lawyer"), short_id("find_relative")))
REST = Screen(kind="rest")
FIRST_PAGE = Screen(kind="ask", choices=DOOR.choices, page=0, pages=2)
PAPER, NO_PAPER, CAME_IN, LEGAL_HELP = DOOR.choices

READ = [
    # digits: 1 to 7 are the options of the screen, 8 back, 9 more, 0 menu, everywhere
    ("1", DOOR, "answer", PAPER), ("4", DOOR, "answer", LEGAL_HELP), ("5", DOOR, "fallback", ""),
    ("7", DOOR, "fallback", ""),
    ("8", DOOR, "command", "back"), ("9", DOOR, "command", "more"), ("0", DOOR, "command", "menu"),
    ("8", REST, "command", "back"), ("1", REST, "fallback", ""), ("0", None, "command", "menu"),
    ("1", None, "fallback", ""),
    ("٣", DOOR, "answer", CAME_IN), ("３", DOOR, "answer", CAME_IN), ("3️⃣", DOOR, "answer", CAME_IN),
    ("tres", DOOR, "answer", CAME_IN),
    ("option 3", DOOR, "answer", CAME_IN), ("(3)", DOOR, "answer", CAME_IN), ("33", DOOR, "fallback", ""),
    ("1 3", DOOR, "fallback", ""),
    ("1", FIRST_PAGE, "fallback", ""), ("9", FIRST_PAGE, "command", "more"), ("paper", FIRST_PAGE, "fallback", ""),
    # labels, synonyms, typos, sentences, other languages
    ("They show a paper", DOOR, "answer", PAPER), ("paper", DOOR, "answer", PAPER), ("papper", DOOR, "answer", PAPER),
    ("they have a paper", DOOR, "answer", PAPER), ("they are showing me a paper", DOOR, "answer", PAPER),
    ("they came in!!", DOOR, "answer", CAME_IN), ("ya entraron", DOOR, "answer", CAME_IN),
    ("دخلوا", DOOR, "answer", CAME_IN),
    ("已经进来", DOOR, "answer", CAME_IN), ("no paper", DOOR, "answer", NO_PAPER),
    ("they have no paper", DOOR, "answer", NO_PAPER),
    # ZIP prefixes, and what is none
    ("112", ZIP, "value", "nyc"), ("11201", ZIP, "value", "nyc"), ("11201-4432", ZIP, "value", "nyc"),
    ("١١٢", ZIP, "value", "nyc"),
    ("my zip is 14850", ZIP, "value", "ny_state"), ("900", ZIP, "value", "ca_los_angeles"),
    ("06390-0001", ZIP, "value", "long_island"), ("94103-1234", ZIP, "value", "us"), ("12", ZIP, "fallback", ""),
    ("1", ZIP, "fallback", ""),
    ("8", ZIP, "command", "back"), ("9", ZIP, "command", "more"), ("0", ZIP, "command", "menu"),
    ("112 113", ZIP, "fallback", ""),
    ("112", DOOR, "fallback", ""), ("112233445", ZIP, "fallback", ""),
    # languages
    ("español", DOOR, "language", "es"), ("Spanish", None, "language", "es"), ("中文", DOOR, "language", "zh-Hans"),
    ("العربية", None, "language", "ar"), ("in english please", DOOR, "language", "en"),
    ("2", LANGUAGES, "answer", "es"),
    ("arabic", LANGUAGES, "language", "ar"), ("5", LANGUAGES, "fallback", ""),
    # offers
    ("1", OFFER, "answer", short_id("lawyer")), ("lawyer", OFFER, "answer", short_id("lawyer")),
    ("they took my husband", OFFER, "answer", short_id("find_relative")),
    # commands, also with one slip; whole texts only
    ("menu", DOOR, "command", "menu"), ("MENÚ", DOOR, "command", "menu"), ("go back", DOOR, "command", "back"),
    ("atrás", DOOR, "command", "back"),
    ("language", DOOR, "command", "language"), ("langauge", DOOR, "command", "language"),
    ("más", DOOR, "command", "more"),
    ("delete", DOOR, "command", "delete"), ("deletee", DOOR, "fallback", ""), ("BORRAR", None, "command", "delete"),
    # opting out and emergencies: exactly, before anything else
    ("stop", DOOR, "optout", ""), ("Stop!", DOOR, "optout", ""), ("alto", DOOR, "optout", ""),
    ("stpo", DOOR, "fallback", ""),
    ("911", ZIP, "emergency", "emergency"), ("911", DOOR, "emergency", "emergency"),
    ("he is hitting me", DOOR, "emergency", "emergency"),
    ("they have a paper and he is hitting me", DOOR, "emergency", "emergency"),
    # situations, at any screen
    ("raid at my job", DOOR, "flow", "work"), ("they took my husband", REST, "flow", "find_relative"),
    ("abogado", None, "flow", "lawyer"),
    # greetings, also several
    ("hi", None, "menu", ""), ("hello good evening", None, "menu", ""), ("hola buenas tardes", None, "menu", ""),
    ("hi banana", None, "fallback", ""),
    # nothing
    ("", DOOR, "fallback", ""), ("???", DOOR, "fallback", ""), ("banana", None, "fallback", ""),
    ("🍕", DOOR, "fallback", ""),
]  # fmt: skip
"""Text, screen, what it means, and which."""


def read(library, text: str, screen: Screen | None) -> Reading:
    """What the shipped content makes of a text."""
    return reader_of(library.release).read(text, screen)


@pytest.mark.parametrize(("text", "screen", "action", "ref"), READ)
def test_a_text_means_what_it_says_on_its_screen(library, text, screen, action, ref):
    found = read(library, text, screen)

    assert (found.action, found.ref) == (action, ref)


@pytest.mark.parametrize(
    "text", ["i am not sure", "they do not have a paper", "nobody came in", "no they did not come in"]
)
def test_a_sentence_that_denies_is_not_taken_for_what_it_denies(library, text):
    found = read(library, text, DOOR)

    assert (found.action, found.ref) not in (("answer", PAPER), ("answer", CAME_IN))


def test_the_number_of_an_emergency_tells_no_language(library):
    """911 is a keyword in every language."""
    assert read(library, "911", None).guess.locale == ""
    assert read(library, "me quiero morir", None).guess.locale == "es"


YEARS = {name: "steps: {told: {refer: {need: legal}}}" for name in ("years", "days", "lawyer")}
YEARS["menu"] = "steps: {choose: {ask: {years: years, days: days, lawyer: lawyer}}}"
YEARS_WORDS = {
    "menu": "choose: {text: What is it?, years: {label: Years}, days: {label: Days}, lawyer: {label: Legal help}}",
    "lawyer": "{keywords: [lawyer], told: {text: Call them.}}",
    "years": "{keywords: [2 years], told: {text: So many years.}}",
    "days": "{keywords: [years and days], told: {text: So many days.}}",
}


@pytest.mark.parametrize("text", ["2", "2.", "22", "3 2"])
def test_a_number_that_chooses_nothing_is_no_sentence_about_so_many_years(text):
    """Two flows say "years", so that "2" alone is most of what "2 years" weighs."""
    release = library_of(YEARS, YEARS_WORDS).release

    assert reader_of(release).read("for 2 years", None).ref == "years"
    assert reader_of(release).read(text, REST) == Reading(action="fallback")


def test_understanding_changes_nothing_and_is_always_the_same(library):
    reader = reader_of(library.release)

    assert reader.read("agents are outside my house", None) == reader.read("agents are outside my house", None)


@pytest.mark.parametrize(
    ("payload", "ours"),
    [("home_door.at_the_door.paper", True), ("home_door.at_the_door", False), ("", False), ("a.b.c.d", False)],
)
def test_a_payload_of_ours_has_three_names(payload, ours):
    assert is_payload(payload) is ours


@pytest.mark.parametrize(
    ("payload", "screen", "option"),
    [
        ("home_door.at_the_door.paper", DOOR, PAPER),
        ("home_door.has_paper.judge", DOOR, ""),
        ("home_door.at_the_door.gone", DOOR, ""),
        ("home_door.at_the_door.paper", REST, ""),
        ("home_door.at_the_door.paper", None, ""),
        ("something else", DOOR, ""),
    ],
)
def test_a_tap_counts_only_on_the_screen_it_stands_on(library, payload, screen, option):
    assert tapped(payload, screen, library.release) == option


@pytest.mark.parametrize(
    ("opener", "reply", "step"),
    [
        ("ice at my door|1", "judge", "home_door.judge_check"),
        ("ice at my door|1", "it says homeland security", "home_door.agency_paper"),
        ("ice at my door|1", "i dont know", "home_door.doubt"),
        ("ice at my door|1", "JUDGE!!", "home_door.judge_check"),
        ("ice at my door|1", "jugde", "home_door.judge_check"),
        ("ice at my door|1", "juez", "home_door.judge_check"),
        ("ice at my door|1", "I-205", "home_door.agency_paper"),
        ("ice at my door|1|1", "the name is wrong", "home_door.doubt"),
        ("estan tocando la puerta|1", "corte y juez", "home_door.judge_check"),
        ("estan tocando la puerta|1", "no se", "home_door.doubt"),
        ("estan tocando la puerta|1", "dice DHS", "home_door.agency_paper"),
        ("estan tocando la puerta|1", "ya se metieron", "home_door.inside"),
        ("ice at my door", "agents came in through the window", "home_door.inside"),
        ("ice at my door", "they are inside my house now", "home_door.inside"),
        ("raid at my job", "the boss", "work.boss_and_pay"),
        ("they took my husband", "how do i search", "find_relative.search_how"),
        ("they took my husband", "phone number", "find_relative.call_help"),
    ],
)
def test_answers_in_ones_own_words_are_understood(library, opener, reply, step):
    talk = Talk(library, "sms", datetime(2026, 11, 23, 20, 15))
    for said in (*opener.split("|"), reply):
        talk.hears(said)

    assert talk.session is not None
    assert library.release.keys[talk.session.path[-1].step] == step
