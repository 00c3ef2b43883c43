"""A change of content is shown as people get it, before and now; numbers first; a mere rename is no change."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bot.content.change import Refused
from bot.content.problem import ContentError
from bot.diff import NOTHING, diff
from bot.rename import rename
from tests.conftest import NOON
from tests.content.catalogue import sound_content


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path):
    """The small sound content in a folder of a git repository, as its only commit."""
    folder = tmp_path / "line"
    sound_content(folder)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "line")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return folder


def edit(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def shown(folder, style="text", rev="HEAD"):
    return diff(folder, rev, style=style, now=NOON)


def sections(folder):
    """The report by title."""
    _, *parts = re.split(r"(?m)^(.+)\n-+\n\n", shown(folder))
    return {title: body.strip("\n") for title, body in zip(parts[::2], parts[1::2], strict=True)}


def test_nothing_changed_is_said_in_one_sentence(folder):
    assert shown(folder) == NOTHING


def test_a_changed_text_is_shown_as_the_bubbles_of_before_and_now_and_its_translations_are_stale(folder):
    edit(folder, "messages/en/door.yml", "Keep the door closed.", "Do not open.")

    assert shown(folder) == (
        "door.knock (en)\n"
        "---------------\n"
        "\n"
        "  before:\n"
        "  | Keep the door closed.\n"
        "  | 1 They show a paper\n"
        "  | 2 They left\n"
        "  | 8 Back 0 Menu\n"
        "  | Automatic, no lawyer. Sources to 2026-10-07.\n"
        "\n"
        "  now:\n"
        "  | Do not open.\n"
        "  | 1 They show a paper\n"
        "  | 2 They left\n"
        "  | 8 Back 0 Menu\n"
        "  | Automatic, no lawyer. Sources to 2026-10-07.\n"
        "\n"
        "Stale now: the English is another, the translation is not\n"
        "---------------------------------------------------------\n"
        "\n"
        "door.knock.text (es)"
    )


def test_a_changed_telephone_number_comes_first_and_loudly(folder):
    edit(folder, "messages/en/door.yml", "Keep the door closed.", "Do not open.")
    edit(folder, "flows/referrals.yaml", "+18005667636", "+18005667637")

    assert shown(folder).startswith(
        "TELEPHONE NUMBERS HAVE CHANGED: call each of them before you agree\n"
        "------------------------------------------------------------------\n"
        "\n"
        "help: New Americans Hotline, 800-566-7636 -> New Americans Hotline, 800-566-7637\n"
    )


def test_keywords_that_came_and_went_are_listed(folder):
    edit(folder, "messages/es/door.yml", "[puerta, tocan]", "[puerta, timbre]")

    assert sections(folder) == {"Keywords": "+ door (es): timbre\n- door (es): tocan"}


def test_a_step_that_leads_elsewhere_is_bold_in_its_drawing_and_others_are_not_drawn(folder):
    edit(folder, "flows/door.yaml", "gone: safe", "gone: paper")
    found = sections(folder)

    assert list(found) == ["The flow door"]
    assert '  s_knock -- "gone" --> s_paper\n' in found["The flow door"]
    assert found["The flow door"].endswith("class s_knock changed")


def test_a_new_step_and_one_that_is_gone_are_shown_with_nothing_on_the_other_side(folder):
    edit(folder, "flows/door.yaml", "  safe:\n    end: said\n", "  new:\n    end: said\n")
    edit(folder, "flows/door.yaml", "then: safe", "then: new")
    edit(folder, "flows/door.yaml", "gone: safe", "gone: new")
    for locale in ("en", "es"):
        edit(folder, f"messages/{locale}/door.yml", "\nsafe:", "\nnew:")
    found = sections(folder)

    assert found["door.new (en)"].startswith("  before:\n  | (nothing)\n\n  now:\n  | Write down what happened.\n")
    assert "  now:\n  | (nothing)" in found["door.safe, gone (es)"]


def test_a_reply_to_an_option_and_a_text_of_the_line_itself_are_shown_before_and_now(folder):
    edit(folder, "messages/en/door.yml", "reply: Good.", "reply: Stay calm.")
    edit(folder, "messages/en/common.yml", "offer: Which do you mean?", 'offer: "%%: Which?"')
    found = sections(folder)

    assert found["door.knock (en), said first"] == "door.knock.gone: Good. -> Stay calm."
    assert found["Texts of the line itself and of referrals"] == ("common.offer (en): Which do you mean? -> %: Which?")


@pytest.mark.parametrize(
    ("old", "new"), [("door", "doorway"), ("door.knock", "door.bell"), ("door.knock.paper", "door.knock.letter")]
)
def test_a_mere_rename_changes_nothing_for_anybody(folder, old, new):
    rename(folder, old, new)

    assert shown(folder) == NOTHING


def test_markdown_keeps_texts_in_fences_that_they_cannot_close(folder):
    edit(folder, "messages/en/door.yml", "text: Keep the door closed.", 'text: "```\\n# Not a title"')
    text = shown(folder, "markdown")

    assert "### door.knock (en)\n\nbefore:\n```text\nKeep the door closed.\n" in text
    assert "now:\n````text\n```\n# Not a title\n" in text


def test_without_git_or_without_that_revision_one_sentence_says_so(folder, tmp_path, monkeypatch):
    sound_content(tmp_path / "elsewhere" / "content")
    with pytest.raises(Refused, match=r'^There is nothing to compare with: git knows no revision "nope" here\.$'):
        shown(folder, rev="nope")
    with pytest.raises(Refused, match=r"git knows no revision \"--help\""):
        shown(folder, rev="--help")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path / "elsewhere"))
    with pytest.raises(Refused, match=r"this folder is not kept in git\.$"):
        shown(tmp_path / "elsewhere" / "content")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match=r"git is not installed\.$"):
        shown(folder)


def test_a_link_in_the_revision_leads_nowhere(folder):
    (folder / "flows" / "link.yaml").symlink_to("/etc/hostname")
    git(folder.parent, "add", "line")
    git(folder.parent, "commit", "--quiet", "-m", "link")
    (folder / "flows" / "link.yaml").unlink()

    assert shown(folder) == NOTHING


def test_content_that_does_not_check_cannot_answer(folder):
    edit(folder, "flows/door.yaml", "gone: safe", "gone: saef")
    with pytest.raises(ContentError):
        shown(folder)
    git(folder, "commit", "--quiet", "-am", "broken")
    edit(folder, "flows/door.yaml", "gone: saef", "gone: safe")

    with pytest.raises(Refused, match=r"^The content of HEAD does not check, so it cannot answer:\nflows/door\.yaml:8"):
        shown(folder)
    assert shown(folder, rev="HEAD~1") == NOTHING
