"""The way to Twilio's REST API: one pool of connections, with every time-out said aloud.

Apart because two rooms call Twilio, `worker.sender` for messages and `twilio_account` for settings, and both need the
same of it: the library's own way waits for ever and takes twice the CPU. Nothing is tried again, or followed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from urllib.request import getproxies

import certifi
import urllib3
from twilio.base import values
from twilio.http import HttpClient
from twilio.http.response import Response

NOT_FOUND = frozenset({20404, 404})
"""https://www.twilio.com/docs/api/errors/20404"""
TOO_MANY = frozenset({20429, 429})
"""https://www.twilio.com/docs/api/errors/20429 - never processed, always safe to repeat."""
NOT_ALLOWED = frozenset({20003, 401, 403})
"""https://www.twilio.com/docs/api/errors/20003 - the credentials are wrong."""
UNREACHABLE = (urllib3.exceptions.HTTPError, OSError, ValueError)
"""What a request raises that got no connection, no answer in time, or none that can be read."""


class Http(HttpClient):  # type: ignore[misc]  # the library has no types
    """The library's way out, through a pool as large as the number of threads."""

    def __init__(self, threads: int, timeout: float, *, proxied: bool) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), False, timeout)
        self.date = ""
        """When the last answer was made, by Twilio's clock."""
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
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, with a form or a JSON body as its headers say."""
        sent = {**(headers or {}), **urllib3.make_headers(basic_auth=":".join(auth or ()))}
        if asked := values.of(params or {}):
            uri = f"{uri}?{urlencode(asked)}"
        body = _body(values.of(data or {}), sent.get("Content-Type", ""))
        answer = self._pool.request(method, uri, body=body, headers=sent, redirect=False)
        self.date = answer.headers.get("Date", "")
        return Response(answer.status, answer.data.decode("utf-8", "replace"), answer.headers)


def _body(data: Mapping[str, object], kind: str) -> bytes | None:
    if not data:
        return None
    return (json.dumps(data) if kind == "application/json" else urlencode(data, doseq=True)).encode()
