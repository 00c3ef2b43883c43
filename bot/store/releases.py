"""Published releases: content-addressed bundles, a growing number, and a log of who published what.

Apart from the sessions because few write here and every process reads. A release becomes live in one script: the bundle
is there before anybody can see its number.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis, RedisError

from bot.store.client import raw
from bot.store.sessions import StoreDown

LIVE, LOG = "{release}:live", "{release}:log"
LOG_LENGTH = 200
_POINTER = re.compile(rb"([0-9]{1,15}) ([0-9a-f]+)")

_PUBLISH = """
local digits, digest = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%x+)$')
local number = 0
if digits and #digits < 16 then number = tonumber(digits) end
if number > 0 and digest == ARGV[1] and redis.call('GET', KEYS[2]) == ARGV[2] then
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  redis.call('EXPIRE', KEYS[2], ARGV[4])
  return {number, 0}
end
if string.format('%.0f', number) ~= ARGV[5] then return {number, -1} end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[4])
redis.call('SET', KEYS[1], (number + 1) .. ' ' .. ARGV[1], 'EX', ARGV[4])
redis.call('LPUSH', KEYS[3], ARGV[3])
redis.call('LTRIM', KEYS[3], 0, ARGV[6])
redis.call('EXPIRE', KEYS[3], ARGV[4])
return {number + 1, 1}
"""


class Overtaken(Exception):
    """Somebody else published while this release was being checked."""


@dataclass(frozen=True, slots=True)
class Live:
    """Which release is served."""

    number: int
    digest: str


class Releases:
    """Reads and publishes releases."""

    def __init__(self, client: Redis, *, keep_seconds: int) -> None:
        self._client = client
        self._keep = keep_seconds
        self._publish = client.register_script(_PUBLISH)

    def live(self) -> Live | None:
        """The release that is served now, or None: nothing was ever published, or what stands there is no pointer.

        Raises:
            StoreDown
        """
        try:
            found = raw(self._client.get(LIVE))
        except RedisError as error:
            raise StoreDown from error
        pointer = _POINTER.fullmatch(found or b"")
        return Live(int(pointer[1]), pointer[2].decode()) if pointer else None

    def bundle(self, digest: str) -> dict[str, Any] | None:
        """A bundle by its digest, or None: it is not there or broken. Its time to live, and the pointer's, begin anew.

        Raises:
            StoreDown
        """
        try:
            pipe = self._client.pipeline(transaction=False)
            pipe.get(_bundle_key(digest))
            for key in (_bundle_key(digest), LIVE, LOG):
                pipe.expire(key, self._keep)
            packed = pipe.execute()[0]
        except RedisError as error:
            raise StoreDown from error
        try:
            bundle: dict[str, Any] = json.loads(zlib.decompress(packed or b""))
        except (zlib.error, ValueError):
            return None
        return bundle

    def publish(self, canonical: bytes, digest: str, *, note: str, after: int, at: datetime) -> tuple[int, bool]:
        """Make a bundle live. Returns its number, and whether it is new: the same content again changes nothing.

        Unless its bundle is gone or broken: then it is written anew under a new number, at which every process looks.

        Args:
            after: the number of the release that this one was checked against; 0: there was none.

        Raises:
            Overtaken: another one was published in between.
            StoreDown
        """
        entry = json.dumps({"digest": digest, "note": note, "at": at.isoformat(timespec="minutes")}, ensure_ascii=False)
        keys = [LIVE, _bundle_key(digest), LOG]
        values: list[str | bytes | int] = [
            digest,
            zlib.compress(canonical, 9),
            entry,
            self._keep,
            after,
            LOG_LENGTH - 1,
        ]
        try:
            number, done = self._publish(keys=keys, args=values)
        except RedisError as error:
            raise StoreDown from error
        if done == -1:
            raise Overtaken(number)
        return int(number), done == 1


def _bundle_key(digest: str) -> str:
    return f"{{release}}:{digest}"
