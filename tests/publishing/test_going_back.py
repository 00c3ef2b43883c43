"""Going back to an earlier release, and taking one sentence out: each in one command, while people stand there."""

from __future__ import annotations

import hashlib
import json
import re
from functools import partial

import pytest

from bot.engine.session import short_id
from bot.publishing import told
from bot.publishing.acts import Wish, listed, publish_folder, roll_back, withdraw
from bot.publishing.refusal import NotPublished
from bot.store.client import connect
from bot.store.releases import LOG, Entry, Overtaken
from tests.conftest import NOON, at_a_desk, at_once, first_line, known
from tests.publishing.conftest import CHANGED, Organisation

BEING_CORRECTED = "This part is being corrected. Please call:\nNew Americans Hotline\n800-566-7636\n"


def change_the_first_words(organisation: Organisation, words: str) -> None:
    """An edit that a person sees at once."""
    organisation.edit("messages/en/home_door.yml", (r"^  text: (Keep the|Do not).*", f"  text: {words}"))


def back(organisation: Organisation, number: int | None = None) -> str:
    return told.published(roll_back(at_a_desk(organisation.config), number, by="Wei"))


def take_out(organisation: Organisation, name: str, *, reason: str = "wrong", undo: bool = False) -> str:
    return told.published(withdraw(organisation.config, name, reason=reason, by="Wei", undo=undo))


def of_other_code(organisation: Organisation, number: int, bundle: str) -> None:
    """Make something live that this program would not have written."""
    digest = hashlib.sha256(bundle.encode()).hexdigest()
    organisation.releases.publish(bundle.encode(), Entry(number=number, digest=digest, at=NOON, by="Ana"))


# ------------------------------------------------------------------------------------------- a release


def test_the_release_before_is_live_again_under_a_new_number(organisation):
    before = organisation.person().says("door")
    change_the_first_words(organisation, "Do not open.")
    organisation.publish()
    assert re.match(r"Release 3 \(\w{12}\) is live\. It says what release 1 said\.", back(organisation))
    organisation.serves(3)

    assert organisation.person(number=7).says("door") == before
    newest, *_ = listed(organisation.config)
    assert (newest.entry.act, newest.entry.about, newest.entry.by, newest.live) == ("rollback", "1", "Wei", True)


def test_going_back_again_goes_further_back_and_not_to_and_fro(organisation):
    for words in ("Do not open. Two.", "Do not open. Three."):
        change_the_first_words(organisation, words)
        organisation.publish()
    take_out(organisation, "home_door.doubt")

    assert "what release 2 said" in back(organisation)
    assert "what release 1 said" in back(organisation)
    with pytest.raises(NotPublished, match="no earlier release"):
        back(organisation)
    assert "what release 3 said" in back(organisation, 3)
    assert "nothing has changed" in back(organisation, 3)


@pytest.mark.parametrize(("number", "says"), [(17, "no release 17 in the log"), (1, "Release 1 is no longer kept")])
def test_what_is_not_known_or_no_longer_kept_is_refused(organisation, number, says):
    change_the_first_words(organisation, "Do not open.")
    store = connect(organisation.config.redis_url)
    store.delete(f"{{release}}:{organisation.releases.live().digest}")
    organisation.publish()

    with pytest.raises(NotPublished, match=says):
        back(organisation, number)
    assert [one.kept for one in listed(organisation.config)] == [True, False]


def test_a_release_of_other_code_is_refused_with_a_plain_sentence(organisation):
    of_other_code(organisation, 2, '{"flows/x.yaml":[]}')
    change_the_first_words(organisation, "Do not open.")
    organisation.publish()

    with pytest.raises(NotPublished) as refused:
        back(organisation, 2)
    assert str(refused.value) == (
        "Release 2 was made for another version of this program, which cannot open it any more. "
        "Publish the folder of that time instead."
    )
    assert organisation.releases.live().number == 3


@pytest.mark.parametrize("bundle", ['{"caveats":3}', '{"caveats":{"moved":[["a"]]}}', "[]", "5"])
def test_a_live_release_with_caveats_of_other_code_can_be_left_by_every_way(organisation, bundle):
    of_other_code(organisation, 2, bundle)

    assert "what release 1 said" in back(organisation)
    of_other_code(organisation, 4, bundle)
    assert organisation.publish().startswith("Release 5 ")


