"""What is live on the real line: the log, a dry run of the folder, publishing it, going back.

Apart from the other rooms because only here something reaches the people who text. What the dry run has shown is
what is published: a folder that changed in between is shown again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from bot.content.problem import ContentError
from bot.publishing import told
from bot.publishing.acts import LONGEST, Published, Wish, listed, propose, publish_folder, roll_back
from bot.publishing.gate import Override
from bot.publishing.proposal import Proposal
from bot.publishing.refusal import NotPublished
from bot.store.client import StoreDown
from bot.store.releases import Overtaken
from bot.studio.pages import Workshop

MOST_LETTERS = 600
"""A message to the next page travels in the cookie, of which browsers take four kilobytes."""
READY = "Nothing stands against it. The button below makes it live."
SILENT = "The store of the line does not answer. Is the line running?"


def routes(workshop: Workshop) -> Blueprint:
    """The pages and the two acts."""
    blueprint = Blueprint("releases", __name__)
    config = workshop.config

    @blueprint.get("/releases")
    def show() -> str:
        """The log, newest first."""
        try:
            found, silent = listed(config), ""
        except StoreDown:
            found, silent = (), SILENT
        return render_template("releases.html", releases=found, silent=silent, longest=LONGEST)

    @blueprint.get("/releases/new")
    def try_out() -> str:
        """What publishing the folder would change, and for whom; nothing is written."""
        proposal: Proposal | None = None
        why = ""
        try:
            proposal = propose(config.layers, config, _wish(request.args))
        except ContentError as error:
            why = f"The folder has mistakes, so it cannot be published:\n\n{error}"
        except StoreDown:
            why = SILENT
        return render_template(
            "release.html", proposal=proposal, why=why, longest=LONGEST,
            told=proposal and told.dry_run(proposal, ready=READY),
            may_publish=proposal and proposal.is_new and all(one.code == "second" for one in proposal.refusals),
            wish=_wish(request.args),
        )  # fmt: skip

    @blueprint.post("/releases/new")
    def publish() -> Response:
        """Make live what the dry run has shown."""
        shown = _field("shown") or abort(400)
        wish = replace(_wish(request.form), by=_field("by"), note=_field("note"), second=_field("second"), shown=shown)
        return _done(lambda: publish_folder(config.layers, config, wish), _dry_run(wish))

    @blueprint.post("/releases/back")
    def back() -> Response:
        """Make an earlier release live again."""
        number = request.form.get("number", type=int) or abort(400)
        return _done(lambda: roll_back(config, number, by=_field("by")), url_for("releases.show"))

    return blueprint


def _wish(values: MultiDict[str, str]) -> Wish:
    """What is to go live although nobody has reviewed it, and on whose word; which stale translations are not said."""
    role, flows, locales = " ".join(values.get("role", "").split()), values.getlist("flow"), values.getlist("locale")
    override = Override(role=role, flows=tuple(flows), locales=tuple(locales))
    return Wish(override=override, withdraw_stale="withdraw_stale" in values)


def _dry_run(wish: Wish) -> str:
    """The address of the dry run that shows it: the inverse of `_wish`."""
    mine = wish.override
    stale = "yes" if wish.withdraw_stale else None
    return url_for("releases.try_out", role=mine.role, flow=mine.flows, locale=mine.locales, withdraw_stale=stale)


def _field(name: str) -> str:
    return " ".join(request.form.get(name, "").split())


def _done(act: Callable[[], Published], otherwise: str) -> Response:
    """Do it and say what was done, or why not, at the address `otherwise`."""
    try:
        if _field("by"):
            flash(_short(told.published(act())), "good")
            return redirect(url_for("releases.show"), 303)
        why = "Say who you are: the log keeps it."
    except (ContentError, NotPublished, Overtaken) as error:
        why = str(error)
    except StoreDown:
        why = SILENT
    flash(_short(why), "bad")
    return redirect(otherwise, 303)


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} ..."
