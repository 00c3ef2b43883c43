"""The relay, and what is due: hands what lies in the outboxes to the worker's own memory and to RQ. No job lost, none
done twice.

Apart from the store because it looks at both sides: the outboxes beside the sessions, and the jobs' Redis, which may be
another server. An entry leaves its outbox only after it has arrived; arriving twice changes nothing, because everything
is kept under the id it is about. The webhook pays nothing for RQ.

Keys in the jobs' Redis, besides RQ's own under `rq:`; each expires:

    line:forget    ids of messages that Twilio is to delete, by due time    16 days after the last text
    line:tries     how often each of them was tried                         likewise
    line:pause     no sweep while this is there                             seconds or minutes
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from redis import Redis
from rq import Queue, Worker
from rq.exceptions import DuplicateJobError

from bot.store.client import AWAY, StoreDown, connect
from bot.store.counts import Counts, spending
from bot.store.outbox import FORGET, SPENT, Outbox, Wanted

QUEUE = "line"
"""One queue for each worker process: a worker that listens on two can lose a job between them (RQ uses BLPOP then)."""
SERIALIZER = "json"
"""Never pickle: whoever can write to the store could run code in the worker."""
DUE, TRIES, PAUSE = "line:forget", "line:tries", "line:pause"
DUE_SECONDS = 16 * 86400
"""Twilio may refuse for up to 14 days; after this an id is dropped, whatever happens."""
LEASE_SECONDS = 300
"""Ids taken by a sweep come back after this long, should it die."""
WAITS = (300, 1800, 6 * 3600, 86400, 2 * 86400, 4 * 86400, 7 * 86400)
"""Seconds until the next try, and so on: two weeks altogether, as long as Twilio may stay busy with a message."""

SWEEP_JOB = "worker.jobs.forget_messages"
SLOT_SECONDS = 10
"""One sweep can be called for in each slot. One that fails or is killed holds up the next no longer than this."""
JOB_SECONDS = 30
"""RQ ends a sweep that takes longer. A sweep ends by itself after `SLOT_SECONDS`, and a request or two."""
QUEUED_SECONDS = 600
"""A sweep that no worker has taken by then is dropped; others have been called for."""
KEPT_SECONDS = 3600
"""How long a failed sweep stays to be looked at. It holds no argument and no id of a message."""
RQ_KEY_SECONDS = 86400
RELAY_SECONDS = 0.5
AWAY_SECONDS = 1.0

_log = logging.getLogger("bot.queue")

_LEASE = """
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #due, 2 do redis.call('ZADD', KEYS[1], 'XX', ARGV[3], due[i]) end
return due
"""
_SETTLE = """
for i = 2, #ARGV, 3 do
  local id, due, tries = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if due == '' then
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
  else
    local stands = redis.call('ZSCORE', KEYS[1], id)
    if stands and tonumber(stands) == tonumber(ARGV[1]) then redis.call('ZADD', KEYS[1], 'XX', due, id) end
    if stands and tries ~= '' then redis.call('HSET', KEYS[2], id, tries) end
  end
