"""Who texts: signed forms posted over connections that stay open, all from one thread.

Apart from `tests.web`, which opens a connection for each text and signs while it waits: here everything is made ready
before the clock runs. Two ways: as fast as answers come, or at a given rate, whoever is late. In the second a text's
time counts from when it should have been sent, so that a server that stands still is not forgiven.
"""

from __future__ import annotations

import selectors
import socket
import time
import urllib.parse
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.channel import INBOUND
from tests.twilio_forms import PUBLIC_URL, signature, sms

CONNECTIONS = 16
SILENT_SECONDS = 30.0
"""A server that answers nobody for so long is broken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request, and after how long."""

    status: int
    body: bytes
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether somebody got a text."""
        return self.status == 200 and b"<Message" in self.body


def request(form: Mapping[str, str], path: str = INBOUND) -> bytes:
    """A whole request, as Twilio posts it."""
    body = urllib.parse.urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: line\r\nX-Twilio-Signature: {signature(PUBLIC_URL + path, form.items())}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def talks(people: Iterable[str], said: Sequence[Sequence[str]]) -> list[bytes]:
    """Everybody's texts, one of each person before the next of anybody: nobody texts before they were answered."""
    spoken = [(person, said[number % len(said)]) for number, person in enumerate(people)]
    longest = max((len(texts) for _, texts in spoken), default=0)
    return [request(sms(texts[at], person)) for at in range(longest) for person, texts in spoken if at < len(texts)]


class _Line:
    """One open connection. It waits for at most one answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), SILENT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._came = b""
        self._since = 0.0

    def send(self, what: bytes, since: float) -> None:
        self._came, self._since = b"", since
        self.socket.sendall(what)

    def answer(self) -> Answer | None:
        """The answer, if all of it is here."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server has hung up")
        self._came += part
        head, found, body = self._came.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return None
        return Answer(int(head[9:12]), body, time.monotonic() - self._since)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def send(port: int, requests: Sequence[bytes], *, rate: float = 0.0, connections: int = CONNECTIONS) -> list[Answer]:
    """Send them all, in order, and return what came back. `rate`: so many a second; 0: as fast as answers come."""
    waiting = deque(requests)
    answers: list[Answer] = []
    with selectors.DefaultSelector() as watched:
        free = [_Line(port) for _ in range(min(connections, len(requests)))]
        for line in free:
            watched.register(line.socket, selectors.EVENT_READ, line)
        began = time.monotonic()
        try:
            while len(answers) < len(requests):
                now = time.monotonic()
                due = began + (len(requests) - len(waiting)) / rate if rate else now
                if waiting and free and due <= now:
                    free.pop().send(waiting.popleft(), due)
                else:
                    answers += _come(watched, free, due - now if waiting and free else SILENT_SECONDS)
        finally:
            for key in list(watched.get_map().values()):
                key.data.socket.close()
    return answers


def _come(watched: selectors.BaseSelector, free: list[_Line], most: float) -> list[Answer]:
    """The answers that are there; waits for the first of them, or until the next text is due."""
    found = []
    ready = watched.select(most)
    if not ready and most == SILENT_SECONDS:
        raise TimeoutError("the server answers nobody")
    for key, _ in ready:
        answer = key.data.answer()
        if answer:
            found.append(answer)
            free.append(key.data)
    return found


def percentile(answers: Sequence[Answer], share: float) -> float:
    """In milliseconds: as long as this share of the answers took at most.

    >>> percentile([Answer(200, b"", 0.001 * n) for n in range(1, 101)], 0.99)
    99.0
    """
    ordered = sorted(answer.seconds for answer in answers)
    return round(1000 * ordered[max(0, round(share * len(ordered)) - 1)], 3)
