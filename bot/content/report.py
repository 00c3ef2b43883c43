"""Problems as text for people, JSON for programs, and annotations for a pull request.

Apart from `problem` because three audiences read the same facts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from bot.content.problem import Problem


def report(problems: Sequence[Problem], style: str) -> str:
    """The problems in one of the styles `text`, `json` or `github`."""
    match style:
        case "json":
            return json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=1)
        case "github":
            return "\n".join(map(_annotation, problems))
        case _:
            return "\n".join([*map(str, problems), _summary(problems)])


def _summary(problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    if not problems:
        return "No problems."
    return f"{errors} {'error' if errors == 1 else 'errors'}, {len(problems) - errors} warnings."


def _annotation(problem: Problem) -> str:
    """https://docs.github.com/actions/reference/workflow-commands: newlines and percent signs are escaped."""
    text = f"{problem.what} {problem.cure}".replace("%", "%25").replace("\r", "").replace("\n", "%0A")
    place = problem.place
    at = f",line={place.line},col={place.column}" if place.line else ""
    return f"::{problem.severity} file={place.file}{at},title={problem.code}::{text}"
