"""Files as plain text with places: what YAML would do to them does not happen, and nothing makes the reader fail."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.files import Files
from bot.content.form import Form
from bot.content.problem import Problems
from bot.content.source import Node, from_plain


def read_text(folder, text: str | bytes, name: str = "flows/a.yaml"):
    """The node of a file with that text, and the problems."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    problems = Problems()
    return Files(folder).read(name, problems, {}), problems.found


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a: 911", {"a": "911"}),
        ("a: 010", {"a": "010"}),
        ("a: 9:00", {"a": "9:00"}),
        ("a: 9:00-17:00", {"a": "9:00-17:00"}),
        ("a: +18005667636", {"a": "+18005667636"}),
        ("a: no", {"a": "no"}),
        ("a: ~", {"a": "~"}),
        ("a: null", {"a": "null"}),
        ("a: 1.0", {"a": "1.0"}),
        ("a: 2026-10-07", {"a": "2026-10-07"}),
        ("yes: 1\nno: 2\non: 3", {"yes": "1", "no": "2", "on": "3"}),
        ("1: a", {"1": "a"}),
        ("a:", {"a": ""}),
        ("a: ''", {"a": ""}),
        ("a: |-\n  one\n  two: #3\n", {"a": "one\ntwo: #3"}),
        ("a: |\n  one\n", {"a": "one"}),
        ("a: 'it''s #1: now'", {"a": "it's #1: now"}),
        ("- a\n- [b, c]", ["a", ["b", "c"]]),
        ("a: [ ]\nb: { }", {"a": [], "b": {}}),
        ("just a text", "just a text"),
    ],
)
def test_a_value_is_read_as_it_was_typed(text, plain, tmp_path):
    node, problems = read_text(tmp_path, text)

    assert problems == ()
    assert node is not None
    assert node.plain == plain


def test_a_name_and_its_value_know_their_places(tmp_path):
    node, _ = read_text(tmp_path, "# remark\nsteps:\n  door: [a,\n    b]\n")
    assert node is not None
    assert isinstance(node.value, dict)
    door = node.value["steps"].value["door"]

    assert (str(door.named_at), str(door.place)) == ("flows/a.yaml:3:3", "flows/a.yaml:3:9")
    assert str(door.value[1].place) == "flows/a.yaml:4:5"


@pytest.mark.parametrize("text", ["a: b\u2028c: d", "a: b\x85c: \td", "a: b\x0cc"])
def test_the_line_shown_is_the_line_meant_whatever_ends_lines(text, tmp_path):
    _, problems = read_text(tmp_path, text + "\nq: 'open")

    assert problems
    assert problems[-1].shown


def test_a_remark_behind_one_word_of_a_flow_is_a_remark(tmp_path):
    assert read_text(tmp_path, "then: lawyer  # their number\n")[1] == ()


PLAIN = st.recursive(
    st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@settings(max_examples=100, derandomize=True)
@given(plain=PLAIN)
def test_a_plain_value_survives_its_way_through_nodes(plain):
    assert from_plain(plain, "flows/a.yaml").plain == plain


@settings(max_examples=200, derandomize=True)
@given(plain=PLAIN, known=st.dictionaries(st.text(max_size=3), st.booleans(), max_size=3))
def test_asking_for_the_wrong_thing_never_fails_and_gives_the_right_kind(plain, known):
    form = Form(Problems())
    node: Node = from_plain(plain, "flows/a.yaml")

    assert isinstance(form.fields(node, what="x", known=known), dict)
    assert isinstance(form.fields(node, what="x"), dict)
    assert isinstance(form.text(node, what="x"), str)
    assert isinstance(form.texts(node, what="x"), tuple)
    assert isinstance(form.one_of("code", node, ["a"], what="x"), str)
    assert isinstance(form.is_true(node, what="x"), bool)


@settings(max_examples=200, derandomize=True)
@given(raw=st.binary(max_size=60) | st.text("ab:-[]{}#&*!|>'\"%@`,? \n\t", max_size=40).map(str.encode))
def test_any_bytes_are_a_file_that_is_read_or_explained(tmp_path_factory, raw):
    node, problems = read_text(tmp_path_factory.getbasetemp(), raw)

    assert (node is None) <= bool(problems)
    assert all(problem.what and problem.cure for problem in problems)
