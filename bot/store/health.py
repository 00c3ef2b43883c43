"""How a Redis or Valkey is set and how it stands, for whoever looks after it. Writes one key, to see that it can.

Apart from the sessions, which only ask whether it answers. A hosted server may not tell its settings: what is unknown
is None here, and no mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import (
    AuthenticationError,
    ClusterDownError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from bot.store.client import AWAY, StoreDown, connect, servers

PROBE, PROBE_SECONDS = "probe", 10
NO_PASSWORD = "NOAUTH"
ASKED = ("maxmemory-policy", "appendonly", "save", "slowlog-log-slower-than", "bind", "port")


class Refused(Exception):
    """It answers, and does not let us work. `why` is its own short word: NOAUTH, READONLY, OOM, MISCONF."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    @property
    def wants_password(self) -> bool:
        """Whether it does not know who we are, or does not let us."""
        return self.why in (NO_PASSWORD, "WRONGPASS", "NOPERM")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a server says of itself."""

    version: tuple[int, ...]
    settings: dict[str, str] | None
    """Some of its settings; None: it does not tell them."""
    memory: float
    """How much of its limit is used, from 0 to 1; 0 where it has none."""
    disk_is_well: bool
    """Whether the last writes to its disk succeeded."""
    asks_password: bool
    """Whether we had to say one."""


def health(url: str) -> list[Health]:
    """Look at a server, or at each server of a cluster that takes writes.

    Raises:
        Refused: a password is missing, or nothing can be written.
        StoreDown: it does not answer.
    """
    client = connect(url)
    try:
        found = [_of(server, asks_password=bool(urlsplit(url).password)) for server in servers(client)]
        client.set(PROBE, "1", ex=PROBE_SECONDS)
    except (AuthenticationError, NoPermissionError) as error:
        raise Refused(NO_PASSWORD) from error
    except ClusterDownError as error:
        raise StoreDown from error
    except ResponseError as error:
        raise Refused(_word(error)) from error
    except AWAY as error:
        raise StoreDown from error
    return found


def _of(server: Redis, *, asks_password: bool) -> Health:
    said: Mapping[str, Any] = server.info()
    limit = int(said.get("maxmemory", 0))
    return Health(
        version=tuple(int(part) for part in str(said["redis_version"]).split(".") if part.isdecimal()),
        settings=_settings(server),
        memory=int(said["used_memory"]) / limit if limit else 0.0,
        disk_is_well="err" not in (said.get("aof_last_write_status"), said.get("rdb_last_bgsave_status")),
        asks_password=asks_password,
    )


def _word(error: ResponseError) -> str:
    """How a refusal begins. The library takes that away from some, and makes a class of it."""
    if isinstance(error, ReadOnlyError):
        return "READONLY"
    return "OOM" if isinstance(error, OutOfMemoryError) else str(error).partition(" ")[0]


def _settings(client: Redis) -> dict[str, str] | None:
    try:
        found: Mapping[Any, Any] = client.config_get(*ASKED)
    except RedisError:
        return None
    return {_plain(name): _plain(value) for name, value in found.items()}


def _plain(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
