"""The list of mistakes in the folder, newest look.

Apart from the phone because a volunteer who edits in a program of their own keeps only this page open.
"""

from __future__ import annotations

from flask import Blueprint, render_template

from bot.studio.pages import Workshop


def routes(workshop: Workshop) -> Blueprint:
    """The list."""
    blueprint = Blueprint("problems", __name__)

    @blueprint.get("/problems")
    def show() -> str:
        """Every problem with its place, its line and its cure."""
        found = sorted(workshop.draft.seen.checked.problems, key=lambda problem: problem.severity != "error")
        return render_template("problems.html", problems=found)

    return blueprint
