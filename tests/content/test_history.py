"""What was there at the last commit and is gone is named, until `moved:` says where it went."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.content.history import committed
from bot.content.library import check_folder
from tests.content.catalogue import sound_content


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path):
    """Sound content one level below the root of a checkout, committed."""
    sound_content(tmp_path / "content")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "sound")
    return tmp_path / "content"


def changed(folder: Path, *changes: tuple[str, str]) -> list[str]:
    for file in ("flows/door.yaml", "messages/en/door.yml", "messages/es/door.yml"):
        path = folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    return [
        f"{problem.place}: {problem.what} {problem.cure} [{problem.code}]"
        for problem in check_folder(folder, before=committed(folder)).problems
        if problem.place.file.startswith("flows/")
    ]


def test_a_renamed_option_is_named_at_its_step(folder):
    assert changed(folder, ("gone:", "they_left:")) == [
        'flows/door.yaml:5:3: "knock.gone" was here at the last commit, and nothing says where it went. '
        "Add: moved: {knock.gone: the_name_that_takes_its_place} [lost-step]"
    ]


def test_a_renamed_step_is_one_problem_and_its_options_none(folder):
    renamed = (
        ("  knock:", "  at_door:"),
        ("knock:\n", "at_door:\n"),
        ("knock, knock.letter: knock", "at_door, knock.letter: at_door"),
    )

    assert [problem.partition(" was here")[0] for problem in changed(folder, *renamed)] == [
        'flows/door.yaml:4:1: "knock"'
    ]


def test_a_line_in_moved_is_enough(folder):
    assert changed(folder, ("gone:", "they_left:"), ("moved: {", "moved: {knock.gone: knock.they_left, ")) == []


def test_without_a_commit_nothing_is_known(tmp_path):
    sound_content(tmp_path)

    assert committed(tmp_path) == {}


def test_a_committed_file_that_cannot_be_read_says_nothing(folder):
    (folder / "flows" / "door.yaml").write_text("steps: [", encoding="utf-8")
    git(folder.parent, "commit", "-am", "broken")

    assert sorted(committed(folder)) == [
        f"flows/{name}.yaml" for name in ("lawyer", "menu", "organisation", "referrals", "sources")
    ]


def test_a_revision_is_never_taken_for_an_option_of_git(folder, tmp_path):
    """`git archive --output=...` would write that file, over whatever is there."""
    git(tmp_path, "branch", "flows")
    target = tmp_path / "precious"
    target.write_text("kept", encoding="utf-8")

    assert committed(folder, f"--output={target}") == {}
    assert target.read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("target", ["door.yaml", "../../elsewhere.yaml", "/etc/hostname"])
def test_a_committed_link_says_nothing(folder, target):
    (folder / "flows" / "link.yaml").symlink_to(target)
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "-m", "link")

    assert "flows/door.yaml" in committed(folder)
    assert "flows/link.yaml" not in committed(folder)