end
redis.call('EXPIRE', KEYS[2], redis.call('TTL', KEYS[1]) > 0 and redis.call('TTL', KEYS[1]) or 1)
return 1
"""
_DROP = """
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 1000)
for _, id in ipairs(old) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('HDEL', KEYS[2], id)
end
return #old
"""


def line_queue(connection: Redis) -> Queue:
    """The one queue."""
    return Queue(QUEUE, connection=connection, serializer=SERIALIZER, default_timeout=JOB_SECONDS)


def expire_rq_keys(connection: Redis, queue: Queue, *job_keys: str) -> None:
    """Give every key that RQ keeps without an end a time to live, renewed as long as a worker lives.

    Raises:
        RedisError
    """
    registries = (
        queue.started_job_registry,
        queue.failed_job_registry,
        queue.finished_job_registry,
        queue.deferred_job_registry,
        queue.scheduled_job_registry,
        queue.canceled_job_registry,
    )
    keys = (queue.redis_queues_keys, "rq:workers", f"rq:workers:{QUEUE}", queue.key, queue.intermediate_queue_key)
    with connection.pipeline(transaction=False) as pipe:
        for key in (*keys, *(registry.key for registry in registries), *job_keys):
            pipe.expire(key, RQ_KEY_SECONDS)
        pipe.execute()


@dataclass(frozen=True, slots=True)
class Lease:
    """Ids that one sweep holds, each with the time it was due, and until when it holds them."""

    due: Mapping[str, int]
    until: int


class Due:
    """Ids of messages that Twilio is to delete. Whatever is called twice changes nothing the second time."""

    def __init__(self, jobs: Redis) -> None:
        self._jobs = jobs
        self._lease = jobs.register_script(_LEASE)
        self._settle = jobs.register_script(_SETTLE)
        self._drop = jobs.register_script(_DROP)

    def add(self, due: Mapping[str, int]) -> None:
        """From these times on. An id that is there already keeps the earlier time."""
        pipe = self._jobs.pipeline(transaction=True)
        pipe.zadd(DUE, dict(due), lt=True)
        pipe.expire(DUE, DUE_SECONDS)
        pipe.execute()

    def calls_for_sweep(self, now: float) -> bool:
        """Whether something is due and nobody asked for a pause."""
        pipe = self._jobs.pipeline(transaction=False)
        pipe.exists(PAUSE)
        pipe.zcount(DUE, "-inf", int(now))
        paused, count = pipe.execute()
        return bool(count) and not paused

    def waiting(self, now: float) -> tuple[int, int]:
        """How many ids there are, and for how many seconds the oldest has been due; 0: none is."""
        pipe = self._jobs.pipeline(transaction=False)
        pipe.zcard(DUE)
        pipe.zrange(DUE, 0, 0, withscores=True)
        count, oldest = pipe.execute()
        return int(count), max(0, int(now - oldest[0][1])) if oldest else 0

    def lease(self, now: float, limit: int) -> Lease:
        """Take the ids that are due, the oldest first, until they are settled or the lease is over."""
        until = int(now) + LEASE_SECONDS
        found = self._lease(keys=[DUE], args=[int(now), limit, until])
        return Lease({id_.decode(): int(float(due)) for id_, due in zip(found[::2], found[1::2], strict=True)}, until)

    def settle(self, lease: Lease, *, done: Iterable[str], later: Iterable[str], now: float) -> list[str]:
        """What became of a lease: forgotten, tried again later, and all others given back as they were.

        An id called for anew in between (Twilio has reported it as done) keeps that time. Returns what was given up.
        """
        done, later = list(done), list(later)
        counts = self._jobs.hmget(TRIES, later) if later else []
        tries = {id_: int(count or 0) + 1 for id_, count in zip(later, counts, strict=True)}
        given_up = [id_ for id_, count in tries.items() if count > len(WAITS)]
        args: list[str | int] = [lease.until]
        for id_ in (*done, *given_up):
            args += [id_, "", ""]
        for id_, count in tries.items():
            if count <= len(WAITS):
                args += [id_, int(now) + WAITS[count - 1], count]
        settled = {*done, *later}
        for id_, due in lease.due.items():
            if id_ not in settled:
                args += [id_, due, ""]
        self._settle(keys=[DUE, TRIES], args=args)
        return given_up

    def pause(self, seconds: int) -> None:
        """Call for no sweep for a while."""
        self._jobs.set(PAUSE, b"", ex=seconds)

    def go_on(self) -> None:
        """End a pause."""
        self._jobs.delete(PAUSE)

    def drop_overdue(self, now: float) -> int:
        """Forget the ids that have waited in vain for too long. Returns how many."""
        return int(self._drop(keys=[DUE, TRIES], args=[int(now) - DUE_SECONDS]))


class Relay:
    """Empties the outboxes. Any number of relays may run."""

    def __init__(self, sessions: Redis, jobs: Redis) -> None:
        self._outbox = Outbox(sessions)
        self._counts = Counts(sessions)
        self._spent: dict[str, Counter[str]] = {}
        """Taken out of outboxes and not yet added to its month."""
        self._jobs = jobs
        self._due = Due(jobs)
        self._queue = line_queue(jobs)

    def run_forever(self, stop: threading.Event) -> None:
        """Relay until told to stop. A store that is away is tried again; nothing else ends it either."""
        while not stop.wait(RELAY_SECONDS):
            try:
                self.run_once(time.time())
            except (*AWAY, StoreDown) as error:
                _log.warning("the relay waits for the store: %s", type(error).__name__)
                stop.wait(AWAY_SECONDS)
            except Exception:
                _log.exception("the relay failed; trying again")
                stop.wait(AWAY_SECONDS)

    def run_once(self, now: float) -> int:
        """Hand on everything that waits, then call for a sweep if something is due. Returns how many were handed on.

        Raises:
            RedisError: one of the two servers is away; what was not removed stays in its outbox.
            StoreDown: parts could not be added to their month; they are kept in memory until they can.
        """
        handed = 0
        for bucket, entries in self._outbox.waiting():
            if due := _due(entries):
                self._due.add(due)
            self._note_spent(self._outbox.taken(bucket, entries))
            handed += len(entries)
        for month in list(self._spent):
            self._counts.spend(month, self._spent[month])
            del self._spent[month]
        if dropped := self._due.drop_overdue(now):
            _log.error("%d messages were not deleted at Twilio in time", dropped)
        if self._due.calls_for_sweep(now):
            self._call_for_sweep(now)
        return handed

    def _note_spent(self, removed: Iterable[bytes]) -> None:
        """Add up the parts in entries that this relay alone has taken out: no other one counts them, too."""
        for entry in removed:
            job = _read(entry)
            if job.kind == SPENT:
                month, counts = spending(job)
                self._spent.setdefault(month, Counter()).update(counts)

    def _call_for_sweep(self, now: float) -> None:
        """One in each slot: while it is queued, running or failed, a second one is refused, which is what we want."""
        try:
            self._queue.enqueue_call(
                SWEEP_JOB,
                job_id=f"forget-{int(now) // SLOT_SECONDS}",
                unique=True,
                description="-",
                result_ttl=0,
                failure_ttl=KEPT_SECONDS,
                ttl=QUEUED_SECONDS,
            )
        except DuplicateJobError:
            return
        expire_rq_keys(self._jobs, self._queue)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the deleting goes."""

    worker_lives: bool
    waiting: int
    """Wishes in the outboxes that no relay has taken yet."""
    overdue: int
    """Messages that should have been deleted by then."""


