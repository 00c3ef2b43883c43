"""Sessions in a cluster, and behind Sentinels: the same store by another address, also when a server dies.

Apart from the other faults because these servers are not ours: what is proved is that our client finds the one that
takes over, and that nothing is lost which had arrived there.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from datetime import UTC, datetime

import pytest

from bot.config import ConfigError
from bot.doctor.place import Place
from bot.doctor.stores import look
from bot.engine.session import Session
from bot.metrics import metrics
from bot.privacy import DayKeys, Registry
from bot.queue import standing
from bot.store.client import connect
from bot.store.counts import Counts
from bot.store.health import health
from bot.store.keys import names
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


def test_a_sentinel_that_is_away_is_not_waited_for(tmp_path):
    """The library asks each four times, with pauses that grow: half a minute, in which people would wait."""
    with socket.create_server(("127.0.0.1", 0)) as away:
        asked = _asked(away, f"redis+sentinel://127.0.0.1:{away.getsockname()[1]}/line")

    assert asked <= 4  # a command and a connection are each tried twice


def _asked(away: socket.socket, url: str) -> int:
    """How often somebody knocks who wants to know one thing, at a door that shuts at once."""
    knocks: list[None] = []

    def shut() -> None:
        with contextlib.suppress(OSError):
            while True:
                away.accept()[0].close()
                knocks.append(None)

    threading.Thread(target=shut, daemon=True).start()
    with pytest.raises(StoreDown):
        Releases(connect(url), keep_seconds=86400).live()
    return len(knocks)


@pytest.mark.slow
def test_doctor_looks_at_every_server_of_a_cluster_and_says_when_a_part_is_gone(tmp_path):
    with cluster(tmp_path) as (url, running):
        place = Place(config=settings(url, tmp_path, JOBS_REDIS_URL=url.replace("+cluster", "").split(",")[0]))
        for server in running[:3]:
            server.client.config_set("slowlog-log-slower-than", -1)
        assert [one.code for one in look(place) if one.about["store"] == "store of the sessions"] == []

        running[1].client.config_set("maxmemory-policy", "allkeys-lru")
        running[2].client.config_set("maxmemory-policy", "allkeys-lru")
        assert [one.code for one in look(place) if one.about["store"] == "store of the sessions"] == [304]


@pytest.mark.slow
@pytest.mark.parametrize("servers", [cluster, sentinels])
def test_everybody_who_asks_learns_that_all_of_them_are_gone(servers, tmp_path):
    with servers(tmp_path) as (url, running):
        client = connect(url)
        for server in running:
            server.kill()

        for ask in (
            lambda: health(url),
            lambda: standing(url, url, 0),
            lambda: metrics(Counts(client), release=1, dollars=0, now=NOW),
            lambda: list(names(connect(url))),
            Sessions(
                client, Registry((b"x" * 32,), DayKeys(tmp_path / "keys")), idle_seconds=7200, max_seconds=86400
            ).probe,
        ):
            with pytest.raises(StoreDown):
                ask()


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
