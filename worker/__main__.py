"""The worker process: one RQ worker, and the relay beside it in a thread.

Apart from the web process, which never waits for Twilio. The worker runs jobs in its own process (`SimpleWorker`): they
are few, thin and idempotent, a fork each would cost more than they do, and the relay's thread would not survive one.
"""

from __future__ import annotations

import logging
import sys
import threading

from redis import RedisError
from rq.timeouts import TimerDeathPenalty
from rq.worker import SimpleWorker

from bot.config import Config, ConfigError
from bot.privacy import quiet_logging
from bot.queue import SERIALIZER, Relay, line_queue
from bot.store.client import connect

BLOCKING_SECONDS = 60
"""RQ waits for jobs inside one command; the connection must be as patient."""

_log = logging.getLogger("worker")


class LineWorker(SimpleWorker):
    """A worker that does not tell what it works on."""

    death_penalty_class = TimerDeathPenalty


def main() -> int:
    """Run until told to stop."""
    try:
        config = Config.from_env()
    except ConfigError as error:
        print(f"Some settings are wrong:\n{error}", file=sys.stderr)
        return 2
    quiet_logging()
    stop = threading.Event()
    relay = Relay(connect(config.redis_url, answer_seconds=5), connect(config.jobs_redis_url, answer_seconds=5))
    threading.Thread(target=relay.run_forever, args=(stop,), name="relay", daemon=True).start()
    while not stop.is_set():
        try:
            return _work(config)
        except RedisError as error:
            _log.warning("the worker waits for the store: %s", type(error).__name__)
            stop.wait(1)
    return 0


def _work(config: Config) -> int:
    connection = connect(config.jobs_redis_url, answer_seconds=BLOCKING_SECONDS)
    worker = LineWorker(
        [line_queue(connection)],
        connection=connection,
        serializer=SERIALIZER,
        log_job_description=False,
        worker_ttl=45,
        maintenance_interval=15,
        job_monitoring_interval=5,
    )
    worker.work(logging_level="WARNING")
    return 0


if __name__ == "__main__":
    sys.exit(main())
