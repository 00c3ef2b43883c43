"""The translators' room: every text beside its English, changed in place.

Apart from `bot/studio/translations.py`, which compares, and from `editing`, which saves.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.content.edit import Value
from bot.content.library import Library
from bot.content.reviews import stale_keys, unread_keys
from bot.studio.editing import Refused, digest_of_file, save
from bot.studio.pages import Workshop, library_of
from bot.studio.translations import Reviews, Row, files_of, rows


@dataclass(frozen=True, slots=True)
class Tried:
    """An edit that was not saved: shown again, with the words that were typed."""

    name: str
    typed: str
    refused: Refused


def routes(workshop: Workshop) -> Blueprint:
    """The pages and the one form."""
    blueprint = Blueprint("translations", __name__)

    def shown(locale: str, file: str) -> tuple[Row, ...]:
        """The rows of a file as it is now."""
        library, checked = library_of(workshop), workshop.draft.look().checked
        default = library.release.default_locale
        if locale not in library.release.locales or file not in files_of(checked, default):
            abort(404)
        return rows(checked, default, locale, file, _reviews(library, locale))

    def page(locale: str, file: str, tried: Tried | None = None) -> str:
        library = library_of(workshop)
        path = workshop.config.content / "messages" / locale / f"{file}.yml"
        return render_template(
            "translation.html", locale=locale, file=file, rows=shown(locale, file), tried=tried, library=library,
            digest=digest_of_file(path), default=library.release.default_locale,
            only_work="work" in request.args,
        )  # fmt: skip

    @blueprint.get("/translations")
    def every() -> str:
        """What is to be done in each language and file."""
        library, checked = library_of(workshop), workshop.draft.seen.checked
        default = library.release.default_locale
        languages = {
            locale: {
                file: list(rows(checked, default, locale, file, _reviews(library, locale)))
                for file in files_of(checked, default)
            }
            for locale in library.release.locales
        }
        return render_template("translations.html", languages=languages, library=library)

    @blueprint.get("/translations/<locale>/<file>")
    def one(locale: str, file: str) -> str:
        """One file beside its English."""
        return page(locale, file)

    @blueprint.post("/translations/<locale>/<file>")
    def change(locale: str, file: str) -> Response | tuple[str, int]:
        """Save one value, or show why not."""
        name, typed = request.form.get("name", ""), request.form.get("value", "")
        row = next((row for row in shown(locale, file) if row.name == name), None) or abort(404)
        value: Value = [line.strip() for line in typed.splitlines() if line.strip()] if row.is_list else typed
        try:
            save(
                workshop.draft, f"messages/{locale}/{file}.yml", row.path, value, request.form.get("seen", "")
            )  # fmt: skip
        except Refused as refused:
            return page(locale, file, Tried(name, typed, refused)), 422
        flash(f"Saved: {name}", "good")
        return redirect(url_for("translations.one", locale=locale, file=file, _anchor=name), 303)

    return blueprint


def _reviews(library: Library, locale: str) -> Reviews:
    """What the records say of the last good content."""
    return Reviews(stale_keys(library, locale), unread_keys(library, locale))
