"""Published releases: content-addressed bundles, a growing number, and a log of who published what.

Apart from the sessions because few write here and every process reads. A release becomes live in one script: the bundle
is there before anybody can see its number.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from redis import Redis

from bot.store.client import AWAY, raw
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


Act = Literal["publish", "rollback", "withdraw", "undo"]


class Overtaken(Exception):
    """Somebody else published while this release was being checked. Says who, where the log knows."""

    def __init__(self, number: int, by: str) -> None:
        whom = f" by {by}" if by else ""
        super().__init__(f"Release {number} was published meanwhile{whom}. Look at what is live, then try again.")
        self.number, self.by = number, by


@dataclass(frozen=True, slots=True)
class Live:
    """Which release is served."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the log keeps of one release. Nothing of the people who text."""

    number: int
    digest: str
    at: datetime
    by: str
    act: Act = "publish"
    about: str = ""
    """Of a rollback, the number that is live again; of a withdrawal, the texts."""
    commit: str = ""
    """Where the folder was, as its version control names it; empty: it has none."""
    note: str = ""
    second: str = ""
    """Who else saw a changed telephone number."""
    role: str = ""
    """On whose word something is live that nobody has reviewed; `unreviewed` names it."""
    unreviewed: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """As it is stored."""
        kept = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(kept | {"at": self.at.isoformat(timespec="minutes")}, ensure_ascii=False)

    @classmethod
    def of(cls, plain: bytes) -> Entry | None:
        """The inverse of `plain`; None where other code wrote it."""
        try:
            kept = {name: _printable(value) for name, value in json.loads(plain).items()}
            entry = cls(**kept | {"at": datetime.fromisoformat(kept["at"])})
            return entry if entry._is_sound() else None
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None

    def _is_sound(self) -> bool:
        """Whether everything is of its kind. Raises ValueError where a rollback names no number."""
        texts = (self.digest, self.by, self.about, self.commit, self.note, self.second, self.role, *self.unreviewed)
        if type(self.number) is not int or self.act not in get_args(Act) or not all(map(str.isprintable, texts)):
            return False
        return self.act != "rollback" or int(self.about) < self.number


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
        except AWAY as error:
            raise StoreDown from error
        pointer = _POINTER.fullmatch(found or b"")
        return Live(int(pointer[1]), pointer[2].decode()) if pointer else None

    def bundle(self, digest: str) -> dict[str, Any] | None:
        """A bundle by its digest, or None: it is not there, or another one.

        Its time to live begins anew, and the pointer's.

        Raises:
            StoreDown
        """
        try:
            pipe = self._client.pipeline(transaction=False)
            pipe.get(_bundle_key(digest))
            for key in (_bundle_key(digest), LIVE, LOG):
                pipe.expire(key, self._keep)
            packed = pipe.execute()[0]
        except AWAY as error:
            raise StoreDown from error
        try:
            canonical = zlib.decompress(packed or b"")
            bundle: Any = json.loads(canonical) if hashlib.sha256(canonical).hexdigest() == digest else None
        except (zlib.error, ValueError, RecursionError):
            return None
        return bundle if isinstance(bundle, dict) else None

    def log(self) -> tuple[Entry, ...]:
        """What was published, newest first.

        Raises:
            StoreDown
        """
        try:
            lines: list[Any] = self._client.lrange(LOG, 0, -1)
        except AWAY as error:
            raise StoreDown from error
        return tuple(entry for line in lines if (entry := Entry.of(line)))

    def kept(self, digests: Iterable[str]) -> frozenset[str]:
        """Those of these bundles that are still there.

        Raises:
            StoreDown
        """
        asked = tuple(dict.fromkeys(digests))
        try:
            pipe = self._client.pipeline(transaction=False)
            for digest in asked:
                pipe.exists(_bundle_key(digest))
            return frozenset(digest for digest, there in zip(asked, pipe.execute(), strict=True) if there)
        except AWAY as error:
            raise StoreDown from error

    def publish(self, canonical: bytes, entry: Entry) -> tuple[int, bool]:
        """Make a bundle live. Returns its number, and whether it is new: the same content again changes nothing.

        Unless its bundle is gone or broken: then it is written anew under a new number, at which every process looks.

        Args:
            canonical: the bundle whose digest the entry names.
            entry: its number is the one after the release that this one was checked against; 1: there was none.

        Raises:
            Overtaken: another one was published in between.
            StoreDown
        """
        keys = [LIVE, _bundle_key(entry.digest), LOG]
        values: list[str | bytes | int] = [
            entry.digest,
            zlib.compress(canonical),
            entry.plain,
            self._keep,
            entry.number - 1,
            LOG_LENGTH - 1,
        ]
        try:
            number, done = self._publish(keys=keys, args=values)
        except AWAY as error:
            raise StoreDown from error
        if done == -1:
            raise Overtaken(number, next((one.by for one in self.log() if one.number == number), ""))
        return int(number), done == 1


def _printable(value: Any) -> Any:
    """Whatever people have typed, without signs that steer a terminal or begin a line."""
    if isinstance(value, list):
        return tuple(map(_printable, value))
    return "".join(sign if sign.isprintable() else " " for sign in value) if isinstance(value, str) else value


def _bundle_key(digest: str) -> str:
    return f"{{release}}:{digest}"
