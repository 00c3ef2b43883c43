"""What many tests need: the shipped content, a real Valkey, the real application, and a person who texts it.

No mocks of our own code, no network but loopback, a fixed time wherever an answer depends on one. The application is
built once and its store emptied for each test; a test that breaks something builds its own.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from bot.app import create_app
from bot.channel import INBOUND
from bot.config import CHECKOUT, Config, embedded_socket
from bot.content.bundle import canonical, digest_of
from bot.content.library import Checked, Library, check_folder
from bot.embedded import running
from bot.privacy import DayKeys, Registry
from bot.store.client import connect
from bot.store.releases import Entry, Releases
from bot.store.sessions import Sessions
from tests.twilio_forms import ACCOUNT, PUBLIC_URL, TOKEN, message_in, signature, sms, whatsapp

os.environ["HOTLINE_ENV"] = os.devnull  # processes of the tests read no settings of this machine

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""A Monday noon in New York."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What was seen becomes what is expected; the difference is the review."""
    parser.addoption("--rewrite", action="store_true", help="write golden files anew from what happens now")
    parser.addoption("--people", type=int, help="how many people stand in the flows while they change")
    parser.addoption("--store", help="the server they are kept on; it is emptied first")


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written anew."""
    return bool(request.config.getoption("--rewrite"))


class Clock:
    """The time of the application: stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        """Some time goes by: `passes(hours=3)`."""
        self.now += timedelta(**time)


_CLOCK = Clock()


@pytest.fixture
def clock() -> Clock:
    """The clock of `app`, at noon."""
    _CLOCK.now = NOON
    return _CLOCK


@cache
def _shipped() -> tuple[Checked, Library]:
    checked = check_folder(CHECKOUT)
    return checked, checked.library()


@pytest.fixture(scope="session")
def checked() -> Checked:
    """The shipped content, read once."""
    return _shipped()[0]


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped content, checked."""
    return _shipped()[1]


def first_line(step: str) -> str:
    """How a step of the shipped content begins in English: tests of the edge do not care which words those are."""
    return _shipped()[1].messages.text(f"{step}.text", "en").splitlines()[0]


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of a real server, started as `python3 -m bot` starts it."""
    with tempfile.TemporaryDirectory(prefix="line-") as folder, running(Path(folder)):
        yield f"unix://{embedded_socket(Path(folder))}"


@pytest.fixture
def store(valkey: str) -> Redis:
    """The server, empty."""
    client = connect(valkey)
    client.flushall()
    return client


@pytest.fixture(scope="session")
def config(valkey: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings as in production, on the test's own server."""
    return settings(valkey, tmp_path_factory.mktemp("data"))


def settings(redis_url: str, data: Path, **more: str) -> Config:
    """Settings as in production, on a given server."""
    return Config.from_env(
        {
            "PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "REDIS_URL": redis_url,
            "HOTLINE_SECRET": "tests-only-3f9a8c1e5d7b2460-tests-only",
            "HOTLINE_DATA": str(data),
        }
        | more
    )


def at_a_desk(config: Config) -> Config:
    """The same store, from a machine that no real text reaches: nothing needs a signature there."""
    return replace(config, auth_tokens=())


def in_public(config: Config) -> Config:
    """The same line under an address that real people's texts come to: `example.org` leads nowhere."""
    return replace(config, public_url="https://line.rights.nyc")


def publish(redis_url: str, checked: Checked, after: int = 0) -> int:
    """Make content live without checking it again. Returns its number."""
    releases = Releases(connect(redis_url), keep_seconds=90 * 86400)
    written = canonical(checked.bundle)
    return releases.publish(written, Entry(number=after + 1, digest=digest_of(written), at=NOON, by="test"))[0]


class _Shared:
    """The application that tests share, until one of them moves a clock into another day.

    A key of tomorrow changes what is read and written for everybody after it.
    """

    def __init__(self, config: Config, checked: Checked) -> None:
        self._config, self._checked = config, checked
        self._built: Flask | None = None

    def application(self) -> Flask:
        """The present one, where it is today."""
        for key in self._config.keys_folder.glob("????-??-??"):
            if key.name > NOON.date().isoformat():
                key.unlink()
                self._built = None
        if self._built is None:
            connect(self._config.redis_url).flushall()  # a test before may have published something else
            publish(self._config.redis_url, self._checked)
            self._built = create_app(self._config, _CLOCK)
        return self._built


@pytest.fixture(scope="session")
def _shared(config: Config, checked: Checked) -> _Shared:
    return _Shared(config, checked)


@pytest.fixture
def app(_shared: _Shared, store: Redis, config: Config, checked: Checked, clock: Clock) -> Flask:
    """The web application with the shipped content published and nobody known, at noon."""
    application = _shared.application()
    application.extensions["forgetting"].hand_on()  # what a test before left in its memory
    store.flushall()
    publish(config.redis_url, checked)
    assert application.test_client().get("/readyz").status_code == 200  # it looks which release is live now
    return application


class Person:
    """Somebody with a phone. Some seconds pass before each text."""

    clock = _CLOCK
    pause = 20

    def __init__(self, client: FlaskClient, channel: str = "sms", address: str = "+12025550143") -> None:
        self.client, self.channel, self.address = client, channel, address

    def says(self, text: str, **more: str) -> Any:
        """Text it; returns the reply, or None where nothing is sent."""
        return self.posts(self.form(text, **more))

    def form(self, text: str, **more: str) -> dict[str, str]:
        """What Twilio would post for this text."""
        make = sms if self.channel == "sms" else whatsapp
        sender = self.address if self.channel == "sms" else f"whatsapp:{self.address}"
        return make(text, sender, **more)

    def posts(self, form: Mapping[str, str]) -> Any:
        """Post a whole form, signed."""
        self.clock.passes(seconds=self.pause)
        status, body = post(self.client, INBOUND, form.items())
        assert status == 200
        return message_in(body)


def post(
    client: FlaskClient, path: str, form: Iterable[tuple[str, str]], *, token: str = TOKEN, query: str = ""
) -> tuple[int, str]:
    """Post a form as Twilio does, signed. Returns the status and the body."""
    pairs, query = list(form), f"?{query}" if query else ""
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    signed = {"X-Twilio-Signature": signature(PUBLIC_URL + path + query, pairs, token)}
    response = client.post(path + query, data=fields, headers=signed)
    return response.status_code, response.text


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call all of these in threads that start together. Returns what they returned, in order."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int) -> None:
        gate.wait()
        results[number] = calls[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def known(config: Config, person: Person, at: datetime | None = None) -> Any:
    """What is stored of a person (a `Record`), opened with everything that is needed for it."""
    registry = Registry(config.secrets, DayKeys(config.keys_folder))
    sessions = Sessions(connect(config.redis_url), registry, idle_seconds=7200, max_seconds=86400)
    return sessions.read(person.channel, person.address, "SM" + "f" * 32, at or person.clock())


def place(config: Config, person: Person, library: Library) -> str | None:
    """The step where a person stands."""
    session = known(config, person).session
    return library.release.keys[session.place.step] if session and session.place else None


@pytest.fixture
def person(app: Flask) -> Person:
    """Somebody who texts by SMS."""
    return Person(app.test_client())


@pytest.fixture
def whatsapp_person(app: Flask) -> Person:
    """Somebody who writes by WhatsApp."""
    return Person(app.test_client(), "whatsapp")


def other_secret(config: Config, *secrets: bytes) -> Config:
    """The same settings with other secrets."""
    return replace(config, secrets=secrets)
