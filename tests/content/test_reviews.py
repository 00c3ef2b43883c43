"""Records of translations: a change of the English shows in every language, and nobody's eyes are made up."""

from __future__ import annotations

import re

import pytest

from bot.config import CHECKOUT
from bot.content.library import check_folder, open_bundle
from bot.content.reviews import stale_keys, unread_keys
from tests.content.catalogue import RECORDS, sound_content


@pytest.fixture
def folder(tmp_path):
    return sound_content(tmp_path)


def edit(folder, file, old, new):
    path = folder / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new), encoding="utf-8")


def problems(folder):
    return [(p.code, p.severity, str(p.place), p.what) for p in check_folder(folder).problems]


def test_content_that_a_speaker_has_read_is_neither_stale_nor_unread(folder):
    library = check_folder(folder).library()

    assert (stale_keys(library, "es"), unread_keys(library, "es")) == ((), ())


def test_the_default_locale_is_what_the_others_are_made_from(folder):
    library = check_folder(folder).library()

    assert (stale_keys(library, "en"), unread_keys(library, "en")) == ((), ())


def test_a_text_whose_english_was_changed_is_stale(folder):
    edit(folder, "messages/en/door.yml", "They left", "They went away")

    assert stale_keys(check_folder(folder).library(), "es") == ("door.knock.gone.label",)


@pytest.mark.parametrize(
    "written", ["|-\n    Keep the\n    door closed.", '"Keep  the door closed."', ">-\n    Keep the door\n    closed."]
)
def test_english_in_other_lines_is_the_same_english(folder, written):
    edit(folder, "messages/en/door.yml", "text: Keep the door closed.", f"text: {written}")

    assert problems(folder) == []


def test_a_translation_that_was_changed_after_it_was_read_is_not_stale_but_unread(folder):
    edit(folder, "messages/es/door.yml", "No abra la puerta.", "No abra.")
    library = check_folder(folder).library()

    assert stale_keys(library, "es") == ()
    assert unread_keys(library, "es") == ("door.knock.text",)
    assert [code for code, *_ in problems(folder)] == ["unread"]


def test_a_translation_in_other_lines_is_still_the_one_that_was_read(folder):
    edit(folder, "messages/es/door.yml", "No abra la puerta.", "No abra  la puerta.")

    assert unread_keys(check_folder(folder).library(), "es") == ()


def test_a_record_from_before_translations_had_marks_counts_as_read_by_nobody(folder):
    path = folder / RECORDS
    path.write_text(re.sub(r"text: \w{8}, ", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    library = check_folder(folder).library()

    assert set(unread_keys(library, "es")) == set(library.translations["es"].english)
    assert stale_keys(library, "es") == ()


def test_a_text_without_a_record_was_made_from_nothing_known_and_read_by_nobody(folder):
    lines = (folder / RECORDS).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("door.knock.")]
    (folder / RECORDS).write_text("".join(kept), encoding="utf-8")
    lost = tuple(line.partition(":")[0] for line in lines if line.startswith("door.knock."))
    library, texts = check_folder(folder).library(), len(lines) - 1

    assert len(lost) == 4
    assert stale_keys(library, "es") == unread_keys(library, "es") == lost
    assert problems(folder) == [
        ("no-record", "warning", RECORDS, f"nothing says what 4 of {texts} texts in es were made from."),
        ("unread", "warning", RECORDS, f"4 of {texts} texts in es were read by no person as they are now."),
    ]


def test_what_a_machine_drafted_is_one_warning_for_the_language_and_not_one_for_each_text(folder):
    edit(folder, RECORDS, "by: native speaker", "by: machine")
    found = problems(folder)
    library = check_folder(folder).library()

    assert [(code, severity, place) for code, severity, place, _ in found] == [("unread", "warning", RECORDS)]
    assert set(unread_keys(library, "es")) == set(library.translations["es"].english)
    assert stale_keys(library, "es") == ()


def test_a_record_of_a_text_that_is_gone_is_named_with_its_line(folder):
    with (folder / RECORDS).open("a", encoding="utf-8") as file:
        file.write("door.knock.pper.label: {english: cada78b0, date: 2026-11-23, by: native speaker}\n")
    line = len((folder / RECORDS).read_text(encoding="utf-8").splitlines())

    assert problems(folder) == [
        (
            "unknown-text",
            "warning",
            f"{RECORDS}:{line}:1",
            '"door.knock.pper.label" is not in en. Did you mean "door.knock.paper.label"?',
        )
    ]


@pytest.mark.parametrize("file", ["messages/en/door.yml", "messages/es/door.yml", "flows/door.yaml", RECORDS])
def test_of_a_file_that_cannot_be_read_nothing_more_is_said(folder, file):
    path = folder / file
    path.write_text(f"a: b: c\n{path.read_text(encoding='utf-8')}", encoding="utf-8")

    assert [(code, place.partition(":")[0]) for code, _, place, _ in problems(folder)] == [("colon", file)]


def test_a_release_from_before_there_were_records_still_opens_and_counts_as_unread(folder):
    bundle = {name: plain for name, plain in check_folder(folder).bundle.items() if name != RECORDS}
    library = open_bundle(bundle)

    assert set(unread_keys(library, "es")) == set(library.translations["es"].english) != set()


def test_records_are_published_with_the_words(folder):
    edit(folder, "messages/en/door.yml", "They left", "They went away")
    checked = check_folder(folder)

    assert stale_keys(open_bundle(checked.bundle), "es") == ("door.knock.gone.label",)


def test_the_shipped_records_say_honestly_that_a_machine_drafted_everything():
    library = check_folder(CHECKOUT).library()
    translated = [locale for locale in library.release.locales if locale != "en"]

    assert translated
    for locale in translated:
        assert {record.by for record in library.translations[locale].records.values()} == {"machine"}
        assert stale_keys(library, locale) == ()
