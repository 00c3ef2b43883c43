"""The practice phone in the browser.

Apart from `bot/studio/phone.py`, which is the phone: here are its page and its buttons.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from bot.chat import golden_path
from bot.engine.events import CHANNELS
from bot.engine.flow import MAX_OPTIONS
from bot.prices import CENTS_A_PART, SEEN
from bot.store.client import StoreDown
from bot.studio.excerpt import Excerpt, flow_lines, message_lines
from bot.studio.pages import Workshop, library_of
from bot.studio.phone import Phone


def routes(workshop: Workshop) -> Blueprint:
    """The page and its acts."""
    blueprint = Blueprint("phone", __name__)

    def mine() -> Phone:
        """The phone of this browser; a new one where there is none."""
        phone = workshop.phones.get(session.get("phone", ""))
        if phone is None:
            session["phone"], phone = workshop.phones.new(CHANNELS[0])
        return phone

    @blueprint.get("/")
    def show() -> str:
        """The talk so far, and beside it what it stands on."""
        library = workshop.draft.seen.library
        phone = mine()
        return render_template(
            "phone.html",
            phone=phone,
            library=library,
            digits=_digits(phone),
            names={"8": "back", "9": "more", "0": "menu"},
            beside=_beside(workshop, phone),
            channels=CHANNELS,
            cents=CENTS_A_PART,
            price_seen=SEEN,
        )

    @blueprint.post("/phone/text")
    def text() -> Response:
        """Text the line. The button `lost` loses the answer on its way."""
        said = request.form.get("digit") or request.form.get("text", "")
        mine().says(said, library_of(workshop), lost="lost" in request.form)
        return _back()

    @blueprint.post("/phone/again")
    def again() -> Response:
        """The last text arrives a second time."""
        mine().says_again(library_of(workshop))
        return _back()

    @blueprint.post("/phone/wait")
    def wait() -> Response:
        """Three days go by."""
        mine().waits()
        return _back()

    @blueprint.post("/phone/keep")
    def keep() -> Response:
        """Keep the talk as a golden conversation."""
        phone, library = mine(), library_of(workshop)
        about = " ".join(request.form.get("about", "").split())
        if not about or not any(not turn.waited for turn in phone.turns):
            flash("Text something first, and say in a few words what the talk shows.", "bad")
            return _back()
        kept = golden_path(about, phone.session, library)
        path = workshop.conversations / kept.parent.name / kept.name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(str(phone.transcript(about, library)))
        except FileExistsError:
            flash(
                f"There is a test {path.parent.name}/{path.name} already. Say what this one shows that it does not.",
                "bad",
            )
        else:
            flash(
                f"Kept as tests/conversations/{path.parent.name}/{path.name}. Every test run compares it from now on.",
                "good",
            )
        return _back()

    @blueprint.post("/phone/new")
    def new() -> Response:
        """Somebody else, on a channel, in a language, perhaps already on the way to a step."""
        library = library_of(workshop)
        channel, locale = request.form.get("channel", ""), request.form.get("locale", "")
        if channel not in CHANNELS or locale not in ("", *library.release.locales):
            abort(400)
        session["phone"], phone = workshop.phones.new(channel)
        session["channel"], session["locale"] = channel, locale
        if locale:
            phone.says(library.messages.text("common.language.name", locale), library)
        return _back()

    return blueprint


def _back() -> Response:
    return redirect(url_for("phone.show"), 303)


def _digits(phone: Phone) -> list[str]:
    """The digits that do something now."""
    try:
        session = phone.session
    except StoreDown:
        session = None
    screen = session.screen if session else None
    if session is None or screen is None or not phone.turns:
        return []
    count = min(len(screen.choices), MAX_OPTIONS) if screen.shows_choices and screen.kind != "rest" else 0
    zipped = screen.choices == ("zip",)
    return [
        *(str(digit + 1) for digit in range(0 if zipped else count)),
        *(["8"] if len(session.path) > 1 else []),
        *(["9"] if screen.has_more else []),
        "0",
    ]


def _beside(workshop: Workshop, phone: Phone) -> list[Excerpt]:
    """The lines that the last answer came from."""
    good, library = workshop.draft.seen.good, workshop.draft.seen.library
    last = next((turn for turn in reversed(phone.turns) if not turn.waited), None)
    if good is None or library is None or last is None or last.step is None:
        return []
    locale = last.locale if last.locale in library.release.locales else library.release.default_locale
    return [found for found in (flow_lines(good, last.step), message_lines(good, last.step, locale)) if found]
