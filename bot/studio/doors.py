"""Who may come in, and what a browser may do with what it gets.

Apart from the pages so that none of them can forget it: every request passes here first. A link with a one-time token
opens the workshop on one's own machine; where an organisation has set a password, that does. The token is exchanged for
a cookie and is gone. Forms carry a token of their own against forgery, and must come from our own pages. How often a
password may be tried is counted in `tries`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, session, url_for
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.wrappers import Response as AnyResponse

from bot.config import Config, create_once
from bot.studio.tries import Browsers, Tries

OPEN = frozenset({"doors.enter", "doors.login", "doors.try_login", "static"})
"""What is there for people who are not logged in: the two ways in, and the style of their pages."""
STAYS = timedelta(hours=12)
"""From coming in, whatever is done meanwhile."""
TOO_MANY = (
    "The password was tried too often. Wait a minute. If somebody else is trying all the time, "
    "python3 -m bot studio --link prints, on the machine itself, a link that opens at once."
)

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


class Visits:
    """Which visits have been left: the cookie of one opens nothing any more, whoever may hold a copy.

    In files, so that a restart neither ends the other visits nor brings one back. A name is of the visit, of nobody.
    """

    def __init__(self, config: Config) -> None:
        self._left: Path = config.data / "studio" / "left"

    def begin(self) -> None:
        """Somebody comes in."""
        session.clear()
        session.permanent = True
        session["visit"], session["until"] = secrets.token_hex(16), time.time() + STAYS.total_seconds()
        session["form_token"] = secrets.token_urlsafe(24)

    def is_in(self) -> bool:
        """Whether this request is of a visit that goes on."""
        visit: str = session.get("visit", "")
        return bool(visit) and time.time() < session["until"] and not (self._left / visit).exists()

    def end(self) -> None:
        """Somebody leaves. Cookies that are too old by themselves need no file any more."""
        self._left.mkdir(parents=True, exist_ok=True)
        (self._left / session["visit"]).touch()
        session.clear()
        for path in self._left.iterdir():
            if path.stat().st_mtime + STAYS.total_seconds() < time.time():
                path.unlink(missing_ok=True)


def guard(app: Flask, config: Config) -> None:
    """Put the doors in front of everything that the application has, now or later."""
    here = (f"http://{name}:{config.studio_port}" for name in ("127.0.0.1", "localhost"))
    origins = frozenset({config.studio_url, *here})
    hosts = {urlsplit(origin).netloc for origin in origins}
    app.secret_key = _key(config)
    app.config.update(
        SESSION_COOKIE_NAME=f"workshop-{config.studio_port}",  # cookies do not know ports
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=config.studio_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=STAYS,
    )
    visits = Visits(config)
    app.register_blueprint(_ways_in(config, visits, app.secret_key))

    @app.before_request
    def check() -> AnyResponse | None:
        if request.host not in hosts:  # another name for this machine, made up to let a foreign page in
            abort(421)
        if request.method not in ("GET", "HEAD"):
            _refuse_forged(origins)
        if request.endpoint not in OPEN and not visits.is_in():
            session.clear()
            if config.studio_password_hash and request.method == "GET":
                return redirect(url_for("doors.login"))
            return Response(render_template("shut.html", used=False), 403)
        return None

    @app.after_request
    def close(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response


def _key(config: Config) -> bytes:
    """What cookies are signed with. Another password is another key: who knew the old one is out."""
    password = (config.studio_password_hash or "").encode()
    return hashlib.blake2b(hashlib.sha256(config.secrets[0]).digest() + password, person=b"studio").digest()


def hash_password(password: str) -> str:
    """What belongs into STUDIO_PASSWORD_HASH."""
    return generate_password_hash(password, "scrypt")


def _ways_in(config: Config, visits: Visits, key: bytes) -> Blueprint:
    doors, links, tries, browsers = Blueprint("doors", __name__), Links(config), Tries(), Browsers(config, key)

    @doors.get("/enter")
    def enter() -> AnyResponse:
        """The link that was printed. It opens beside a password, too: for whoever is at the machine."""
        if not links.take(request.args.get("token", "")):
            return Response(render_template("shut.html", used=True), 403)
        visits.begin()
        return _entered()

    @doors.get("/login")
    def login() -> AnyResponse:
        """The password, where there is one."""
        if not config.studio_password_hash:
            return Response(render_template("shut.html", used=False), 403)
        session.setdefault("form_token", secrets.token_urlsafe(24))
        return _asked("")

    @doors.post("/login")
    def try_login() -> AnyResponse:
        """An attempt, if there were not too many."""
        known = browsers.known(request)
        if not config.studio_password_hash or not tries.may(known):
            return _asked(TOO_MANY, 429)
        if not check_password_hash(config.studio_password_hash, request.form.get("password", "")):
            return _asked("This is not the password.", 403)
        tries.held(known)
        visits.begin()
        return browsers.remember(_entered(), known)

    @doors.post("/leave")
    def leave() -> AnyResponse:
        """End the visit, for every copy of its cookie."""
        visits.end()
        return Response(render_template("shut.html", used=False))

    return doors


def _asked(why: str, status: int = 200) -> Response:
    """The page that asks for the password, and why it does so again."""
    return Response(render_template("login.html", why=why, form_token=session["form_token"]), status)


def _entered() -> Response:
    """A page that goes on by itself: a redirect from somebody else's page would not bring the cookie along."""
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
