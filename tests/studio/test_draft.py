"""The watched folder: seen again when a file changes, and what was good stays good."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.content.files import Files
from bot.content.library import check_folder
from bot.content.memory import Memory
from bot.studio.draft import Draft
from tests.processes import until
from tests.studio.conftest import folder_of_content

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
def told():
    return []


@pytest.fixture
def draft(tmp_path, told):
    return Draft(folder_of_content(tmp_path), lambda library, checked: told.append(library.digest), lambda: NOW)


def test_a_folder_is_told_once_until_it_changes(draft, told):
    draft.look()
    draft.look()

    assert told == [check_folder(draft.folder).library().digest]


def test_a_saved_file_is_seen_without_being_asked(draft, told):
    draft.watch()
    path = draft.folder / "messages" / "en" / "home_door.yml"
    path.write_text(path.read_text().replace("Keep the door closed.", "Keep that door closed.", 1))

    assert draft.wait(1, 20) == 2
    until(lambda: len(told) == 2, 20)


def test_what_is_read_again_gives_what_a_fresh_reading_gives(draft):
    path = draft.folder / "messages" / "es" / "work.yml"
    for text in (path.read_text() + "odd: [\n", path.read_text()):
        path.write_text(text)
        seen, fresh = draft.look(), check_folder(draft.folder, files=Files(draft.folder, Memory()))

        assert seen.checked.problems == fresh.problems
        assert seen.checked.bundle == fresh.bundle


def test_a_broken_file_leaves_the_last_good_content(draft, told):
    good = draft.seen.good
    (draft.folder / "flows" / "work.yaml").write_text("steps: [\n")
    seen = draft.look()

    assert (seen.errors, seen.is_stale, seen.good) == (1, True, good)
    assert len(told) == 1


def test_an_edit_can_be_tried_without_being_saved(draft):
    before = (draft.folder / "flows" / "work.yaml").read_bytes()
    problems = draft.with_edit("flows/work.yaml", b"steps: [\n").problems

    errors = [problem for problem in problems if problem.severity == "error"]
    assert [problem.place.file for problem in errors] == ["flows/work.yaml"]
    assert (draft.folder / "flows" / "work.yaml").read_bytes() == before
