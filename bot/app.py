"""The composition root of the web process: from settings to a Flask application.

Apart because this is the one place that knows how the parts fit together. No globals: two applications may live in one
process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Flask
from werkzeug.exceptions import HTTPException

from bot.alerts import Alerts
from bot.channel import Signatures
from bot.config import Config
from bot.content.fallback import EVERYBODY, read_fallbacks
from bot.content.library import Library
from bot.conversation import Conversation, utc_now
from bot.forgetting import Forgetting
from bot.live import LiveRelease, nothing_at_hand
from bot.lookout import Lookout
from bot.meter import Meter
from bot.metrics import metrics
from bot.outage import Outage
from bot.privacy import DayKeys, Registry, quiet_logging
from bot.store.client import connect
from bot.store.counts import Counts
from bot.store.outbox import Outbox
from bot.store.releases import Releases
from bot.store.sessions import Sessions, StoreDown
from bot.surge import Surge
from bot.voice import heard
from bot.webhook import MAX_BYTES, Doors, broken, refused, routes

THREADS = 64
"""Requests answered at once. More than the fifty who may text during a fault: waiting for a store is cheap."""
BUSY_SEATS = 56
"""Of them with the store; the others answer with the fallback text at once."""
WAITING_SEATS = 24
"""Of those waiting for the store to come back."""

_log = logging.getLogger("bot.app")


def create_app(
    config: Config | None = None,
    now: Callable[[], datetime] = utc_now,
    at_hand: Callable[[str], Library | None] = nothing_at_hand,
) -> Flask:
    """The web application.

    Args:
        now: its only clock.
        at_hand: the content with a digest, if it was opened in this process already.
    """
    config = config or Config.from_env()
    quiet_logging()
    client = connect(config.redis_url)
    days = DayKeys(config.keys_folder)
    registry = Registry(config.secrets, days)
    sessions = Sessions(
        client, registry, idle_seconds=config.session_idle_seconds, max_seconds=config.session_max_seconds
    )
    live = LiveRelease(Releases(client, keep_seconds=config.release_keep_seconds), days, at_hand)
    outage = Outage(sessions, waiting_seats=WAITING_SEATS)
    fallbacks = read_fallbacks(config.content)
    forgetting = Forgetting(Outbox(client), outage, now)
    counts = Counts(client)
    meter = Meter(counts, config.monthly_budget, now)

    def ready() -> Mapping[str, bool]:
        try:
            sessions.probe()
            live.refresh()
        except StoreDown:
            return {"store": False}
        return {"store": True, "release": live.number > 0}

    doors = Doors(
        config=config,
        signatures=Signatures(config.auth_tokens),
        conversation=Conversation(
            registry=registry,
            sessions=sessions,
            live=live,
            outage=outage,
            forgetting=forgetting,
            meter=meter,
            surge=Surge(config.new_talks_abroad),
            fallbacks=fallbacks,
            busy_seats=BUSY_SEATS,
            now=now,
        ),
        forgetting=forgetting,
        meter=meter,
        fallback=fallbacks[EVERYBODY],
        heard=lambda: heard(live.at_hand.library if live.at_hand else None, fallbacks),
        ready=ready,
        metrics=lambda: metrics(counts, release=live.number, dollars=config.monthly_budget, now=now()),
    )
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # or /twilio//inbound would lead to an address that a header claims
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BYTES
    lookout = Lookout(counts, live, Alerts(config), now)
    app.extensions |= {"forgetting": forgetting, "meter": meter, "lookout": lookout}
    app.register_blueprint(routes(doors))
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, broken(doors))
    live.watch(now)
    forgetting.watch()
    _start_with_a_release(live)
    return app


def _start_with_a_release(live: LiveRelease) -> None:
    try:
        live.refresh()
    except StoreDown:
        _log.warning("the store does not answer yet")
    if not live.number:
        _log.warning("nothing is published yet: everybody gets the fallback text")
