"""The relay between the outboxes and the worker: nothing lost, nothing doubled, whatever dies and whenever.

A real Valkey; a fault is a command that the server refuses, or a server that is not there.
"""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis, RedisError
from rq.job import Job

from bot.embedded import running
from bot.queue import (
    DUE,
    DUE_SECONDS,
    LEASE_SECONDS,
    PAUSE,
    SERIALIZER,
    SLOT_SECONDS,
    SWEEP_JOB,
    TRIES,
    WAITS,
    Due,
    Relay,
    line_queue,
)
from bot.store.client import connect
from bot.store.outbox import BUCKETS, FORGET, Outbox, Wanted, outbox_key
from tests.processes import until

NOW = 1_800_000_000


def message(number: int) -> str:
    return f"SM{number:032x}"


def due_at(jobs: Redis) -> dict[str, int]:
    """What is due, and when."""
    found: list[tuple[bytes, float]] = jobs.zrange(DUE, 0, -1, withscores=True)  # type: ignore[assignment]
    return {id_.decode(): int(due) for id_, due in found}


def waiting(sessions: Redis) -> int:
    return sum(len(entries) for _, entries in Outbox(sessions).waiting())


def without_end(client: Redis) -> list[bytes]:
    """Keys that would stay for ever."""
    return [key for key in client.scan_iter() if client.ttl(key) == -1]


@pytest.fixture
def line(store: Redis) -> Relay:
    """A relay between two databases that happen to be one."""
    return Relay(store, store)


@pytest.fixture
def jobs_elsewhere() -> Iterator[Redis]:
    """A second server."""
    with tempfile.TemporaryDirectory(prefix="jobs-") as folder, running(Path(folder)) as server:
        yield connect(server.url)


def test_what_waits_in_an_outbox_becomes_due_and_leaves_it(store, line):
    Outbox(store).put(Wanted(FORGET, message(1), NOW + 120))
    Outbox(store).put(Wanted(FORGET, message(2), NOW + 90))

    handed = line.run_once(NOW)

    assert (handed, waiting(store)) == (2, 0)
    assert due_at(store) == {message(1): NOW + 120, message(2): NOW + 90}


def test_nothing_is_handed_on_where_nothing_waits(store, line):
    assert line.run_once(NOW) == 0
    assert list(store.scan_iter()) == []


def test_the_earliest_of_several_times_counts_whatever_their_order(store, line):
    """Twilio reports on a reply several times, and not always in order."""
    outbox = Outbox(store)
    outbox.put(Wanted(FORGET, message(1), NOW + 120))
    outbox.put(Wanted(FORGET, message(1), NOW + 6 * 3600))
    line.run_once(NOW)
    outbox.put(Wanted(FORGET, message(1), NOW + 7 * 3600))
    line.run_once(NOW)

    assert due_at(store) == {message(1): NOW + 120}


def test_a_relay_that_comes_late_removes_nothing_that_it_has_not_read(store):
    """Another relay has emptied the list meanwhile, and what comes first in it looks the same."""
    key = outbox_key("7f")
    same, new = Wanted(FORGET, message(1), NOW).plain, Wanted(FORGET, message(2), NOW).plain
    store.rpush(key, same, same)
    late = store.lrange(key, 0, -1)
    Outbox(store).taken("7f", late)
    store.rpush(key, same, new)

    Outbox(store).taken("7f", late)

    assert store.lrange(key, 0, -1) == [new.encode()]


STRANGE = [
    b"nonsense",
    b"[]",
    b'["forget"]',
    b"17",
    b'["forget", ["x"], 5]',
    b'["forget", "x", "tomorrow"]',
    b'["forget", "x", true]',
    b'["dance", "x", 5]',
]


@pytest.mark.parametrize("entry", STRANGE)
def test_an_entry_that_nobody_understands_does_not_hold_up_those_behind_it(store, line, caplog, entry):
    store.rpush(outbox_key("7f"), entry, Wanted(FORGET, message(1), NOW).plain)

    line.run_once(NOW - 1)

    assert (due_at(store), waiting(store)) == ({message(1): NOW}, 0)
    assert [record.getMessage() for record in caplog.records] == [
        "an outbox wants what nobody knows how to do; dropped"
    ]


