"""The practice phone: what it texts goes through the real webhook, and what comes back is what a person would get."""

from __future__ import annotations

import re
from html import unescape

from bot.studio.app import create_studio
from bot.transcript import Transcript, replay
from tests.conftest import NOON, first_line
from tests.studio.conftest import Visitor, studio_settings


def heard(page: str) -> list[str]:
    """The answers on the page, in order."""
    return [
        unescape(re.sub(r"<[^>]+>", "", text)) for text in re.findall(r">The line: </span>(.*?)</p>", page, re.DOTALL)
    ]


def test_a_text_is_answered_as_the_line_answers_it(visitor, library):
    visitor.sends("/phone/new", channel="sms", locale="")
    visitor.sends("/phone/text", text="ice at my door")
    page = visitor.sends("/phone/text", digit="1")
    golden = replay(Transcript.parse("> ice at my door\n> 1\n"), library)

    assert heard(page) == [exchange.heard for exchange in golden.exchanges]


def test_it_says_what_was_understood_and_lights_up_the_lines(visitor):
    visitor.sends("/phone/new", channel="sms", locale="")
    visitor.sends("/phone/text", text="ice at my door")
    page = visitor.sends("/phone/text", digit="1")

    assert "Starts the flow <code>home_door</code>" in page
    assert "Understood as the answer <code>home_door.at_the_door.paper</code>" in page
    assert re.search(r'<li value="\d+" class="lit"><code>  has_paper:</code>', page)
    assert "<code>messages/en/home_door.yml:" in page


def test_each_part_and_its_price_are_told(visitor):
    visitor.sends("/phone/new", channel="sms", locale="")
    page = visitor.sends("/phone/text", text="ice at my door")

    assert "This talk: 2 parts, about 1.7 cents" in page


def test_a_text_that_arrives_twice_gets_the_same_answer_and_moves_nobody(visitor):
    visitor.sends("/phone/new", channel="sms", locale="")
    visitor.sends("/phone/text", text="ice at my door")
    page = visitor.sends("/phone/again")

    assert heard(page)[0] == heard(page)[1]
    assert "<strong>arrived twice</strong>" in page
    assert page.count("at <code>home_door.at_the_door</code>") == 2


def test_after_three_days_nobody_is_known(visitor):
    visitor.sends("/phone/new", channel="sms", locale="es")
    visitor.sends("/phone/text", text="ice at my door")
    visitor.sends("/phone/wait")
    page = visitor.sends("/phone/text", digit="1")

    assert "Three days later" in page
    assert "They show a paper" not in heard(page)[-1]


def test_a_lost_answer_still_counts_as_given(visitor):
    visitor.sends("/phone/new", channel="sms", locale="")
    page = visitor.sends("/phone/text", text="ice at my door", lost="1")

    assert "Signal lost: the person never saw this." in page
    assert "home_door.at_the_door.paper" in visitor.sends("/phone/text", digit="1")


def test_a_phone_in_arabic_runs_from_right_to_left(visitor):
    page = visitor.sends("/phone/new", channel="whatsapp", locale="ar")

    assert re.search(r'<p class="bubble" lang="ar" dir="rtl"><span class="unseen" lang="en">The line', page)
    assert 'class="phone whatsapp"' in page
    assert "of 1600" in page


def test_a_broken_file_never_stops_the_phone(volunteer):
    path = volunteer.config.content / "flows" / "home_door.yaml"
    path.write_text(path.read_text().replace("paper: has_paper", "paper: has_papper", 1))
    volunteer.app.extensions["workshop"].draft.look()
    page = volunteer.sends("/phone/text", text="ice at my door")

    assert heard(page)[0].startswith(first_line("home_door.at_the_door"))
    assert "<strong>1 mistake.</strong>" in page
    assert "The phone goes on with the content of" in page


def test_a_mended_file_is_what_the_phone_says_next(volunteer):
    path = volunteer.config.content / "messages" / "en" / "home_door.yml"
    path.write_text(path.read_text().replace("Keep the door closed.", "Keep that door closed.", 1))
    volunteer.app.extensions["workshop"].draft.look()

    assert heard(volunteer.sends("/phone/text", text="ice at my door"))[0].startswith("Keep that door closed.")


def test_a_talk_is_kept_as_a_test_that_holds(volunteer, library):
    volunteer.sends("/phone/new", channel="sms", locale="")
    volunteer.sends("/phone/text", text="ice at my door")
    volunteer.sends("/phone/again")
    volunteer.sends("/phone/text", digit="1")
    page = volunteer.sends("/phone/keep", about="They show a paper!")
    path = volunteer.app.extensions["workshop"].conversations / "home_door" / "they-show-a-paper.txt"
    kept = Transcript.parse(path.read_text())

    assert "Kept as tests/conversations/home_door/they-show-a-paper.txt." in page
    assert [exchange.said for exchange in kept.exchanges] == ["ice at my door", "1"]
    assert str(replay(kept, library)) == path.read_text()
    assert "already" in volunteer.sends("/phone/keep", about="they show a paper")


def test_an_empty_talk_is_not_kept(volunteer):
    volunteer.sends("/phone/new", channel="sms", locale="")

    assert "Text something first" in volunteer.sends("/phone/keep", about="Nothing")
    assert not volunteer.app.extensions["workshop"].conversations.exists()


def test_a_workshop_that_starts_over_a_broken_folder_says_so_and_opens_when_it_is_mended(
    practice_store, valkey, tmp_path
):
    config = studio_settings(tmp_path, valkey)
    path = config.content / "flows" / "home_door.yaml"
    good = path.read_text()
    path.write_text(good.replace("paper: has_paper", "paper: has_papper", 1))
    person = Visitor(create_studio(config, f"{practice_store}?db=5", lambda: NOON), config).comes_in()

    assert "The phone waits for content without mistakes." in person.gets("/")
    assert "Did you mean" in person.gets("/problems")
    person.gets("/flows", 409)
    path.write_text(good)
    person.app.extensions["workshop"].draft.look()
    assert heard(person.sends("/phone/text", text="ice at my door"))[0].startswith(first_line("home_door.at_the_door"))
