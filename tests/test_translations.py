"""What translators see of their language, and the record of somebody having read it: whole, nothing else touched."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.content.change import Refused
from bot.content.library import check_folder
from bot.content.problem import ContentError
from bot.translations import record, report
from tests.content.catalogue import RECORDS, sound_content

TODAY = date(2026, 12, 1)


@pytest.fixture
def folder(tmp_path):
    return sound_content(tmp_path)


def edit(folder, file, old, new):
    path = folder / file
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))


def records(folder):
    return (folder / RECORDS).read_bytes().decode().splitlines(keepends=True)


def reads(folder, *wanted, by="teacher", locale="es"):
    return record(folder, locale, wanted, by=by, today=TODAY)


def changed(before, after):
    """The lines of two files that differ; they have the same number of lines."""
    assert len(before) == len(after)
    return [new for old, new in zip(before, after, strict=True) if old != new]


# ------------------------------------------------------------------------------------------- what is shown


def test_counts_come_first_and_then_every_text_to_look_at(folder):
    edit(folder, "messages/en/door.yml", "They left", "They went away")
    edit(folder, "messages/es/lawyer.yml", "enough:\n  text: ¿Es suficiente?\n", "")
    (folder / RECORDS).write_text(
        "".join(
            line.replace("native speaker", "machine") if line.startswith("menu.choose.text") else line
            for line in records(folder)
        ),
        encoding="utf-8",
    )
    lines = report(check_folder(folder).translations, "es").splitlines()

    total = sum(line.startswith(("common.", "door.", "lawyer.", "menu.", "referrals.")) for line in records(folder))
    assert lines[0] == f"es: {total:>4} texts,   1 missing,   1 stale,   1 unread"
    assert "  lawyer.yml              2 texts,   1 missing,   0 stale,   0 unread" in lines
    assert "  door.yml                6 texts,   0 missing,   1 stale,   0 unread" in lines
    assert lines[-3:] == [
        "messages/es/door.yml:5:10 door.knock.gone.label: stale",
        "messages/es/lawyer.yml lawyer.enough.text: missing",
        "messages/es/menu.yml:2:3 menu.choose.text: unread",
    ]


def test_without_a_language_every_language_is_counted(folder):
    assert report(check_folder(folder).translations).splitlines()[0].startswith("es:")


def test_a_language_that_is_not_there_is_named_with_those_that_are(folder):
    with pytest.raises(Refused, match=r'^"fr" is not a language that is translated\. Known: es\.$'):
        report(check_folder(folder).translations, "fr")


# ------------------------------------------------------------------------------------------- what is recorded


def test_one_option_is_recorded_and_every_other_line_stays(folder):
    before = records(folder)
    said = reads(folder, "door.knock.paper", by="native speaker, teacher")

    lines = changed(before, records(folder))
    assert said == f"{RECORDS}: 1 texts recorded, by native speaker, teacher."
    assert len(lines) == 1
    assert re.fullmatch(
        r"door\.knock\.paper\.label: \{english: [0-9a-f]{8}, text: [0-9a-f]{8}, date: 2026-12-01, "
        r'by: "native speaker, teacher"\}\n',
        lines[0],
    )
    assert check_folder(folder).problems == ()


@pytest.mark.parametrize(
    ("wanted", "count"), [(["door"], 6), (["door.knock"], 4), (["door.knock.text"], 1), (["door.safe", "lawyer"], 3)]
)
def test_a_flow_a_step_or_a_text_is_recorded(folder, wanted, count):
    before = records(folder)
    reads(folder, *wanted)

    assert len(changed(before, records(folder))) == count


def test_recording_a_stale_text_says_that_it_still_holds(folder):
    edit(folder, "messages/en/door.yml", "Keep the door closed.", "Keep the door closed!")
    said = reads(folder, "door.knock.text")

    assert said.endswith("1 of them had another English: recorded that they hold for the present one.")
    assert check_folder(folder).problems == ()


def test_remarks_odd_layout_and_line_ends_stay(folder):
    text = "".join(records(folder)).replace("\n", "\r\n")
    text = re.sub(r"(?m)^(door\.knock\.text: .*?)\r$", "\r\n# Read aloud.\r\n\\1  # as is\r", text)
    (folder / RECORDS).write_bytes(text.encode())
    before = records(folder)
    reads(folder, "door.knock")

    after = changed(before, records(folder))
    assert "".join(before).count("# Read aloud.\r\n") == "".join(records(folder)).count("# Read aloud.\r\n") == 1
    assert after[0].endswith("by: teacher}  # as is\r\n")
    assert len(after) == 4


def test_a_new_record_stands_where_the_english_has_its_text(folder):
    before = records(folder)
    (folder / RECORDS).write_text("".join(line for line in before if not line.startswith("door.")), encoding="utf-8")
    reads(folder, "door")

    assert [line.partition(":")[0] for line in records(folder)] == [line.partition(":")[0] for line in before]


def test_a_language_without_records_gets_its_file(folder):
    (folder / RECORDS).unlink()
    reads(folder, by="machine")

    assert records(folder)[0].startswith("# From which English")
    assert [problem.code for problem in check_folder(folder).problems] == ["unread"]


def test_a_machine_does_not_take_away_what_a_person_has_read(folder):
    edit(folder, "messages/en/door.yml", "They left", "They went away")
    before = records(folder)
    reads(folder, by="machine")

    lines = changed(before, records(folder))
    assert [line.partition(":")[0] for line in lines] == ["door.knock.gone.label"]
    assert lines[0].endswith("by: machine}\n")


@pytest.mark.parametrize(
    ("locale", "wanted", "by", "said"),
    [
        ("es", "door.nock", "teacher", '"door.nock" names no text in es. Did you mean "door.knock"?'),
        ("en", "door", "teacher", '"en" is not a language that is translated. Known: es.'),
        (
            "es",
            "door",
            "Maria",
            '"Maria" is no role. Say what somebody is, in small letters, never who: native speaker, teacher',
        ),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_one_sentence_and_nothing_is_written(folder, locale, wanted, by, said):
    before = records(folder)

    with pytest.raises(Refused) as refused:
        reads(folder, wanted, by=by, locale=locale)
    assert str(refused.value) == said
    assert records(folder) == before


def test_records_that_cannot_be_read_are_not_written_over(folder):
    edit(folder, RECORDS, "date: 2026", "dat: 2026")
    before = records(folder)

    with pytest.raises(ContentError, match='does not know the word "dat"'):
        reads(folder)
    assert records(folder) == before
