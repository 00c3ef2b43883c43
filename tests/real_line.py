"""The line as an organisation runs it: a real web process on a real port, with everything it says kept in a file.

Apart from conftest.py because only the tests of faults and of privacy need processes. Each one ends what it started.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.channel import INBOUND
from bot.config import CHECKOUT
from tests.twilio_forms import ACCOUNT, PUBLIC_URL, TOKEN, message_in, signature, sms, whatsapp
from tests.web import is_up

SECRET = "tests-only-3f9a8c1e5d7b2460-tests-only"
START_SECONDS = 60.0
"""A busy machine starts slowly."""


@dataclass(frozen=True)
class Line:
    """A web process that answers."""

    port: int
    said: Path
    """Everything it writes to its outputs."""

    def post(self, path: str, form: Mapping[str, str], *, signed: bool = True) -> tuple[int, str]:
        """Post a form as Twilio does. Returns the status and the body."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if signed:
            headers["X-Twilio-Signature"] = signature(PUBLIC_URL + path, form.items())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request("POST", path, urlencode(form), headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def says(self, text: str, address: str = "+12025550143", channel: str = "sms", **more: str) -> Any:
        """Text it; returns the reply."""
        form = sms(text, address, **more) if channel == "sms" else whatsapp(text, f"whatsapp:{address}", **more)
        status, body = self.post(INBOUND, form)
        assert status == 200
        return message_in(body)


def environment(redis_url: str, data: Path, **more: str) -> dict[str, str]:
    """The settings of a process, and nothing of what the tests run with but where Python is."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    return kept | {
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "REDIS_URL": redis_url,
        "HOTLINE_SECRET": SECRET,
        "HOTLINE_DATA": str(data),
        "PYTHONUNBUFFERED": "1",
    } | more  # fmt: skip


@contextlib.contextmanager
def process(arguments: list[str], env: Mapping[str, str], said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process of ours for the time of a `with` block."""
    with said.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, *arguments], cwd=CHECKOUT, env=dict(env), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextlib.contextmanager
def line(redis_url: str, data: Path, **more: str) -> Iterator[Line]:
    """A web process for the time of a `with` block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    said = data / f"web-{port}.txt"
    with process(["-m", "bot", "web"], environment(redis_url, data, PORT=str(port), **more), said) as child:
        limit = time.monotonic() + START_SECONDS
        while not is_up(port):
            assert child.poll() is None, said.read_text()
            assert time.monotonic() < limit, said.read_text()
            time.sleep(0.02)
        yield Line(port, said)
