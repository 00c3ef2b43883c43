"""What is counted: parts by month, what happened by day, and what the worker saw last. Numbers only, about nobody.

Apart from sessions and outbox because nothing here belongs to a person. These keys are the whole line's and not a
bucket's: a bucket is one person in 256, and a count in it would say for months that somebody of few has texted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from redis import Redis

from bot.store.client import AWAY, StoreDown, raw
from bot.store.outbox import Wanted

SPENT_SECONDS = 62 * 86400
TALLY_SECONDS = 8 * 86400
PULSE, PULSE_SECONDS = "pulse", 86400
MOST_PARTS = 1000
"""No text has more: an entry that says so is not ours."""

Done = TypeVar("Done")


def month_of(at: datetime) -> str:
    """The month that a text is counted in, 2026-11: by UTC, as Twilio's own usage records are.

    >>> month_of(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    '2026-11'
    """
    return at.astimezone(UTC).strftime("%Y-%m")


def below(tally: Mapping[str, int], kind: str) -> dict[str, int]:
    """What was counted of one kind, by its own name.

    >>> below({"texts sms": 3, "talks": 1}, "texts")
    {'sms': 3}
    """
    return {name.removeprefix(f"{kind} "): count for name, count in tally.items() if name.startswith(f"{kind} ")}


def spending(entry: Wanted) -> tuple[str, Counter[str]]:
    """The month of an outbox entry that only counts, and what it adds.

    Raises:
        ValueError: it is not what a turn writes.
    """
    channel, came, went = entry.about.split(" ")
    counts = Counter({f"{channel} in": int(came), f"{channel} out": int(went)})
    if not (channel.isascii() and channel.isalpha() and all(0 <= count <= MOST_PARTS for count in counts.values())):
        raise ValueError
    return month_of(datetime.fromtimestamp(entry.due, UTC)), counts


class Counts:
    """Adds and reads."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    def spend(self, month: str, counts: Mapping[str, int]) -> None:
        """Add parts to a month."""
        self._add(f"spent:{month}", counts, SPENT_SECONDS)

    def spent(self, month: str) -> dict[str, int]:
        """Parts of a month so far, by `channel in` and `channel out`."""
        return self._read(f"spent:{month}")

    def tally(self, day: date, counts: Mapping[str, int]) -> None:
        """Add to what happened on a day."""
        self._add(f"tally:{day.isoformat()}", counts, TALLY_SECONDS)

    def tallied(self, day: date) -> dict[str, int]:
        """What happened on a day."""
        return self._read(f"tally:{day.isoformat()}")

    def beat(self, **seen: int) -> None:
        """Leave what was seen just now."""
        pipe = self._client.pipeline(transaction=True)
        for name, value in seen.items():
            pipe.hset(PULSE, name, str(value))
        pipe.expire(PULSE, PULSE_SECONDS)
        self._asked(pipe.execute)

    def pulse(self) -> dict[str, int]:
        """What was seen last."""
        return self._read(PULSE)

    def _add(self, key: str, counts: Mapping[str, int], seconds: int) -> None:
        pipe = self._client.pipeline(transaction=True)
        for name, count in counts.items():
            pipe.hincrby(key, name, count)
        pipe.expire(key, seconds)
        self._asked(pipe.execute)

    def _read(self, key: str) -> dict[str, int]:
        found = self._asked(lambda: self._client.hgetall(key))
        return {(raw(name) or b"").decode(): int(count) for name, count in found.items()}

    def _asked(self, ask: Callable[[], Done]) -> Done:
        """Every method may raise StoreDown."""
        try:
            return ask()
        except AWAY as error:
            raise StoreDown from error
