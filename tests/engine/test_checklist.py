"""A checklist: its items are done, skipped or left, opened by a word and a number, and its marks are nobody else's.

Apart from `test_run` because it needs a line of its own: a list of two pages that is entered from everywhere.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.content.library import Library
from bot.content.segments import is_gsm
from bot.engine.checklist import ANSWERS, MARKS, read
from bot.engine.events import Inbound
from bot.engine.run import reader_of, turn
from bot.engine.session import Place, Screen, Session, from_plain, short_id, to_plain
from bot.explore import explore
from bot.reply import Composer
from bot.transcript import Talk
from tests.releases import library_of
from tests.test_explore import TEXTS, stray

NOW = datetime(2026, 11, 24, 1, 15, tzinfo=UTC)
LETTERS = "abcdefgh"

FLOWS = {
    "menu": "steps: {choose: {ask: {todo: todo, lawyer: lawyer}}}",
    "todo": f"""
        steps:
          first: {{ask: {{begin: things, lawyer: lawyer}}}}
          things: {{checklist: [{", ".join(LETTERS)}], then: lawyer}}
        moved: {{things.old: things.b}}
        """,
    "lawyer": "steps: {number: {refer: {need: legal}}}",
    "fire": "interrupts: true\nsteps: {safe: {ask: {back: over, lawyer: lawyer}}, over: {end: said}}",
}
MESSAGES = {
    "menu": "choose: {text: CHOOSE, todo: {label: To do}, lawyer: {label: Legal help}}",
    "todo": "keywords: [plan, family plan, 计划, خطة]\n"
    "first: {text: FIRST, begin: {label: Begin}, lawyer: {label: Legal help}}\n"
    "things:\n  text: THINGS\n  then: {label: Legal help, also: [attorney]}\n"
    + "".join(f"  {one}: {{label: Thing {one}, text: DO {one.upper()}}}\n" for one in LETTERS),
    "lawyer": "keywords: [attorney]\nnumber: {text: CALL}",
    "fire": "keywords: [fire]\nsafe: {text: SAFE, back: {label: Go on}, lawyer: {label: Lawyer}}\nover: {text: OVER}",
}


@pytest.fixture(scope="module")
def small() -> Library:
    return library_of(FLOWS, MESSAGES, locales=("en", "es"))


def heard(library: Library, *texts: str) -> list[str]:
    """What each text brought: words in capitals, then the marks of a list."""
    talk = Talk(library, "sms", datetime(2026, 11, 23, 20, 15))
    found = []
    for text in texts:
        lines = (talk.hears(text) or "").splitlines()
        talk.now += timedelta(minutes=1)
        marks = "".join(line[2] for line in lines if line[2:3] in MARKS.values() and line[1:2] == " ")
        found.append(" ".join([*(line for line in lines if line.isupper()), *([marks] if marks else [])]))
    return found


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        # one by one; what is said to an item is seen in the list
        (["plan", "1", "1"], ["FIRST", "THINGS ......", "DO A"]),
        (["plan 1", "1", "2", "3", "4"], ["DO A", "DO B", "DO C", "DO D", "THINGS +-...."]),
        (["plan 1", "done", "skip this one", "later", "list"], ["DO A", "DO B", "DO C", "DO D", "THINGS +-...."]),
        (["plan 1", "1", "8", "1", "3", "8"], ["DO A", "DO B", "THINGS +.....", "DO A", "DO B", "THINGS ......"]),
        # the next open one follows; behind the last one comes the list
        (["plan 2", "1", "8", "1", "1"], ["DO B", "DO C", "THINGS .+....", "DO A", "DO C"]),
        (["plan 8", "1", "9"], ["DO H", "THINGS ......", ".+"]),
        # nine turns the list, and turns it back; its last digit leads on, and back to the same marks
        (["plan 1", "1", "4", "9", "1", "8", "9", "9"],
         ["DO A", "DO B", "THINGS +.....", "..", "DO G", "THINGS +.....", "..", "THINGS +....."]),
        (["plan 1", "1", "4", "7", "8"], ["DO A", "DO B", "THINGS +.....", "CALL", "THINGS +....."]),
        (["plan 1", "1", "4", "9", "3"], ["DO A", "DO B", "THINGS +.....", "..", "CALL"]),
        # from elsewhere in the same talk the marks are still there; BACK goes where one came from
        (["plan 1", "1", "attorney", "plan 3", "4"], ["DO A", "DO B", "CALL", "DO C", "THINGS +....."]),
        (["attorney", "plan 3", "8", "8"], ["CALL", "DO C", "THINGS ......", "CALL"]),
        (["plan 1", "plan 2", "plan 3", "8", "8"], ["DO A", "DO B", "DO C", "THINGS ......", "CHOOSE"]),
        # words of the list, and an emergency that gives the item back
        (["plan", "1", "thing c", "list", "attorney"],
         ["FIRST", "THINGS ......", "DO C", "THINGS ......", "CALL"]),
        (["plan 3", "fire", "1", "1"], ["DO C", "SAFE", "OVER DO C", "DO D"]),
        # what nobody understands shows the list again, and only asks again at an item
        (["plan 1", "4", "?"], ["DO A", "THINGS ......", "THINGS ......"]),
        (["plan 1", "?", "1"], ["DO A", "", "DO B"]),
        # numbers that no item has start the flow
        (["plan 9"], ["FIRST"]),
        (["plan 0"], ["FIRST"]),
    ],
    ids=lambda value: " ".join(value[-6:]) if isinstance(value, list) else "",
)  # fmt: skip
def test_where_texts_lead(small, texts, told):
    assert heard(small, *texts) == told


@pytest.mark.parametrize(
    "text",
    ["plan 4", "PLAN4", "Plan #4", "plan four", "plan number 4", "plan number four", "family plan 4", "计划4", "خطة ٤"],
)
def test_a_word_of_the_flow_and_a_number_open_an_item_in_every_script(small, text):
    reading = reader_of(small.release).read(text, None)

    assert (reading.action, reading.ref) == ("item", "todo.things.d")


@pytest.mark.parametrize("text", ["attorney 4", "plan", "4", "planet 4", "plan 44", "plan 10001"])
def test_nothing_else_opens_an_item(small, text):
    assert reader_of(small.release).read(text, None).action != "item"


def test_an_item_tells_what_opens_it_another_day(small):
    talk = Talk(small, "sms", datetime(2026, 11, 23, 20, 15))
    talk.hears("english")
    shown = talk.hears("plan 8")

    assert shown is not None
    assert "Step 8 of 8. Another day, text: PLAN 8" in shown


# ------------------------------------------------------------------------------------------------------ what is kept


def marked(*marks: str) -> Session:
    """Somebody at the list, with these marks."""
    progress = "".join(short_id(f"todo.things.{one}") + mark for one, mark in zip(LETTERS, marks, strict=False))
    path = (Place(short_id("todo.things"), progress),)
    return Session(locale="en", chosen=True, started=1, path=path, screen=Screen(kind="rest"))


def at_item(name: str, session: Session) -> Session:
    place = Place(short_id(name))
    return replace(session, path=(*session.path, place), screen=Screen(kind="item", choices=ANSWERS))


def says(library: Library, session: Session | None, text: str, channel: str = "sms") -> tuple[Session, str]:
    after, events = turn(session, Inbound(channel=channel, text=text), library.release, NOW)
    after, reply = Composer(library).reply(after, events, channel)
    assert after is not None
    assert reply is not None
    return from_plain(json.loads(json.dumps(to_plain(after)))), reply


def test_all_that_is_kept_is_six_letters_for_a_marked_item(small):
    session = None
    for text in ("plan 1", *"12" * 4):
        session, _ = says(small, session, text)
    assert session is not None
    (place,) = session.path

    assert len(place.answer) == 6 * len(LETTERS)
    assert list(read(place.answer).values()) == ["+", "-"] * 4
    assert from_plain(to_plain(session)) == session


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_no_mark_changes_anything_but_its_own_letter(small, channel):
    """So one walk of the explorer stands for all marks: pages and their length are the same."""
    chance = random.Random(1)
    _, plain = says(small, marked(*"........"), "9", channel)
    for _ in range(40):
        marks = chance.choices(list(MARKS.values()), k=len(LETTERS))
        session, told = says(small, marked(*marks), "9", channel)
        _, page = says(small, session, "9", channel)
        lines = [line for line in (*told.splitlines(), *page.splitlines()) if " Thing " in line]

        assert [line[2] for line in lines] == marks
        assert re.sub(r"(?m)^(\d) [-+] ", r"\1 . ", told) == plain
        assert all(is_gsm(mark) for mark in marks)


# ------------------------------------------------------------------------------------------------- changed meanwhile


def test_an_item_with_another_name_keeps_its_mark_and_takes_the_answer(small):
    before = at_item("todo.things.old", marked())
    after, reply = says(small, before, "1")

    assert read(after.path[0].answer) == {short_id("todo.things.b"): "+"}
    assert "DO C" in reply


def test_an_item_that_is_gone_gives_the_list_with_one_line_that_it_has_changed(small):
    for text in ("1", "4", "9", "more", "8"):
        after, reply = says(small, at_item("todo.things.gone", marked("+")), text)

        assert ("This part has changed. Here it is now:" in reply) is (text != "8")
        assert "1 + Thing a" in reply
        assert [place.step for place in after.path] == [short_id("todo.things")]


def test_a_digit_of_an_old_list_means_what_it_meant_there(small):
    stale = replace(marked(), screen=Screen(kind="list", choices=("gone1", short_id("todo.things.h"))))

    assert "This part has changed" in says(small, stale, "1")[1]
    assert "DO H" in says(small, stale, "2")[1]
    assert "1 . Thing a" in says(small, stale, "9")[1], "behind the last item come the first"


# ------------------------------------------------------------------------------------------------------- the explorer


def test_a_line_with_a_checklist_keeps_its_promises_and_is_walked_whole():
    found = explore(library_of(FLOWS, MESSAGES))
    reached = {found.walk.release.keys[situation.step] for situation in found.walk.nodes if situation.step}

    assert found.failures == (), str(found)
    assert {f"todo.things.{one}" for one in LETTERS} <= reached


def test_the_walk_grows_with_the_items_and_not_with_their_marks():
    def size(items: str) -> int:
        flows = FLOWS | {"todo": f"steps: {{things: {{checklist: [{', '.join(items)}], then: lawyer}}}}"}
        words = "keywords: [plan]\nthings:\n  text: THINGS\n  then: {label: Legal help}\n" + "".join(
            f"  {one}: {{label: Thing {one}, text: DO {one.upper()}}}\n" for one in items
        )
        return len(explore(library_of(flows, MESSAGES | {"todo": words})).walk.nodes)

    two, four, eight = size("ab"), size("abcd"), size("abcdefgh")
    assert eight - four <= 2 * (four - two) + 16, "a second page has situations of its own"


@pytest.mark.slow
def test_no_talk_at_random_leaves_the_walk(small):
    found = explore(small)
    numbers = (f"plan {number}" for number in range(1, 9))
    texts = (*TEXTS, "plan", "fire", "attorney", *numbers, "español", "done", "skip")
    unknown = [talk for seed in range(120) for talk in stray(found, texts, seed, 80)]

    assert unknown == []
