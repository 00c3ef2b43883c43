"""The flows: their list, the map of each, and a page for each step.

Apart from `bot/studio/chart.py`, which makes the map: here it becomes a page.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot.content.library import Library
from bot.content.problem import Problem
from bot.engine.events import CHANNELS
from bot.engine.flow import options_of, targets_of
from bot.studio.chart import SAYS, chart
from bot.studio.excerpt import Excerpt, flow_lines, message_lines
from bot.studio.pages import Workshop, library_of
from bot.studio.standing import Standing
from bot.studio.way import way_to


@dataclass(frozen=True, slots=True)
class Words:
    """What a step says in one language: the text, then each option's label and reply."""

    locale: str
    text: str | None
    options: tuple[tuple[str, str | None, str | None], ...]
    lines: Excerpt | None


def routes(workshop: Workshop) -> Blueprint:
    """The pages."""
    blueprint = Blueprint("flows", __name__)
    standing = Standing(workshop.config)

    @blueprint.get("/flows")
    def every() -> str:
        """All flows, with what their files say of them."""
        library = library_of(workshop)
        about = {name: _about(workshop, name) for name in library.release.flows}
        return render_template("flows.html", flows=library.release.flows, about=about)

    @blueprint.get("/flows/<flow>")
    def one(flow: str) -> str:
        """The map of a flow."""
        library = library_of(workshop)
        found = library.release.flows.get(flow) or abort(404)
        problems = [p for p in workshop.draft.seen.checked.problems if p.place.file == f"flows/{flow}.yaml"]
        return render_template(
            "flow.html", flow=found, about=_about(workshop, flow), chart=chart(found), problems=problems,
            says={step.key: SAYS[type(step)] for step in found.steps}, library=library,
        )  # fmt: skip

    @blueprint.get("/flows/<flow>/<step>")
    def step(flow: str, step: str) -> str:
        """A step: its lines, its words in every language, its mistakes, who stands there."""
        library, key = library_of(workshop), f"{flow}.{step}"
        found = library.release.steps.get(key) or abort(404)
        good = workshop.draft.seen.good or abort(404)
        words = [_words(library, locale, key, message_lines(good, key, locale)) for locale in library.release.locales]
        lines = flow_lines(good, key)
        return render_template(
            "step.html", step=found, flow=flow, name=step, says=SAYS[type(found)], lines=lines, words=words,
            problems=_problems(workshop, [lines, *(one.lines for one in words)]), standing=standing.at(key),
            leads=dict.fromkeys(targets_of(found)), comes=_before(library, key), channels=CHANNELS,
            library=library,
        )  # fmt: skip

    @blueprint.post("/flows/<flow>/<step>/start")
    def start(flow: str, step: str) -> Response:
        """A new talk on the phone that leads here."""
        library, key = library_of(workshop), f"{flow}.{step}"
        channel, locale = request.form.get("channel", ""), request.form.get("locale", "")
        if key not in library.release.steps or channel not in CHANNELS or locale not in library.release.locales:
            abort(400)
        texts = way_to(library, key, locale, channel)
        if texts is None:
            flash("Nobody stops at this step: it only decides where to go. Start at one that leads here.", "bad")
            return redirect(url_for("flows.step", flow=flow, step=step), 303)
        session["phone"], phone = workshop.phones.new(channel)
        session["locale"] = locale
        phone.goes(texts, library)
        return redirect(url_for("phone.show"), 303)

    return blueprint


def _about(workshop: Workshop, flow: str) -> str:
    """The remark at the top of the flow's file."""
    checked = workshop.draft.seen.checked
    node = checked.nodes.get(f"flows/{flow}.yaml")
    lines = checked.lines.get(node.place.path, []) if node else []
    return lines[0].lstrip("# ") if lines and lines[0].startswith("#") else ""


def _words(library: Library, locale: str, key: str, lines: Excerpt | None) -> Words:
    def text(name: str) -> str | None:
        return library.messages.text(name, locale) if library.messages.has(name, locale) else None

    options = options_of(library.release.steps[key])
    said = tuple((o.key.rpartition(".")[2], text(f"{o.key}.label"), text(f"{o.key}.reply")) for o in options)
    return Words(locale, text(f"{key}.text"), said, lines)


def _before(library: Library, key: str) -> list[str]:
    return [step.key for step in library.release.steps.values() if key in targets_of(step)]


def _problems(workshop: Workshop, excerpts: list[Excerpt | None]) -> list[Problem]:
    """The problems on the lines of a step."""
    places = {(found.file, line.number) for found in excerpts if found for line in found.lines if line.is_lit}
    return [p for p in workshop.draft.seen.checked.problems if (p.place.path, p.place.line) in places]