def standing(sessions_url: str, jobs_url: str, by: float) -> Standing:
    """Whether a worker lives, and what waits for it.

    Raises:
        StoreDown
    """
    jobs = connect(jobs_url)
    try:
        workers = Worker.all(connection=jobs)
        waiting = sum(len(entries) for _, entries in Outbox(connect(sessions_url)).waiting())
        overdue: int = jobs.zcount(DUE, "-inf", int(by))
    except AWAY as error:
        raise StoreDown from error
    return Standing(bool(workers), waiting, overdue)


def _due(entries: Iterable[bytes]) -> dict[str, int]:
    """The earliest time for each id. What cannot be read is dropped aloud: it would hold up everything behind it."""
    due: dict[str, int] = {}
    for entry in entries:
        job = _read(entry)
        if job.kind == FORGET:
            due[job.about] = min(job.due, due.get(job.about, job.due))
        elif job.kind != SPENT:
            _log.error("an outbox wants what nobody knows how to do; dropped")
    return due


def _read(entry: bytes) -> Wanted:
    """An entry of an outbox; one without a kind where it is none of ours: what comes out of JSON may be anything."""
    try:
        job = Wanted.of(entry)
        if type(job.about) is not str or type(job.due) is not int:
            raise ValueError
        if job.kind == SPENT:
            spending(job)
    except (ValueError, TypeError, OverflowError, OSError):
        return Wanted("", "", 0)
    return job
