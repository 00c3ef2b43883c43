"""The composition root of the workshop: from settings to a Flask application and the process that serves it.

Apart from `bot/app.py` because this is another process with other people at the other end. It listens on this machine
only; a proxy with TLS in front of it is the organisation's own.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask, Response, render_template
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from bot import embedded
from bot.chat import CONVERSATIONS
from bot.config import Config
from bot.conversation import utc_now
from bot.studio.doors import Links, guard
from bot.studio.draft import Draft
from bot.studio.line import PracticeLine
from bot.studio.pages import Workshop, register
from bot.studio.phone import Phones

LOOPBACK = "127.0.0.1"
NICE = 5
"""The people who text come first."""
PORT_SECONDS = 5.0
IDLE_SECONDS = 30
"""A connection that neither sends nor takes anything is closed after this long. Open pages hear of us more often."""
MAX_BYTES = 512 * 1024
"""A form holds one text, or the keywords of one flow."""


def create_studio(
    config: Config,
    redis_url: str,
    now: Callable[[], datetime] = utc_now,
    conversations: Path = CONVERSATIONS,
) -> Flask:
    """The workshop as a Flask application.

    Args:
        redis_url: a store for practice alone.
        now: what day it is for the law that is due. (The practice phone has a clock of its own.)
        conversations: where talks are kept as tests.
    """
    line = PracticeLine(config, redis_url, config.data / "studio")
    draft = Draft(config.layers, line.serve, now)
    app = Flask(__name__)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BYTES
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    guard(app, config)
    phones = Phones(line)
    register(
        app, Workshop(config=config, draft=draft, line=line, phones=phones, now=now, conversations=conversations)
    )  # fmt: skip
    app.register_error_handler(HTTPException, _refused)
    draft.watch()
    return app


def serve(config: Config) -> int:
    """Serve until the process is told to stop; it ends at once, for nothing here is worth waiting for."""
    os.nice(NICE)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # on its way out it ends its Valkey
    folder = config.data / "studio"
    shutil.rmtree(folder / "valkey", ignore_errors=True)  # of the last time: talks are not kept
    with embedded.running(folder) as store:
        app = create_studio(config, store.url)
        _listen(app, config)
    return 0


def _listen(app: Flask, config: Config) -> None:
    with _door(config.studio_port) as door:
        server = make_server(
            LOOPBACK, config.studio_port, app, threaded=True, request_handler=Quiet, fd=door.fileno()
        )  # fmt: skip
        print(_welcome(config), flush=True)
        server.serve_forever()


def _door(port: int) -> socket.socket:
    """The port, as soon as it can be had. Ending instead would make the supervisor say so every few seconds."""
    said = False
    while True:
        try:
            return socket.create_server((LOOPBACK, port))
        except OSError as error:
            if not said:
                print(
                    f"The workshop waits for port {port} ({error.strerror}). Another one: STUDIO_PORT", file=sys.stderr
                )
            said = True
            time.sleep(PORT_SECONDS)


def _welcome(config: Config) -> str:
    if config.studio_password_hash:
        return f"The workshop for volunteers: {config.studio_url}/login"
    return f"The workshop for volunteers (this link opens it once):\n  {Links(config).make()}"


class Quiet(WSGIRequestHandler):
    """Nothing of a request is logged, no answer says what made it, and nobody holds a connection without using it."""

    timeout = IDLE_SECONDS

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""

    def send_header(self, keyword: str, value: str) -> None:
        """Every header but the name and version of the software."""
        if keyword.lower() != "server":
            super().send_header(keyword, value)


REASONS = {
    400: "Something is missing in what was sent, or it cannot be.",
    403: "This did not come from a page of yours that is still good. Go back, load the page again, then try again.",
    404: "There is no such page. Perhaps the step or the flow was renamed.",
    409: "There is no content without mistakes yet. Mend what the list of mistakes names, then try again.",
    413: "That is too much for one form.",
    421: "This address is not the one of the workshop.",
}


def _refused(error: HTTPException) -> Response:
    reason = REASONS.get(error.code or 500, "This did not work. The terminal may say more.")
    return Response(render_template("refused.html", reason=reason), error.code or 500)
