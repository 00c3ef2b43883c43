"""HTTP in and out: what Twilio posts, and what a load balancer asks. Signature first, always.

Apart from the conversation, which would be the same behind any other door. Every answer that Twilio sees is short,
constant or composed by us; nothing of a request is logged.
"""

from __future__ import annotations

import contextlib
import hmac
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException

from bot.channel import FALLBACK, INBOUND, STATUS, VOICE, NotOurs, Signatures, arrived, called, finished, spoken, twiml
from bot.config import Config
from bot.conversation import Conversation
from bot.forgetting import Forgetting
from bot.meter import Meter
from bot.store.client import StoreDown

METRICS = "/metrics"
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
    forgetting: Forgetting
    meter: Meter
    fallback: str
    heard: Callable[[], Sequence[tuple[str, str]]]
    ready: Callable[[], Mapping[str, bool]]
    metrics: Callable[[], str]


def routes(doors: Doors) -> Blueprint:
    """All routes. Every one but health, readiness and the constant fallback refuses what is not signed;
    the figures want a token."""
    blueprint = Blueprint("webhook", __name__)

    @blueprint.post(INBOUND)
    def inbound() -> Response:
        """A person's text. Answered with TwiML: one message, or none."""
        _check_signature(doors)
        message = _ours(lambda: arrived(request.form, doors.config.account_sid))
        reply = doors.conversation.answer(message)
        return _message(doors, reply)

    @blueprint.post(STATUS)
    def status() -> Response:
        """What became of a reply of ours: how we learn its id, and when its copy may be deleted."""
        _check_signature(doors)
        doors.forgetting.reported(*_ours(lambda: finished(request.form, doors.config.account_sid)))
        return Response(status=204)

    @blueprint.route(FALLBACK, methods=["GET", "POST"])
    def fallback() -> Response:
        """The constant text, for Twilio's own fallback URL. It says the same to everybody, signed or not; a signature
        only says that somebody has got it who may have been answered without hearing it."""
        if request.method == "POST" and _is_signed(doors):
            with contextlib.suppress(NotOurs):
                doors.conversation.put_off(arrived(request.form, doors.config.account_sid), doors.fallback)
        return _message(doors, doors.fallback)

    @blueprint.post(VOICE)
    def voice() -> Response:
        """Somebody calls the number: they hear what to text, and a human's number."""
        _check_signature(doors)
        _ours(lambda: called(request.form, doors.config.account_sid))
        return Response(spoken(doors.heard()), mimetype="text/xml")

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

    @blueprint.get(METRICS)
    def metrics() -> Response:
        """The figures, for whoever has the token. A proxy on this machine asks from here for everybody: that a request
        comes from this machine says nothing."""
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        token = (doors.config.metrics_token or "").encode()
        if not token or not hmac.compare_digest(shown, token):
            abort(403)
        try:
            return Response(doors.metrics(), mimetype="text/plain; version=0.0.4")
        except StoreDown:
            return Response("no store\n", 503, mimetype="text/plain")

    return blueprint


def refused(error: HTTPException) -> Response:
    """An error without a page, a name or a trace."""
    return Response(f"{error.code} {error.name}\n", error.code, mimetype="text/plain")


def broken(doors: Doors) -> Callable[[Exception], Response]:
    """A mistake of ours outside the conversation. Never a 5xx to Twilio, which would keep the request with what the
    person wrote; nothing else to a load balancer."""

    def answer(error: Exception) -> Response:
        _log.error("%s %s failed", request.method, request.path, exc_info=error)
        if request.path in (INBOUND, FALLBACK):
            return _message(doors, doors.fallback)
        return Response(status=204) if request.path == STATUS else Response("broken\n", 503, mimetype="text/plain")

    return answer


def _check_signature(doors: Doors) -> None:
    if not _is_signed(doors):
        doors.meter.count("refused")
        _log.warning("refused an unsigned request to %s", request.path)
        abort(403)


def _is_signed(doors: Doors) -> bool:
    """Checked against the configured address, never against what a header claims."""
    query = request.query_string.decode("ascii", "replace")
    url = doors.config.public_url + request.path + (f"?{query}" if query else "")
    return doors.signatures.valid(url, request.form, request.headers.get("X-Twilio-Signature"))


def _ours(read: Callable[[], Message]) -> Message:
    try:
        return read()
    except NotOurs:
        abort(400)


def _message(doors: Doors, text: str | None) -> Response:
    """TwiML. Twilio reports on every reply: only so its id is learned, and its copy deleted."""
    return Response(twiml(text, status_url=doors.config.public_url + STATUS), mimetype="text/xml")
