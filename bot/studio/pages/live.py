"""Tells an open page that the folder has changed: server-sent events, one number each.

Apart from the pages, which are ordinary answers: `workshop.js` then asks for its page again and exchanges what changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request

from bot.studio.pages import Workshop

BEAT_SECONDS = 10.0
"""A sign of life, and how a browser that has gone is noticed."""


def routes(workshop: Workshop) -> Blueprint:
    """The stream of changes."""
    blueprint = Blueprint("live", __name__)

    @blueprint.get("/events")
    def events() -> Response:
        """The number of the newest look at the folder, whenever there is one."""
        return Response(_changes(workshop, request.args.get("after", 0, int)), mimetype="text/event-stream")

    return blueprint


def _changes(workshop: Workshop, known: int) -> Iterator[str]:
    yield "retry: 1000\n\n"
    while True:
        number = workshop.draft.wait(known, BEAT_SECONDS)
        yield f"data: {number}\n\n" if number != known else ": still here\n\n"
        known = number
