"""The web server as a real process: whole requests, slow ones, broken ones, and how it stops and comes back."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.channel import INBOUND
from bot.config import Config
from bot.embedded import EmbeddedServer, running
from bot.publishing.acts import Wish, publish_folder
from bot.server import BODY_SECONDS
from bot.webhook import MAX_BYTES
from tests.conftest import at_a_desk
from tests.processes import is_alive, until
from tests.twilio_forms import PUBLIC_URL, message_in, signature, sms
from tests.web import PROMISED_SECONDS, Running, children, is_up, post, post_signed, reply_in, settings, settings_of

HEAD = b"POST /twilio/inbound HTTP/1.1\r\nHost: line\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Path, EmbeddedServer]]:
    """A Valkey of this module's own, which may be stopped and frozen."""
    with tempfile.TemporaryDirectory(prefix="web-") as folder, running(Path(folder) / "data") as server:
        yield Path(folder), server


@pytest.fixture(scope="module")
def web(place: tuple[Path, EmbeddedServer]) -> Iterator[Running]:
    """One web process with the shipped content, for all tests that leave it as it was."""
    folder, server = place
    config = Config.from_env(settings(REDIS_URL=server.url, HOTLINE_DATA=str(folder / "web")))
    publish_folder(config.content, at_a_desk(config), Wish())
    process = Running(folder, **settings_of(config))
    yield process.up()
    process.end()


@pytest.fixture
def own_web(web: Running, place: tuple[Path, EmbeddedServer]) -> Iterator[Callable[..., Running]]:
    """Starts web processes that a test may end."""
    folder, server = place
    started: list[Running] = []

    def start(**env: str) -> Running:
        started.append(Running(folder, REDIS_URL=server.url, HOTLINE_DATA=str(folder / "web"), **env))
        return started[-1].up()

    yield start
    for process in started:
        process.end()


