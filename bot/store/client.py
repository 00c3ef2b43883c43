"""Connections to Redis or Valkey, with every time-out said aloud.

Apart because the defaults of redis-py would keep a person waiting for a minute: ten retries, five seconds each.
"""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

CONNECT_SECONDS = 0.5
ANSWER_SECONDS = 0.8
"""A store that takes longer is down for our purposes: a person waits. Twilio gives up after 15 seconds."""


class StoreDown(Exception):
    """The store does not answer, not in time, or not writably. Says nothing about the person."""


def connect(url: str, *, answer_seconds: float = ANSWER_SECONDS) -> Redis:
    """A client. A broken connection is opened anew once, at once; a slow answer is not waited for twice.

    A command may so be carried out twice: every script of ours can be. The old protocol and no word about the library
    spare a new connection three questions; each of them could wait for as long as an answer may.
    """
    return Redis.from_url(
        url,
        protocol=2,
        driver_info=None,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=answer_seconds,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        health_check_interval=0,
    )


def raw(value: bytes | str | None) -> bytes | None:
    """What a client without decoding returns is bytes; its types do not say so."""
    return value.encode() if isinstance(value, str) else value
