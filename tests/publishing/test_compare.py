"""What differs between two releases, as a volunteer would name it."""

from __future__ import annotations

from dataclasses import replace

from bot.publishing.compare import Changes, Names, NumberChange, TextChange, compare
from tests.publishing.small import REMOVED_OPTION, RENAMED_STEP, door


def test_the_same_content_has_no_changes():
    assert compare(door(), door()) == Changes()
    assert not compare(door(), door())


def test_a_new_text_is_shown_beside_the_old_one_and_touches_its_step():
    found = compare(door(), door(("Keep the door closed.", "Do not open.")))

    assert found == Changes(
        texts=(TextChange("door.knock.text", "en", "Keep the door closed.", "Do not open."),), touched=("door.knock",)
    )


def test_a_text_is_compared_in_every_language():
    found = compare(door(locales=("en", "es")), door(("Is it signed", "Is this signed"), locales=("en", "es")))

    assert [(change.locale, change.key) for change in found.texts] == [
        ("en", "door.paper.text"),
        ("es", "door.paper.text"),
    ]


def test_a_language_that_comes_is_no_list_of_texts():
    found = compare(door(), door(locales=("en", "es")))

    assert (found.locales, found.texts) == (Names(added=("es",)), ())


def test_a_renamed_step_takes_its_options_and_texts_along_and_whoever_leads_there_is_not_touched():
    found = compare(door(), door(*RENAMED_STEP, end="moved: {paper: the_paper}"))

    assert found == Changes(steps=Names(renamed=(("door.paper", "door.the_paper"),)), touched=("door.paper",))


def test_without_a_line_in_moved_a_renamed_step_is_one_removed_and_one_added():
    found = compare(door(), door(*RENAMED_STEP))

    assert found.steps == Names(added=("door.the_paper",), removed=("door.paper",))
    assert found.options == Names()
    assert found.texts == ()
    assert found.touched == ("door.knock", "door.paper")


def test_a_changed_text_of_a_renamed_step_is_compared_with_its_own_past():
    found = compare(door(), door(*RENAMED_STEP, ("Is it signed", "Is this signed"), end="moved: {paper: the_paper}"))

    assert found.texts == (
        TextChange("door.the_paper.text", "en", "Is it signed by a judge?", "Is this signed by a judge?"),
    )


def test_an_option_that_goes_and_one_that_is_renamed():
    assert compare(door(), door(*REMOVED_OPTION)).options == Names(removed=("door.knock.gone",))
    renamed = door(
        ("gone: safe", "left: safe"), ("gone: {label", "left: {label"), end="moved: {knock.gone: knock.left}"
    )
    found = compare(door(), renamed)
    assert found.options == Names(renamed=(("door.knock.gone", "door.knock.left"),))
    assert found.texts == ()


def test_another_order_of_options_touches_the_people_who_are_asked():
    found = compare(door(), door(("paper: paper\n          gone: safe", "gone: safe\n          paper: paper")))

    assert found == Changes(touched=("door.knock",))


def test_a_telephone_number_that_changes_is_named_with_its_referral():
    before = door()
    first, *others = before.release.referrals
    other = replace(first, phone="212-555-0100")
    after = replace(before, release=replace(before.release, referrals=(other, *others)))

    assert compare(before, after).numbers == (NumberChange(first.name, str(first.phone), "212-555-0100"),)
    gone = replace(before, release=replace(before.release, referrals=tuple(others)))
    assert compare(before, gone).numbers == (NumberChange(first.name, str(first.phone), ""),)
