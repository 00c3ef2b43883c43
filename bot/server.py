"""The web server: Granian, and between it and the Flask application a room where a request waits until it is whole.

Apart from the application, which any WSGI server could run. Why this one: `DECISIONS.md`. A WSGI server gives a thread
to whoever begins to post, and hundreds of clients that send a byte now and then take all of them: nobody else gets an
answer. Here nobody gets a thread before their request has arrived, which must be soon; waiting costs no thread.
"""

from __future__ import annotations

import asyncio
import gc
import io
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.rsgi import (  # type: ignore[attr-defined]  # the types are there, but not said to be public
    HTTPProtocol,
    ProtocolClosed,
    ProtocolError,
    Scope,
)
from granian.server import Server

from bot.app import THREADS, create_app
from bot.config import Config
from bot.conversation import utc_now
from bot.webhook import MAX_BYTES

CONNECTIONS = 4096
"""Open at once, in each process; most of them silent."""
FILES = 2 * CONNECTIONS
SILENT_SECONDS = 130
"""A connection that says nothing, or not all of its headers, is closed after this long: a little later than the two
minutes for which common proxies keep one for their next request, or that request would meet a closed door."""
BODY_SECONDS = 3.0
"""Twilio sends a form in one go. With the four seconds of an answer, a request that takes longer is late anyway."""
DRAIN_SECONDS = 10
"""How long requests that have begun may still take when the process is told to stop."""

Answer = tuple[int, list[tuple[str, str]], bytes]
_PLAIN = [("content-type", "text/plain; charset=utf-8")]
_UNNAMED = ("server", "")
"""Granian would write its own name here."""


def serve(config: Config, served: str = "bot.server:line") -> int:
    """Serve until told to stop; requests that have begun are finished first. `served`: what makes the application."""
    _allow_many_files()
    Server(
        served,
        factory=True,
        address=config.host,
        port=config.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=SILENT_SECONDS * 1000, max_buffer_size=MAX_BYTES),
        workers=config.web_processes,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=DRAIN_SECONDS,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def line(now: Callable[[], datetime] = utc_now) -> WholeRequests:
    """What each web process serves."""
    threading.Thread(target=_end_with_the_parent, name="parent", daemon=True).start()
    app = create_app(now=now)
    app.extensions["meter"].watch()
    app.extensions["lookout"].watch()
    gc.freeze()  # the release stays: looking through it for something to throw away would keep people waiting
    return WholeRequests(app, THREADS)


class WholeRequests:
    """Runs a WSGI application in threads, each request when it is whole."""

    def __init__(self, app: Callable[..., Iterable[bytes]], threads: int) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __rsgi__(self, scope: Scope, proto: HTTPProtocol) -> None:
        """One request, as Granian hands it over."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _whole(scope, proto)
        except TimeoutError:
            answer: Answer = (408, _PLAIN, b"408 Request Timeout\n")
        except (ProtocolClosed, ProtocolError):
            return  # the client has gone
        else:
            if body is None:
                answer = (413, _PLAIN, b"413 Request Entity Too Large\n")
            else:
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(self._threads, self._answer, scope, body)
        status, headers, text = answer
        try:
            proto.response_bytes(status, [*headers, _UNNAMED], text)
        except (ProtocolClosed, ProtocolError):
            return

    def _answer(self, scope: Scope, body: bytes) -> Answer:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            begun.append((status, headers))

        parts = self._app(_environ(scope, body), start_response)
        try:
            text = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
        status, headers = begun[-1]
        return int(status[:3]), headers, text


async def _whole(scope: Scope, proto: HTTPProtocol) -> bytes | None:
    """The body, or None where it is too long. Nothing is read that says so beforehand."""
    said = scope.headers.get("content-length")
    if said and said.isdecimal() and int(said) > MAX_BYTES:
        return None
    parts, length = [], 0
    async for part in proto:
        length += len(part)
        if length > MAX_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request in the words of WSGI (https://peps.python.org/pep-3333/#environ-variables)."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" not in name:  # X_Twilio_Signature must not pass for X-Twilio-Signature
            key = "HTTP_" + name.upper().replace("-", "_")
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    for name in ("HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"):
        environ.pop(name, None)  # how it came; it is whole now
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _end_with_the_parent() -> None:
    """A parent killed with -9 stops nobody; its processes would hold the port, and answer beside those of the next."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _allow_many_files() -> None:
    """A connection is a file, and many systems allow a thousand where more could be had for the asking."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
