"""Problems as text for people, JSON for programs, and annotations for a pull request.

Apart from `problem` because three audiences read the same facts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bot.content.problem import Problem


def report(problems: Sequence[Problem], style: str) -> str:
    """The problems in one of the styles `text`, `json` or `github`."""
    match style:
        case "json":
            return json.dumps([_fields(problem) for problem in problems], ensure_ascii=False, indent=1)
        case "github":
            return "\n".join(map(_annotation, problems))
        case _:
            return "\n".join([*map(str, sorted(problems, key=_is_error)), _summary(problems)])


def _fields(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return asdict(problem) | {"place": {"file": place.path, "line": place.line, "column": place.column}}


def _is_error(problem: Problem) -> bool:
    """People read the end of a long list: what keeps the folder from being published stands last, beside the count."""
    return problem.severity == "error"


def _summary(problems: Sequence[Problem]) -> str:
    if not problems:
        return "No problems."
    errors = sum(map(_is_error, problems))
    return f"{_counted(errors, 'error')}, {_counted(len(problems) - errors, 'warning')}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _annotation(problem: Problem) -> str:
    """https://docs.github.com/actions/reference/workflow-commands: in properties, colons and commas are escaped too."""
    place = problem.place
    at = f",line={place.line},col={place.column}" if place.line else ""
    file = _escaped(place.path).replace(":", "%3A").replace(",", "%2C")
    return f"::{problem.severity} file={file}{at},title={problem.code}::{_escaped(f'{problem.what} {problem.cure}')}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
