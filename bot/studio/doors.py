"""Who may come in, and what a browser may do with what it gets.

Apart from the pages so that none of them can forget it: every request passes here first. A link with a one-time token
opens the workshop on one's own machine; where an organisation has set a password, that does. The token is exchanged for
a cookie and is gone. Forms carry a token of their own against forgery, and must come from our own pages.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, session, url_for
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.wrappers import Response as AnyResponse

from bot.config import Config, create_once

OPEN = frozenset({"doors.enter", "doors.login", "doors.try_login", "static"})
"""What is there for people who are not logged in: the two ways in, and the style of their pages."""
STAYS = timedelta(hours=12)
WRONG_PASSWORD_SECONDS = 1.0
"""Passwords are tried one after the other, each wrong one this long."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers say "Origin: null" in our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Links:
    """The one-time token, in a private file: a running workshop takes it, whoever may read the data folder makes it."""

    def __init__(self, config: Config) -> None:
        self._path: Path = config.data / "studio" / "token"
        self._url = config.studio_url

    def make(self) -> str:
        """A link that opens the workshop once. It takes the place of an earlier one."""
        self._path.unlink(missing_ok=True)
        token = create_once(self._path, lambda: secrets.token_urlsafe(24).encode()).decode()
        return f"{self._url}/enter?token={token}"

    def take(self, token: str) -> bool:
        """Whether this is the token. It is gone then: of two who come with it, one finds the file."""
        mine = self._path.with_name(f"token.{secrets.token_hex(4)}")
        try:
            if not hmac.compare_digest(self._path.read_bytes(), token.encode()):
                return False
            os.rename(self._path, mine)
            mine.unlink()
        except OSError:
            return False
        return True


def guard(app: Flask, config: Config) -> None:
    """Put the doors in front of everything that the application has, now or later."""
    here = (f"http://{name}:{config.studio_port}" for name in ("127.0.0.1", "localhost"))
    origins = frozenset({config.studio_url, *here})
    hosts = {urlsplit(origin).netloc for origin in origins}
    app.secret_key = hashlib.blake2b(hashlib.sha256(config.secrets[0]).digest(), person=b"studio").digest()
    app.config.update(
        SESSION_COOKIE_NAME=f"workshop-{config.studio_port}",  # cookies do not know ports
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=config.studio_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=STAYS,
    )
    app.register_blueprint(_ways_in(config))

    @app.before_request
    def check() -> AnyResponse | None:
        if request.host not in hosts:  # another name for this machine, made up to let a foreign page in
            abort(421)
        if request.method not in ("GET", "HEAD"):
            _refuse_forged(origins)
        if request.endpoint not in OPEN and not session.get("is_in"):
            if config.studio_password_hash and request.method == "GET":
                return redirect(url_for("doors.login"))
            return Response(render_template("shut.html", used=False), 403)
        return None

    @app.after_request
    def close(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response


def hash_password(password: str) -> str:
    """What belongs into STUDIO_PASSWORD_HASH."""
    return generate_password_hash(password, "scrypt")


def _ways_in(config: Config) -> Blueprint:
    doors, links, trying = Blueprint("doors", __name__), Links(config), threading.Lock()

    @doors.get("/enter")
    def enter() -> AnyResponse:
        """The link that was printed."""
        if config.studio_password_hash or not links.take(request.args.get("token", "")):
            return Response(render_template("shut.html", used=True), 403)
        return _let_in()

    @doors.get("/login")
    def login() -> AnyResponse:
        """The password, where there is one."""
        if not config.studio_password_hash:
            return Response(render_template("shut.html", used=False), 403)
        session.setdefault("form_token", secrets.token_urlsafe(24))
        return Response(render_template("login.html", wrong=False, form_token=session["form_token"]))

    @doors.post("/login")
    def try_login() -> AnyResponse:
        """One attempt at a time."""
        with trying:
            if config.studio_password_hash and check_password_hash(
                config.studio_password_hash, request.form.get("password", "")
            ):
                return _let_in()
            time.sleep(WRONG_PASSWORD_SECONDS)
        return Response(render_template("login.html", wrong=True, form_token=session["form_token"]), 403)

    @doors.post("/leave")
    def leave() -> AnyResponse:
        """Forget who is in."""
        session.clear()
        return Response(render_template("shut.html", used=False))

    return doors


def _let_in() -> AnyResponse:
    """The cookie, and a page that goes on by itself: a redirect from somebody else's page would not bring it along."""
    session.clear()
    session.permanent = True
    session["is_in"] = True
    session["form_token"] = secrets.token_urlsafe(24)
    return Response(render_template("entered.html"))


def _refuse_forged(origins: frozenset[str]) -> None:
    """A form counts only with the token of this visit, sent from a page of ours."""
    ours = session.get("form_token", "")
    if not ours or not hmac.compare_digest(ours.encode(), request.form.get("form_token", "").encode()):
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and origin not in origins:
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(403)
