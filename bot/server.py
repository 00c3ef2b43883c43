"""The web server: Granian around the Flask application.

Apart from the application, which any WSGI server could run. Why this one: `DECISIONS.md`.
"""

from __future__ import annotations

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from bot.app import THREADS
from bot.config import Config

DRAIN_SECONDS = 10
"""How long requests that have begun may still take when the process is told to stop."""


def serve(config: Config) -> int:
    """Serve until told to stop; requests that have begun are finished first."""
    Server(
        "bot.app:create_app",
        factory=True,
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=config.web_processes,
        blocking_threads=THREADS,
        backpressure=4 * THREADS,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=DRAIN_SECONDS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0
