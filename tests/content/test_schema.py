"""The schemas are current, take what is shipped, and refuse whatever has the wrong shape.

They see one file and no names: what leads nowhere, in another file or in the calendar, only `check` can tell.
"""

from __future__ import annotations

import fnmatch
import json

import pytest
from jsonschema import Draft202012Validator

from bot.config import CHECKOUT
from bot.content.problem import Problems
from bot.content.schema import schemas, written
from bot.content.source import compose
from tests.content.catalogue import Example, examples
from tests.test_content import name_of
from tests.test_docs import yaml_blocks

SETTINGS = json.loads((CHECKOUT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
SEEN = {
    "collect", "date", "end", "fields", "hours", "list", "missing-word", "name", "no-contact", "no-options",
    "no-source", "no-steps", "no-then", "phone", "plural-word", "reserved-word", "role", "status", "text",
    "too-many-options", "true-false", "two-kinds", "unknown-word", "website", "zip",
}  # fmt: skip
"""Codes of problems that lie in the shape of one file."""
OTHERWISE = {
    "date/no-such-day", "date/record", "hours/past-midnight", "phone/cannot-exist",
    "missing-word/law-without-dates", "missing-word/option-without-label",
    "missing-word/option-without-words", "name/file-with-a-space",
    "name/nothing-before-the-colon", "unknown-word/referral-that-is-not-there", "unknown-word/step-that-is-not-there",
    "unknown-word/option-renamed-by-hand", "twice/item", "moved/never-a-name", "moved/was-never-a-flow",
    "unknown-locale/referral",
}  # fmt: skip
"""Examples of these codes that need more than the shape to be seen; and four of other codes that do not."""
VALIDATORS = {file: Draft202012Validator(schema) for file, schema in schemas().items()}


def schema_of(file: str) -> str:
    """The schema that the editor takes for a file."""
    (found,) = [
        schema
        for schema, patterns in SETTINGS["yaml.schemas"].items()
        if matches(file, [patterns] if isinstance(patterns, str) else patterns)
    ]
    return str(found)


def matches(file: str, patterns: list[str]) -> bool:
    wanted = [fnmatch.fnmatch(file, pattern) for pattern in patterns if not pattern.startswith("!")]
    return any(wanted) and not any(fnmatch.fnmatch(file, p[1:]) for p in patterns if p.startswith("!"))


def refused(file: str, text: str) -> list[str]:
    """What the schema says to a file."""
    node = compose(file, text, Problems())
    assert node
    return [error.message for error in VALIDATORS[schema_of(file)].iter_errors(node.plain)]


@pytest.mark.parametrize("file", schemas())
def test_a_schema_is_one_and_is_current(file):
    Draft202012Validator.check_schema(schemas()[file])

    assert (CHECKOUT / file).read_text(encoding="utf-8") == written(schemas()[file]), "run: python3 -m bot schema"


def test_the_editor_knows_every_schema():
    assert set(SETTINGS["yaml.schemas"]) == set(schemas())


SHIPPED = sorted(
    path.relative_to(root).as_posix()
    for root in (CHECKOUT, CHECKOUT / "tests/content/sound")
    for path in [*root.glob("flows/*.yaml"), *root.glob("messages/*/*.yml")]
)


@pytest.mark.parametrize("file", sorted(set(SHIPPED)))
def test_what_is_shipped_is_taken(file):
    for root in (CHECKOUT, CHECKOUT / "tests/content/sound"):
        if (path := root / file).exists():
            assert refused(file, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("file", "text"), yaml_blocks())
def test_an_example_of_the_guides_is_taken(file, text):
    assert refused(file, text) == []


def readable(example: Example) -> bool:
    try:
        text = example.raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return example.code != "file-name" and compose(example.replaces, text, Problems()) is not None


@pytest.mark.parametrize("example", [one for one in examples() if readable(one)], ids=name_of)
def test_a_broken_file_is_refused_where_its_shape_is_wrong(example):
    said = refused(example.replaces, example.raw.decode("utf-8-sig"))

    assert bool(said) == ((example.code in SEEN) != (name_of(example) in OTHERWISE)), said
