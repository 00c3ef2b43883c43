"""The same problems for people, for programs and for a pull request."""

from __future__ import annotations

import json

from bot.content.problem import Place, Problem
from bot.content.report import report

ERROR = Problem("percent", Place("flows/a,b:c.yaml", 3, 7), "50% of\nthis: wrong, so.", "Write\r\n50 %%.", shown="x")
WARNING = Problem("old", Place("messages/en/a.yml"), "this is old.", "Look again.", severity="warning")


def test_people_get_sentences_and_a_count():
    assert report([WARNING], "text") == (
        "messages/en/a.yml: warning: this is old. [old]\n    Look again.\n0 errors, 1 warning."
    )
    assert report([ERROR, ERROR, WARNING, WARNING], "text").endswith("\n2 errors, 2 warnings.")


def test_what_forbids_a_release_stands_at_the_end_beside_the_count():
    told = report([ERROR, WARNING], "text")

    assert told == f"{WARNING}\n{ERROR}\n1 error, 1 warning."


def test_nothing_wrong_is_said_too():
    assert (report([], "text"), report([], "json"), report([], "github")) == ("No problems.", "[]", "")


def test_programs_get_json():
    assert json.loads(report([ERROR, WARNING], "json"))[0]["place"] == {
        "file": "flows/a,b:c.yaml",
        "line": 3,
        "column": 7,
    }


def test_an_annotation_is_one_line_whatever_the_problem_holds():
    """Properties also escape a comma and a colon, or the rest of a name would be read as another property."""
    assert report([ERROR, WARNING], "github").split("\n") == [
        "::error file=flows/a%2Cb%3Ac.yaml,line=3,col=7,title=percent::"
        "50%25 of%0Athis: wrong, so. Write%0D%0A50 %25%25.",
        "::warning file=messages/en/a.yml,title=old::this is old. Look again.",
    ]
