"""What becomes live, who is told, and what a person's answer means afterwards: it counts for what was on their screen.

Through whole folders as a volunteer edits them, a server of their own, and applications that are already running.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.app import create_app
from bot.content.fallback import EVERYBODY, read_fallbacks
from bot.content.problem import ContentError
from bot.live import LiveRelease
from bot.publishing import told
from bot.publishing.acts import Wish, publish_folder
from bot.publishing.refusal import NotPublished
from bot.rename import rename
from bot.store.client import connect
from bot.store.releases import LIVE, Entry, Overtaken
from tests.conftest import NOON, Person, at_a_desk, at_once, first_line, known
from tests.publishing.conftest import CHANGED, Organisation

AT_THE_DOOR, HAS_PAPER, WHO = ("door",), ("door", "1"), ("door", "2", "2")


# ------------------------------------------------------------------------------------------- what a digit means


def test_a_digit_means_what_was_on_the_screen_after_a_menu_was_reordered(organisation, library):
    """1 was "They show a paper" when the person read it, and 2 "No paper". Now they stand the other way round."""
    one, two = (organisation.person(*AT_THE_DOOR, number=number) for number in (1, 2))
    organisation.edit("flows/home_door.yaml", (r"^(      paper: has_paper\n)(      no_paper: no_paper\n)", r"\2\1"))
    organisation.publish()
    organisation.serves(2)

    assert one.says("1").startswith(first_line("home_door.has_paper"))
    two.says("2")
    assert organisation.stands_at(two, "no_paper")
    labels = [library.messages.text(f"home_door.at_the_door.{option}.label", "en") for option in ("no_paper", "paper")]
    assert "1 {}\n2 {}\n".format(*labels) in organisation.person(number=3).says("door")


def test_a_digit_means_what_was_on_the_screen_after_a_step_was_renamed(organisation, library):
    people = [organisation.person(*HAS_PAPER, number=number) for number in range(1, 5)]
    organisation.rename("has_paper", "the_paper")
    organisation.moved("has_paper: the_paper")
    organisation.publish()
    organisation.serves(2)
    for digit, person in enumerate(people, 1):
        person.says(str(digit))

    steps = [known(organisation.config, person).session.place.step for person in people]
    assert [library.release.keys[step] for step in steps] == [
        "home_door.judge_check",
        "home_door.agency_paper",
        "home_door.doubt",
        "home_door.inside",
    ]


@pytest.mark.slow
def test_back_leads_to_a_step_that_was_renamed(organisation):
    person = organisation.person(*HAS_PAPER, "1")
    organisation.rename("has_paper", "the_paper")
    organisation.moved("has_paper: the_paper")
    organisation.publish()
    organisation.serves(2)

    assert person.says("8").startswith(first_line("home_door.has_paper"))


def test_a_digit_means_what_was_on_the_screen_after_an_option_was_renamed(organisation):
    person = organisation.person(*AT_THE_DOOR)
    organisation.edit("flows/home_door.yaml", (r"^      paper: has_paper", "      shows_it: has_paper"))
    organisation.edit("messages/*/home_door.yml", (r"^  paper: ", "  shows_it: "))
    organisation.moved("at_the_door.paper: at_the_door.shows_it")
    organisation.publish()
    organisation.serves(2)

    assert person.says("1").startswith(first_line("home_door.has_paper"))


def test_a_digit_of_an_option_that_was_removed_counts_for_nothing_and_the_step_is_shown_as_it_is_now(organisation):
    person, other = (organisation.person("door", "2", number=number) for number in (1, 2))
    organisation.remove_who_is_it()
    organisation.publish()
    organisation.serves(2)

    assert person.says("2").startswith(CHANGED + first_line("home_door.no_paper"))
    other.says("3")
    assert organisation.stands_at(other, "life_at_risk"), "the third option of the old screen"


def test_a_removed_step_takes_the_person_to_the_place_that_was_said(organisation, library):
    """An option with the same name at the new place counts; any other shows the new place."""
    same, other, words = (organisation.person(*WHO, number=number) for number in (1, 2, 3))
    organisation.remove_who_is_it()
    organisation.moved("who_is_it: no_paper")
    organisation.publish()
    organisation.serves(2)

    assert same.says("1").startswith(first_line("home_door.has_paper"))
    assert other.says("2").startswith(CHANGED + first_line("home_door.no_paper"))
    words.says("they came in")
    assert organisation.stands_at(words, "inside")


# ------------------------------------------------------------------------------------------- what publish refuses


@pytest.mark.parametrize(("people", "said"), [(4, "fewer than 5"), (5, "5")])
def test_publish_refuses_to_strand_people_and_says_how_many(organisation, people, said):
    for number in range(people):
        organisation.person(*WHO, number=number)
    organisation.remove_who_is_it()

    with pytest.raises(NotPublished) as refused:
        organisation.publish()

    assert str(refused.value) == (
        f'{said} people stand at "home_door.who_is_it", which this content no longer has.\n'
        "    Add to flows/home_door.yaml: moved: {who_is_it: the_step_that_takes_its_place}"
    )
    assert organisation.releases.live().number == 1


def test_a_step_where_nobody_stands_may_go(organisation):
    organisation.person("door", "2")
    organisation.remove_who_is_it()

    assert organisation.publish().startswith("Release 2 ")


def test_people_who_stand_at_the_old_name_of_a_step_are_counted_too(organisation):
    """They came before it was renamed; the line in `moved:` that leads them on may not go before they have."""
    person = organisation.person(*HAS_PAPER)
    organisation.rename("has_paper", "the_paper")
    organisation.moved("has_paper: the_paper")
    organisation.publish()
    organisation.edit("flows/home_door.yaml", (r"^moved: .*\n", ""))

    with pytest.raises(NotPublished, match=r'stand at "home_door\.has_paper"'):
        organisation.publish()
    assert person.says("2") is not None


def test_people_are_counted_under_both_secrets_while_one_replaces_the_other(organisation):
    organisation.person(*WHO)
    organisation.remove_who_is_it()
    rotated = replace(at_a_desk(organisation.config), secrets=(b"new" * 20, *organisation.config.secrets))

    with pytest.raises(NotPublished):
        publish_folder(organisation.folder, rotated, Wish())


def test_a_folder_that_does_not_check_is_never_served(organisation):
    """It names the file, the line and the cure; the last good release stays."""
    organisation.edit("flows/home_door.yaml", (r"^      paper: has_paper", "      paper: has_papers"))

    with pytest.raises(ContentError) as refused:
        organisation.publish()

    assert "flows/home_door.yaml:" in str(refused.value)
    assert organisation.releases.live().number == 1
    assert organisation.person().says("door").startswith(first_line("home_door.at_the_door"))


def test_a_fallback_text_that_is_not_what_the_content_says_is_refused(organisation):
    """It would give people an old telephone number on the day when nothing else works."""
    organisation.edit("flows/fallback.json", (r"800-566-7636", "800-566-0000"))

    with pytest.raises(ContentError, match="python3 -m bot fallback"):
        organisation.publish()


def test_a_folder_without_a_fallback_text_is_refused(organisation):
    (organisation.folder / "flows" / "fallback.json").unlink()

    with pytest.raises(ContentError, match="python3 -m bot fallback"):
        organisation.publish()


# ------------------------------------------------------------------------------------------- which release is live


def change_the_first_words(organisation: Organisation, words: str) -> None:
    """An edit that a person sees at once."""
    organisation.edit("messages/en/home_door.yml", (r"^  text: Keep the door closed\..*", f"  text: {words}"))


def test_a_process_serves_a_new_release_without_a_restart(organisation):
    change_the_first_words(organisation, "Do not open the door.")
    assert organisation.publish().startswith("Release 2 (")
    organisation.serves(2)

    assert organisation.person().says("door").startswith("Do not open the door.")


def test_the_folder_of_before_published_again_takes_a_change_back(organisation, shipped):
    before = organisation.person().says("door")
    change_the_first_words(organisation, "Do not open the door.")
    organisation.publish()
    shutil.rmtree(organisation.folder / "messages")
    shutil.copytree(shipped / "messages", organisation.folder / "messages")

    assert organisation.publish("take it back").startswith("Release 3 (")
    organisation.serves(3)
    assert organisation.person(number=7).says("door") == before
    assert len(list(connect(organisation.config.redis_url).scan_iter("{release}:????????????????*"))) == 2


def test_the_same_content_again_changes_nothing(organisation):
    assert organisation.publish().endswith("was live already: nothing has changed.")
    assert organisation.releases.live().number == 1


def test_who_published_what_and_when_is_kept(organisation):
    change_the_first_words(organisation, "Do not open the door.")
    organisation.publish("shorter: Ana and Wei")
    live = organisation.releases.live()
    newest = str(connect(organisation.config.redis_url).lindex("{release}:log", 0))

    assert live.digest in newest
    assert "shorter: Ana and Wei" in newest
    assert re.search(r'"at": "20\d\d-\d\d-\d\dT', newest)


@pytest.mark.parametrize("after", [0, 1])
def test_of_two_who_publish_at_once_one_is_overtaken(organisation, after):
    """Whoever is second checked against a release that is no longer live: they are told, and nothing is lost."""
    if after == 0:
        connect(organisation.config.redis_url).flushall()

    def publishes(name: str) -> object:
        try:
            return organisation.releases.publish(
                name.encode(), Entry(number=after + 1, digest=name * 64, at=NOON, by=f"Person {name}")
            )
        except Overtaken as error:
            return "overtaken by " + error.by

    done = at_once(*(partial(publishes, name) for name in "abcde"))

    live = organisation.releases.live()
    assert live.number == after + 1
    assert sorted(map(str, done)) == [f"({after + 1}, True)", *[f"overtaken by Person {live.digest[0]}"] * 4]


@pytest.mark.slow
def test_two_whole_folders_published_at_once_leave_one_of_them_live(organisation, tmp_path):
    folders = []
    for words in ("Do not open.", "Stay inside."):
        change_the_first_words(organisation, f"Keep the door closed. {words}")
        folders.append(shutil.copytree(organisation.folder, tmp_path / words))

    def publishes(folder: Path) -> str:
        try:
            return told.published(publish_folder(folder, at_a_desk(organisation.config), Wish()))
        except Overtaken:
            return "overtaken"

    done = at_once(*(partial(publishes, folder) for folder in folders))
    live = organisation.releases.live()
    assert live.number == 1 + sum(one.startswith("Release") for one in done)
    assert organisation.releases.bundle(live.digest) is not None


@pytest.mark.slow
def test_a_person_is_never_answered_with_an_older_release_than_before(organisation, clock):
    """Two processes, one of which has not noticed the new release yet: the session says that there is one."""
    number = 1
    for words in ("One.", "Two."):
        slow = organisation.app
        change_the_first_words(organisation, f"Keep the door closed. {words}")
        organisation.publish()
        number += 1
        quick = create_app(organisation.config, clock)
        person = organisation.person("door", number=number, app=quick)
        assert known(organisation.config, person).session.release == number

        assert (
            Person(slow.test_client(), address=person.address).says("door").startswith(f"Keep the door closed. {words}")
        )


def test_a_newer_number_makes_a_process_look_before_it_answers(organisation):
    """Without waiting for the next look of the watch; a number that is not there yet is no reason to fail."""
    live = LiveRelease(organisation.releases)
    assert live.get().library.release.number == 1
    change_the_first_words(organisation, "Do not open the door.")
    organisation.publish()

    assert live.get(at_least=1).library.release.number == 1
    assert live.get(at_least=2).library.release.number == 2
    assert live.get(at_least=9).library.release.number == 2


def test_a_store_that_lost_its_releases_is_no_reason_to_stop_answering(organisation):
    """The last good release stays in the process, and what is published next is served."""
    connect(organisation.config.redis_url).flushall()
    assert organisation.person().says("door").startswith(first_line("home_door.at_the_door"))

    organisation.publish()
    organisation.serves(1)


def test_a_store_that_counts_from_one_again_does_not_pass_off_other_content_as_what_is_served(organisation):
    """The number alone says nothing once the store has lost everything: release 1 may be another one now."""
    live = LiveRelease(organisation.releases)
    served = live.get().library
    connect(organisation.config.redis_url).flushall()
    change_the_first_words(organisation, "Do not open the door.")
    organisation.publish()

    live.refresh()
    assert live.number == served.release.number == 1
    assert live.get().library.digest != served.digest


def test_counting_people_opens_no_session(organisation):
    """A dry run needs no address and no key of the day: only tags are read."""
    shutil.rmtree(organisation.config.keys_folder, ignore_errors=True)
    organisation.person(*WHO)
    shutil.rmtree(organisation.config.keys_folder)
    organisation.remove_who_is_it()

    with pytest.raises(NotPublished, match="fewer than 5"):
        organisation.publish()


def test_people_go_on_in_a_flow_that_was_renamed_by_the_command(organisation):
    """On a screen, at a step further in, and on the way back."""
    door, paper = organisation.person(*AT_THE_DOOR), organisation.person(*HAS_PAPER, number=2)
    rename(organisation.folder, "home_door", "at_home")
    rename(organisation.folder, "at_home.has_paper", "at_home.paper")
    organisation.publish()
    organisation.serves(2)

    assert door.says("1").startswith(first_line("home_door.has_paper"))
    assert paper.says("1").startswith(first_line("home_door.judge_check"))
    assert paper.says("8").startswith(first_line("home_door.has_paper"))
    assert paper.says("8").startswith(first_line("home_door.at_the_door"))


@pytest.mark.parametrize("broken", [None, b"", b"no bundle", b"cut"])
def test_the_same_content_again_mends_a_bundle_that_is_gone_or_broken(organisation, broken):
    """Restarting is what an organisation tries first; a process that refused the bundle must look again, too."""
    (key,) = organisation.store.scan_iter("{release}:" + organisation.releases.live().digest)
    whole = organisation.store.get(key)
    organisation.store.delete(key)
    if broken is not None:
        organisation.store.set(key, broken)
    process = LiveRelease(organisation.releases)
    process.refresh()
    assert process.number == 0, "this test would prove nothing"

    assert organisation.publish().endswith("is live.")
    process.refresh()
    assert (process.number, organisation.store.get(key)) == (2, whole)


@pytest.mark.parametrize("garbage", [b"", b"zzz", b"\xff\xfe 9", b"1", b"1 ", b" ab", b"-1 ab", b"9" * 5000 + b" ab"])
def test_a_process_starts_where_the_pointer_is_garbage_and_publishing_mends_it(organisation, garbage):
    """Without a process even the constant fallback would be silent."""
    organisation.store.set(LIVE, garbage)
    client = create_app(organisation.config, organisation.clock).test_client()
    assert Person(client).says("door") == read_fallbacks(organisation.folder)[EVERYBODY]

    organisation.publish()
    assert client.get("/readyz").status_code == 200
