"""What many tests need: the shipped content, a real Valkey, the real application, and a person who texts it.

No mocks of our own code, no network but loopback, a fixed time wherever an answer depends on one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from bot.app import create_app
from bot.config import CHECKOUT, Config, embedded_socket
from bot.content.library import Library, check_folder
from bot.embedded import running
from bot.publishing import publish_folder
from bot.store.client import connect
from bot.webhook import INBOUND
from tests.twilio_forms import ACCOUNT, PUBLIC_URL, TOKEN, message_in, signature, sms, whatsapp


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped content, checked."""
    return check_folder(CHECKOUT).library()


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


@pytest.fixture
def config(store: Redis, valkey: str, tmp_path: Path) -> Config:
    """Settings as in production, on the test's own server."""
    return Config.from_env(
        {
            "PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "REDIS_URL": valkey,
            "HOTLINE_SECRET": "tests-only-3f9a8c1e5d7b2460-tests-only",
            "HOTLINE_DATA": str(tmp_path),
        }
    )


@pytest.fixture
def app(config: Config) -> Flask:
    """The web application with the shipped content published."""
    publish_folder(config.content, config, note="test")
    return create_app(config)


class Person:
    """Somebody with a phone."""

    def __init__(self, client: FlaskClient, channel: str = "sms", address: str = "+12025550143") -> None:
        self.client, self.channel, self.address = client, channel, address

    def says(self, text: str, **more: str) -> str | None:
        """Text it; returns the reply, or None where nothing is sent."""
        make = sms if self.channel == "sms" else whatsapp
        sender = self.address if self.channel == "sms" else f"whatsapp:{self.address}"
        return self.posts(make(text, sender, **more))

    def posts(self, form: dict[str, str]) -> str | None:
        """Post a whole form, signed."""
        signed = {"X-Twilio-Signature": signature(PUBLIC_URL + INBOUND, form.items())}
        response = self.client.post(INBOUND, data=form, headers=signed)
        assert response.status_code == 200, response.status
        return message_in(response.text)


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
