"""Saving from the browser: only what checks, only over what was seen, whole or not at all."""

from __future__ import annotations

import os

import pytest

from bot.studio.draft import Draft
from bot.studio.editing import Refused, digest_of_file, save
from tests.studio.conftest import folder_of_content
from tests.studio.test_draft import NOW

FILE = "messages/es/home_door.yml"


@pytest.fixture
def draft(tmp_path):
    return Draft(folder_of_content(tmp_path), lambda *_: None, lambda: NOW)


def seen(draft):
    return digest_of_file(draft.folder / FILE)


def test_a_saved_text_changes_one_place_and_is_seen_at_once(draft):
    before = (draft.folder / FILE).read_text()
    save(draft, FILE, ("has_paper", "judge", "label"), "Corte", seen(draft))
    after = (draft.folder / FILE).read_text()

    assert after == before.replace("label: Corte y juez", "label: Corte", 1)
    assert draft.seen.library.messages.text("home_door.has_paper.judge.label", "es") == "Corte"


def test_what_would_make_a_mistake_is_not_written_and_named(draft):
    before = (draft.folder / FILE).read_bytes()
    with pytest.raises(Refused) as refused:
        save(draft, FILE, ("has_paper", "text"), "100 % seguro", seen(draft))

    assert [problem.code for problem in refused.value.problems] == ["percent"]
    assert (draft.folder / FILE).read_bytes() == before
    assert draft.seen.errors == 0


def test_an_old_mistake_elsewhere_does_not_stand_in_the_way(draft):
    other = draft.folder / "messages" / "es" / "work.yml"
    other.write_text(other.read_text() + "nonsense: {text: x}\n")
    save(draft, FILE, ("has_paper", "judge", "label"), "Corte", seen(draft))

    assert "label: Corte," in (draft.folder / FILE).read_text()
    assert draft.seen.errors > 0


def test_a_file_that_changed_on_disk_meanwhile_is_left_alone(draft):
    before = seen(draft)
    path = draft.folder / FILE
    path.write_text(path.read_text() + "# somebody else\n")
    with pytest.raises(Refused, match="changed meanwhile"):
        save(draft, FILE, ("has_paper", "judge", "label"), "Corte", before)

    assert path.read_text().endswith("# somebody else\n")
    assert "label: Corte," not in path.read_text()


def test_the_file_keeps_its_rights_and_nothing_is_left_beside_it(draft):
    path = draft.folder / FILE
    path.chmod(0o640)
    save(draft, FILE, ("keywords",), ["puerta", "casa nueva"], seen(draft))

    assert path.stat().st_mode & 0o777 == 0o640
    assert [name for name in os.listdir(path.parent) if name.startswith(".")] == []
