"""What only a whole release knows: which key an id means today, and where a reply begins."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.engine.flow import Ask, Branch, Collect, End, Flow, Option, Refer, Say, Step
from bot.engine.referrals import Areas
from bot.engine.release import Release, SameId
from bot.engine.session import Place, Said, Screen, Session, short_id
from bot.engine.vocabulary import Vocabulary


def release_of(*flows: Flow) -> Release:
    """A release of flows alone."""
    return Release(
        number=1, flows={flow.name: flow for flow in flows}, vocabulary=Vocabulary(), locales=("en",),
        default_locale="en", referrals=(), areas=Areas({"us": None}, {}, "us"), area="us", timezone=ZoneInfo("UTC"),
    )  # fmt: skip


def ask(key: str, **options: str) -> Ask:
    """An asking step."""
    return Ask(key=key, options=tuple(Option(key=f"{key}.{name}", then=then) for name, then in options.items()))


def flow(name: str, *steps: Step, moved: tuple[tuple[str, str], ...] = ()) -> Flow:
    """A flow."""
    return Flow(name=name, steps=steps, moved=moved)


DOOR = flow("door", ask("door.first", yes="door.last", no="door.first"), End(key="door.last"))


def test_an_id_means_the_step_or_option_it_was_made_from():
    release = release_of(DOOR)

    step, option = release.step(short_id("door.last")), release.option(short_id("door.first.yes"))
    assert step is release.steps["door.last"]
    assert option is release.options["door.first.yes"]
    assert release.flow("door") is DOOR


def test_an_id_that_means_nothing_today_is_none():
    release = release_of(DOOR)

    assert release.step(short_id("door.gone")) is None
    assert release.option(short_id("door.first.gone")) is None
    assert release.step("") is None


def test_a_renamed_step_takes_its_people_and_its_options_along():
    release = release_of(flow("door", *DOOR.steps, moved=(("door.begin", "door.first"),)))

    assert release.keys[short_id("door.begin")] == "door.first"
    assert release.keys[short_id("door.begin.yes")] == "door.first.yes"


def test_a_removed_option_leads_to_the_step_that_is_named_for_it():
    release = release_of(flow("door", *DOOR.steps, moved=(("door.first.maybe", "door.last"),)))

    assert release.step(short_id("door.first.maybe")) is release.steps["door.last"]


def test_a_key_that_exists_wins_over_a_move_of_that_name():
    release = release_of(flow("door", *DOOR.steps, moved=(("door.first", "door.last"),)))

    assert release.keys[short_id("door.first")] == "door.first"


def test_two_keys_with_one_id_are_refused(monkeypatch):
    """Thirty bits are plenty for one release, but not for ever: then one of the two is renamed."""
    monkeypatch.setattr("bot.engine.release.short_id", lambda key: key[:4])

    with pytest.raises(SameId) as same:
        release_of(DOOR)

    assert same.value.first != same.value.second


HEADS = [
    ("a.said", "a.said"),  # its reply begins with itself: it is the first step, and others lead there
    ("a.asked", "a.said"),  # reached through a saying step only
    ("a.zip", "a.refer"),
    ("a.shared", "a.shared"),  # two steps lead here
    ("a.end", "a.end"),  # an option leads here
]


@pytest.mark.parametrize(("step", "head"), HEADS)
def test_a_reply_begins_where_the_way_to_its_step_did(step, head):
    release = release_of(
        flow(
            "a",
            Say(key="a.said", then="a.asked"),
            ask("a.asked", one="a.end", two="a.refer", three="a.branch"),
            Refer(key="a.refer", need="legal", then="a.zip"),
            Collect(key="a.zip", what="zip", then="a.branch"),
            Branch(key="a.branch", on="area", cases=(("nyc", "a.one"),), otherwise="a.two"),
            Say(key="a.one", then="a.shared"),
            Say(key="a.two", then="a.shared"),
            End(key="a.shared"),
            End(key="a.end"),
        )
    )

    assert release.heads[step] == head
    assert release.zip_steps == {short_id("a.zip")}


def test_steps_that_say_in_a_circle_have_a_beginning_all_the_same():
    release = release_of(flow("a", Say(key="a.one", then="a.two"), Say(key="a.two", then="a.one")))

    assert set(release.heads) == {"a.one", "a.two"}


# ------------------------------------------------------------------------------------------- a session of before

SURVEY = flow(
    "survey",
    ask("survey.question", yes="survey.zip", no="survey.last"),
    Collect(key="survey.zip", what="zip", then="survey.last"),
    End(key="survey.last"),
    moved=(("survey.first", "survey.question"), ("survey.question.sure", "survey.question.yes"),
           ("poll", "survey"), ("poll.where", "survey.zip"), ("poll.first", "survey.question")),
)  # fmt: skip


def test_a_renamed_step_takes_the_old_names_of_its_options_along():
    keys = release_of(SURVEY).keys

    assert keys[short_id("survey.first.sure")] == keys[short_id("poll.first.sure")] == "survey.question.yes"


def test_a_session_is_read_in_the_names_of_today_wherever_a_name_stands_in_it():
    """The path, its answers, where visits come back to, the screen, and what MORE will show."""
    old = Session(
        path=(
            Place(short_id("survey.first"), short_id("survey.first.sure"), (short_id("poll.where"),)),
            Place(short_id("poll.where"), "queens"),
        ),
        screen=Screen(
            kind="offer",
            choices=(short_id("poll"), "yes", "gone1"),
            said=(Said("text", short_id("poll.where")), Said("honest", "poll!"), Said("referrals", "ona@1")),
        ),
    )

    assert release_of(SURVEY).today(old) == Session(
        path=(
            Place(short_id("survey.question"), short_id("survey.question.yes"), (short_id("survey.zip"),)),
            Place(short_id("survey.zip"), "queens"),
        ),
        screen=Screen(
            kind="offer",
            choices=(short_id("survey"), "yes", "gone1"),
            said=(Said("text", short_id("survey.zip")), Said("honest", "survey!"), Said("referrals", "ona@1")),
        ),
    )


def test_how_old_a_flow_was_is_no_longer_said_when_the_flow_is_gone():
    old = Session(screen=Screen(kind="rest", said=(Said("honest", "gone"), Said("notice", "changed"))))

    assert release_of(DOOR).today(old).screen == Screen(kind="rest", said=(Said("notice", "changed"),))