def raw(port: int, request: bytes, *, seconds: float = 10.0) -> bytes:
    """All that the server says to some bytes until it closes, or until the first answer is there."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(request)
        return connection.recv(65536)


def test_a_text_is_answered(web):
    reply = reply_in(post(web.port, sms("agents are outside my house", sender="+12025550100")))

    assert reply
    assert "Keep the door closed" in reply


@pytest.mark.parametrize(
    "text", ["están afuera de mi casa", "门口有移民局的人", "الشرطة عند الباب", "🚪 help", "a+b %41 & c=d"]
)
def test_every_script_arrives_whole(web, text):
    """Or the signature, which covers every byte, would not fit."""
    status, _ = post(web.port, sms(text))

    assert status == 200


def test_a_query_in_the_address_arrives_as_it_was_signed(web):
    status, _ = post(web.port, sms("menu"), f"{INBOUND}?from=line%20one&x=%C3%A9")

    assert status == 200


def test_several_texts_may_share_a_connection(web):
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=PROMISED_SECONDS)
    with contextlib.closing(connection):
        for _ in range(3):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b"ok\n"


def test_no_answer_says_what_made_it(web):
    for request in (b"GET /healthz", b"GET /nowhere", b"POST /twilio/inbound"):
        answer = raw(web.port, request + b" HTTP/1.1\r\nHost: line\r\nContent-Length: 0\r\n\r\n")
        said = [line for line in answer.lower().split(b"\r\n") if line.startswith(b"server:")]

        assert [line.strip() for line in said] == [b"server:"]


def test_a_form_in_chunks_is_a_form(web):
    """Some proxies pass a body on in chunks and without its length."""
    form = sms("menu")
    body = urllib.parse.urlencode(form).encode()
    head = HEAD + b"X-Twilio-Signature: " + signature(PUBLIC_URL + INBOUND, form.items()).encode()
    head += b"\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:]))

    assert raw(web.port, head + chunks + b"0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_a_header_with_an_underscore_is_not_the_signature(web):
    """Both have the same name for a WSGI application; a proxy that guards one may let the other through."""
    form = sms("menu")
    forged = {"X_Twilio_Signature": signature(PUBLIC_URL + INBOUND, form.items())}

    assert post_signed(web.port, form.items(), headers=forged)[0] == 403


BROKEN = {
    "too long, as it says itself": (HEAD + b"Content-Length: %d\r\n\r\n" % (MAX_BYTES + 1), b"413"),
    "too long, and does not say so": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (MAX_BYTES + 1, b"x" * (MAX_BYTES + 1)),
        b"413",
    ),
    "not unsigned, but nothing": (HEAD + b"Content-Length: 0\r\n\r\n", b"403"),
    "chunks that are none": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"40"),
    "not HTTP": (b"good morning\r\n\r\n", b"400"),
    "two lengths": (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"),
    "another method": (b"BREW /twilio/inbound HTTP/1.1\r\nHost: line\r\n\r\n", b"405"),
    "nowhere": (b"GET /caf%C3%A9/%ff HTTP/1.1\r\nHost: line\r\n\r\n", b"404"),
}


@pytest.mark.parametrize(("request_", "status"), BROKEN.values(), ids=BROKEN)
def test_a_broken_request_gets_a_short_answer_and_never_a_5xx(web, request_, status):
    answer = raw(web.port, request_)

    assert answer.startswith(b"HTTP/1.1 " + status), answer
    assert len(answer) < 400


def test_a_body_that_does_not_come_is_not_waited_for(web):
    """The client waits longer than the server should."""
    answer = raw(web.port, HEAD + b"Content-Length: 900\r\n\r\nBody=", seconds=BODY_SECONDS + 10)

    assert answer.startswith(b"HTTP/1.1 408 ")


SLOW = {
    "say nothing": (b"", b""),
    "drip their headers": (b"POST /twilio/inbound HTTP/1.1\r\n", b"X-A: b\r\n"),
    "drip their bodies": (HEAD + b"Content-Length: 900\r\n\r\n", b"x"),
}


@pytest.mark.parametrize(("first", "then"), SLOW.values(), ids=SLOW)
def test_three_hundred_slow_clients_keep_nobody_waiting(web, first, then):
    """More than there are threads, by far; whoever is turned away comes again."""
    stop = threading.Event()
    dripping = threading.Thread(target=_drip, args=(web.port, first, then, stop))
    dripping.start()
    try:
        time.sleep(0.8)
        replies = [reply_in(post(web.port, sms("menu", sender=f"+12025550{number:03d}"))) for number in range(20)]
    finally:
        stop.set()
        dripping.join()

    assert all(replies)


def _drip(port: int, first: bytes, then: bytes, stop: threading.Event) -> None:
    with contextlib.ExitStack() as stack:
        clients: list[socket.socket] = []
        while not stop.wait(0.2):
            while len(clients) < 300:
                clients.append(stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5)))
                clients[-1].sendall(first)
            for client in clients[:]:
                try:
                    client.sendall(then)
                except OSError:
                    clients.remove(client)


def test_nothing_that_a_person_sends_is_said_aloud(web):
    post(web.port, sms("they took Rosalba from 55 Elm Street", sender="+12025550177"))
    post_signed(web.port, sms("unsigned words", sender="+12025550188").items(), headers={})
    raw(web.port, HEAD + b"Content-Length: 0\r\n\r\n")

    assert [word for word in ("0177", "0188", "Rosalba", "Elm", "unsigned words") if word in web.said] == []
    assert "refused an unsigned request" in web.said


def test_a_stop_lets_requests_that_have_begun_end(own_web, place):
    """Twenty wait for a store that does not move; then somebody stops the process."""
    _, valkey = place
    web = own_web()
    statuses: list[int | str] = []

    def one(number: int) -> None:
        try:
            statuses.append(post(web.port, sms("menu", sender=f"+1202555{number:04d}"))[0])
        except OSError as error:
            statuses.append(type(error).__name__)

    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        people = [threading.Thread(target=one, args=(number,)) for number in range(20)]
        for person in people:
            person.start()
        time.sleep(0.3)
        web.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
    finally:
        os.kill(valkey.pid, signal.SIGCONT)
    for person in people:
        person.join()

    assert statuses == [200] * 20
    assert web.process.wait(15) == 0


def test_a_stop_does_not_wait_for_whoever_says_nothing(own_web):
    web = own_web()
    with socket.create_connection(("127.0.0.1", web.port)):
        web.process.send_signal(signal.SIGTERM)

        assert web.process.wait(15) == 0


def test_a_killed_process_is_replaced(own_web):
    web = own_web()
    [killed] = [pid for pid in children(web.process.pid) if _serves(pid)]
    os.kill(killed, signal.SIGKILL)

    until(lambda: not is_alive(killed) and is_up(web.port), 10)
    assert reply_in(post(web.port, sms("menu")))


def _serves(pid: int) -> bool:
    """Not the small helper that Python starts beside a spawned process."""
    command = Path(f"/proc/{pid}/cmdline")
    return not command.exists() or b"resource_tracker" not in command.read_bytes()


def test_nothing_of_it_outlives_a_kill(own_web):
    """A web process left behind would hold the port, and answer with what it knew then."""
    web = own_web()
    serving = children(web.process.pid)
    web.process.kill()
    web.process.wait()

    until(lambda: not any(is_alive(pid) for pid in serving))


def test_as_many_processes_as_wanted_share_the_port(own_web):
    web = own_web(WEB_PROCESSES="2")

    until(lambda: len([pid for pid in children(web.process.pid) if _serves(pid)]) == 2, 10)
    assert message_in(post(web.port, sms("menu"))[1])
