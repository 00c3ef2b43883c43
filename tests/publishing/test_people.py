"""Whom a change touches and what they see next: told without opening any session, as the engine will do it."""

from __future__ import annotations

from bot.engine.session import short_id
from bot.privacy import step_tag
from bot.publishing.compare import compare
from bot.publishing.people import Crowd, Next, Standing, standing, stranded
from tests.conftest import NOON
from tests.publishing.small import REMOVED_OPTION, RENAMED_STEP, door

KEYS = (b"new" * 10, b"old" * 10)


def crowd(**people: int) -> Crowd:
    """People by the step of the flow `door` where they stand."""
    return Crowd({step_tag(KEYS[-1], short_id(f"door.{step}")): count for step, count in people.items()}, KEYS)


def test_people_are_counted_at_the_steps_that_are_touched_and_nowhere_else():
    before, after = door(), door(("Keep the door closed.", "Do not open."))
    (found,) = standing(before, after, compare(before, after), crowd(knock=7, paper=9), NOON)

    assert (found.step, found.people, found.place) == ("door.knock", 7, "door.knock")


def test_a_digit_of_an_option_that_is_gone_shows_the_step_with_the_line_that_it_changed():
    before, after = door(), door(*REMOVED_OPTION)
    (found,) = standing(before, after, compare(before, after), crowd(), NOON)

    assert found == Standing(
        "door.knock",
        0,
        "door.knock",
        (
            Next(1, "door.knock.paper", "door.paper", True),
            Next(2, "door.knock.gone", "door.knock", False),
            Next(3, "door.knock.call", "door.call", True),
        ),
    )


def test_at_a_renamed_step_every_digit_counts_and_old_names_are_counted_too():
    before = door(*RENAMED_STEP, end="moved: {paper: the_paper}")
    after = door(*[(old, new.replace("the_paper", "shown")) for old, new in RENAMED_STEP],
                 end="moved: {paper: shown, the_paper: shown}")  # fmt: skip
    (found,) = standing(before, after, compare(before, after), crowd(paper=2, the_paper=4), NOON)

    assert (found.step, found.people, found.place) == ("door.the_paper", 6, "door.shown")
    assert [(choice.step, choice.counts) for choice in found.next] == [("door.safe", True), ("door.knock", True)]


def test_where_a_step_is_gone_only_the_menu_is_left():
    before, after = door(), door(*RENAMED_STEP)
    (_, found) = standing(before, after, compare(before, after), crowd(paper=5), NOON)

    assert (found.step, found.people, found.place) == ("door.paper", 5, "")
    assert [(choice.step, choice.counts) for choice in found.next] == [("menu.choose", False)] * 2
    assert stranded(before, after, crowd(paper=5)) == (("door.paper", 5),)
    assert stranded(before, after, crowd(knock=5)) == ()


def test_a_step_without_digits_is_told_by_its_place_alone():
    before, after = door(), door(("Write down what happened.", "Write it down."))

    assert standing(before, after, compare(before, after), crowd(safe=5), NOON) == (
        Standing("door.safe", 5, "door.safe", ()),
    )
