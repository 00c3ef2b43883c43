"""Where the time of a text goes, function by function: the application without its web server, in this process.

Apart from `floor`, which measures the whole and cannot look inside.
"""

from __future__ import annotations

import cProfile
import io
import pstats
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from flask import Flask

from bot.app import create_app
from bot.channel import INBOUND
from bot.config import CHECKOUT
from bot.content.library import check_folder
from bot.embedded import running
from tests.bench.line import TALKS, people
from tests.bench.load import talks
from tests.bench.smallest import create
from tests.conftest import publish, settings


def inside(messages: int, lines: int) -> str:
    """The functions that took most, and what a text cost without being watched."""
    with TemporaryDirectory(prefix="bench-") as name, running(Path(name)) as server:
        publish(server.url, check_folder(CHECKOUT))
        config = settings(server.url, Path(name))
        ours, theirs = create_app(config), create(config)
        for app in (ours, theirs):
            _told(app, _requests(200))
        costs = [_cost(app, messages) for app in (ours, theirs)]
        profile = cProfile.Profile()
        requests = _requests(messages)
        profile.runcall(_told, ours, requests)
    shown = io.StringIO()
    pstats.Stats(profile, stream=shown).strip_dirs().sort_stats("tottime").print_stats(lines)
    return (
        f"{costs[0]:.0f} us of CPU a text, {costs[1]:.0f} in the smallest webhook; without the web server.\n"
        f"{shown.getvalue().rstrip()}"
    )


def _requests(messages: int) -> list[bytes]:
    longest = max(map(len, TALKS))
    return talks(people(max(1, messages // longest)), TALKS)


def _cost(app: Flask, messages: int) -> float:
    requests = _requests(messages)
    began = process_time()
    _told(app, requests)
    return 1e6 * (process_time() - began) / len(requests)


def _told(app: Callable[..., Iterable[bytes]], requests: Iterable[bytes]) -> None:
    for request in requests:
        head, _, body = request.partition(b"\r\n\r\n")
        signature = next(line for line in head.split(b"\r\n") if line.startswith(b"X-Twilio-Signature: "))
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": INBOUND,
            "QUERY_STRING": "",
            "SERVER_NAME": "line",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_X_TWILIO_SIGNATURE": signature.partition(b": ")[2].decode(),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        statuses: list[str] = []
        b"".join(app(environ, lambda status, headers, *_, told=statuses: told.append(status)))
        assert statuses == ["200 OK"]