@pytest.mark.parametrize(
    "garbage",
    [
        "x",
        "[" * 100_000,
        '{"number":"a","digest":"d","at":"2026-01-01T00:00","by":"x"}',
        '{"number":1,"digest":["d"],"at":"2026-01-01T00:00","by":"x"}',
        '{"number":1,"digest":"d","at":"2026-01-01T00:00","by":"x","act":"other"}',
        '{"number":1,"digest":"d","at":"2026-01-01T00:00","by":"x","act":"rollback","about":"x"}',
        '{"number":1,"digest":"d","at":"2026-01-01T00:00","by":"x","act":"rollback","about":"1"}',
    ],
)
def test_what_other_code_wrote_into_the_log_is_passed_over(organisation, garbage):
    before = listed(organisation.config)
    organisation.store.lpush(LOG, garbage)

    assert listed(organisation.config) == before
    with pytest.raises(NotPublished, match="no earlier release"):
        back(organisation)


def test_nothing_that_somebody_typed_steers_a_terminal_or_begins_a_line_of_the_log(organisation):
    change_the_first_words(organisation, "Do not open.")
    organisation.publish("\x1b[2J\u202enote\n   9  live")

    newest, *_ = listed(organisation.config)
    assert newest.entry.note == " [2J note    9  live"


def test_going_back_is_never_refused_for_people_and_says_where_they_will_be(organisation):
    """A step that the earlier release does not have: they get the menu, with the line that it has changed."""
    organisation.edit("flows/home_door.yaml", (r"^  they_left:\n", "  a_new_step:\n    end: said\n\n  they_left:\n"),
                      (r"^      arrest: arrested\n", "      arrest: arrested\n      new: a_new_step\n"))  # fmt: skip
    organisation.edit("messages/en/home_door.yml", (r"^they_left:\n", "a_new_step: {text: New.}\nthey_left:\n"),
                      (r"^  arrest: ", "  new: {label: New}\n  arrest: "))  # fmt: skip
    organisation.publish()
    organisation.serves(2)
    people = [organisation.person("door", "3", "2", number=number) for number in range(6)]
    assert organisation.stands_at(people[0], "a_new_step")

    said = back(organisation)
    assert '6 people stand at "home_door.a_new_step": with their next text they see the main menu' in said
    organisation.serves(3)
    assert people[0].says("1") is not None


def test_a_start_does_not_bring_back_what_somebody_has_gone_back_from(organisation):
    """Without a Redis of its own, every start publishes the folder; a start is nobody's decision."""
    desk, start = at_a_desk(organisation.config), Wish(by="start", at_start=True)
    for words in ("Do not open. Two.", "Do not open. Three."):
        change_the_first_words(organisation, words)
        organisation.publish()
    back(organisation)
    back(organisation)
    take_out(organisation, "home_door.doubt")

    with pytest.raises(NotPublished, match="gone back from this content"):
        publish_folder(organisation.folder, desk, start)
    change_the_first_words(organisation, "Do not open. Four.")
    assert publish_folder(organisation.folder, desk, start).number == 7
    assert not publish_folder(organisation.folder, desk, start).new


def test_people_at_a_step_that_was_renamed_since_stand_at_its_old_name_again(organisation):
    """`moved:` read backwards: every digit on their screen still counts."""
    organisation.rename("has_paper", "the_paper")
    organisation.moved("has_paper: the_paper")
    organisation.publish()
    organisation.serves(2)
    people = [organisation.person("door", "1", number=number) for number in range(2)]
    assert organisation.stands_at(people[0], "the_paper")
    back(organisation)
    organisation.serves(3)

    people[0].says("2")
    assert organisation.stands_at(people[0], "agency_paper")
    path = known(organisation.config, people[0]).session.path
    assert path[-2].answer == short_id("home_door.has_paper.agency")
    assert people[1].says("2") is not None


def test_of_a_publication_and_a_rollback_at_once_one_is_told_who_was_first(organisation):
    change_the_first_words(organisation, "Do not open. Two.")
    organisation.publish()
    change_the_first_words(organisation, "Do not open. Three.")

    def tries(act) -> str:
        try:
            return str(act())
        except Overtaken as error:
            return str(error)

    said = at_once(partial(tries, organisation.publish), partial(tries, partial(back, organisation)))
    number = organisation.releases.live().number
    assert [one.entry.number for one in listed(organisation.config)] == list(range(number, 0, -1))
    assert number == 2 + sum(text.startswith("Release") and "is live." in text for text in said)
    assert all("published meanwhile by" in text or "is live." in text for text in said)


# ------------------------------------------------------------------------------------------- a sentence


