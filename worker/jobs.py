"""The jobs. Each says what happens if it runs twice, and what if it never does.

Apart from the relay, which calls them by name, and from the sender, which knows Twilio. A job takes no argument but ids
(today: none); what it works on lies in the jobs' Redis under the ids of messages.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from redis import Redis

from bot.config import Config
from bot.queue import DUE, JOB_SECONDS
from bot.store.client import connect
from worker.sender import Deleted, Outcome, Sender

THREADS = 48
"""Deletes at once. A raid day brings a thousand a second; at 40 ms each this many threads do."""
BATCH = 2000
LEASE_SECONDS = 300
"""Ids taken by a sweep come back after this long, should it die."""
WAITS = (300, 1800, 6 * 3600, 86400, 3 * 86400, 7 * 86400)
"""Seconds until the next try while Twilio is still busy with a message; it may stay busy for 14 days."""
TRIES = "line:tries"
"""How often each message was tried (a hash by id), as long as it is due at all."""
REFUSED_SECONDS = 3600
MARGIN_SECONDS = 20

_log = logging.getLogger("worker.jobs")

_LEASE = """
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], ARGV[3], id) end
return ids
"""


def forget_messages() -> None:
    """Ask Twilio to delete its copies of messages that are due: what people wrote, and what they got.

    Twice: Twilio answers that the message is gone, which counts as done. Never: the copies stay at Twilio as long as its
    own setting says (the deploy guide sets seven days); the relay calls for this job again as long as an id is due.
    Killed in the middle: the ids it held come back after five minutes.
    """
    config = Config.from_env()
    if not config.can_call_twilio:
        _say_once()
        return
    sweep(connect(config.jobs_redis_url, answer_seconds=5), _sender(config))


def sweep(jobs: Redis, sender: Sender, *, seconds: float = JOB_SECONDS - MARGIN_SECONDS) -> int:
    """Work off what is due, batch by batch, until nothing is or the time is over. Returns how many are done for good."""
    lease = jobs.register_script(_LEASE)
    ends = time.monotonic() + seconds
    done = 0
    with ThreadPoolExecutor(THREADS) as pool:
        while time.monotonic() < ends:
            now = time.time()
            ids = [id_.decode() for id_ in lease(keys=[DUE], args=[now, BATCH, now + LEASE_SECONDS])]
            if not ids:
                break
            results = dict(zip(ids, pool.map(sender.delete_message, ids), strict=True))
            done += _settle(jobs, results)
            if any(result.outcome in (Outcome.REFUSED, Outcome.SLOWER) for result in results.values()):
                break
    _log.info("asked Twilio to delete messages: %d done", done)
    return done


def _settle(jobs: Redis, results: dict[str, Deleted]) -> int:
    """Done: forgotten here, too. Anything else: tried again later."""
    gone = [id_ for id_, result in results.items() if result.outcome is Outcome.DONE]
    pipe = jobs.pipeline(transaction=False)
    if gone:
        pipe.zrem(DUE, *gone)
        pipe.hdel(TRIES, *gone)
    for id_, result in results.items():
        if result.outcome is not Outcome.DONE:
            _put_off(jobs, pipe, id_, result)
    pipe.execute()
    refused = next((result for result in results.values() if result.outcome is Outcome.REFUSED), None)
    if refused:
        _log.error("Twilio refuses our credentials (code %s): check TWILIO_API_KEY and TWILIO_API_SECRET", refused.code)
    return len(gone)


def _put_off(jobs: Redis, pipe: Redis, id_: str, result: Deleted) -> None:
    now = time.time()
    if result.outcome is Outcome.SLOWER:
        pipe.zadd(DUE, {id_: now + 5})
    elif result.outcome is Outcome.REFUSED:
        pipe.zadd(DUE, {id_: now + REFUSED_SECONDS})
    else:
        tries = int(jobs.hincrby(TRIES, id_, 1))
        jobs.expire(TRIES, 16 * 86400)
        if tries > len(WAITS):
            pipe.zrem(DUE, id_)
            pipe.hdel(TRIES, id_)
            _log.error("message %s could not be deleted at Twilio in %d tries", id_, tries)
        else:
            pipe.zadd(DUE, {id_: now + WAITS[tries - 1]})


@cache
def _sender(config: Config) -> Sender:
    return Sender(config, threads=THREADS)


@cache
def _say_once() -> None:
    _log.warning("no Twilio credentials: copies at Twilio are not deleted. Set TWILIO_API_KEY and TWILIO_API_SECRET.")
