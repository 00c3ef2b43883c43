"""Sessions in a cluster, and behind Sentinels: the same store by another address, also when a server dies.

Apart from the other faults because these servers are not ours: what is proved is that our client finds the one that
takes over, and that nothing is lost which had arrived there.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest

from bot.config import ConfigError
from bot.engine.session import Session
from bot.privacy import DayKeys, Registry
from bot.store.client import connect
from bot.store.outbox import FORGET, Outbox, Wanted
from bot.store.releases import Entry, Live, Releases
from bot.store.sessions import Sessions, StoreDown
from tests.conftest import settings
from tests.faults.many import cluster, sentinels
from tests.processes import until

PEOPLE = [f"+1202555{number:04d}" for number in range(100, 160)]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BACK_SECONDS = 30


@pytest.mark.slow
@pytest.mark.parametrize("servers", [cluster, sentinels])
def test_a_server_dies_and_everybody_stays_where_they_are(servers, tmp_path):
    with servers(tmp_path) as (url, running):
        client = connect(url)
        sessions = Sessions(
            client, Registry((b"x" * 32, b"y" * 32), DayKeys(tmp_path / "keys")), idle_seconds=7200, max_seconds=86400
        )
        releases, outbox = Releases(client, keep_seconds=86400), Outbox(client)
        releases.publish(b"{}", Entry(number=1, digest="ab", at=NOW, by="test"))
        for number, address in enumerate(PEOPLE):
            _text(sessions, address, f"SM{number}", "hello")
        outbox.put(Wanted(FORGET, "SM99", 1))
        with contextlib.suppress(AttributeError):  # of one server that Sentinels watch there is one client
            client.wait(1, 1000)
        running[0].kill()

        until(lambda: _is_back(sessions, releases), BACK_SECONDS)

        found = [sessions.read("sms", address, f"SM{number}", NOW) for number, address in enumerate(PEOPLE)]
        assert [(one.duplicate, one.reply) for one in found] == [(True, "hello")] * len(PEOPLE)
        assert releases.live() == Live(1, "ab")
        about = {Wanted.of(entry).about for _, entries in outbox.waiting() for entry in entries}
        assert about == {f"SM{number}" for number in range(len(PEOPLE))} | {"SM99"}
        sessions.mark_unsure([one.contact for one in found])
        assert all(sessions.read("sms", address, "SMx", NOW).unsure for address in PEOPLE)
        assert sum(sessions.standing_at().values()) == len(PEOPLE)


def _text(sessions: Sessions, address: str, message_id: str, reply: str) -> None:
    record = sessions.read("sms", address, message_id, NOW)
    session = Session(started=int(NOW.timestamp() // 60))
    assert sessions.commit(record, session, message_id, reply, (Wanted(FORGET, message_id, 1),), NOW)


def _is_back(sessions: Sessions, releases: Releases) -> bool:
    """Whether everybody can be read and something written, wherever it lies."""
    try:
        sessions.probe()
        for address in PEOPLE:
            sessions.mark_unsure([])
            sessions.read("sms", address, "SMy", NOW)
        return releases.live() is not None
    except StoreDown:
        return False


def test_a_cluster_of_which_nobody_answers_is_a_store_that_is_down():
    with pytest.raises(StoreDown):
        connect("redis+cluster://127.0.0.1:9")


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("REDIS_URL", "redis+cluster://127.0.0.1:7000", "JOBS_REDIS_URL is missing"),
        ("REDIS_URL", "redis+sentinel://127.0.0.1:26379", "does not end with the name"),
        ("REDIS_URL", "redis+sentinel://127.0.0.1/line", "without its port"),
        ("JOBS_REDIS_URL", "redis+cluster://127.0.0.1:7000", "is not an address"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(setting, value, why, tmp_path):
    with pytest.raises(ConfigError, match=why):
        settings("redis://127.0.0.1", tmp_path, **{setting: value})


def test_a_cluster_is_for_the_sessions_and_the_jobs_lie_elsewhere(tmp_path):
    found = settings("redis+cluster://a:7000,b:7001", tmp_path, JOBS_REDIS_URL="redis+sentinel://a:1,b:2/line")

    assert found.redis_url == "redis+cluster://a:7000,b:7001"
