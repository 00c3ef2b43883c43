"""How often a password may be tried, and why nobody can use that to keep the others out.

Apart from the doors, which ask for the password: here is only counting. Behind a proxy everybody has one address, so
browsers are told apart by whether the password was given in them before. Those have tries of their own; all others
share theirs. Whoever uses these up keeps out nobody who was in before.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta

from flask import Request, Response
from itsdangerous import BadSignature, TimestampSigner

from bot.config import Config

MOST_TRIES = 10
WITHIN_SECONDS = 60.0
MOST_BROWSERS = 200
"""Counted at once; of more, the one that tried longest ago is forgotten."""
KNOWN_FOR = timedelta(days=90)
STRANGERS = ""


class Tries:
    """Tries of the last minute, by browser; those of all strangers together."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def may(self, browser: str) -> bool:
        """Count a try, if there may be one."""
        with self._lock:
            now = self._clock()
            made = [at for at in self._made.pop(browser, []) if now - at < WITHIN_SECONDS]
            allowed = len(made) < MOST_TRIES
            self._made[browser] = [*made, now] if allowed else made
            while len(self._made) > MOST_BROWSERS:
                self._made.popitem(last=False)
            return allowed

    def held(self, browser: str) -> None:
        """The password was right: this try does not count."""
        with self._lock:
            if made := self._made.get(browser):
                made.pop()


class Browsers:
    """Knows a browser again in which the password was given: by a random name in a cookie that only the login gets."""

    def __init__(self, config: Config, key: bytes) -> None:
        self._name = f"browser-{config.studio_port}"
        self._signer = TimestampSigner(key, salt="browser")
        self._secure = config.studio_url.startswith("https://")

    def known(self, request: Request) -> str:
        """The name of this browser; that of all strangers where it has none."""
        try:
            signed = request.cookies.get(self._name, "")
            return self._signer.unsign(signed, max_age=int(KNOWN_FOR.total_seconds())).decode()
        except BadSignature:
            return STRANGERS

    def remember(self, response: Response, known: str) -> Response:
        """Let the browser be known next time."""
        name = self._signer.sign(known or secrets.token_hex(16)).decode()
        response.set_cookie(
            self._name, name, max_age=KNOWN_FOR, path="/login", secure=self._secure, httponly=True, samesite="Strict"
        )  # fmt: skip
        return response
