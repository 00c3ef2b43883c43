"""Twilio's REST API: the only module that calls it, and what its answers mean for us.

Apart from the jobs so that they read as what is done and not how. Every call has a time-out (the library's own default
is to wait for ever), and takes half the CPU that the library's own way through `requests` does. What comes back is an
outcome and a number, never an exception: the library's exceptions quote addresses and answers.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.request import getproxies

import certifi
import urllib3
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.config import Config

TIMEOUT_SECONDS = 5
"""To connect, and between two packets. A delete takes Twilio a few hundredths of a second."""
NOT_FOUND = frozenset({20404, 404})
"""https://www.twilio.com/docs/api/errors/20404 - it is gone: what we wanted."""
TOO_MANY = frozenset({20429, 429})
"""https://www.twilio.com/docs/api/errors/20429 - never processed, always safe to repeat."""
NOT_ALLOWED = frozenset({20003, 401, 403})
"""https://www.twilio.com/docs/api/errors/20003 - the credentials are wrong."""


class Outcome(Enum):
    """What became of one request."""

    DONE = "done"
    LATER = "later"
    """Twilio is still busy with the message (https://www.twilio.com/docs/api/errors/20009), or not well."""
    SLOWER = "slower"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Deleted:
    """The answer to one delete request: what it means, and Twilio's number for it."""

    outcome: Outcome
    code: int | None = None


class Sender:
    """Twilio's REST API with our credentials."""

    def __init__(
        self, config: Config, *, threads: int, base_url: str | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        """`base_url`: another server than Twilio's, for tests on this machine."""
        user, password = (
            (config.api_key, config.api_secret) if config.api_key else (config.account_sid, config.auth_tokens[0])
        )
        self._client = Client(
            user, password, config.account_sid, http_client=_Http(threads, timeout, proxied=not base_url)
        )
        if base_url:
            self._client.api.base_url = base_url

    def delete_message(self, message_id: str) -> Deleted:
        """Ask Twilio to delete its copy of a message, media included. Twice is as good as once."""
        try:
            gone = self._client.messages(message_id).delete()
        except TwilioException as error:
            return _meaning(getattr(error, "code", None), getattr(error, "status", None))
        except (
            urllib3.exceptions.HTTPError,
            OSError,
            ValueError,
        ):  # no connection, no answer in time, or not an answer
            return Deleted(Outcome.LATER)
        return Deleted(Outcome.DONE if gone else Outcome.LATER)


def _meaning(code: int | None, status: int | None) -> Deleted:
    codes = {code, status}
    if codes & NOT_FOUND:
        return Deleted(Outcome.DONE, code or status)
    if codes & TOO_MANY:
        return Deleted(Outcome.SLOWER, code or status)
    if codes & NOT_ALLOWED:
        return Deleted(Outcome.REFUSED, code or status)
    return Deleted(Outcome.LATER, code or status)


class _Http(HttpClient):  # type: ignore[misc]  # the library has no types
    """The library's way out, through a pool as large as the number of threads. Nothing is tried again, or followed."""

    def __init__(self, threads: int, timeout: float, *, proxied: bool) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), False, timeout)
        common: dict[str, Any] = {
            "maxsize": threads,
            "timeout": urllib3.Timeout(timeout),
            "retries": False,
            "ca_certs": certifi.where(),
        }
        proxy = getproxies().get("https") if proxied else None
        self._pool = urllib3.ProxyManager(proxy, **common) if proxy else urllib3.PoolManager(**common)

    def request(
        self,
        method: str,
        uri: str,
        params: object = None,
        data: object = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request without a body, which is all that we ask for today."""
        if params or data:
            raise ValueError("this client sends no parameters and no body")
        sent = {**(headers or {}), **urllib3.make_headers(basic_auth=":".join(auth or ()))}
        answer = self._pool.request(method, uri, headers=sent, redirect=False)
        return Response(answer.status, answer.data.decode("utf-8", "replace"), answer.headers)
