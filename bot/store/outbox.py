"""The outbox: jobs that a turn wants, written together with its session, handed on by a relay. None lost, none doubled.

Apart from the sessions because the relay (`bot.queue`) empties what they fill. 256 lists, one for each bucket, so that
they can be found without searching, also in a cluster.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from redis import Redis

from bot.store.client import AWAY, StoreDown

FORGET = "forget"
"""The kind of job that asks Twilio to delete its copy of a message."""
SPENT = "spent"
"""The kind that is only counted: the parts of one text and of its reply. About no message: `channel in out`."""
OUTBOX_SECONDS = 7 * 86400
BUCKETS = tuple(f"{number:02x}" for number in range(256))
BATCH = 1000

_TAKEN = """
local removed = {}
for i = 1, #ARGV do removed[i] = redis.call('LREM', KEYS[1], 1, ARGV[i]) end
return removed
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One job that somebody wants: its kind, the id it is about (never an address or a text), and when (seconds)."""

    kind: str
    about: str
    due: int

    @property
    def plain(self) -> str:
        """As it lies in the outbox."""
        return json.dumps([self.kind, self.about, self.due], separators=(",", ":"))

    @classmethod
    def of(cls, plain: bytes) -> Wanted:
        """The inverse of `plain`."""
        kind, about, due = json.loads(plain)
        return cls(kind, about, due)


def outbox_key(bucket: str) -> str:
    """The name of a bucket's list."""
    return f"o:{{{bucket}}}"


class Outbox:
    """Reads outboxes and removes what was handed on."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._taken = client.register_script(_TAKEN)

    def put(self, wanted: Wanted) -> None:
        """Want a job outside a turn (a status callback). The bucket comes from the id, so that load spreads.

        Raises:
            StoreDown
        """
        key = outbox_key(BUCKETS[sum(wanted.about.encode()) % len(BUCKETS)])
        pipe = self._client.pipeline(transaction=True)
        pipe.rpush(key, wanted.plain)
        pipe.expire(key, OUTBOX_SECONDS)
        try:
            pipe.execute()
        except AWAY as error:
            raise StoreDown from error

    def waiting(self) -> list[tuple[str, list[bytes]]]:
        """The first entries of every bucket that has any.

        Raises:
            RedisError
        """
        pipe = self._client.pipeline(transaction=False)
        for bucket in BUCKETS:
            pipe.lrange(outbox_key(bucket), 0, BATCH - 1)
        return [(bucket, entries) for bucket, entries in zip(BUCKETS, pipe.execute(), strict=True) if entries]

    def taken(self, bucket: str, entries: list[bytes]) -> list[bytes]:
        """Remove entries that were handed on, each once; what another relay has removed is gone already.

        Returns those that were still there: of two relays that read the same entry, one gets it.

        Raises:
            RedisError
        """
        removed = self._taken(keys=[outbox_key(bucket)], args=entries)
        return [entry for entry, was_there in zip(entries, removed, strict=True) if was_there]