# Whatever dies, whenever: the relay dies at each of the commands that it needs, and another one goes on.

COMMANDS = ("lrange", "zadd", "expire", "lrem", "evalsha", "zcount", "exists", "hset", "rpush", "sadd")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_relay_that_dies_at_a_command_loses_and_doubles_nothing(store, valkey, command):
    """The server refuses one command to one user: everything before it has happened, nothing after it."""
    outbox = Outbox(store)
    for number in range(5):
        outbox.put(Wanted(FORGET, message(number), NOW))
    store.acl_setuser("relay", enabled=True, nopass=True, keys=["*"], channels=["*"], categories=["+@all"])
    store.acl_setuser("relay", enabled=True, commands=[f"-{command}"], reset=False)
    limited = Redis.from_url(valkey.replace("unix://", "unix://relay:any@"))
    try:
        with pytest.raises(RedisError):
            Relay(limited, limited).run_once(NOW)
    finally:
        limited.close()
        store.acl_deluser("relay")

    assert len(due_at(store)) + waiting(store) >= 5, "nothing may be in neither place"
    Relay(store, store).run_once(NOW + SLOT_SECONDS)
    assert (due_at(store), waiting(store)) == ({message(number): NOW for number in range(5)}, 0)
    assert line_queue(store).job_ids[-1] == f"forget-{NOW // SLOT_SECONDS + 1}"


def test_a_relay_that_dies_between_arriving_and_leaving_doubles_nothing(store, line):
    """The same in words: what is handed on a second time changes nothing."""
    outbox = Outbox(store)
    outbox.put(Wanted(FORGET, message(1), NOW))
    Due(store).add({message(1): NOW})

    line.run_once(NOW)

    assert (due_at(store), waiting(store)) == ({message(1): NOW}, 0)


def test_the_outbox_keeps_what_it_has_while_the_jobs_redis_is_away(store, tmp_path):
    Outbox(store).put(Wanted(FORGET, message(1), NOW))
    away = connect(f"unix://{tmp_path}/nobody.sock")

    with pytest.raises(RedisError):
        Relay(store, away).run_once(NOW)

    assert waiting(store) == 1


def test_two_relays_at_once_lose_and_double_nothing(store, valkey):
    """While a web process goes on filling the outboxes."""
    stop = threading.Event()
    relays = [
        threading.Thread(target=_relay_until, args=(Relay(connect(valkey), connect(valkey)), stop)) for _ in range(2)
    ]
    for relay in relays:
        relay.start()
    outbox = Outbox(store)
    for number in range(2000):
        outbox.put(Wanted(FORGET, message(number), NOW + 9))
    stop.set()
    for relay in relays:
        relay.join()
    Relay(store, store).run_once(NOW)

    assert due_at(store) == {message(number): NOW + 9 for number in range(2000)}
    assert waiting(store) == 0


def _relay_until(relay: Relay, stop: threading.Event) -> None:
    while not stop.is_set():
        relay.run_once(NOW)


def test_the_jobs_may_live_on_another_redis_than_the_sessions(store, jobs_elsewhere):
    Outbox(store).put(Wanted(FORGET, message(1), NOW))

    Relay(store, jobs_elsewhere).run_once(NOW)

    assert list(store.scan_iter()) == []
    assert due_at(jobs_elsewhere) == {message(1): NOW}
    assert line_queue(jobs_elsewhere).count == 1
    assert without_end(jobs_elsewhere) == []


# The loop


def test_the_loop_goes_on_after_a_store_that_was_away_and_after_anything_else(store, valkey, caplog):
    """One outbox of a wrong type (the server's error) and one entry that breaks the reader (anything else)."""
    stop = threading.Event()
    store.set(outbox_key("00"), b"not a list", ex=60)
    relay = Relay(connect(valkey), connect(valkey))
    thread = threading.Thread(target=relay.run_forever, args=(stop,))
    thread.start()
    try:
        until(lambda: any("waits for the store" in record.getMessage() for record in caplog.records))
        relay._outbox = object()  # type: ignore[assignment]  # no part of ours fails so; the loop must not care
        until(lambda: any("trying again" in record.getMessage() for record in caplog.records))
        relay._outbox = Outbox(store)
        store.delete(outbox_key("00"))
        Outbox(store).put(Wanted(FORGET, message(1), NOW))
        until(lambda: due_at(store) == {message(1): NOW})
    finally:
        stop.set()
        thread.join()


