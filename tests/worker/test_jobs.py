"""The jobs, with a real Valkey and a Twilio that is a real HTTP server on this machine."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace

import pytest
from redis import Redis, RedisError

from bot.config import CHECKOUT, Config
from bot.queue import DUE, LEASE_SECONDS, PAUSE, TRIES, WAITS, Due
from bot.store.client import connect
from tests.processes import until
from tests.twilio_mock import BUSY, DELETED, NOT_ALLOWED, TOO_MANY, Answer, TwilioMock
from worker import jobs
from worker.jobs import BATCH, FEWEST_THREADS, REFUSED_SECONDS, SLOWER_SECONDS, Pace, sweep
from worker.sender import Sender

LONG_AGO = 1_000_000_000


def message(number: int) -> str:
    return f"SM{number:032x}"


def messages(count: int) -> set[str]:
    return {message(number) for number in range(count)}


def due_at(store: Redis) -> dict[str, int]:
    found: list[tuple[bytes, float]] = store.zrange(DUE, 0, -1, withscores=True)  # type: ignore[assignment]
    return {id_.decode(): int(due) for id_, due in found}


@pytest.fixture
def due(store: Redis) -> Due:
    """What is due, empty."""
    return Due(store)


@pytest.fixture
def sender(config: Config, twilio: TwilioMock) -> Sender:
    """Our credentials, and the Twilio on this machine."""
    return Sender(config, threads=8, base_url=twilio.url)


@pytest.fixture
def pace() -> Pace:
    return Pace(8)


def test_what_is_due_is_deleted_at_twilio_and_forgotten_here(store, due, sender, pace, twilio):
    due.add(dict.fromkeys(messages(20), LONG_AGO))

    done = sweep(due, sender, pace)

    assert (done, twilio.deleted) == (20, messages(20))
    assert list(store.scan_iter("line:*")) == []


def test_what_is_not_due_yet_is_left_alone(due, sender, pace, twilio):
    due.add({message(1): int(time.time()) + 100})

    assert (sweep(due, sender, pace), twilio.asked) == (0, [])


def test_a_sweep_takes_requests_that_twilios_own_document_accepts(due, config, pace, strict_twilio):
    due.add(dict.fromkeys(messages(20), LONG_AGO))

    sweep(due, Sender(config, threads=8, base_url=strict_twilio.url), pace)

    assert (strict_twilio.refused, strict_twilio.deleted) == ([], messages(20))


def test_requests_run_at_once_and_no_more_than_there_are_threads(due, sender, pace, twilio):
    twilio.latency = 0.02
    due.add(dict.fromkeys(messages(60), LONG_AGO))

    sweep(due, sender, pace)

    assert 1 < twilio.busiest <= 8


def test_a_message_that_twilio_is_busy_with_is_asked_for_again_later(store, due, sender, pace, twilio):
    twilio.script[message(1)] = [BUSY]
    due.add(dict.fromkeys(messages(3), LONG_AGO))
    before = int(time.time())

    done = sweep(due, sender, pace)

    assert (done, twilio.deleted) == (2, {message(0), message(2)})
    again = due_at(store)[message(1)]
    assert before + WAITS[0] <= again <= time.time() + WAITS[0]
    assert store.hgetall(TRIES) == {message(1).encode(): b"1"}


def test_a_message_that_twilio_never_deletes_is_named_in_the_log_at_the_end(store, due, sender, pace, twilio, caplog):
    """By its id, which is what Twilio's support asks for, and by nothing else."""
    twilio.always = BUSY
    due.add({message(1): LONG_AGO})
    store.hset(TRIES, message(1), len(WAITS))

    sweep(due, sender, pace)

    assert list(store.scan_iter("line:*")) == []
    assert [record.getMessage() for record in caplog.records] == [
        f"gave up on message {message(1)} (code 20009): Twilio did not delete it"
    ]


def test_a_sweep_slows_down_where_twilio_asks_for_it(store, due, sender, pace, twilio):
    """Nothing more is asked for, nothing counts as tried, and the next sweep comes after a pause with fewer threads."""
    twilio.always = TOO_MANY
    due.add(dict.fromkeys(messages(200), LONG_AGO))

    done = sweep(due, sender, pace)

    assert done == 0
    assert len(twilio.asked) <= 8
    assert due_at(store) == dict.fromkeys(messages(200), LONG_AGO)
    assert (store.exists(TRIES), store.ttl(PAUSE), pace.threads) == (0, SLOWER_SECONDS, 4)


