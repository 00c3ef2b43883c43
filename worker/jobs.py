"""The jobs. Each says what happens if it runs twice, and what if it never does.

Apart from the relay, which calls them by name, and from the sender, which knows Twilio. A job takes no argument but ids
(today: none); what it works on lies in the jobs' Redis under the ids of messages.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from bot.config import Config
from bot.queue import SLOT_SECONDS, Due, Lease
from bot.store.client import connect
from worker.sender import Deleted, Outcome, Sender

THREADS = 64
"""Deletes at once. A raid day brings a thousand texts a second; at 40 ms each, this is about what one core can do."""
FEWEST_THREADS = 3
BATCH = 1000
JOBS_SECONDS = 5
"""Patience with the jobs' Redis: nobody waits for us."""
SLOWER_SECONDS = 5
"""A pause where Twilio asks for one."""
REFUSED_SECONDS = 600
"""A pause where Twilio refuses our credentials, or where there are none; ended by a new start of the worker."""

STOPPING = threading.Event()
"""Set when this process is to end: a sweep then gives back what it has not asked for yet."""

_log = logging.getLogger("worker.jobs")


def forget_messages() -> None:
    """Ask Twilio to delete its copies of messages that are due: what people wrote, and what they got.

    Twice: Twilio answers that the message is gone, which counts as done. Never: the copies stay at Twilio as long as
    its own setting says (the README asks for seven days); the relay calls for this job as long as an id is due.
    Killed in the middle: the ids it held come back after five minutes.
    """
    config = Config.from_env()
    due = Due(connect(config.jobs_redis_url, answer_seconds=JOBS_SECONDS))
    if not config.can_call_twilio:
        _say_once()
        due.pause(REFUSED_SECONDS)
        return
    sweep(due, _sender(config), _pace())


class Pace:
    """How many deletes run at once: fewer where Twilio asks for it, then slowly more again."""

    def __init__(self, threads: int = THREADS) -> None:
        self.threads = self._most = threads

    def slower(self) -> None:
        """Half as many."""
        self.threads = max(FEWEST_THREADS, self.threads // 2)

    def faster(self) -> None:
        """A few more."""
        self.threads = min(self._most, self.threads + 4)


def sweep(
    due: Due, sender: Sender, pace: Pace, *, seconds: float = SLOT_SECONDS, stopping: threading.Event = STOPPING
) -> int:
    """Work off what is due, batch by batch, until nothing is, the time is over, or Twilio or somebody else says stop.

    Returns how many are done for good.

    Raises:
        RedisError: the jobs' Redis is away. What was leased comes back by itself.
    """
    ends = time.monotonic() + seconds
    done = 0
    with ThreadPoolExecutor(pace.threads, thread_name_prefix="delete") as pool:
        while time.monotonic() < ends and not stopping.is_set():
            lease = due.lease(time.time(), BATCH)
            if not lease.due:
                break
            results = _ask(pool, sender, lease, ends, stopping)
            done += _settle(due, lease, results)
            if not _may_go_on(due, pace, results):
                break
    if done:
        _log.info("Twilio has deleted %d messages", done)
    return done


def _ask(
    pool: ThreadPoolExecutor, sender: Sender, lease: Lease, ends: float, stopping: threading.Event
) -> dict[str, Deleted]:
    """The answers, for as many as were asked for: none begins once Twilio refuses one, or the time is over."""
    halt = threading.Event()

    def delete(message_id: str) -> Deleted | None:
        if halt.is_set() or stopping.is_set() or time.monotonic() > ends:
            return None
        result = sender.delete_message(message_id)
        if result.outcome in (Outcome.SLOWER, Outcome.REFUSED):
            halt.set()
        return result

    results = zip(lease.due, pool.map(delete, lease.due), strict=True)
    return {message_id: result for message_id, result in results if result is not None}


def _settle(due: Due, lease: Lease, results: Mapping[str, Deleted]) -> int:
    """Done: forgotten here, too. Not yet: later. All others stay due."""
    done = [message_id for message_id, result in results.items() if result.outcome is Outcome.DONE]
    later = [message_id for message_id, result in results.items() if result.outcome is Outcome.LATER]
    for message_id in due.settle(lease, done=done, later=later, now=time.time()):
        _log.error("gave up on message %s (code %s): Twilio did not delete it", message_id, results[message_id].code)
    return len(done)


def _may_go_on(due: Due, pace: Pace, results: Mapping[str, Deleted]) -> bool:
    refused = next((result for result in results.values() if result.outcome is Outcome.REFUSED), None)
    if refused:
        _log.error("Twilio refuses our credentials (code %s): check TWILIO_API_KEY and TWILIO_API_SECRET", refused.code)
        due.pause(REFUSED_SECONDS)
        return False
    if any(result.outcome is Outcome.SLOWER for result in results.values()):
        _log.warning("Twilio wants fewer requests")
        due.pause(SLOWER_SECONDS)
        pace.slower()
        return False
    pace.faster()
    return True


_base_url: str | None = None


def call_instead_of_twilio(base_url: str) -> None:
    """Call another server than Twilio's, for tests on this machine. Deliberately not a setting."""
    global _base_url
    _base_url = base_url


@cache
def _sender(config: Config) -> Sender:
    return Sender(config, threads=THREADS, base_url=_base_url)


@cache
def _pace() -> Pace:
    return Pace()


@cache
def _say_once() -> None:
    _log.warning("no Twilio credentials: copies at Twilio are not deleted. Set TWILIO_API_KEY and TWILIO_API_SECRET.")
