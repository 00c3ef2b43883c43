"""A withdrawn text is not said, whatever is published or rolled back to, until it has other words or is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.content.bundle import Bundle
from bot.content.caveats import Caveats, Withdrawal, joined, split, words_mark
from bot.content.library import Library
from bot.publishing.refusal import NotPublished
from bot.publishing.withdrawals import Ended, carried, ended, stay_stale, withdrawn
from tests.publishing.small import RENAMED_STEP, door

TEXT = "door.paper.text"
MARK = words_mark("Is it signed by a judge?")
BOTH = ("en", "es")


def nothing(library, locale):
    return ()


def with_(library: Library, caveats: Caveats) -> Library:
    """The library under these caveats, as it is served."""
    release = replace(library.release, withdrawn=caveats.in_force(library.messages))
    return replace(library, caveats=caveats, release=release)


def asked(*locales: str) -> Caveats:
    return Caveats(withdrawn=frozenset(Withdrawal(TEXT, locale, MARK) for locale in locales))


def in_force(
    live: Caveats, after: Library, stale=nothing, *, withdraw_stale: bool = False
) -> frozenset[tuple[str, str]]:
    """What is not said when this content is published while those caveats are live."""
    return Caveats(withdrawn=carried(live, after, stale, withdraw_stale=withdraw_stale)).in_force(after.messages)


def test_it_is_taken_out_in_all_languages_or_in_those_that_are_named():
    live = door(locales=BOTH)

    assert withdrawn(live, "door.paper", (), undo=False) == (asked("en", "es"), BOTH)
    assert withdrawn(live, "door.paper", ("es",), undo=False) == (asked("es"), ("es",))


def test_of_an_option_its_reply_is_taken_out():
    caveats, _ = withdrawn(door(), "door.knock.gone", (), undo=False)

    assert caveats.in_force(door().messages) == {("door.knock.gone.reply", "en")}


def test_it_can_be_said_again_in_one_language_or_in_all():
    live = with_(door(locales=BOTH), asked("en", "es"))

    assert withdrawn(live, "door.paper", ("es",), undo=True) == (asked("en"), ("es",))
    assert withdrawn(live, "door.paper", (), undo=True) == (Caveats(), BOTH)


@pytest.mark.parametrize(
    ("name", "locales", "undo", "says"),
    [
        ("door.papr", (), False, 'no step or option "door.papr". Did you mean "door.paper"?'),
        ("door", (), False, 'no step or option "door"'),
        ("door.call", (), False, "says nothing of its own"),
        ("door.knock.paper", (), False, "says nothing of its own"),
        ("door.paper", ("fr",), False, "is not said in fr. It is said in: en."),
        ("door.paper", (), True, "is not withdrawn in en. Withdrawn now: none."),
    ],
)
def test_what_cannot_be_withdrawn_is_refused_in_plain_words(name, locales, undo, says):
    with pytest.raises(NotPublished) as refused:
        withdrawn(door(), name, locales, undo=undo)

    assert says in str(refused.value)


def test_the_same_words_stay_withdrawn_and_other_words_are_said():
    corrected = door(("Is it signed by a judge?", "Did a judge sign it?"))

    assert in_force(asked("en"), door(("Keep the door closed.", "Do not open."))) == {(TEXT, "en")}
    assert in_force(asked("en"), corrected) == frozenset()
    assert ended(with_(door(), asked("en")), corrected) == (Ended(TEXT, "en"),)


def test_the_same_words_brought_back_later_are_still_withdrawn():
    """Published: wrong, withdrawn, corrected. A rollback to the first must not say the wrong sentence again."""
    corrected = door(("Is it signed by a judge?", "Did a judge sign it?"))
    later = Caveats(withdrawn=carried(asked("en"), corrected, nothing, withdraw_stale=False))

    assert in_force(later, door()) == {(TEXT, "en")}


def test_a_withdrawn_text_stays_withdrawn_under_a_new_name_and_under_the_old_one_again():
    renamed = door(*RENAMED_STEP, end="moved: {paper: the_paper}")
    there = Caveats(withdrawn=carried(asked("en"), renamed, nothing, withdraw_stale=False))

    assert there.in_force(renamed.messages) == {("door.the_paper.text", "en")}
    assert ended(with_(door(), asked("en")), with_(renamed, there)) == ()
    assert in_force(there, door()) == {(TEXT, "en")}


def stale(library, locale):
    return (TEXT, "door.paper.judge.label", "common.offer") if locale == "es" else ()


def test_stale_translations_are_withdrawn_where_that_is_wanted_and_only_texts_and_replies_can_be():
    library = door(locales=BOTH)

    assert in_force(Caveats(), library, stale) == frozenset()
    assert in_force(Caveats(), library, stale, withdraw_stale=True) == {(TEXT, "es")}
    assert stay_stale(library, stale) == (("door.paper.judge.label", "es"), ("common.offer", "es"))


def test_a_stale_translation_stays_withdrawn_until_it_was_read_again_or_has_other_words():
    library = door(locales=BOTH)
    live = Caveats(withdrawn=carried(Caveats(), library, stale, withdraw_stale=True))

    assert in_force(live, library, stale) == {(TEXT, "es")}
    assert in_force(live, library, nothing) == frozenset()
    assert in_force(live, door(("Is it signed", "Is this signed"), locales=BOTH), stale) == frozenset()


def test_caveats_travel_in_a_bundle_and_a_folder_without_any_adds_nothing():
    caveats = Caveats(
        withdrawn=frozenset({Withdrawal(TEXT, "en", MARK), Withdrawal(TEXT, "es", MARK, "stale")}),
        role="coordinator",
        flows=("door",),
        locales=("es",),
        moved=(("door.the_paper", "door.paper"),),
    )
    files: Bundle = {"flows/door.yaml": {"steps": {}}}

    assert split(joined(files, caveats)) == (files, caveats)
    assert joined(files, Caveats()) == files
