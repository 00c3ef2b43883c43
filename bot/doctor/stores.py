"""Redis or Valkey, of the sessions and of the jobs: whether it answers, keeps what it must and nothing else.

Apart from `store.health`, which reads what a server says of itself: here stands what we want of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from bot.doctor.finding import Finding, found
from bot.doctor.place import Place
from bot.store.client import StoreDown, hosts
from bot.store.health import Health, Refused, health

OLDEST = (6, 2)
FULL = 0.8
HERE = {"127.0.0.1", "localhost", "::1", ""}


def look(place: Place) -> Iterator[Finding]:
    """Everything wrong with the servers."""
    config = place.config
    yield from _server("store of the sessions", "REDIS_URL", config.redis_url)
    if config.jobs_redis_url != config.redis_url:
        yield from _server("store of the jobs", "JOBS_REDIS_URL", config.jobs_redis_url)


def _server(store: str, setting: str, url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme != "unix" and not parts.scheme.startswith("rediss") and not _named(parts) <= HERE:
        yield found(309, store=store, setting=setting)
    try:
        servers = health(url)
    except StoreDown:
        yield found(301, store=store, setting=setting)
        return
    except Refused as refused:
        yield found(302 if refused.wants_password else 303, store=store, setting=setting, why=refused.why)
        return
    said: list[Finding] = []
    for is_well in servers:
        said += [one for one in _looked_at(store, setting, is_well) if one not in said]
    yield from said


def _named(parts: SplitResult) -> set[str]:
    """The machines that an address names: of Sentinels and clusters several, each with its port."""
    if "+" in parts.scheme:
        return {host for host, _ in hosts(parts)}
    return {parts.hostname or ""}


def _looked_at(store: str, setting: str, is_well: Health) -> Iterator[Finding]:
    if is_well.version < OLDEST:
        yield found(312, store=store, version=".".join(map(str, is_well.version)))
    if not is_well.disk_is_well:
        yield found(306, store=store)
    if is_well.memory > FULL:
        yield found(310, store=store, percent=round(100 * is_well.memory))
    if is_well.settings is None:
        yield found(313, store=store)
    else:
        yield from _settings(store, is_well.settings)
        if _is_open(is_well, is_well.settings):
            yield found(308, store=store, setting=setting)


def _settings(store: str, settings: dict[str, str]) -> Iterator[Finding]:
    if settings["maxmemory-policy"] != "noeviction":
        yield found(304, store=store, policy=settings["maxmemory-policy"])
    if settings["appendonly"] != "yes":
        yield found(305, store=store)
    if not settings["slowlog-log-slower-than"].startswith("-"):
        yield found(307, store=store)
    if settings["save"]:
        yield found(311, store=store, save=settings["save"])


def _is_open(is_well: Health, settings: dict[str, str]) -> bool:
    """Whether others than this machine can reach it, and are asked nothing."""
    bound = settings["bind"].split() or ["*"]
    return settings["port"] != "0" and not is_well.asks_password and any(one.lstrip("-") not in HERE for one in bound)
