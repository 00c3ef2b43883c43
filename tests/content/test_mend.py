"""What `check --fix` mends, what it leaves alone, and that mending twice is mending once."""

from __future__ import annotations

import pytest

from bot.config import CHECKOUT
from bot.content.library import check_folder
from bot.content.mend import mend, mended
from tests.content.catalogue import TODAY, examples, sound_content

FILE = "messages/en/door.yml"


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("knock:\n\ttext: Hi\n\tpaper: {label: No}", "knock:\n  text: Hi\n  paper: {label: No}"),
        ("knock:\n\u00a0\u00a0text: Hi", "knock:\n  text: Hi"),
        ("knock:\n\u3000text: Hi", "knock:\n  text: Hi"),
        ("  text: Hi\u200b there\u200e", "  text: Hi there"),
        ("  text：不要开门", "  text: 不要开门"),
        ("  text:Keep the door closed", "  text: Keep the door closed"),
        ("  Text: Hi", "  text: Hi"),
        ("  text: Say: no", '  text: "Say: no"'),
        ("  text: Call #1 now", '  text: "Call #1 now"'),
        ("  label: *now", '  label: "*now"'),
        ("  text: - a dash", '  text: "- a dash"'),
        ('  text: Say: "no" \\ yes', '  text: "Say: \\"no\\" \\\\ yes"'),
        ("  text: “Keep the door closed”", '  text: "Keep the door closed"'),
        ("# 5\" and it's: 'so\n  Text: Hi", "# 5\" and it's: 'so\n  text: Hi"),
        ("  text: Don't\n  Label: it's 'so", "  text: Don't\n  label: it's 'so"),
        ("steps:\n  a:\n\task:\n      b: c", "steps:\n  a:\n    ask:\n      b: c"),
        ("steps:\n\ta:\n\t\tend: said\n\tb:\n\t\tend: said", "steps:\n  a:\n    end: said\n  b:\n    end: said"),
        ("  a:\n    end: said\n\tb:\n    end: said", "  a:\n    end: said\n  b:\n    end: said"),
        ("  text: |-\n\tSay\n    no\n\t\n", "  text: |-\n    Say\n    no\n\n"),
        ("  paper: {label: “Police?”, also: [“a, b”, c]}", '  paper: {label: "Police?", also: ["a, b", c]}'),
        ("keywords: [“door”, “at home”]", 'keywords: ["door", "at home"]'),
    ],
)
def test_what_cannot_be_meant_otherwise_is_mended(line, after):
    assert mended(FILE, line) == after
    assert mended(FILE, after) == after


@pytest.mark.parametrize(
    "text",
    [
        "  text: Say “no” now",
        "  text: 说“不”",
        "  text: “judge”（法官）",
        "  text: Hi  # a remark",
        '  text: "Say: no"',
        "  text: |-\n    Say: no\n    Text: this stays",
        "  text: | # a remark\n    Text: *this stays",
        "  text:\n    |\n    Text: *this stays",
        "  also:\n    - |\n      Text: *this stays",
        "  text: 'Say: it''s so\n    Text: *this stays'\n  label: Hi",
        "  text:\n    'Say no\n    Text: *this stays'",
        "  text: Say this\n    and: that",
        "  website: https://example.org",
        "  hours: {mon-fri: 9:00-17:00}",
        "  Knock: a name that only its author knows",
        "steps:\n  help:    # a remark",
        "# Text：a remark",
        "text: Hi\r\nlabel: Ho\r\n",
    ],
)
def test_everything_else_is_left_alone(text):
    assert mended(FILE, text) == text


def test_a_dear_sign_is_made_plain_on_its_line_only():
    assert mended(FILE, "  text: |-\n    • one…\n    • two", {2}) == "  text: |-\n    - one...\n    • two"
    assert mended(FILE, '  text: "Say “no”…"', {1}) == "  text: \"Say 'no'...\""


def test_the_shipped_content_needs_no_mending():
    for room in ("flows", "messages"):
        for path in (CHECKOUT / room).rglob("*.y*ml"):
            text = path.read_bytes().decode("utf-8")

            assert mended(path.relative_to(CHECKOUT).as_posix(), text) == text


@pytest.mark.parametrize("example", examples(), ids=lambda example: f"{example.code}/{example.path.stem}")
def test_mending_a_broken_file_twice_is_mending_it_once(example):
    text = example.raw.decode("utf-8", "replace")
    once = mended(example.replaces, text)

    assert mended(example.replaces, once) == once


def test_mending_writes_the_file_shows_the_difference_and_leaves_the_rest(tmp_path):
    folder = sound_content(tmp_path)
    door = folder / FILE
    door.write_text(door.read_text("utf-8").replace("  text: Keep the door", "\tText: Say: the door"), "utf-8")
    menu = (folder / "messages/en/menu.yml").stat().st_mtime_ns
    checked = check_folder(folder, today=TODAY)
    shown = list(mend(folder, checked.files, checked.problems))

    assert [line for line in shown[0].split("\n") if line[:1] in ("+", "-")] == [
        f"--- a/{FILE}",
        f"+++ b/{FILE}",
        "-\tText: Say: the door closed.",
        '+  text: "Say: the door closed."',
    ]
    assert [problem.code for problem in check_folder(folder, today=TODAY).problems] == [
        "stale"
    ]  # it says another thing
    assert list(mend(folder, checked.files, ())) == []
    assert (folder / "messages/en/menu.yml").stat().st_mtime_ns == menu
    assert sorted(path.name for path in door.parent.iterdir()) == [
        "common.yml",
        "door.yml",
        "lawyer.yml",
        "menu.yml",
        "referrals.yml",
        "words.yml",
    ]


def test_a_file_that_would_read_worse_is_not_touched(tmp_path):
    folder = sound_content(tmp_path)
    door = folder / FILE
    door.write_text("a：1\n  b：2\n", "utf-8")
    before = door.read_bytes()

    assert list(mend(folder, [FILE], ())) == []
    assert door.read_bytes() == before
