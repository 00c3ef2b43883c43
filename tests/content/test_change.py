"""A draft changes words at their places and files as a whole; whatever fails, the folder is as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.change import Change, Edit, Refused, lines_of
from bot.content.problem import Place


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "door.yaml").write_bytes("\ufeffsteps: {a: b}\r\n  é: 'a'  # a".encode())
    (tmp_path / "flows" / "menu.yaml").write_bytes(b"one\n")
    return tmp_path


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@given(text=st.text(st.sampled_from("ab\r\n\x85\u2028 ")))
def test_lines_joined_are_the_text(text):
    assert "".join(lines_of(text)) == text


def test_words_are_changed_at_their_places_and_every_other_byte_stays(folder):
    draft = Change(folder)
    file = "flows/door.yaml"
    draft.edit([Edit(Place(file, 1, 9), "a", "longer"), Edit(Place(file, 1, 12), "b", "c"),
                Edit(Place(file, 2, 6), "a", "x")])  # fmt: skip
    draft.write()

    assert files(folder)["door.yaml"] == "\ufeffsteps: {longer: c}\r\n  é: 'x'  # a".encode()
    assert files(folder)["menu.yaml"] == b"one\n"


def test_a_place_where_something_else_stands_is_refused(folder):
    with pytest.raises(Refused, match=r'flows/door\.yaml:1:9: "z" was expected here'):
        Change(folder).edit([Edit(Place("flows/door.yaml", 1, 9), "z", "y")])


def test_a_moved_file_has_another_name_and_shows_in_the_difference(folder):
    draft = Change(folder)
    draft.move("flows/menu.yaml", "flows/choose.yaml")
    difference = draft.diff()
    draft.write()

    assert files(folder).keys() == {"door.yaml", "choose.yaml"}
    assert difference == "rename from flows/menu.yaml\nrename to flows/choose.yaml\n"


def test_a_draft_is_tried_in_a_copy(folder):
    draft = Change(folder)
    draft.put("flows/menu.yaml", "two\n")
    before = files(folder)
    with draft.tried() as copy:
        assert files(copy) == before | {"menu.yaml": b"two\n"}

    assert not copy.exists()
    assert files(folder) == before


def test_when_one_file_cannot_be_written_all_are_as_they_were(folder):
    """A folder stands where the last file should go: it is found out after the first one was changed."""
    draft = Change(folder)
    draft.put("flows/door.yaml", "changed\n")
    draft.put("flows/menu.yaml", "changed\n")
    draft.put("flows/new.yaml", "new\n")
    before = files(folder)
    (folder / "flows" / "new.yaml" / "inside").mkdir(parents=True)

    with pytest.raises(OSError, match="new"):
        draft.write()
    assert files(folder) == before
