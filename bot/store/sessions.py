"""Sessions: one read and one atomic write per message. Two deliveries of one message move a session once.

Apart from the rest of the store because this is the path of every text. The write is a script: it compares the record's
header (whose random nonce is the version) with what was read, and only then replaces the session, remembers the reply for
two minutes and puts the wanted jobs into the outbox. On a conflict the caller reads and computes again: the engine is
pure. The script may run twice: the second run finds another version and reports a conflict, and the next read finds the
message among those seen.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from redis import Redis, RedisError

from bot.engine.session import Session, from_plain, to_plain
from bot.privacy import HEADER, Contact, Registry
from bot.store.client import raw
from bot.store.outbox import OUTBOX_SECONDS, Wanted, outbox_key

REPLY_SECONDS = 120
"""A delivery repeated within two minutes gets the same reply; a later one an empty answer."""
SEEN = 6
"""MessageSids remembered in a session."""
TAG = 6
"""Letters of a remembered MessageSid: 36 bits, plenty to tell six apart."""

_COMMIT = """
local now = redis.call('GETRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1)
if now ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[4]) end
redis.call('SET', KEYS[2], ARGV[5], 'EX', ARGV[6])
redis.call('DEL', KEYS[3], KEYS[5])
if #ARGV > 7 then
  for i = 8, #ARGV do redis.call('RPUSH', KEYS[4], ARGV[i]) end
  redis.call('EXPIRE', KEYS[4], ARGV[7])
end
return 1
"""


class StoreDown(Exception):
    """The store does not answer, not in time, or not writably. Says nothing about the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a person when a message arrives."""

    contact: Contact
    session: Session | None
    seen: tuple[str, ...] = ()
    version: bytes = b""
    """The header of the stored record; empty where there is none."""
    moved_from: Contact | None = None
    """Where the session lies under an earlier key; it moves with the next write."""
    duplicate: bool = False
    reply: str | None = None
    """The reply that a duplicate gets again; None: an empty answer."""
    unsure: bool = False
    """The person got the fallback text last time: an answer must not count unseen."""


class Sessions:
    """Reads and writes sessions."""

    def __init__(self, client: Redis, registry: Registry, *, idle_seconds: int, max_seconds: int) -> None:
        self._client = client
        self._registry = registry
        self._idle, self._max = idle_seconds, max_seconds
        self._commit = client.register_script(_COMMIT)

    def read(self, channel: str, address: str, message_id: str, now: datetime) -> Record:
        """One round trip (two where nobody is known under today's key).

        Raises:
            StoreDown
        """
        contact = self._registry.contact(channel, address, now)
        tag = _tag(message_id)
        try:
            stored, reply, unsure = map(raw, self._client.mget(_keys(contact)))
            session, seen = _opened(contact, stored)
            again = _reply(contact, reply)
            if again and again[0] == tag:
                return Record(contact=contact, session=session, duplicate=True, reply=again[1])
            moved_from = None
            version = stored[:HEADER] if stored else b""
            if stored is None:
                moved_from, session, seen = self._read_earlier(channel, address, now)
        except RedisError as error:
            raise StoreDown from error
        return Record(
            contact=contact,
            session=session,
            seen=seen,
            version=version,
            moved_from=moved_from,
            duplicate=tag in seen,
            unsure=unsure is not None,
        )

    def commit(
        self,
        record: Record,
        session: Session | None,
        message_id: str,
        reply: str | None,
        wanted: Sequence[Wanted],
        now: datetime,
    ) -> bool:
        """The one atomic write. Returns False where somebody wrote in between: read and compute again.

        Raises:
            StoreDown
        """
        contact, earlier = record.contact, record.moved_from
        tag = _tag(message_id)
        sealed, seconds = b"", 0
        if session is not None:
            seconds = self._seconds(session, now)
            plain = json.dumps([to_plain(session), "".join((*record.seen, tag)[-SEEN:])], separators=(",", ":"))
            step = session.place.step if session.place else ""
            sealed = contact.seal(plain.encode(), purpose="s", step=step)
        again = contact.seal(json.dumps([tag, reply], ensure_ascii=False).encode(), purpose="r")
        session_key, reply_key, unsure_key = _keys(contact)
        nearby = earlier is not None and earlier.bucket == contact.bucket
        old_key = _keys(earlier)[0] if earlier and nearby else unsure_key
        keys = [session_key, reply_key, unsure_key, outbox_key(contact.bucket), old_key]
        values: list[str | bytes | int] = [
            HEADER,
            record.version,
            sealed,
            seconds,
            again,
            REPLY_SECONDS,
            OUTBOX_SECONDS,
        ]
        values += [job.plain for job in wanted]
        try:
            done = bool(self._commit(keys=keys, args=values))
            if done and earlier and not nearby:
                self._client.delete(_keys(earlier)[0])
        except RedisError as error:
            raise StoreDown from error
        return done

    def mark_unsure(self, contacts: Sequence[Contact]) -> None:
        """Remember who got the fallback text, so that their next answer does not count unseen.

        Raises:
            StoreDown
        """
        try:
            for contact in contacts:
                self._client.set(_keys(contact)[2], b"", ex=self._idle)
        except RedisError as error:
            raise StoreDown from error

    def probe(self) -> None:
        """Whether the store answers and can be written.

        Raises:
            StoreDown
        """
        try:
            self._client.set("probe", b"", ex=10)
        except RedisError as error:
            raise StoreDown from error

    def standing_at(self) -> dict[bytes, int]:
        """How many people stand at each step, by its tag. No session is opened."""
        found: dict[bytes, int] = {}
        for key in self._client.scan_iter(match="s:{*", count=1000):
            tag = raw(self._client.getrange(key, 3, 6)) or b""
            found[tag] = found.get(tag, 0) + 1
        return found

    def _read_earlier(
        self, channel: str, address: str, now: datetime
    ) -> tuple[Contact | None, Session | None, tuple[str, ...]]:
        for contact in self._registry.earlier(channel, address, now):
            session, seen = _opened(contact, raw(self._client.get(_keys(contact)[0])))
            if session:
                return contact, session, seen
        return None, None, ()

    def _seconds(self, session: Session, now: datetime) -> int:
        left = session.started * 60 + self._max - int(now.timestamp())
        return max(1, min(self._idle, left))


def _keys(contact: Contact) -> tuple[str, str, str]:
    place = f"{{{contact.bucket}}}:{contact.id}"
    return f"s:{place}", f"r:{place}", f"u:{place}"


def _opened(contact: Contact, stored: bytes | None) -> tuple[Session | None, tuple[str, ...]]:
    plain = contact.open(stored, purpose="s") if stored else None
    if plain is None:
        return None, ()
    session, seen = json.loads(plain)
    return from_plain(session), tuple(seen[at : at + TAG] for at in range(0, len(seen), TAG))


def _reply(contact: Contact, stored: bytes | None) -> tuple[str, str | None] | None:
    plain = contact.open(stored, purpose="r") if stored else None
    if plain is None:
        return None
    tag, text = json.loads(plain)
    return tag, text


def _tag(message_id: str) -> str:
    return base64.urlsafe_b64encode(hashlib.blake2b(message_id.encode(), digest_size=6).digest())[:TAG].decode()
