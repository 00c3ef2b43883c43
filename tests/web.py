"""Real web processes, and people who text them over HTTP with signed forms, as Twilio posts them.

Apart from the tests because several use them. Everything stays on this machine: even a worker that has credentials
finds a proxy that nobody is behind.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.channel import INBOUND
from bot.config import CHECKOUT, Config
from tests.processes import until
from tests.twilio_forms import ACCOUNT, PUBLIC_URL, TOKEN, message_in, signature

SECRET = "tests-only-3f9a8c1e5d7b2460-tests-only"
PROMISED_SECONDS = 5.0
"""Nobody waits longer for an answer, whatever is broken."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def post(port: int, form: Mapping[str, str], path: str = INBOUND, seconds: float = PROMISED_SECONDS) -> tuple[int, str]:
    """Post a signed form. Raises where no answer comes in time."""
    return post_signed(port, form.items(), path, seconds=seconds)


def post_signed(
    port: int,
    form: Iterable[tuple[str, str]],
    path: str = INBOUND,
    *,
    seconds: float = PROMISED_SECONDS,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """`post` with other headers than usual."""
    form = list(form)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        signed = {"X-Twilio-Signature": signature(PUBLIC_URL + path, form)} if headers is None else headers
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urllib.parse.urlencode(form), {**kind, **signed})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def is_up(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


class Running:
    """A command of ours as a process of its own, with what it says kept in a file."""

    def __init__(self, folder: Path, *arguments: str, **env: str) -> None:
        self.port = int(env.setdefault("PORT", str(free_port())))
        self._said = folder / f"said-{self.port}-{time.monotonic_ns()}"
        with self._said.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, *(arguments or ("-m", "bot", "web"))],
                cwd=CHECKOUT,
                env={"PATH": os.environ["PATH"], "HTTPS_PROXY": "http://127.0.0.1:9", **settings(**env)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """All that it has written to its terminal."""
        return self._said.read_text("utf-8", "replace")

    def up(self, seconds: float = 20.0) -> Running:
        """Wait until it answers."""
        until(lambda: is_up(self.port) or self.process.poll() is not None, seconds)
        assert self.process.poll() is None, self.said
        return self

    def end(self, *, politely: bool = False) -> None:
        """End it with everything that it has started. Politely where that has sessions of its own."""
        if politely and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def settings(**more: str) -> dict[str, str]:
    """The environment of a line in these tests."""
    return {
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "HOTLINE_SECRET": SECRET,
        **more,
    }


def settings_of(config: Config) -> dict[str, str]:
    """The same settings in another process."""
    return {"REDIS_URL": config.redis_url, "HOTLINE_DATA": str(config.data)}


def reply_in(answer: tuple[int, str]) -> str | None:
    """The text in an answer, which must be a good one."""
    status, twiml = answer
    assert status == 200, status
    return message_in(twiml)
