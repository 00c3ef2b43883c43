"""One value changes, every other letter stays: tried on every value of the shipped files, and on how people write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.config import CHECKOUT
from bot.content.edit import CannotEdit, edited
from bot.content.files import Files
from bot.content.problem import Problems
from bot.content.reviews import RECORDS

FILES = sorted(
    path.relative_to(CHECKOUT).as_posix()
    for path in (CHECKOUT / "messages").rglob("*.yml")
    if path.stem != RECORDS  # thousands of values in one shape, and written by a command
)


def leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every text and list of a file, with the names above it."""
    if isinstance(node.value, dict):
        for name, inner in node.value.items():
            yield from leaves(inner, (*path, name))
    else:
        yield path, node


@pytest.mark.parametrize("file", FILES)
def test_nothing_else_in_a_file_changes(file):
    """One value in five of every file: there and back gives the same file; what is odd changes its own place only."""
    raw = (CHECKOUT / file).read_bytes()
    text = raw.decode()
    root = Files(CHECKOUT).read(file, Problems(), {})
    assert root
    for path, node in list(leaves(root))[::5]:
        many = isinstance(node.value, tuple)
        other: str | list[str] = [*node.plain, "more"] if many else "Other words"
        odd: str | list[str] = ["一, two", *node.plain[1:], "3: 3"] if many else 'Say: "no" # 1, \\ 2'
        there = edited(raw, file, path, odd).decode()

        assert edited(edited(raw, file, path, other), file, path, node.plain) == raw, path
        assert there.startswith(text[: node.span[0]])
        assert there.endswith(text[node.span[1] :])


@pytest.mark.parametrize("file", FILES)
def test_what_was_taken_out_can_be_put_back(file):
    """A value that is missing is added where a person would write it."""
    raw = (CHECKOUT / file).read_bytes()
    root: Any = Files(CHECKOUT).read(file, Problems(), {})
    for name, step in root.value.items():
        if isinstance(step.value, dict) and "text" in step.value and step.value["text"].style in ("", "|"):
            lines = raw.decode().split("\n")
            text = step.value["text"]
            rest = [node.named_at.line for node in step.value.values() if node.named_at.line > text.named_at.line]
            if not rest:
                continue
            without = "\n".join([*lines[: text.named_at.line - 1], *lines[min(rest) - 1 :]]).encode()

            assert edited(without, file, (name, "text"), text.value) == raw


WRITTEN = [
    ("a: one\nb: two\n", ("a",), "new", "a: new\nb: two\n"),
    ("a: one # why\nb: two\n", ("a",), "new", "a: new # why\nb: two\n"),
    ("a: 'one'\n", ("a",), "it's", 'a: "it\'s"\n'),
    ('a: "one"\n', ("a",), "new", 'a: "new"\n'),
    ("a: one\n", ("a",), "- no", 'a: "- no"\n'),
    ("a: |\n    one\n    two\n\n# about b\nb: x\n", ("a",), "1\n\n2", "a: |-\n    1\n\n    2\n\n# about b\nb: x\n"),
    ("a: >-\n  one\n  two\nb: x\n", ("a",), "new", "a: |-\n  new\nb: x\n"),
    ("a: one\n", ("a",), "1\n2", "a: |-\n  1\n  2\n"),
    ("s:\n  o: {label: one, also: [x]}\n", ("s", "o", "label"), "a, b", 's:\n  o: {label: "a, b", also: [x]}\n'),
    ("k: [a, b, c]\n", ("k",), ["a", "c"], "k: [a, c]\n"),
    ("k: [a, b,\n  c]\n", ("k",), ["a", "b"], "k: [a, b]\n"),
    ("k: [a, b]\n", ("k",), ["n", "a", "b", "z, z"], 'k: [n, a, b, "z, z"]\n'),
    (
        "k:\n  - a # first\n  # remark\n  - b\n",
        ("k",),
        ["a", "b", "n"],
        "k:\n  - a # first\n  # remark\n  - b\n  - n\n",
    ),
    ("k:\n- a\n- b", ("k",), ["a", "b", "c"], "k:\n- a\n- b\n- c"),
    ("a: one\r\nb: two\r\n", ("a",), "1\n2", "a: |-\r\n  1\r\n  2\r\nb: two\r\n"),
    ("\ufeffa: one\n", ("a",), "new", "\ufeffa: new\n"),
]


@pytest.mark.parametrize(("before", "path", "value", "after"), WRITTEN)
def test_a_value_is_changed_in_the_style_it_has(before, path, value, after):
    assert edited(before.encode(), "messages/en/x.yml", path, value).decode() == after


ADDED = [
    ("s:\n  o: {label: x}\n# t\nt: x\n", ("s", "text"), "new", "s:\n  text: new\n  o: {label: x}\n# t\nt: x\n"),
    ("s:\n  o: {also: [x]}\n", ("s", "o", "label"), "new", "s:\n  o: {label: new, also: [x]}\n"),
    ("s:\n  o: {label: x}\n", ("s", "o", "reply"), "Say: no", 's:\n  o: {label: x, reply: "Say: no"}\n'),
    ("s:\n  text: x\n\n# t\nt: y\n", ("s", "p", "label"), "new", "s:\n  text: x\n  p: {label: new}\n\n# t\nt: y\n"),
    ("s:\n  text: x", ("t", "text"), "1\n2", "s:\n  text: x\nt:\n  text: |-\n    1\n    2\n"),
    ("# top\ns:\n  text: x\n", ("keywords",), ["a", "b c"], "# top\nkeywords: [a, b c]\ns:\n  text: x\n"),
    ("s:\n  text: x\n", ("t", "o", "label"), "new", "s:\n  text: x\nt:\n  o: {label: new}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "path", "value", "after"), ADDED)
def test_a_value_is_added_where_it_belongs(before, path, value, after):
    assert edited(before.encode(), "messages/en/x.yml", path, value).decode() == after


@pytest.mark.parametrize(
    ("before", "path", "value"),
    [
        ("a: [\n", ("a",), "x"),
        ("a: {b: c}\n", ("a",), "x"),
        ("s: {o: {label: x}}\n", ("s", "o", "label"), "1\n2"),
        ("k: [a]\n", ("k",), []),
        ("k: [a, # remark\n  b]\n", ("k",), ["n"]),
        ("s:\n", ("s", "text"), "x"),
    ],
)
def test_what_cannot_be_changed_surely_is_not_changed(before, path, value):
    with pytest.raises(CannotEdit):
        edited(before.encode(), "messages/en/x.yml", path, value)
