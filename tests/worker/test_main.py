"""The worker as a process of its own: does its work, outlives its store, stops soon, and tells nothing."""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue

from bot.queue import DUE, SERIALIZER, SLOT_SECONDS, Due, expire_rq_keys, line_queue
from bot.store.outbox import FORGET, Outbox, Wanted
from tests.faults.servers import Valkey
from tests.processes import until
from tests.twilio_mock import TwilioMock
from tests.web import Running, free_port

LONG_AGO = int(time.time()) - 3600
WITH_TWILIO_HERE = ("-m", "tests.faults.worker")
STOP_SECONDS = 10
"""Twice what a request to Twilio may take; the tests need much less."""


def message(number: int) -> str:
    return f"SM{number:032x}"


def messages(count: int) -> set[str]:
    return {message(number) for number in range(count)}


@pytest.fixture(scope="module")
def _valkey() -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="worker-") as folder:
        valkey = Valkey(Path(folder))
        yield valkey
        valkey.end()


@pytest.fixture
def valkey(_valkey: Valkey) -> Iterator[Valkey]:
    """Running and empty."""
    _valkey.client.flushall()
    yield _valkey
    if _valkey.server.has_died():
        _valkey.start()


@pytest.fixture
def start(valkey: Valkey, twilio: TwilioMock, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts workers that call the Twilio on this machine."""
    started: list[Running] = []

    def begin(*arguments: str, **env: str) -> Running:
        command = arguments or (*WITH_TWILIO_HERE, twilio.url)
        env = {"REDIS_URL": valkey.url, "HOTLINE_DATA": str(tmp_path), **env}
        started.append(Running(tmp_path, *command, **env))
        return started[-1]

    yield begin
    for worker in started:
        worker.end()


def without_end(client: Redis) -> set[bytes]:
    return {key for key in client.scan_iter() if client.ttl(key) == -1}


def test_what_the_web_process_wants_is_deleted_at_twilio(valkey, twilio, start):
    Outbox(valkey.client).put(Wanted(FORGET, message(1), LONG_AGO))
    start()
    until(lambda: twilio.deleted == messages(2) - {message(0)}, 15)

    Outbox(valkey.client).put(Wanted(FORGET, message(0), int(time.time()) + 1))
    until(lambda: twilio.deleted == messages(2), 15)
    until(lambda: not list(valkey.client.scan_iter("line:*")), 5)
    assert sorted(twilio.asked) == sorted(messages(2))


def test_a_worker_that_waits_stops_at_once_and_leaves_nothing_behind(valkey, start):
    worker = start()
    until(lambda: valkey.client.exists("rq:workers"), 15)

    worker.process.send_signal(signal.SIGTERM)

    assert worker.process.wait(STOP_SECONDS) == 0
    assert not valkey.client.exists("rq:workers", "rq:workers:line")
    assert without_end(valkey.client) == set()


def test_a_worker_that_is_told_to_stop_in_a_sweep_gives_back_what_it_has_not_asked_for(valkey, twilio, start):
    twilio.latency = 0.05
    Due(valkey.client).add(dict.fromkeys(messages(3000), LONG_AGO))
    worker = start()
    until(lambda: len(twilio.deleted) > 100, 15)

    worker.process.send_signal(signal.SIGTERM)

    assert worker.process.wait(STOP_SECONDS) == 0
    left = {id_.decode(): int(due) for id_, due in valkey.client.zrange(DUE, 0, -1, withscores=True)}
    assert left == dict.fromkeys(messages(3000) - twilio.deleted, LONG_AGO)
    assert left


@pytest.mark.slow
def test_a_worker_killed_in_a_sweep_holds_up_the_next_one_for_one_slot_at_most(valkey, twilio, start):
    """What the dead one held comes back with its lease; here that time is made to pass. All others go on."""
    twilio.latency = 0.02
    Due(valkey.client).add(dict.fromkeys(messages(2500), LONG_AGO))
    worker = start()
    until(lambda: len(twilio.deleted) > 100, 15)
    worker.process.kill()
    worker.process.wait()
    leased = valkey.client.zrangebyscore(DUE, LONG_AGO + 1, "+inf")
    valkey.client.zadd(DUE, dict.fromkeys(leased, LONG_AGO))

    start()
    until(lambda: twilio.deleted == messages(2500), 15 + SLOT_SECONDS)

    until(lambda: not list(valkey.client.scan_iter("line:*")), 5)


def test_a_worker_outlives_its_store(valkey, twilio, start):
    worker = start()
    until(lambda: valkey.client.exists("rq:workers"), 15)
    for number in range(2):
        valkey.kill()
        time.sleep(0.5)
        valkey.start()
        Outbox(valkey.client).put(Wanted(FORGET, message(number), LONG_AGO))
        until(partial(_is_done, valkey.client, twilio, number), 15 + SLOT_SECONDS)

    assert worker.process.poll() is None


def _is_done(client: Redis, twilio: TwilioMock, number: int) -> bool:
    """Deleted there, and forgotten here."""
    return message(number) in twilio.deleted and not client.exists(DUE)


def test_a_worker_whose_store_is_away_stops_all_the_same(valkey, start):
    worker = start()
    until(lambda: valkey.client.exists("rq:workers"), 15)
    valkey.kill()
    until(lambda: "waits for the store" in worker.said, 10)

    worker.process.send_signal(signal.SIGTERM)

    assert worker.process.wait(STOP_SECONDS) == 0


def test_a_worker_may_start_before_its_store(valkey, twilio, start):
    Due(valkey.client).add({message(1): LONG_AGO})
    valkey.kill()
    worker = start()
    until(lambda: "waits for the store" in worker.said, 15)

    valkey.start()

    until(lambda: twilio.deleted == {message(1)}, 15)


def test_a_worker_waits_for_a_cluster_that_is_away(valkey, start):
    worker = start(REDIS_URL=f"redis+cluster://127.0.0.1:{free_port()}", JOBS_REDIS_URL=valkey.url)
    until(lambda: worker.said.count("waits for the store: no server of the cluster answers") > 1, 15)

    worker.process.send_signal(signal.SIGTERM)

    assert worker.process.wait(STOP_SECONDS) == 0
    assert "Traceback" not in worker.said


def test_without_credentials_the_worker_says_so_once_and_keeps_what_is_due(valkey, twilio, start):
    Due(valkey.client).add({message(1): LONG_AGO})
    worker = start("-m", "worker", TWILIO_ACCOUNT_SID="", TWILIO_AUTH_TOKEN="")
    until(lambda: "no Twilio credentials" in worker.said, 15)
    time.sleep(1.5)

    assert worker.said.count("no Twilio credentials") == 1
    assert [id_.decode() for id_ in valkey.client.zrange(DUE, 0, -1)] == [message(1)]
    assert twilio.asked == []


def test_a_new_start_ends_a_pause(valkey, twilio, start):
    """Somebody has just repaired the credentials, and does not want to wait."""
    Due(valkey.client).add({message(1): LONG_AGO})
    Due(valkey.client).pause(600)
    start()

    until(lambda: twilio.deleted == {message(1)}, 15)


def test_wrong_settings_are_named_and_nothing_starts(start):
    worker = start("-m", "worker", PUBLIC_URL="nowhere", TWILIO_ACCOUNT_SID="XY")

    assert worker.process.wait(STOP_SECONDS) == 2
    assert worker.said.startswith("Some settings are wrong:\nPUBLIC_URL is not")
    assert "TWILIO_ACCOUNT_SID is not AC followed by" in worker.said


def test_every_key_expires_while_the_worker_works_and_after_a_job_has_failed(valkey, twilio, start):
    """RQ's own keys, too: a job that runs, the worker's entry, a failed job and what it says of its failure.

    RQ makes a key and we give it an end in the next command: what has none is looked at again a moment later.
    """
    twilio.latency = 0.05
    Due(valkey.client).add(dict.fromkeys(messages(400), LONG_AGO))
    start()
    until(lambda: bool(twilio.deleted), 15)
    _enqueue(line_queue(valkey.client), "worker.jobs.that_nobody_wrote")
    found: set[bytes] = set()
    while len(twilio.deleted) < 400:
        found |= _twice_without_end(valkey.client)
    until(lambda: line_queue(valkey.client).failed_job_registry.count == 1, 10)
    time.sleep(0.2)

    assert found | _twice_without_end(valkey.client) == set()
    assert {key.decode().rpartition(":")[0] for key in valkey.client.scan_iter("rq:results:*")} == {"rq:results"}


def _twice_without_end(client: Redis) -> set[bytes]:
    first = without_end(client)
    time.sleep(0.05)
    return first & without_end(client)


def _enqueue(queue: Queue, function: str) -> None:
    queue.enqueue_call(function, ("SM" + "e" * 32, "+12025550143"), description="Rosalba", ttl=60, failure_ttl=60)
    expire_rq_keys(queue.connection, queue)


def test_the_worker_names_neither_what_it_works_on_nor_why_it_failed(valkey, twilio, start):
    """Nothing of ours queues a job with such arguments. If something ever does, the log still does not tell."""
    Due(valkey.client).add(dict.fromkeys(messages(5), LONG_AGO))
    _enqueue(line_queue(valkey.client), "worker.jobs.that_nobody_wrote")
    worker = start()
    until(lambda: len(twilio.deleted) == 5 and "exception raised" in worker.said, 15)
    worker.process.terminate()
    worker.process.wait(STOP_SECONDS)

    assert "Twilio has deleted 5 messages" in worker.said
    assert [word for word in ("2025550143", "Rosalba", message(3), "e" * 32) if word in worker.said] == []


def test_a_pickled_job_runs_no_code(valkey, twilio, start, tmp_path):
    """Whoever can write to the store would otherwise own the worker."""
    marker = tmp_path / "owned"
    queue = Queue("line", connection=valkey.client)  # RQ's own default: pickle
    queue.enqueue_call("pathlib.Path.touch", (marker,), failure_ttl=60)
    assert SERIALIZER == "json"
    start()
    Due(valkey.client).add({message(1): LONG_AGO})
    until(lambda: twilio.deleted == {message(1)}, 15 + SLOT_SECONDS)

    assert not marker.exists()
