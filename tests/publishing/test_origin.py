"""Where a folder comes from, asked of a real git; and nothing at all where there is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.publishing import origin


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one commit, by somebody called Ana."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "door.yaml").write_text("steps: {}\n")
    git(tmp_path, "init", "--quiet")
    for name, value in (("user.name", "Ana"), ("user.email", "ana@example.org")):
        git(tmp_path, "config", name, value)
    git(tmp_path, "add", "flows")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return tmp_path


def test_a_folder_as_committed_is_named_by_its_commit(folder):
    (folder / "notes.txt").write_text("not content")

    assert origin.commit_of(folder) == git(folder, "rev-parse", "--short=12", "HEAD")
    assert origin.person_at(folder) == "Ana"


@pytest.mark.parametrize("file", ["flows/door.yaml", "flows/new.yaml"])
def test_changes_that_were_not_committed_are_said(folder, file):
    (folder / file).write_text("steps: {start: {end: said}}\n")

    assert origin.commit_of(folder).endswith(" + changes")


def test_without_git_there_is_no_commit_and_the_login_name_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("LOGNAME", "wei")

    assert origin.commit_of(tmp_path) == ""
    assert origin.person_at(tmp_path) == "wei"