# The sweep that is called for


def test_no_sweep_is_called_for_before_anything_is_due(store, line):
    Due(store).add({message(1): NOW + 1})

    line.run_once(NOW)

    assert line_queue(store).job_ids == []


def test_one_sweep_is_called_for_however_often_and_by_however_many(store, line):
    Due(store).add({message(1): NOW})

    for _ in range(3):
        line.run_once(NOW)
        Relay(store, store).run_once(NOW)

    assert line_queue(store).job_ids == [f"forget-{NOW // SLOT_SECONDS}"]


def test_no_sweep_is_called_for_during_a_pause(store, line):
    Due(store).add({message(1): NOW})
    Due(store).pause(60)

    line.run_once(NOW)

    assert line_queue(store).job_ids == []
    assert store.ttl(PAUSE) == 60


@pytest.mark.parametrize("status", ["queued", "started", "failed", "stopped", "canceled"])
def test_a_sweep_that_never_ends_well_holds_up_the_next_one_for_one_slot_at_most(store, line, status):
    """RQ refuses a job with a known id in whatever state it is: one that failed would block all others for an hour."""
    Due(store).add({message(1): NOW})
    line.run_once(NOW)
    [job_id] = line_queue(store).job_ids
    store.hset(Job.key_for(job_id), "status", status)
    store.delete(line_queue(store).key)

    line.run_once(NOW + SLOT_SECONDS)

    assert line_queue(store).job_ids == [f"forget-{NOW // SLOT_SECONDS + 1}"]


def test_a_sweep_in_the_queue_holds_no_id_of_a_message_and_nothing_of_ours_in_clear(store, line):
    Outbox(store).put(Wanted(FORGET, message(1), NOW))
    line.run_once(NOW)
    job = Job.fetch(line_queue(store).job_ids[0], connection=store, serializer=SERIALIZER)

    assert (job.func_name, job.args, job.kwargs, job.description) == (SWEEP_JOB, [], {}, "-")
    assert [key for key in store.scan_iter("rq:*") if message(1).encode() in store.dump(key)] == []


def test_a_sweep_is_written_as_json_and_never_as_pickle(store, line):
    """A pickle runs code in the worker for whoever can write to the store."""
    import zlib

    Due(store).add({message(1): NOW})
    line.run_once(NOW)

    data = zlib.decompress(store.hget(Job.key_for(line_queue(store).job_ids[0]), "data"))
    assert json.loads(data) == [SWEEP_JOB, None, [], {}]


def test_everything_that_the_relay_makes_expires(store, line):
    outbox = Outbox(store)
    outbox.put(Wanted(FORGET, message(1), NOW))
    outbox.put(Wanted(FORGET, message(2), NOW + 60))
    assert without_end(store) == []

    line.run_once(NOW)

    assert without_end(store) == []
    assert store.ttl(DUE) == DUE_SECONDS


def test_the_function_of_the_job_exists_and_takes_no_argument():
    module, _, name = SWEEP_JOB.rpartition(".")

    assert not inspect.signature(getattr(importlib.import_module(module), name)).parameters


# What is due


def test_a_lease_takes_the_oldest_and_leaves_what_is_not_due(store):
    due = Due(store)
    due.add({message(1): NOW - 5, message(2): NOW - 9, message(3): NOW, message(4): NOW + 1})

    lease = due.lease(NOW, 2)

    assert lease.due == {message(2): NOW - 9, message(1): NOW - 5}
    assert due.lease(NOW, 9).due == {message(3): NOW}


def test_a_lease_that_nobody_settles_comes_back(store):
    """A sweep was killed."""
    due = Due(store)
    due.add({message(1): NOW})
    due.lease(NOW, 9)

    assert due.lease(NOW + LEASE_SECONDS - 1, 9).due == {}
    assert set(due.lease(NOW + LEASE_SECONDS, 9).due) == {message(1)}


