"""Problems as sentences: the place, the line, the cure; near misses; order."""

from __future__ import annotations

import pytest

from bot.content.problem import ContentError, Place, Problem, Problems, did_you_mean


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("aks", ["ask", "end"], ' Did you mean "ask"?'),
        ("lawer", ["menu", "lawyer"], ' Did you mean "lawyer"?'),
        ("x", ["y"], ""),
        ("completely", ["different"], ""),
        ("anything", [], ""),
        ("", ["ask"], ""),
    ],
)
def test_a_near_miss_is_offered_and_nothing_else(word, known, said):
    assert did_you_mean(word, known) == said


def test_a_problem_is_its_place_what_is_wrong_the_line_and_the_cure():
    problem = Problem("tab", Place("flows/a.yaml", 3, 1), "this line begins with a tab.", "Use spaces.", shown="ask:")

    assert str(problem) == "flows/a.yaml:3:1: this line begins with a tab. [tab]\n        ask:\n    Use spaces."


def test_a_warning_says_that_it_is_one():
    problem = Problem("old", Place("flows/a.yaml"), "this is old.", "Look again.", severity="warning")

    assert str(problem) == "flows/a.yaml: warning: this is old. [old]\n    Look again."


def test_problems_come_by_file_and_line_each_once():
    problems = Problems()
    for place in (Place("b", 2), Place("a", 9), Place("b", 2), Place("a", 10), Place("a")):
        problems.add("code", place, "what.", "cure.")

    assert [str(problem.place) for problem in problems.found] == ["a", "a:9:0", "a:10:0", "b:2:0"]


def test_a_file_is_faulty_by_its_errors_not_by_its_warnings():
    problems = Problems()
    problems.add("code", Place("a"), "what.", "cure.", severity="warning")
    problems.add("code", Place("b"), "what.", "cure.")

    assert (problems.faulty("a"), problems.faulty("b"), problems.faulty("c")) == (False, True, False)


def test_an_endless_line_is_shown_in_part_and_invisible_letters_as_a_question_mark():
    problems = Problems()
    problems.remember("a", ["  text: \u202e" + "x" * 500])
    problems.add("code", Place("a", 1, 1), "what.", "cure.")

    assert problems.found[0].shown == "text: ?" + "x" * 93


def test_the_error_of_a_folder_says_all_of_its_problems():
    problems = tuple(Problem("code", Place(name), f"{name} is wrong.", "Mend it.") for name in "ab")

    assert str(ContentError(problems)).count("is wrong") == 2
