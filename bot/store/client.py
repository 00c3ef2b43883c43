"""Connections to Redis or Valkey, to one server, through Sentinels or to a cluster, with every time-out said aloud.

Apart because the defaults of redis-py would keep a person waiting for a minute: ten retries, five seconds each.

    redis://, rediss://, unix://                              one server
    redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/NAME   whichever server the Sentinels call the master of NAME
    redis+cluster://USER:PASSWORD@HOST:PORT,HOST:PORT         a cluster, found through any of these

With `rediss+` in front, by TLS.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import SplitResult, unquote, urlsplit

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException
from redis.retry import Retry
from redis.sentinel import Sentinel

CONNECT_SECONDS = 0.5
ANSWER_SECONDS = 0.8
"""A store that takes longer is down for our purposes: a person waits. Twilio gives up after 15 seconds."""
PATIENT_SECONDS = 10.0
"""The same where nobody waits who has texted: publishing, the workshop."""


SENTINEL = "sentinel"
AWAY = (RedisError, RedisClusterException)
"""What a store that fails raises: a cluster that cannot be reached is no `RedisError` to the library."""


class StoreDown(Exception):
    """The store does not answer, not in time, or not writably. Says nothing about the person."""


def connect(url: str, *, answer_seconds: float = ANSWER_SECONDS) -> Redis:
    """A client. A broken connection is opened anew once, at once; a slow answer is not waited for twice.

    A command may so be carried out twice: every script of ours can be. The old protocol and no word about the library
    spare a new connection three questions; each of them could wait for as long as an answer may.

    Raises:
        StoreDown: of a cluster, no server answers.
    """
    settings: dict[str, Any] = {
        "protocol": 2,
        "driver_info": None,
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": answer_seconds,
        "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        "health_check_interval": 0,
    }
    parts = urlsplit(url)
    name, _, kind = parts.scheme.partition("+")
    if not kind:
        return Redis.from_url(url, **settings)
    settings |= {"username": _plain(parts.username), "password": _plain(parts.password), "ssl": name == "rediss"}
    return _of_sentinels(parts, settings) if kind == SENTINEL else _of_cluster(parts, settings)


def hosts(parts: SplitResult) -> list[tuple[str, int]]:
    """The servers that an address names.

    Raises:
        ValueError: one of them has no port, or none that is a number.
    """
    named = parts.netloc.rpartition("@")[2].split(",")
    return [(host, int(port)) for host, _, port in (one.rpartition(":") for one in named)]


def _of_sentinels(parts: SplitResult, settings: dict[str, Any]) -> Redis:
    """Every new connection asks who the master is, so that the next one after a failover is the right one.

    A Sentinel that is away is not asked twice: the next one knows the same, and the library would wait for seconds.
    """
    asked = {
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": CONNECT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    sentinel: Any = Sentinel
    client: Redis = sentinel(hosts(parts), sentinel_kwargs=asked, **settings).master_for(parts.path.strip("/"))
    return client


def _of_cluster(parts: SplitResult, settings: dict[str, Any]) -> Redis:
    """The same commands; the library knows which server has which key."""
    try:
        node: Any = ClusterNode
        nodes = [node(host, port) for host, port in hosts(parts)]
        return cast(Redis, RedisCluster(startup_nodes=nodes, **settings))
    except AWAY as error:
        raise StoreDown from error


def servers(client: Redis) -> Sequence[Redis]:
    """The servers behind a client that take writes, each by itself: in a cluster several, else the one."""
    if not isinstance(client, RedisCluster):
        return (client,)
    cluster: Any = client
    return [cluster.get_redis_connection(node) for node in cluster.get_primaries()]


def _plain(part: str | None) -> str | None:
    return unquote(part) if part else None


def raw(value: bytes | str | None) -> bytes | None:
    """What a client without decoding returns is bytes; its types do not say so."""
    return value.encode() if isinstance(value, str) else value
