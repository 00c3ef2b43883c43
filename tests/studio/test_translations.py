"""The translators' room: what is missing or too long is flagged, and changed in place."""

from __future__ import annotations

import re

import pytest

from bot.content.library import check_folder
from bot.studio.translations import Reviews, files_of, rows
from tests.studio.conftest import folder_of_content


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.fixture
def folder(tmp_path):
    return folder_of_content(tmp_path)


def row(folder, name, locale="es", file="home_door", reviews=None):
    found = rows(check_folder(folder), "en", locale, file, reviews or Reviews())
    return next(one for one in found if one.name == name)


def test_every_text_of_every_file_stands_beside_its_english(folder):
    checked = check_folder(folder)
    for file in files_of(checked, "en"):
        for one in rows(checked, "en", "ar", file, Reviews()):
            assert not one.is_missing
            assert one.own is not None or one.is_list


def test_a_missing_text_is_flagged_with_its_problem(folder):
    edit(folder / "messages" / "es" / "home_door.yml", "judge: {label: Corte y juez, also", "judge: {also")
    found = row(folder, "has_paper.judge.label")

    assert (found.is_missing, found.own, found.needs_work) == (True, None, True)
    assert [problem.code for problem in found.problems] == ["missing-text"]


def test_a_text_over_the_budget_is_flagged(folder):
    path = folder / "messages" / "ar" / "home_door.yml"
    path.write_text(
        re.sub(r"(\nhas_paper:\n  text: )(\|-\n)", r"\1\2    " + "كلمة " * 60 + "\n", path.read_text(), count=1)
    )
    found = row(folder, "has_paper.text", "ar")

    assert (found.parts, found.is_too_long) == (7, True)


def test_what_the_reviews_say_is_flagged(folder):
    reviews = Reviews(stale={"home_door.has_paper.text"}, unread={"home_door.has_paper.judge.label"})

    assert row(folder, "has_paper.text", reviews=reviews).is_stale
    assert row(folder, "has_paper.judge.label", reviews=reviews).is_unread
    assert not row(folder, "has_paper.judge.label", reviews=reviews).needs_work


def test_a_text_is_changed_in_place(volunteer):
    page = volunteer.gets("/translations/es/home_door")
    digest = re.search(r'name="seen" value="(\w+)"', page)
    assert digest
    fields = {"name": "has_paper.text", "seen": digest[1], "value": "Cierre.\r\nNo abra."}

    assert "Saved: has_paper.text" in volunteer.sends("/translations/es/home_door", **fields)
    path = volunteer.config.content / "messages" / "es" / "home_door.yml"
    assert "\nhas_paper:\n  text: |-\n    Cierre.\n    No abra.\n" in path.read_text()


def test_a_refused_change_is_shown_with_the_words_that_were_typed(volunteer):
    digest = re.search(r'name="seen" value="(\w+)"', volunteer.gets("/translations/es/home_door"))
    assert digest
    fields = {"name": "has_paper.text", "seen": digest[1], "value": "100 % seguro"}
    page = volunteer.sends("/translations/es/home_door", 422, **fields)

    assert "Not saved, because it would make a mistake:" in page
    assert "100 % seguro</textarea>" in page
    assert "holds a lone %" in page


def test_the_overview_counts_what_is_to_do(volunteer):
    edit(
        volunteer.config.content / "messages" / "es" / "home_door.yml",
        "judge: {label: Corte y juez, also",
        "judge: {also",
    )
    volunteer.app.extensions["workshop"].draft.look()

    assert ">1 text to do</strong>" in volunteer.gets("/translations")


def test_only_what_needs_work_can_be_shown(visitor):
    assert "Nothing here needs work." in visitor.gets("/translations/es/menu?work=1")


def test_there_is_no_way_to_another_file(visitor):
    for path in ("/translations/es/nowhere", "/translations/xx/home_door", "/translations/es/..%2Fwork"):
        visitor.gets(path, 404)
