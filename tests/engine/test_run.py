"""Turns: what one text does to one person. Properties first, then the corners of the engine on a small line.

Apart from the golden conversations because these corners are rarely met, and must not depend on the shipped content.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.library import Library
from bot.engine.events import EndedQuietly, Erased, Inbound, KeptSilent, OptedOut, Spoke
from bot.engine.flow import Say, Step
from bot.engine.moving import MAX_RETURNS
from bot.engine.optout import OptOuts
from bot.engine.run import turn
from bot.engine.session import MAX_PATH, Said, Screen, Session, from_plain, short_id, to_plain
from bot.engine.text import words_of
from bot.pages import fits
from bot.reply import Composer
from bot.transcript import Talk
from tests.engine.small_line import NOW, heard, said_by, standing_at

# -------------------------------------------------------------------------------------------------- any text at all

TEXTS = (
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "menu", "back", "more", "language", "español", "中文", "العربية",
    "English",
    "911", "ice at my door", "they took my husband", "lawyer", "raid at my job", "112", "90210", "yes", "no", "maybe",
    "",
    "A123456789", "DELETE", "stop", "banana", "👍", "my wife was detained at court today i need a lawyer for her",
)  # fmt: skip
anything = st.one_of(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.text(max_size=200))
inbounds = st.builds(
    Inbound,
    channel=st.sampled_from(["sms", "whatsapp"]),
    kind=st.sampled_from(["text", "text", "text", "media", "place"]),
    text=anything,
    choice=st.sampled_from(
        ["", "", "", "home_door.at_the_door.paper", "menu.choose.work", "gone.gone.gone", "x", "..", "a.b.c"]
    ),
    opted=st.sampled_from(["", "", "", "", "", "out", "other"]),
    unsure=st.sampled_from([False, False, False, True]),
)
walks = st.lists(st.tuples(inbounds, st.sampled_from([0, 20, 90, 3600, 90000])), min_size=1, max_size=14)


@given(walks)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_text_at_any_step_gets_a_reply_that_fits(shipped, walk):
    """The engine never raises; the same inputs give the same outputs; the session comes back from its stored form."""
    composer, session, now = Composer(shipped), None, NOW
    for inbound, pause in walk:
        now += timedelta(seconds=pause)
        after, events = turn(session, inbound, shipped.release, now)
        assert (after, events) == turn(session, inbound, shipped.release, now)
        assert len(events) == 1
        session, text = composer.reply(after, events, inbound.channel)
        silent = isinstance(events[0], KeptSilent) or inbound.opted == "out"
        assert (text is None) is silent
        assert text is None or (text.strip() and fits(text, inbound.channel) and "%{" not in text)
        if session is not None:
            stored = json.loads(json.dumps(to_plain(session)))
            assert from_plain(stored) == forgotten(session)
            assert len(session.path) <= MAX_PATH
            assert all(len(place.returns) <= MAX_RETURNS for place in session.path)


def forgotten(session: Session) -> Session:
    """The session as it is stored: the last page does not keep what was said."""
    screen = session.screen
    if screen is not None and not screen.has_more:
        screen = Screen(kind=screen.kind, choices=screen.choices)
    return replace(session, screen=screen)


@pytest.fixture(scope="session")
def shipped(library: Library) -> Library:
    """The shipped content, for properties."""
    return library


@given(st.text(max_size=60))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_nothing_made_up_is_taken_for_opting_out_or_erasing(shipped, text):
    """What cannot be undone needs the words themselves."""
    known = shipped.release.vocabulary
    _, events = turn(Session(locale="en", started=1), Inbound(channel="sms", text=text), shipped.release, NOW)
    if isinstance(events[0], Erased | OptedOut):
        said = words_of(text)
        assert {said, known.without_fillers(said)} & known.commands.keys() or OptOuts(known.optouts).found_in(said)


# ---------------------------------------------------------------------------------------------------- a small line


@pytest.mark.parametrize(
    ("texts", "steps"),
    [
        # BACK undoes, wherever one came from
        (["hi", "4", "8"], ["CHOOSE", "ONE TWO THREE", "CHOOSE"]),
        (["hi", "4", "1", "8", "8"], ["CHOOSE", "ONE TWO THREE", "ONE TWO THREE", "CHOOSE", "CHOOSE"]),
        (["hi", "4", "2", "8"], ["CHOOSE", "ONE TWO THREE", "SAID NO", "ONE TWO THREE"]),
        (["hi", "8"], ["CHOOSE", "CHOOSE"]),
        (["hi", "2", "1", "8", "2"], ["CHOOSE", "SURE", "SAID YES", "SURE", "SAID NO"]),
        # visits come back, also from within a visit, and BACK goes into them again
        (["hi", "1", "2"], ["CHOOSE", "QUESTION", "THANKS AFTER VISIT"]),
        (["hi", "1", "1", "1", "1"], ["CHOOSE", "QUESTION", "INSIDE", "FINISHED BACK IN SURVEY",
        "THANKS AFTER VISIT"]),
        (["hi", "1", "2", "8"], ["CHOOSE", "QUESTION", "THANKS AFTER VISIT", "QUESTION"]),
        (["hi", "1", "2", "1"], ["CHOOSE", "QUESTION", "THANKS AFTER VISIT", "ONCE MORE QUESTION"]),
        # a flow reached by its keyword has nowhere to come back to
        (["survey", "2"], ["QUESTION", "THANKS"]),
        (["hi", "inner", "1", "8", "8"], ["CHOOSE", "INSIDE", "FINISHED", "INSIDE", "CHOOSE"]),
        # the menu forgets what was being waited for
        (["hi", "1", "0", "survey", "2"], ["CHOOSE", "QUESTION", "CHOOSE", "QUESTION", "THANKS"]),
        # interrupts give the step back, at every depth, and twice in a row only once
        (["hi", "4", "fire", "2"], ["CHOOSE", "ONE TWO THREE", "ALARM", "SAFE ONE TWO THREE"]),
        (["hi", "4", "fire", "1", "fire", "2"],
         ["CHOOSE", "ONE TWO THREE", "ALARM", "LEVEL", "ALARM", "SAFE ONE TWO THREE"]),
        (["hi", "1", "1", "fire", "2", "1"],
         ["CHOOSE", "QUESTION", "INSIDE", "ALARM", "SAFE INSIDE", "FINISHED BACK IN SURVEY"]),
        (["hi", "4", "fire", "survey", "fire", "2", "2"],
         ["CHOOSE", "ONE TWO THREE", "ALARM", "QUESTION", "ALARM", "SAFE QUESTION", "THANKS ONE TWO THREE"]),
        (["fire", "2"], ["ALARM", "SAFE"]),
        (["fire", "8"], ["ALARM", "CHOOSE"]),
        (["hi", "2", "fire", "2", "1"], ["CHOOSE", "SURE", "ALARM", "SAFE SURE", "SAID YES"]),
        # a closed question is passed over once it is answered
        (["hi", "6", "112", "0", "6"], ["CHOOSE", "ZIP", "IN CITY", "CHOOSE", "IN CITY"]),
        (["hi", "6", "148"], ["CHOOSE", "ZIP", "IN STATE"]),
        (["hi", "6", "902"], ["CHOOSE", "ZIP", "FAR AWAY"]),
        (["hi", "6", "112", "8", "902"], ["CHOOSE", "ZIP", "IN CITY", "ZIP", "FAR AWAY"]),
        (["hi", "6", "8"], ["CHOOSE", "ZIP", "CHOOSE"]),
        (["hi", "6", "0"], ["CHOOSE", "ZIP", "CHOOSE"]),
        (["hi", "6", "9"], ["CHOOSE", "ZIP", "ZIP"]),
        # branches
        (["hi", "2", "no"], ["CHOOSE", "SURE", "SAID NO"]),
        (["español", "2", "no"], ["CHOOSE", "SURE", "IN SPANISH"]),
        (["hi", "2", "español", "2"], ["CHOOSE", "SURE", "SURE", "IN SPANISH"]),
        # language is a question in front of the step: BACK takes it away, an answer keeps the step
        (["hi", "4", "language", "8"], ["CHOOSE", "ONE TWO THREE", "Which language?", "ONE TWO THREE"]),
        (["hi", "4", "language", "2", "2"], ["CHOOSE", "ONE TWO THREE", "Which language?", "ONE TWO THREE", "SAID NO"]),
        (["language", "1"], ["Which language?", "CHOOSE"]),
        (["language", "8"], ["Which language?", "CHOOSE"]),
    ],
    ids=lambda value: " ".join(value[-6:]) if isinstance(value, list) else "",
)  # fmt: skip
def test_where_texts_lead(small, texts, steps):
    assert heard(small, *texts) == steps


def test_a_branch_on_the_channel(small):
    assert heard(small, "hi", "2", "2", channel="whatsapp") == ["CHOOSE", "SURE", "ON WHATSAPP"]


def test_a_language_step_can_be_left_by_back(library):
    """A step that asks for the language is not taken for the question that stands in front of a step."""
    talk = Talk(library, "sms", datetime(2026, 11, 23, 20, 15))
    menu = talk.hears("hi")
    talk.hears("7")

    assert talk.hears("8") == menu


def test_the_quiet_end_keeps_nothing(small):
    talk = Talk(small, "sms", datetime(2026, 11, 23, 20, 15))
    talk.hears("hi")
    talk.hears("3")

    assert talk.session is None
    assert talk.events == (EndedQuietly("en", short_id("menu.quiet")),)


def test_waiting_returns_are_bounded(small):
    """Whoever interrupts an interruption for ever does not make a session that grows for ever."""
    talk = Talk(small, "sms", datetime(2026, 11, 23, 20, 15))
    for _ in range(20):
        for text in ("survey", "fire", "inner", "fire"):
            talk.hears(text)
            talk.now += timedelta(minutes=1)

    assert talk.session is not None
    assert max(len(place.returns) for place in talk.session.path) == MAX_RETURNS
    assert len(json.dumps(to_plain(talk.session))) < 1000


def test_a_flow_that_goes_round_without_waiting_ends_with_a_humans_number(small):
    """It is refused when it is checked; should it ever run, nobody waits for it."""
    release = small.release
    circle = replace(release.flows["menu"], steps=tuple(_turned(step) for step in release.flows["menu"].steps))
    broken = replace(release, flows={**release.flows, "menu": circle})

    session, events = turn(None, Inbound(channel="sms", text="hi"), broken, NOW)

    assert session is not None
    assert isinstance(events[0], Spoke)
    assert [said.kind for said in events[0].said] == ["notice", "hotline"]


def _turned(step: Step) -> Step:
    """The first step goes to the second and the second back to the first."""
    return Say(key=step.key, then="menu.visiting" if step.key == "menu.choose" else "menu.choose")


# ----------------------------------------------------------------------------------------------- special messages


def test_after_a_fault_an_answer_does_not_count_but_everything_else_is_heard(small):
    session, _ = turn(None, Inbound(channel="sms", text="survey"), small.release, NOW)
    assert session is not None
    again, events = turn(session, Inbound(channel="sms", text="2", unsure=True), small.release, NOW)

    assert again is not None
    assert again.path == session.path
    assert said_by(events) == [("notice", "shown_again")]
    for text, event in (("stop", OptedOut), ("delete", Erased)):
        assert isinstance(
            turn(session, Inbound(channel="sms", text=text, unsure=True), small.release, NOW)[1][0], event
        )
    menu, _ = turn(session, Inbound(channel="sms", text="menu", unsure=True), small.release, NOW)
    assert menu is not None
    assert menu.path[-1].step == short_id("menu.choose")


@pytest.mark.parametrize(("kind", "notice"), [("media", "pictures"), ("place", "place")])
def test_pictures_and_places_are_answered_in_words_and_the_step_is_shown_again(small, kind, notice):
    session, _ = turn(None, Inbound(channel="sms", text="survey"), small.release, NOW)
    after, events = turn(session, Inbound(channel="sms", kind=kind), small.release, NOW)

    assert said_by(events) == [("notice", notice)]
    assert after is not None
    assert session is not None
    assert after.path == session.path


def test_a_picture_with_words_is_answered_by_its_words(small):
    _, events = turn(None, Inbound(channel="sms", kind="media", text="survey"), small.release, NOW)

    assert said_by(events) == []


PRIVATE = ["A123456789", "a 12345678", "A-123-456-789", "A 123 456 789", "A#123456789", "123-45-6789", "123 45 6789",
           "123456789", "my number is A123456789 ok", "١٢٣٤٥٦٧٨٩"]  # fmt: skip
NOT_PRIVATE = [
    "1",
    "112",
    "11201",
    "11201-4432",
    "212-555-0143",
    "2125550143",
    "911",
    "2026-11-23",
    "10 officers 3 cars",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_a_number_of_a_person_is_not_wanted(small, text):
    session, _ = turn(None, Inbound(channel="sms", text="survey"), small.release, NOW)
    after, events = turn(session, Inbound(channel="sms", text=text), small.release, NOW)

    assert said_by(events)[0] == ("notice", "private_number")
    assert after is not None
    assert after.misses == 0


@pytest.mark.parametrize("text", NOT_PRIVATE)
def test_other_numbers_are_not_mistaken_for_one(small, text):
    _, events = turn(None, Inbound(channel="sms", text=text), small.release, NOW)

    assert ("notice", "private_number") not in said_by(events)


def test_an_emergency_beside_a_private_number_is_an_emergency(small):
    after, events = turn(None, Inbound(channel="sms", text="fire, A123456789"), small.release, NOW)

    assert said_by(events) == [("notice", "private_number")]
    assert after is not None
    assert after.path[-1].step == short_id("alarm.which")
    assert turn(after, Inbound(channel="sms", text="delete A123456789"), small.release, NOW)[0] is not None


@pytest.mark.parametrize(("opted", "event"), [("out", OptedOut("")), ("other", KeptSilent())])
def test_what_twilio_has_answered_is_not_answered_twice(small, opted, event):
    session, events = turn(None, Inbound(channel="sms", text="STOP", opted=opted), small.release, NOW)

    assert events == (event,)
    assert (session is None) is (opted == "out")


def test_opting_out_gives_one_confirmation_with_a_humans_number_and_keeps_nothing(small):
    session, _ = turn(None, Inbound(channel="sms", text="survey"), small.release, NOW)
    after, events = turn(session, Inbound(channel="sms", text="please stop"), small.release, NOW)

    assert after is None
    assert isinstance(events[0], OptedOut)
    assert [said.kind for said in events[0].said] == ["notice", "hotline"]


# ----------------------------------------------------------------------------------- the language of the conversation


@pytest.mark.parametrize(
    ("texts", "locale", "chosen"),
    [
        (["hi"], "en", False),
        (["hola"], "es", False),
        (["1"], "", False),
        (["hi", "se llevaron a mi esposo y no se donde esta"], "es", False),
        (["hi", "no"], "en", False),
        (["hi", "abogado"], "en", False),
        (["hi", "الهجرة عند الباب"], "ar", False),
        (["español", "what should i do if they are at the door"], "es", True),
        (["hola", "english"], "en", True),
        (["العربية", "hello what is this i am at the door"], "ar", True),
        (["hi", "language", "2"], "es", True),
    ],
    ids=lambda value: " / ".join(value) if isinstance(value, list) else "",
)
def test_the_language_of_the_text_is_spoken_and_a_choice_always_wins(library, texts, locale, chosen):
    talk = Talk(library, "sms", datetime(2026, 11, 23, 20, 15))
    for text in texts:
        talk.hears(text)

    assert talk.session is not None
    assert (talk.session.locale, talk.session.chosen) == (locale, chosen)


# ------------------------------------------------------------------------------------------- a flow changed meanwhile


def test_a_choice_that_was_removed_meanwhile_is_said_to_have_changed(small):
    """The screen that the person sees is the stored one; an option that means nothing any more counts for nothing."""
    session, _ = turn(None, Inbound(channel="sms", text="survey"), small.release, NOW)
    assert session is not None
    stale = replace(session, screen=Screen(kind="ask", choices=("gone1", short_id("survey.question.done"))))

    after, events = turn(stale, Inbound(channel="sms", text="1"), small.release, NOW)
    assert said_by(events) == [("notice", "changed")]
    assert after is not None
    assert after.path == session.path
    assert heard(small, "survey", "2") == ["QUESTION", "THANKS"]
    done, _ = turn(stale, Inbound(channel="sms", text="2"), small.release, NOW)
    assert done is not None
    assert done.path[-1].step == short_id("survey.thanks"), "the digit of the old screen means what it meant there"


def test_a_step_that_was_removed_meanwhile_leads_to_the_menu(small):
    lost = standing_at(small, "survey.gone")
    after, events = turn(
        replace(lost, screen=Screen(kind="rest")), Inbound(channel="sms", text="8"), small.release, NOW
    )

    assert after is not None
    assert isinstance(events[0], Spoke)
    assert after.path[-1].step == short_id("menu.choose")


@pytest.mark.parametrize("choice", ["menu.choose.\udcc6", "\ud800.\udfff.x", "a.b.\x00"])
def test_a_tap_that_is_no_text_is_a_tap_on_nothing(small, choice):
    """Found by `python3 -m bot test fuzz`: half a letter in the payload of a button was an error of ours."""
    asked = turn(None, Inbound(channel="whatsapp", text="survey"), small.release, NOW)[0]
    after, events = turn(asked, Inbound(channel="whatsapp", text="x", choice=choice), small.release, NOW)

    assert after is not None
    assert isinstance(events[0], Spoke)


def test_what_only_looks_like_a_button_is_read_as_the_text_it_is(small):
    session, _ = turn(None, Inbound(channel="whatsapp", text="survey"), small.release, NOW)
    typed = Inbound(channel="whatsapp", text="qwe.rtz.uio", choice="qwe.rtz.uio")

    after, events = turn(session, typed, small.release, NOW)
    assert after is not None
    assert (after.misses, said_by(events)[0]) == (1, ("notice", "not_understood"))


def test_a_tap_ends_a_row_of_texts_that_nobody_understood(small):
    session, _ = turn(None, Inbound(channel="whatsapp", text="survey"), small.release, NOW)
    for _ in range(3):
        session, _ = turn(session, Inbound(channel="whatsapp", text="qwertz"), small.release, NOW)
    assert session is not None
    assert session.misses == 3
    assert session.screen is not None
    payload = small.release.keys[session.screen.choices[0]]

    tapped, _ = turn(session, Inbound(channel="whatsapp", choice=payload), small.release, NOW)
    assert tapped is not None
    assert tapped.misses == 0


def test_an_old_tap_shows_the_present_step_and_a_tap_out_of_nothing_the_languages(small):
    session, _ = turn(None, Inbound(channel="whatsapp", text="survey"), small.release, NOW)
    old = Inbound(channel="whatsapp", choice="menu.choose.visiting")

    assert session is not None
    after, _ = turn(session, old, small.release, NOW)
    assert after is not None
    assert after.path == session.path
    fresh, _ = turn(None, old, small.release, NOW)
    assert fresh is not None
    assert fresh.screen is not None
    assert fresh.screen.kind == "language"


# ---------------------------------------------------------------------------------------------------- how old law is


def test_a_first_reply_ends_with_how_old_it_is_and_overdue_law_says_so(library):
    fresh, events = turn(None, Inbound(channel="sms", text="ice at my door"), library.release, NOW)
    _, late = turn(
        None, Inbound(channel="sms", text="ice at my door"), library.release, datetime(2027, 3, 1, tzinfo=UTC)
    )

    assert isinstance(events[0], Spoke)
    assert events[0].said[-1] == Said("honest", "home_door")
    assert isinstance(late[0], Spoke)
    assert late[0].said[-1] == Said("honest", "home_door!")
    assert said_by(late) == [], "settled rights stay first and unchanged"
    assert fresh is not None


def test_at_a_contested_step_that_is_overdue_the_number_goes_first(library):
    late = datetime(2027, 3, 1, tzinfo=UTC)
    session: Session | None = standing_at(library, "home_door.agency_paper")
    _, events = turn(session, Inbound(channel="sms", kind="place"), library.release, late)

    assert [kind for kind, _ in said_by(events)] == ["notice", "notice", "hotline"]
    assert said_by(events)[1] == ("notice", "hotline_first")