def test_what_was_deleted_before_twilio_asked_to_slow_down_is_done(store, due, sender, twilio):
    twilio.script[message(5)] = [TOO_MANY]
    due.add({message(number): LONG_AGO + number for number in range(20)})

    done = sweep(due, sender, Pace(1))

    assert (done, twilio.deleted) == (5, messages(5))
    assert due_at(store) == {message(number): LONG_AGO + number for number in range(5, 20)}


def test_the_pace_never_falls_below_a_few_and_never_rises_above_its_start():
    pace = Pace(8)
    for _ in range(9):
        pace.slower()
    slowest = pace.threads
    for _ in range(9):
        pace.faster()

    assert (slowest, pace.threads) == (FEWEST_THREADS, 8)


def test_a_sweep_stops_where_twilio_refuses_our_credentials(store, due, sender, pace, twilio, caplog):
    """A thousand refusals a second would have Twilio close the account."""
    twilio.always = NOT_ALLOWED
    due.add(dict.fromkeys(messages(200), LONG_AGO))

    done = sweep(due, sender, pace)

    assert done == 0
    assert len(twilio.asked) <= 8
    assert due_at(store) == dict.fromkeys(messages(200), LONG_AGO)
    assert store.ttl(PAUSE) == REFUSED_SECONDS
    assert [record.getMessage() for record in caplog.records] == [
        "Twilio refuses our credentials (code 20003): check TWILIO_API_KEY and TWILIO_API_SECRET"
    ]


def test_a_sweep_that_is_told_to_stop_gives_back_what_it_has_not_asked_for(store, due, sender, twilio):
    stopping = threading.Event()
    twilio.latency = 0.02
    due.add(dict.fromkeys(messages(500), LONG_AGO))
    thread = threading.Thread(target=sweep, args=(due, sender, Pace(2)), kwargs={"stopping": stopping})
    thread.start()
    until(lambda: len(twilio.deleted) >= 3)
    stopping.set()
    thread.join()

    assert due_at(store) == dict.fromkeys(messages(500) - twilio.deleted, LONG_AGO)
    assert len(twilio.deleted) < 500


def test_a_sweep_ends_when_its_time_is_over(store, due, sender, twilio):
    twilio.latency = 0.05
    due.add(dict.fromkeys(messages(500), LONG_AGO))

    done = sweep(due, sender, Pace(2), seconds=0.2)

    assert 0 < done < 500
    assert due_at(store) == dict.fromkeys(messages(500) - twilio.deleted, LONG_AGO)


def test_a_twilio_that_hangs_costs_a_try_and_not_the_sweep(store, due, config, twilio):
    twilio.script[message(0)] = [Answer(hangs=True)]
    due.add(dict.fromkeys(messages(9), LONG_AGO))

    done = sweep(due, Sender(config, threads=3, base_url=twilio.url, timeout=0.3), Pace(3))

    assert (done, set(due_at(store))) == (8, {message(0)})


def test_a_killed_sweep_loses_nothing_and_asks_twice_only_for_what_it_had_asked_for(store, due, sender, pace, twilio):
    """It held ten, had deleted four of them, and could not say so any more. Twilio answers that those four are gone."""
    due.add(dict.fromkeys(messages(10), LONG_AGO))
    due.lease(time.time(), BATCH)
    for number in range(4):
        sender.delete_message(message(number))

    assert sweep(due, sender, pace) == 0, "the lease of the dead one still holds"
    store.zadd(DUE, {id_: time.time() - LEASE_SECONDS for id_ in due_at(store)})
    assert sweep(due, sender, pace) == 10
    assert (twilio.deleted, list(store.scan_iter("line:*"))) == (messages(10), [])
    assert Counter(twilio.asked) == {message(number): 2 if number < 4 else 1 for number in range(10)}


def test_two_sweeps_at_once_ask_for_nothing_twice(due, sender, twilio, valkey):
    twilio.latency = 0.005
    due.add(dict.fromkeys(messages(BATCH + 400), LONG_AGO))
    other = threading.Thread(target=sweep, args=(Due(connect(valkey)), sender, Pace(8)))
    other.start()
    sweep(due, sender, Pace(8))
    other.join()

    assert set(Counter(twilio.asked).values()) == {1}
    assert twilio.deleted == messages(BATCH + 400)


def test_a_sweep_ends_loudly_where_the_store_goes_away(due, sender, pace, store):
    """RQ keeps the failure for an hour; what was leased comes back."""
    due.add({message(1): LONG_AGO})
    store.rename(DUE, "elsewhere")
    store.set(DUE, b"not a set", ex=60)

    with pytest.raises(RedisError):
        sweep(due, sender, pace)