def test_a_settled_lease_forgets_puts_off_and_gives_back(store):
    due = Due(store)
    due.add({message(1): NOW, message(2): NOW - 1, message(3): NOW - 2})
    lease = due.lease(NOW, 9)

    given_up = due.settle(lease, done=[message(1)], later=[message(2)], now=NOW)

    assert given_up == []
    assert due_at(store) == {message(2): NOW + WAITS[0], message(3): NOW - 2}


def test_what_was_called_for_anew_during_a_lease_keeps_the_new_time(store):
    """Twilio was busy with it a moment ago, and has reported since that it is done: no need to wait for seven days."""
    due = Due(store)
    due.add({message(1): NOW})
    lease = due.lease(NOW, 9)
    due.add({message(1): NOW + 120})

    due.settle(lease, done=[], later=[message(1)], now=NOW)

    assert due_at(store) == {message(1): NOW + 120}


def test_a_message_that_twilio_is_busy_with_is_tried_for_two_weeks_and_then_given_up(store):
    due = Due(store)
    due.add({message(1): NOW})
    now, tried = NOW, []
    given_up: list[str] = []
    while not given_up:
        lease = due.lease(now, 9)
        assert set(lease.due) == {message(1)}
        tried.append(now - NOW)
        given_up = due.settle(lease, done=[], later=[message(1)], now=now)
        now = due_at(store).get(message(1), 0)

    hours, days = 3600, 86400
    in_between = (0, 300, 2100, 2100 + 6 * hours)
    assert tried[:4] == list(in_between)
    assert tried[4:] == [2100 + 6 * hours + days * each for each in (1, 3, 7, 14)]
    assert list(store.scan_iter("line:*")) == []


def test_settling_twice_changes_nothing_the_second_time(store):
    """A reply of the server may be lost on the way; the client then sends the script again."""
    due = Due(store)
    due.add({message(number): NOW for number in range(3)})
    lease = due.lease(NOW, 9)
    due.settle(lease, done=[message(1)], later=[message(2)], now=NOW)
    once = due_at(store)

    again: list[str | int] = [lease.until, message(1), "", "", message(2), NOW + WAITS[0], 1, message(0), NOW, ""]
    due._settle(keys=[DUE, TRIES], args=again)

    assert (due_at(store), store.hgetall(TRIES)) == (once, {message(2).encode(): b"1"})


def test_what_was_in_vain_for_sixteen_days_is_dropped_aloud(store, line, caplog):
    """Credentials were never set, say: the ids of messages must not pile up for ever."""
    Due(store).add({message(1): NOW - DUE_SECONDS, message(2): NOW - DUE_SECONDS + 1})

    with caplog.at_level(logging.ERROR):
        line.run_once(NOW)

    assert due_at(store) == {message(2): NOW - DUE_SECONDS + 1}
    assert "1 messages were not deleted at Twilio in time" in caplog.text


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from("pra"), st.integers(0, 5), st.integers(0, 50)), max_size=30))
def test_whatever_the_order_every_wanted_id_becomes_due_at_its_earliest_time(store, steps):
    """p: a web process wants one; r: a relay runs; a: another one has read, arrives late and removes what it read."""
    store.flushall()
    outbox, due, relay = Outbox(store), Due(store), Relay(store, store)
    earliest: dict[str, int] = {}
    read: list[tuple[str, list[bytes]]] = []
    for step, number, after in steps:
        if step == "p":
            outbox.put(Wanted(FORGET, message(number), NOW + after))
            earliest[message(number)] = min(NOW + after, earliest.get(message(number), NOW + after))
        elif step == "r":
            relay.run_once(0)
        else:
            for bucket, entries in read:
                due.add({job.about: job.due for job in map(Wanted.of, reversed(entries))})
                outbox.taken(bucket, entries)
            read = outbox.waiting()
    relay.run_once(0)

    assert due_at(store) == earliest
    assert set(BUCKETS) >= {bucket for bucket, _ in read}
