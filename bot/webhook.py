"""HTTP in and out: what Twilio posts, and what a load balancer asks. Signature first, always.

Apart from the conversation, which would be the same behind any other door. Every answer that Twilio sees is short,
constant or composed by us; nothing of a request is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException

from bot.channel import NotOurs, Signatures, arrived, finished, twiml
from bot.config import Config
from bot.conversation import Conversation

INBOUND, STATUS, FALLBACK = "/twilio/inbound", "/twilio/status", "/twilio/fallback"
MAX_BYTES = 32 * 1024
"""Twilio's largest form is a few kilobytes."""

Message = TypeVar("Message")

_log = logging.getLogger("bot.webhook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What the routes open onto."""

    config: Config
    signatures: Signatures
    conversation: Conversation
    forget: Callable[[str, bool], None]
    """Want Twilio's copy of a message deleted: its id, and whether Twilio is done with it."""
    fallback: str
    ready: Callable[[], Mapping[str, bool]]


def routes(doors: Doors) -> Blueprint:
    """All routes. Every one but health, readiness and the constant fallback refuses what is not signed."""
    blueprint = Blueprint("webhook", __name__)

    @blueprint.post(INBOUND)
    def inbound() -> Response:
        """A person's text. Answered with TwiML: one message, or none."""
        _check_signature(doors)
        message = _ours(lambda: arrived(request.form, doors.config.account_sid))
        reply = doors.conversation.answer(message)
        return _xml(twiml(reply, status_url=doors.config.public_url + STATUS))

    @blueprint.post(STATUS)
    def status() -> Response:
        """What became of a reply of ours: how we learn its id, and when its copy may be deleted."""
        _check_signature(doors)
        told = _ours(lambda: finished(request.form, doors.config.account_sid))
        doors.forget(*told)
        return Response(status=204)

    @blueprint.route(FALLBACK, methods=["GET", "POST"])
    def fallback() -> Response:
        """The constant text, for Twilio's own fallback URL. Unsigned: it says the same to everybody."""
        return _xml(twiml(doors.fallback))

    @blueprint.get("/healthz")
    def health() -> Response:
        """Whether the process lives."""
        return Response("ok\n", mimetype="text/plain")

    @blueprint.get("/readyz")
    def ready() -> Response:
        """Whether it can answer: 503 names what is missing."""
        missing = [name for name, good in doors.ready().items() if not good]
        return Response(
            "".join(f"no {name}\n" for name in missing) or "ok\n", 503 if missing else 200, mimetype="text/plain"
        )

    return blueprint


def refused(error: HTTPException) -> Response:
    """An error without a page, a name or a trace."""
    return Response(f"{error.code} {error.name}\n", error.code, mimetype="text/plain")


def broken(doors: Doors) -> Callable[[Exception], Response]:
    """A mistake of ours outside the conversation. A 5xx would make Twilio keep the request, with the person's words."""

    def answer(error: Exception) -> Response:
        _log.error("%s %s failed", request.method, request.path, exc_info=error)
        return _xml(twiml(doors.fallback))

    return answer


def _check_signature(doors: Doors) -> None:
    """Against the configured address, never against what a header claims."""
    query = request.query_string.decode("ascii", "replace")
    url = doors.config.public_url + request.path + (f"?{query}" if query else "")
    if not doors.signatures.valid(url, request.form, request.headers.get("X-Twilio-Signature")):
        _log.warning("refused an unsigned request to %s", request.path)
        abort(403)


def _ours(read: Callable[[], Message]) -> Message:
    try:
        return read()
    except NotOurs:
        abort(400)


def _xml(body: str) -> Response:
    return Response(body, mimetype="text/xml")
