"""The practice line: the real webhook application on a store of its own, to which every good draft is published.

Apart from the phone, which only texts it. Signature, store, engine, reply and TwiML are the ones of the real line, so
that what is seen here is what a person gets; the real line's store and its release are never touched.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from flask import Flask

from bot.app import create_app
from bot.channel import INBOUND, Signatures, told
from bot.config import Config
from bot.content.library import Checked, Library
from bot.engine.session import Session
from bot.privacy import DayKeys, Registry
from bot.store.client import PATIENT_SECONDS, connect
from bot.store.releases import Entry, Releases
from bot.store.sessions import Sessions

ACCOUNT = "AC" + "0" * 32
ADDRESS = "http://practice.invalid"


class PracticeClock:
    """The time on the practice line: now, or later by as much as somebody has let pass."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


class PracticeLine:
    """Answers texts from the draft."""

    def __init__(self, config: Config, redis_url: str, data: Path) -> None:
        """`data`: for the keys of the day of this line alone."""
        token = secrets.token_hex(16)
        self.config = replace(
            config, public_url=ADDRESS, account_sid=ACCOUNT, auth_tokens=(token,), redis_url=redis_url,
            jobs_redis_url=redis_url, data=data,
        )  # fmt: skip
        self.clock = PracticeClock()
        self._signatures = Signatures((token,))
        client = connect(redis_url, answer_seconds=PATIENT_SECONDS)
        self._releases = Releases(client, keep_seconds=config.release_keep_seconds)
        registry = Registry(config.secrets, DayKeys(self.config.keys_folder))
        self._sessions = Sessions(client, registry, idle_seconds=1, max_seconds=1)
        self._built: Library | None = None
        self._publishing = threading.Lock()

    @cached_property
    def _app(self) -> Flask:
        """Made when it is first needed: there is something published then."""
        return create_app(self.config, self.clock, self._at_hand)

    def serve(self, library: Library, checked: Checked) -> None:
        """Make a draft live here, at once."""
        with self._publishing:
            self._built = library
            live = self._releases.live()
            entry = Entry(
                number=(live.number if live else 0) + 1, digest=library.digest, at=datetime.now(UTC), by="practice"
            )  # fmt: skip
            self._releases.publish(checked.canonical, entry)
            self._app.test_client().get("/readyz")  # it looks which release is live

    def text(self, form: Mapping[str, str]) -> str | None:
        """Post a text as Twilio does, signed. Returns what the person would get; None: no answer."""
        form = {"AccountSid": ACCOUNT, "To": "+999", **form}
        signed = {"X-Twilio-Signature": self._signatures.sign(ADDRESS + INBOUND, form)}
        response = self._app.test_client().post(INBOUND, data=form, headers=signed)
        return told(response.text) if response.status_code == 200 else None

    def session(self, channel: str, address: str) -> Session | None:
        """Where a person stands. Raises `StoreDown`."""
        return self._sessions.read(channel, address, "SM" + "f" * 32, self.clock()).session

    def _at_hand(self, digest: str) -> Library | None:
        """A published draft was built once already, when it was checked."""
        return self._built if self._built and self._built.digest == digest else None
