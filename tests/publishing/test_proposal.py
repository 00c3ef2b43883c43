"""What is refused before anything is written, and what a dry run tells: with real settings, where real people text.

Promise 10: what nobody has signed is not published, or says so.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.publishing.acts import REVIEWS, Published, Wish, listed, propose, publish_folder, roll_back, withdraw
from bot.publishing.compare import Names
from bot.publishing.gate import Override
from bot.publishing.proposal import Reviews
from bot.publishing.refusal import NotPublished
from tests.conftest import at_a_desk, first_line, in_public
from tests.publishing.conftest import Organisation

NOBODY_READ_IT = Reviews(stale=REVIEWS.stale, unread=lambda library, locale: ("home_door.doubt.text",))
HONEST, UNCHECKED = "Automatic, no lawyer. Sources to", "Automatic, unchecked. Sources to"


def publish(
    organisation: Organisation, *, second: str = "", reviews: Reviews = NOBODY_READ_IT, **override: Any
) -> Published:
    """Publish with the credentials of the line itself."""
    wish = Wish(by="Ana", second=second, override=Override(**override))
    return publish_folder(organisation.folder, in_public(organisation.config), wish, reviews=reviews)


def sign(organisation: Organisation, but: str = "") -> None:
    """A lawyer signs all flows but one, and every step that has law of its own."""
    for path in organisation.folder.glob("flows/*.yaml"):
        if path.stem != but:
            text = path.read_text(encoding="utf-8").replace("lawyer: none", "lawyer: immigration lawyer")
            path.write_text(
                re.sub(r"law: \{(?!.*lawyer:)", "law: {lawyer: immigration lawyer, ", text), encoding="utf-8"
            )


def test_promise_10_what_nobody_has_signed_is_refused_and_every_flow_and_language_is_named(organisation):
    with pytest.raises(NotPublished) as refused:
        publish(organisation)

    reasons = str(refused.value)
    for flow in ("home_door", "arrested", "find_relative", "work", "lawyer", "emergency", "sightings"):
        assert f'No lawyer has signed the flow "{flow}".' in reasons
    assert "1 texts in en were read by no speaker" in reasons
    assert organisation.releases.live().number == 1


def test_promise_10_what_is_signed_and_read_is_published_and_says_nothing_more(organisation):
    sign(organisation)
    publish(organisation, reviews=REVIEWS)
    organisation.serves(2)

    assert HONEST in organisation.person().says("door")
    assert listed(in_public(organisation.config))[0].entry.unreviewed == ()


def test_promise_10_an_override_is_by_name_is_recorded_and_those_replies_say_so_in_one_line(organisation):
    sign(organisation, but="home_door")
    done = publish(organisation, reviews=REVIEWS, role="coordinator", flows=("home_door", "work"))
    organisation.serves(2)

    assert UNCHECKED in organisation.person().says("door")
    assert HONEST in organisation.person(number=2).says("they came to my job"), (
        "it was signed: the override is not needed"
    )
    entry = listed(in_public(organisation.config))[0].entry
    assert (entry.number, entry.role, entry.unreviewed) == (done.number, "coordinator", ("home_door",))


def test_promise_10_a_language_that_no_speaker_has_read_says_so_in_all_its_flows(organisation):
    sign(organisation)
    publish(organisation, role="coordinator", locales=("en",))
    organisation.serves(2)

    assert UNCHECKED in organisation.person().says("door")
    assert UNCHECKED in organisation.person(number=2).says("they came to my job")


def test_an_override_holds_for_the_same_files_and_not_for_others(organisation):
    """Every start publishes: it must not ask again, nor wave through what nobody has seen."""
    sign(organisation, but="home_door")
    publish(organisation, reviews=REVIEWS, role="coordinator", flows=("home_door",))
    assert not publish(organisation, reviews=REVIEWS).new

    organisation.edit("messages/en/home_door.yml", (r"See the paper$", "Look at it"))
    with pytest.raises(NotPublished, match="home_door"):
        publish(organisation, reviews=REVIEWS)


def test_a_rollback_to_what_nobody_has_signed_is_not_refused_and_says_so(organisation):
    sign(organisation)
    publish(organisation, reviews=REVIEWS)
    done = roll_back(in_public(organisation.config), by="Wei", reviews=REVIEWS)
    organisation.serves(3)

    assert done.about == "1"
    assert UNCHECKED in organisation.person().says("door")
    assert "home_door" in listed(in_public(organisation.config))[0].entry.unreviewed


def test_a_changed_telephone_number_needs_a_second_person_who_is_recorded(organisation):
    sign(organisation)
    organisation.edit("flows/referrals.yaml", (r"\+18005667636", "+12125550100"))
    organisation.write_fallback()
    for second in ("", "Ana"):
        with pytest.raises(NotPublished, match="ona: 800-566-7636 -> 212-555-0100"):
            publish(organisation, second=second, reviews=REVIEWS)

    publish(organisation, second="Wei", reviews=REVIEWS)
    entry = listed(in_public(organisation.config))[0].entry
    assert (entry.by, entry.second) == ("Ana", "Wei")


def test_a_dry_run_writes_nothing_and_tells_all_of_it(organisation):
    for number in range(5):
        organisation.person("door", "2", "2", number=number)
    organisation.remove_who_is_it()
    organisation.edit("messages/en/home_door.yml", (r"See the paper$", "Look at it"))
    proposal = propose(organisation.folder, in_public(organisation.config), Wish(by="Ana"))

    assert proposal.changes.steps == Names(removed=("home_door.who_is_it",))
    assert proposal.changes.options == Names(removed=("home_door.no_paper.who",))
    assert [change.key for change in proposal.changes.texts] == ["home_door.has_paper.text"]
    people = {one.step: one for one in proposal.standing}
    assert (people["home_door.who_is_it"].people, people["home_door.who_is_it"].place) == (5, "")
    assert [choice.counts for choice in people["home_door.no_paper"].next] == [True, False, True, True, True, True]
    assert {refusal.code for refusal in proposal.refusals} == {"strands", "unreviewed"}
    assert organisation.releases.live().number == 1


def test_where_no_real_text_arrives_only_people_are_asked_for(organisation):
    organisation.edit("messages/en/home_door.yml", (r"See the paper$", "Look at it"))

    assert propose(organisation.folder, at_a_desk(organisation.config), Wish(), reviews=NOBODY_READ_IT).refusals == ()


def test_stale_translations_are_withdrawn_with_the_corrected_text(organisation):
    """As if English were the translation: what is stale is said by whoever keeps the reviews."""
    stale = Reviews(stale=lambda library, locale: ("home_door.has_paper.text", "common.offer"), unread=REVIEWS.unread)
    desk = at_a_desk(organisation.config)
    done = publish_folder(organisation.folder, desk, Wish(withdraw_stale=True), reviews=stale)
    organisation.serves(2)

    assert done.proposal.stay_stale == (("common.offer", "en"),)
    assert organisation.person("door").says("1").startswith("This part is being corrected.")
    assert not publish_folder(organisation.folder, desk, Wish(), reviews=stale).new
    publish_folder(organisation.folder, desk, Wish(), reviews=REVIEWS)
    organisation.serves(3)
    assert organisation.person("door", number=2).says("1").startswith(first_line("home_door.has_paper"))


def test_nothing_can_be_withdrawn_before_anything_is_live(organisation):
    empty = at_a_desk(organisation.config)
    organisation.flush()

    with pytest.raises(NotPublished, match="Nothing is live"):
        withdraw(empty, "home_door.doubt", reason="wrong", by="Ana")
    with pytest.raises(NotPublished, match="no earlier release"):
        roll_back(empty, by="Ana")
    assert listed(empty) == ()
