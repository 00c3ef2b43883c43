"""The law that is due, the most urgent first.

Apart from `bot/law.py`, which finds it: lawyers open this page, and it changes with the day, not with a file.
"""

from __future__ import annotations

from flask import Blueprint, render_template

from bot.law import due
from bot.studio.pages import Workshop


def routes(workshop: Workshop) -> Blueprint:
    """The list."""
    blueprint = Blueprint("law", __name__)

    @blueprint.get("/law")
    def show() -> str:
        """What has to be looked at again, and when."""
        found, today = due(workshop.draft.seen.checked), workshop.now().date()
        return render_template("law.html", due=found, today=today)

    return blueprint
