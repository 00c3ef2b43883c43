"""The pages: one module for each room of the workshop, each a handful of routes over a template.

Apart from what they show, which knows no browser. `Workshop` is everything that they open onto.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, abort, session
from markupsafe import Markup, escape

from bot.config import Config
from bot.content.library import Library
from bot.studio.draft import Draft
from bot.studio.line import PracticeLine
from bot.studio.phone import Phones

_HYPHENED = re.compile(r"\d+(-\d+)+")
ROOMS = (
    ("phone.show", "Phone"),
    ("flows.every", "Flows"),
    ("translations.every", "Translations"),
    ("problems.show", "Mistakes"),
    ("releases.show", "Releases"),
    ("law.show", "Law"),
    ("status.show", "Line"),
)
"""The rooms in the order of the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What the pages open onto."""

    config: Config
    draft: Draft
    line: PracticeLine
    phones: Phones
    now: Callable[[], datetime]
    conversations: Path
    """Where golden conversations are kept."""


def register(app: Flask, workshop: Workshop) -> None:
    """All pages, and what all of them show: how many mistakes there are, and whether the phone speaks something old."""
    from bot.studio.pages import flows, law, live, phone, problems, releases, status, translations

    app.extensions["workshop"] = workshop
    app.jinja_env.filters |= {
        "direction": direction,
        "lines": lines,
        "clock": lambda at: at.astimezone().strftime("%H:%M:%S"),
    }
    app.context_processor(lambda: _everywhere(app, workshop))
    for page in (flows, law, live, phone, problems, releases, status, translations):
        app.register_blueprint(page.routes(workshop))


def _everywhere(app: Flask, workshop: Workshop) -> dict[str, Any]:
    """What every template may use: the newest look, the rooms, and the pieces of `parts.html`."""
    pieces = app.jinja_env.get_template("parts.html").make_module({"form_token": session.get("form_token", "")})
    names = (
        "guard", "counted", "progress", "cost", "problem_list", "excerpt", "understood", "step_link", "joined", "value",
    )  # fmt: skip
    return {"seen": workshop.draft.seen, "rooms": ROOMS, **{name: getattr(pieces, name) for name in names}}


def library_of(workshop: Workshop) -> Library:
    """The content that the phone speaks; without any, most rooms have nothing to show yet."""
    library = workshop.draft.seen.library
    if library is None:
        abort(409)
    return library


def lines(text: str) -> Markup:
    """A text as a phone shows it: each line runs as its first letter does, dates and telephone numbers stay whole.

    Browsers break these at each hyphen.

    >>> str(lines("<2026-10-07>"))
    '<span class="line" dir="auto">&lt;<span class="whole">2026-10-07</span>&gt;</span>'
    """
    marked = _HYPHENED.sub(r'<span class="whole">\g<0></span>', str(escape(text)))
    return Markup("".join(f'<span class="line" dir="auto">{line}</span>' for line in marked.splitlines(keepends=True)))


def direction(text: str | None) -> str:
    """Which way a text runs: by its first letter that runs any.

    >>> direction("1 Menu"), direction("1 القائمة")
    ('ltr', 'rtl')
    """
    for letter in text or "":
        kind = unicodedata.bidirectional(letter)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"
