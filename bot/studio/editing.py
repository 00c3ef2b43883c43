"""Saves one edit of a volunteer: only what checks, only where nobody else wrote in between, whole or not at all.

Apart from `bot.content.edit`, which knows how a file is changed, and from the page, which asks: this decides whether.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.change import Change
from bot.content.edit import CannotEdit, Value, edited
from bot.content.problem import Problem
from bot.studio.draft import Draft

_saving = threading.Lock()


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """An edit that was not saved: why, and the mistakes that it would have made."""

    why: str
    problems: tuple[Problem, ...] = ()


def digest_of_file(path: Path) -> str:
    """Which content of a file somebody has seen; empty: there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def save(draft: Draft, file: str, path: Sequence[str], value: Value, seen: str) -> None:
    """Put a value into a file of the folder. `seen`: the digest of the file that the volunteer saw.

    Raises:
        Refused
    """
    with _saving:
        target = draft.folder / file
        if digest_of_file(target) != seen:
            raise Refused(f"{file} was changed meanwhile by somebody else. Look at it as it is now, then save again.")
        try:
            content = edited(target.read_bytes() if seen else b"", file, path, value)
        except CannotEdit as error:
            raise Refused(str(error)) from error
        known = {(problem.code, problem.what) for problem in draft.look().checked.problems}
        new = [problem for problem in draft.with_edit(file, content).problems if problem.severity == "error"]
        if made := tuple(problem for problem in new if (problem.code, problem.what) not in known):
            raise Refused("Not saved, because it would make a mistake:", made)
        change = Change(draft.folder)
        change.put(file, content.decode())
        if digest_of_file(target) != seen:
            raise Refused(f"{file} was changed while this was being saved. Look at it, then save again.")
        try:
            change.write()
        except OSError as error:
            raise Refused(
                f"{file} cannot be written here ({error.strerror}). On a server that is so on purpose: change it in a "
                "workshop on a computer of your own; it comes here with the next upgrade."
            ) from error
        draft.look()
