"""The worker process: one RQ worker, with the relay and the watch beside it in threads.

Apart from the web process, which never waits for Twilio. The worker runs jobs in its own process (`SimpleWorker`): they
are few, thin and idempotent, a fork each would cost more than they do, and the relay's thread would not survive one.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from typing import Any

from redis import Redis, RedisError
from redis.client import Pipeline
from rq import Queue
from rq.exceptions import StopRequested
from rq.job import Job
from rq.worker import SimpleWorker, WorkerStatus

from bot.config import Config, ConfigError
from bot.privacy import quiet_logging
from bot.queue import SERIALIZER, Due, Relay, expire_rq_keys, line_queue
from bot.store.client import StoreDown, connect
from bot.store.counts import Counts
from worker.jobs import JOBS_SECONDS, STOPPING
from worker.watch import Watch

WORKER_SECONDS = 16
"""RQ waits for a job fifteen seconds less than this, in one command; then it looks whether it is to stop."""
PATIENCE_SECONDS = 15
"""How long such a command may take: longer than the wait within."""
PAUSE_SECONDS = 1.0

_log = logging.getLogger("worker")


class LineWorker(SimpleWorker):
    """RQ's worker, changed in three things: it stops soon, tells nothing, and lets everything it keeps expire.

    RQ's own signal handler raises an exception in the middle of whatever happens; a worker whose Redis is away it
    cannot stop.
    """

    max_connection_wait_time = PAUSE_SECONDS

    def __init__(self, connection: Redis) -> None:
        super().__init__(
            [line_queue(connection)],
            connection=connection,
            serializer=SERIALIZER,
            log_job_description=False,
            worker_ttl=WORKER_SECONDS,
            maintenance_interval=15,
        )

    def _install_signal_handlers(self) -> None:
        """`main` has installed its own."""

    def subscribe(self) -> None:
        """No commands from Redis: whoever can write there must not be able to stop us."""

    def unsubscribe(self) -> None:
        """See `subscribe`."""

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ calls this between any two waits, also while Redis is away: the place to stop at."""
        if STOPPING.is_set() and self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        super().heartbeat(timeout, pipeline)

    def register_birth(self) -> None:
        super().register_birth()  # type: ignore[no-untyped-call]
        self._expire_keys()

    def run_maintenance_tasks(self) -> None:
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        self._expire_keys()

    def prepare_job_execution(self, job: Job, remove_from_intermediate_queue: bool = False) -> None:
        super().prepare_job_execution(job, remove_from_intermediate_queue)
        self._expire_keys(job.key)

    def handle_job_failure(self, job: Job, queue: Queue, *args: Any, **kwargs: Any) -> None:
        super().handle_job_failure(job, queue, *args, **kwargs)
        self._expire_keys()

    def _expire_keys(self, *job_keys: str) -> None:
        expire_rq_keys(self.connection, self.queues[0], *job_keys)


def main() -> int:
    """Run until told to stop."""
    try:
        config = Config.from_env()
    except ConfigError as error:
        print(f"Some settings are wrong:\n{error}", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: STOPPING.set())
    quiet_logging()
    sessions = _reached(config.redis_url)
    if sessions is None:
        return 0
    jobs = connect(config.jobs_redis_url, answer_seconds=JOBS_SECONDS)
    relay, watch = Relay(sessions, jobs), Watch(config, Counts(sessions), Due(jobs))
    threading.Thread(target=watch.run_forever, args=(STOPPING,), name="watch", daemon=True).start()
    threading.Thread(target=relay.run_forever, args=(STOPPING,), name="relay", daemon=True).start()
    new = True
    while not STOPPING.is_set():
        try:
            connection = connect(config.jobs_redis_url, answer_seconds=PATIENCE_SECONDS)
            if new:
                Due(connection).go_on()
                new = False
            LineWorker(connection).work(logging_level="WARNING")
        except StopRequested:
            break
        except RedisError as error:
            _log.warning("the worker waits for the store: %s", type(error).__name__)
        if not STOPPING.is_set():
            time.sleep(PAUSE_SECONDS)  # never STOPPING.wait: the handler runs in this thread and needs the event's lock
    return 0


def _reached(url: str) -> Redis | None:
    """A client of the sessions' store: of a cluster there is none before one of its servers answers. None: told to stop
    before that."""
    while not STOPPING.is_set():
        try:
            return connect(url, answer_seconds=JOBS_SECONDS)
        except StoreDown:
            _log.warning("the worker waits for the store: no server of the cluster answers")
            time.sleep(PAUSE_SECONDS)
    return None


if __name__ == "__main__":
    sys.exit(main())
