"""What Twilio is to delete outside a turn: kept while the store is away, handed on by itself when it is back."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from bot.embedded import running
from bot.forgetting import FORGET_AFTER_SECONDS, UNFINISHED_SECONDS, Forgetting
from bot.outage import Outage
from bot.privacy import DayKeys, Registry
from bot.store.client import connect
from bot.store.outbox import Outbox, Wanted
from bot.store.sessions import Sessions
from tests.conftest import NOON
from tests.processes import until

IDS = [f"SM{number:032x}" for number in range(3)]


def parts(url: str, folder: Path) -> tuple[Outbox, Outage]:
    """What it stands on, with a server of its own."""
    client = connect(url)
    sessions = Sessions(client, Registry((b"x" * 40,), DayKeys(folder)), idle_seconds=7200, max_seconds=86400)
    return Outbox(client), Outage(sessions, waiting_seats=1)


@pytest.mark.slow
def test_what_came_while_the_store_was_frozen_is_handed_on_by_itself(tmp_path):
    with running(tmp_path) as server:
        outbox, outage = parts(server.url, tmp_path / "keys")
        forgetting = Forgetting(outbox, outage, lambda: NOON)
        forgetting.watch()
        os.kill(server.pid, signal.SIGSTOP)
        try:
            forgetting.reported(IDS[0], done=True)
            forgetting.reported(IDS[1], done=False)
            forgetting.answered_without_the_store(IDS[2], "sms 1 2")
            assert outage.is_down
        finally:
            os.kill(server.pid, signal.SIGCONT)

        def handed_on() -> bool:
            """What the frozen store was asked for may arrive a second time: harmless, everything is kept by its id."""
            return {Wanted.of(entry) for _, entries in outbox.waiting() for entry in entries} == wanted

        now = int(NOON.timestamp())
        wanted = {
            Wanted("forget", IDS[0], now + FORGET_AFTER_SECONDS),
            Wanted("forget", IDS[1], now + UNFINISHED_SECONDS),
            Wanted("forget", IDS[2], now + FORGET_AFTER_SECONDS),
            Wanted("spent", "sms 1 2", now),
        }
        until(handed_on)


def test_nobody_waits_for_the_store_on_the_way_of_the_fallback_text(tmp_path):
    """It is not even there."""
    outbox, outage = parts(f"unix://{tmp_path}/nowhere.sock", tmp_path / "keys")
    Forgetting(outbox, outage, lambda: NOON).answered_without_the_store(IDS[0], "sms 1 2")

    assert not outage.is_down, "the store was asked"