def test_a_withdrawn_sentence_is_a_number_to_call_at_the_next_message_and_the_options_stay(organisation, library):
    waiting = organisation.person("door", "1")
    assert "Withdrawn: home_door.has_paper in en" in take_out(organisation, "home_door.has_paper")
    organisation.serves(2)

    reply = organisation.person("door", number=7).says("1")
    assert reply.startswith(BEING_CORRECTED)
    assert first_line("home_door.has_paper") not in reply
    for digit, option in enumerate(("judge", "agency", "not_sure", "came_in"), 1):
        assert f"{digit} {library.messages.text(f'home_door.has_paper.{option}.label', 'en')}\n" in reply
    assert waiting.says("8").startswith(first_line("home_door.at_the_door"))
    assert waiting.says("1").startswith(BEING_CORRECTED)


def test_a_page_of_a_withdrawn_text_is_not_shown_to_whoever_had_read_the_first(organisation):
    organisation.edit("messages/en/home_door.yml", (r"^  text: Keep the.*", "  text: " + "Keep it closed. " * 40))
    organisation.publish()
    organisation.serves(2)
    person = organisation.person("door")
    take_out(organisation, "home_door.at_the_door")
    organisation.serves(3)

    assert person.says("9").startswith(BEING_CORRECTED)


def test_it_can_be_said_again(organisation):
    take_out(organisation, "home_door.at_the_door")
    assert "Said again: home_door.at_the_door in en" in take_out(organisation, "home_door.at_the_door", undo=True)
    organisation.serves(3)

    assert organisation.person().says("door").startswith(first_line("home_door.at_the_door"))


def test_a_later_publication_keeps_it_out_until_it_has_other_words_and_says_so(organisation):
    take_out(organisation, "home_door.at_the_door")
    organisation.edit("messages/en/home_door.yml", (r"See the paper$", "Look at it"))
    assert "Withdrawn now\n  home_door.at_the_door.text in en" in organisation.publish()
    organisation.serves(3)
    assert organisation.person().says("door").startswith(BEING_CORRECTED)

    change_the_first_words(organisation, "Do not open the door.")
    assert re.search(r"No longer withdrawn.*\n  home_door\.at_the_door\.text in en", organisation.publish())
    organisation.serves(4)
    assert organisation.person(number=7).says("door").startswith("Do not open the door.")

    back(organisation, 1)
    organisation.serves(5)
    assert organisation.person(number=8).says("door").startswith(BEING_CORRECTED), "the wrong words are back"


def test_a_live_release_that_cannot_be_opened_any_more_hands_its_withdrawals_on(organisation):
    """As after an update of the program: there is nothing to compare with, and still the sentence is not said."""
    take_out(organisation, "home_door.at_the_door")
    bundle = organisation.releases.bundle(organisation.releases.live().digest) | {"flows/other.yaml": {"from": "later"}}
    of_other_code(organisation, 3, json.dumps(bundle))

    assert "Withdrawn now\n  home_door.at_the_door.text in en" in organisation.publish()


def test_a_start_with_the_same_folder_changes_nothing_about_it(organisation):
    take_out(organisation, "home_door.at_the_door")

    assert organisation.publish().endswith("was live already: nothing has changed.")


def test_the_log_says_who_withdrew_what_and_why(organisation):
    take_out(organisation, "home_door.at_the_door", reason="the second line is wrong")

    said = told.releases(listed(organisation.config))
    assert re.search(r"^   2  live  \w{12}  20\d\d-\d\d-\d\d \d\d:\d\d  withdrew home_door.at_the_door in en by Wei\n"
                     r"      the second line is wrong$", said, re.MULTILINE)  # fmt: skip
    assert re.search(r"^   1  kept  \w{12}  .* published by Ana\n      first$", said, re.MULTILINE)


# ------------------------------------------------------------------------------------------- a correction


def test_a_correction_of_a_text_and_of_a_number_reaches_an_open_conversation_at_its_next_message(organisation):
    at_door, listing = organisation.person("door"), organisation.person("find a lawyer", number=2)
    assert CHANGED not in at_door.says("1")
    organisation.edit("messages/en/home_door.yml", (r"See the paper$", "Look at it"))
    organisation.edit("flows/referrals.yaml", (r"\+18005667636", "+12125550100"))
    organisation.write_fallback()
    organisation.publish()
    organisation.serves(2)

    at_door.says("8")
    assert at_door.says("1").startswith("Keep the door closed. Look at it\n")
    assert "212-555-0100" in listing.says("120")