def test_every_key_expires_in_the_middle_of_a_sweep_and_after_it(store, due, sender, pace, twilio):
    seen: list[bytes] = []
    twilio.latency = 0.02
    twilio.script[message(3)] = [BUSY]
    due.add(dict.fromkeys(messages(40), LONG_AGO))
    thread = threading.Thread(target=sweep, args=(due, sender, pace))
    thread.start()
    while thread.is_alive():
        seen += [key for key in store.scan_iter() if store.ttl(key) == -1]
        time.sleep(0.005)

    assert seen == []
    assert sorted(store.scan_iter()) == [DUE.encode(), TRIES.encode()]
    assert all(store.ttl(key) > 0 for key in (DUE, TRIES))


@pytest.mark.slow
def test_ten_thousand_due_messages_are_worked_off(store, due, config, capsys):
    """The answers come from another process, 40 ms away, as on a raid day. The rate is printed, not judged."""
    script = (
        "import sys, time; from tests.twilio_mock import DELETED, TwilioMock; mock = TwilioMock(latency=0.04)\n"
        "mock.always = DELETED; print(mock.url, flush=True); sys.stdin.read()\n"
        "print(len(mock.asked), len(mock.deleted), flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        line = Sender(config, threads=jobs.THREADS, base_url=process.stdout.readline().strip())
        due.add(dict.fromkeys(messages(10_000), LONG_AGO))
        began, cpu = time.monotonic(), time.process_time()
        done = sweep(due, line, Pace(), seconds=60)
        took, cpu = time.monotonic() - began, time.process_time() - cpu
        process.stdin.close()
        asked = process.stdout.readline().split()
    with capsys.disabled():
        print(f"\n  {done / took:,.0f} deletes a second at 40 ms each, {cpu / done * 1e6:.0f} µs of CPU for each")

    assert (done, asked) == (10_000, ["10000", "10000"])
    assert list(store.scan_iter("line:*")) == []


# The job itself, as RQ calls it


@pytest.fixture
def environment(config: Config, monkeypatch: pytest.MonkeyPatch, twilio: TwilioMock) -> pytest.MonkeyPatch:
    """The settings of the job, which it reads from the environment, and nothing kept from another test."""
    monkeypatch.setenv("REDIS_URL", config.redis_url)
    monkeypatch.setenv("HOTLINE_SECRET", "tests-only-3f9a8c1e5d7b2460-tests-only")
    monkeypatch.setenv("HOTLINE_DATA", str(config.data))
    monkeypatch.setattr(jobs, "_base_url", twilio.url)
    for once in (jobs._sender, jobs._pace, jobs._say_once):
        once.cache_clear()
    return monkeypatch


def test_the_job_deletes_with_the_credentials_of_the_environment(environment, due, twilio, config):
    environment.setenv("TWILIO_ACCOUNT_SID", config.account_sid)
    environment.setenv("TWILIO_AUTH_TOKEN", "the-newest,the-one-before")
    due.add({message(1): LONG_AGO})

    jobs.forget_messages()

    assert (twilio.deleted, twilio.credentials) == ({message(1)}, {(config.account_sid, "the-newest")})


def test_without_credentials_the_job_says_so_once_and_does_nothing(environment, store, due, twilio, caplog):
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET"):
        environment.delenv(name, raising=False)
    due.add({message(1): LONG_AGO})

    for _ in range(3):
        jobs.forget_messages()

    assert [record.getMessage() for record in caplog.records] == [
        "no Twilio credentials: copies at Twilio are not deleted. Set TWILIO_API_KEY and TWILIO_API_SECRET."
    ]
    assert (twilio.asked, due_at(store)) == ([], {message(1): LONG_AGO})
    assert store.ttl(PAUSE) == REFUSED_SECONDS, "the relay need not call for this job twice a second"


def test_the_job_of_settings_without_an_api_key_can_still_call_twilio(config):
    assert config.can_call_twilio
    assert not replace(config, auth_tokens=()).can_call_twilio


def test_a_deleted_answer_that_came_late_is_not_a_second_delete(due, sender, twilio):
    """A callback may call for a message that is gone here and there: Twilio says so, and that is the end of it."""
    twilio.always = DELETED
    due.add({message(1): LONG_AGO})
    sweep(due, sender, Pace(1))
    twilio.always = None
    due.add({message(1): LONG_AGO})

    assert sweep(due, sender, Pace(1)) == 1
