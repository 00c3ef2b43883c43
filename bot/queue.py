"""The relay: hands what lies in the outboxes to the worker's own memory and to RQ. No job lost, none done twice.

Apart from the store because it looks at both sides: the outboxes beside the sessions, and the jobs' Redis, which may be
another server. An entry leaves its outbox only after it has arrived; arriving twice changes nothing, because everything
is kept under the id it is about. The webhook pays nothing for RQ.
"""

from __future__ import annotations

import logging
import threading
import time

from redis import Redis, RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError

from bot.store.outbox import Outbox, Wanted

QUEUE = "line"
"""One queue for each worker process: a worker that listens on two can lose a job between them (RQ uses BLPOP then)."""
SERIALIZER = "json"
"""Never pickle: whoever can write to the store could run code in the worker."""
DUE = "line:forget"
"""Message ids that Twilio is to delete, by due time (a sorted set, seconds)."""
DUE_SECONDS = 16 * 86400
"""Twilio may refuse for up to 14 days; after this the ids are dropped."""
SWEEP_JOB = "worker.jobs.forget_messages"
SWEEP_ID = "forget-messages"
JOB_SECONDS = 120
KEPT_SECONDS = 3600
"""How long a failed job stays to be looked at. It holds no argument but ids."""
RELAY_SECONDS = 0.5

_log = logging.getLogger("bot.queue")


def line_queue(connection: Redis) -> Queue:
    """The one queue."""
    return Queue(QUEUE, connection=connection, serializer=SERIALIZER, default_timeout=JOB_SECONDS)


class Relay:
    """Empties the outboxes. Any number of relays may run."""

    def __init__(self, sessions: Redis, jobs: Redis) -> None:
        self._outbox = Outbox(sessions)
        self._jobs = jobs
        self._queue = line_queue(jobs)

    def run_forever(self, stop: threading.Event) -> None:
        """Relay until told to stop. A store that is away is tried again."""
        while not stop.wait(RELAY_SECONDS):
            try:
                self.run_once(time.time())
            except RedisError as error:
                _log.warning("the relay waits for the store: %s", type(error).__name__)
                stop.wait(1)

    def run_once(self, now: float) -> int:
        """Hand on everything that waits, then call for a sweep if something is due. Returns how many were handed on.

        Raises:
            RedisError: one of the two servers is away; what was not removed stays in its outbox.
        """
        handed = 0
        for bucket, entries in self._outbox.waiting():
            due = {job.about: job.due for job in map(Wanted.of, entries)}
            self._jobs.zadd(DUE, due, lt=True)
            self._jobs.expire(DUE, DUE_SECONDS)
            self._outbox.taken(bucket, entries)
            handed += len(entries)
        if self._jobs.zcount(DUE, "-inf", now):
            self._call_for_sweep()
        return handed

    def _call_for_sweep(self) -> None:
        """One sweep at a time: while one is queued or running, a second one is refused, which is what we want."""
        try:
            self._queue.enqueue_call(
                SWEEP_JOB,
                job_id=SWEEP_ID,
                unique=True,
                description="-",
                result_ttl=0,
                failure_ttl=KEPT_SECONDS,
                ttl=JOB_SECONDS,
            )
        except DuplicateJobError:
            return
