"""This machine and what runs on it: clock, disk, worker, and what is still to be deleted at Twilio.

Apart from the stores, whose settings are another matter than what lies in them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

from bot.doctor.finding import Finding, found
from bot.doctor.place import Place
from bot.queue import Standing, standing
from bot.store.client import StoreDown

FULL_BYTES, FULL_SHARE = 200_000_000, 0.9
CLOCK = timedelta(seconds=60)
LATE_SECONDS = 3600
MANY_WAITING = 1000


def look(place: Place) -> Iterator[Finding]:
    """Everything wrong with this machine."""
    yield from disk(place)
    yield from _clock(place)
    try:
        yield from _jobs(
            standing(place.config.redis_url, place.config.jobs_redis_url, place.now.timestamp() - LATE_SECONDS)
        )
    except StoreDown:
        return  # the stores' room says so


def disk(place: Place) -> Iterator[Finding]:
    """Whether the line can write where it keeps things."""
    data = place.config.data
    folder = next(path for path in (data, *data.resolve().parents) if path.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        yield found(706, path=data)
    total, used, free = place.disk(folder)
    if free < FULL_BYTES:
        yield found(702, path=data, free=free // 1_000_000)
    elif used > FULL_SHARE * total:
        yield found(703, path=data, percent=round(100 * used / total))


def _clock(place: Place) -> Iterator[Finding]:
    """Against Twilio's clock, which nobody here can set."""
    ahead = place.account.time_ahead_of(place.later) if place.account else None
    if ahead is not None and abs(ahead) > CLOCK:
        yield found(701, off=f"{round(abs(ahead).total_seconds() / 60)} minutes")


def _jobs(now: Standing) -> Iterator[Finding]:
    if not now.worker_lives:
        yield found(704)
    if now.overdue:
        yield found(705, count=now.overdue)
    if now.waiting > MANY_WAITING or (now.waiting and not now.worker_lives):
        yield found(707, count=now.waiting)
