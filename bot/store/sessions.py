"""Sessions: one read and one atomic write per message. Two deliveries of one message move a session once.

Apart from the rest of the store because this is the path of every text. The write is a script: it compares the record's
header (whose random nonce is the version) and the mark of a fallback text with what was read, under every key that was
looked at, and only then replaces the session, remembers the reply for two minutes and puts the wanted jobs into the
outbox. On a conflict the caller reads and computes again: the engine is pure. The script may run twice: the second run
finds another version and reports a conflict, and the next read finds the message among those seen. It may also arrive
late, when its person has had the fallback text meanwhile: that left another mark than was read.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from redis import Redis

from bot.engine.session import Session, from_plain, to_plain
from bot.privacy import HEADER, Contact, Registry
from bot.store.client import AWAY, raw
from bot.store.client import StoreDown as StoreDown
from bot.store.outbox import OUTBOX_SECONDS, Wanted, outbox_key

REPLY_SECONDS = 120
"""A delivery repeated within two minutes gets the same reply; a later one an empty answer."""
KEPT_REPLIES = 3
"""Replies of the last two minutes that can be given again: deliveries overtake each other, but not by many texts."""
SEEN = 6
"""MessageSids remembered in a session."""
MARKED_AT_ONCE = 1000
TAG_AT = (3, 6)
"""Where the step's tag stands in a record: after the format and the key id."""
MARK = 6
"""Bytes of the mark of a fallback text: any, but others each time."""
TAG = 6
"""Letters of a remembered MessageSid: 36 bits, plenty to tell six apart."""

_COMMIT = """
local places = (#KEYS - 1) / 3
for place = 1, places do
  if redis.call('GETRANGE', KEYS[3 * place - 1], 0, ARGV[1] - 1) ~= ARGV[2 * place + 7] then return 0 end
  if (redis.call('GET', KEYS[3 * place + 1]) or '') ~= ARGV[2 * place + 8] then return 0 end
end
if ARGV[2] == '' then redis.call('DEL', KEYS[2]) else redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[5])
for i = 4, #KEYS do redis.call('DEL', KEYS[i]) end
if ARGV[7] ~= '' then redis.call('SET', KEYS[4], ARGV[7], 'EX', ARGV[8]) end
for i = 2 * places + 9, #ARGV do
  redis.call('RPUSH', KEYS[1], ARGV[i])
  redis.call('EXPIRE', KEYS[1], ARGV[6])
end
return 1
"""


class Version(NamedTuple):
    """What was read of a contact: its record's header and the mark of a fallback text; empty: there is none."""

    contact: Contact
    header: bytes
    mark: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a person when a message arrives."""

    versions: tuple[Version, ...]
    """Today's contact first, then the others that were looked at."""
    session: Session | None
    seen: tuple[str, ...] = ()
    replies: tuple[tuple[str, str | None, int], ...] = ()
    """What was answered in the last two minutes: the message's tag, the text, and when (seconds)."""
    duplicate: bool = False
    reply: str | None = None
    """The reply that a duplicate gets again; None: an empty answer."""

    @property
    def contact(self) -> Contact:
        """The person today: where the session is written."""
        return self.versions[0].contact

    def has_heard(self, reply: str | None) -> bool:
        """Whether this was answered within the last two minutes."""
        return any(text == reply for _, text, _ in self.replies)

    @property
    def unsure(self) -> bool:
        """The person got the fallback text last time: an answer must not count unseen."""
        return any(version.mark for version in self.versions)


class _Found:
    """What lies under the three keys of one contact."""

    def __init__(self, contact: Contact, stored: bytes | None, reply: bytes | None, mark: bytes | None) -> None:
        self.contact, self.stored, self.reply, self.mark = contact, stored, reply, mark or b""

    @property
    def version(self) -> Version:
        """What the write compares."""
        return Version(self.contact, (self.stored or b"")[:HEADER], self.mark)

    def session(self) -> tuple[Session | None, tuple[str, ...]]:
        """The session and the messages seen. One that cannot be read is as good as none: the person starts anew."""
        plain = self.contact.open(self.stored, purpose="s") if self.stored else None
        if plain is None:
            return None, ()
        try:
            session, seen = json.loads(plain)
            return from_plain(session), tuple(seen[at : at + TAG] for at in range(0, len(seen), TAG))
        except (ValueError, TypeError, LookupError):
            return None, ()

    def replies(self) -> tuple[tuple[str, str | None, int], ...]:
        """The replies that may be asked for again, newest first."""
        plain = self.contact.open(self.reply, purpose="r") if self.reply else None
        try:
            return tuple((tag, text, at) for tag, text, at in json.loads(plain or b"[]"))
        except (ValueError, TypeError):
            return ()


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
        try:
            found = self._look(self._registry.today(channel, address, now))
            if not any(one.stored for one in found):
                found += self._look(self._registry.earlier(channel, address, now))
        except AWAY as error:
            raise StoreDown from error
        tag, at = _tag(message_id), int(now.timestamp())
        session, seen = next((one for one in (one.session() for one in found) if one[0]), (None, ()))
        replies = tuple(reply for one in found for reply in one.replies() if at - reply[2] < REPLY_SECONDS)
        again = [text for replied, text, _ in replies if replied == tag]
        return Record(
            versions=tuple(one.version for one in found),
            session=session,
            seen=seen,
            replies=replies,
            duplicate=bool(again) or tag in seen,
            reply=again[0] if again else None,
        )

    def commit(
        self,
        record: Record,
        session: Session | None,
        message_id: str,
        reply: str | None,
        wanted: Sequence[Wanted],
        now: datetime,
        *,
        unsure: bool = False,
    ) -> bool:
        """The one atomic write. Returns False where somebody wrote in between: read and compute again.

        Args:
            unsure: the person gets the fallback text; their next answer is not to count unseen.

        Raises:
            StoreDown
        """
        contact, tag = record.contact, _tag(message_id)
        sealed, seconds = b"", 0
        replies = [(tag, reply, int(now.timestamp()))]
        if session is not None:
            seconds = self._seconds(session, now)
            plain = json.dumps([to_plain(session), "".join((*record.seen, tag)[-SEEN:])], separators=(",", ":"))
            step = session.place.step if session.place else ""
            sealed = contact.seal(plain.encode(), purpose="s", step=step)
            replies += record.replies[: KEPT_REPLIES - 1]
        elif record.session is None:  # a last word was said already, and stays known
            replies += [kept for kept in record.replies if kept[1] is not None][: KEPT_REPLIES - 1]
        again = contact.seal(json.dumps(replies, ensure_ascii=False, separators=(",", ":")).encode(), purpose="r")
        near = [version for version in record.versions if version.contact.bucket == contact.bucket]
        far = [version for version in record.versions if version.contact.bucket != contact.bucket and version.header]
        keys = [outbox_key(contact.bucket), *(key for version in near for key in _keys(version.contact))]
        mark = os.urandom(MARK) if unsure else b""
        values: list[str | bytes | int] = [HEADER, sealed, seconds, again, REPLY_SECONDS, OUTBOX_SECONDS]
        values += [mark, self._idle, *(part for version in near for part in (version.header, version.mark))]
        values += [job.plain for job in wanted]
        try:
            done = bool(self._commit(keys=keys, args=values))
            if done and far:
                self._client.delete(*(key for version in far for key in _keys(version.contact)))
        except AWAY as error:
            raise StoreDown from error
        return done

    def mark_unsure(self, contacts: Sequence[Contact]) -> None:
        """Remember who got the fallback text, so that their next answer does not count unseen.

        Raises:
            StoreDown
        """
        try:
            for first in range(0, len(contacts), MARKED_AT_ONCE):
                pipe = self._client.pipeline(transaction=False)
                for contact in contacts[first : first + MARKED_AT_ONCE]:
                    pipe.set(_keys(contact)[2], os.urandom(MARK), ex=self._idle)
                pipe.execute()
        except AWAY as error:
            raise StoreDown from error

    def probe(self) -> None:
        """Whether the store answers and can be written. One that was started anew is given the script.

        Raises:
            StoreDown
        """
        try:
            self._client.set("probe", b"", ex=10)
            self._client.script_load(_COMMIT)
        except AWAY as error:
            raise StoreDown from error

    def standing_at(self) -> dict[bytes, int]:
        """How many people stand at each step, by its tag. No session is opened.

        Raises:
            StoreDown
        """
        found: dict[bytes, int] = {}
        try:
            keys = self._client.scan_iter(match="s:{*", count=MARKED_AT_ONCE)
            while some := list(itertools.islice(keys, MARKED_AT_ONCE)):
                pipe = self._client.pipeline(transaction=False)
                for key in some:
                    pipe.getrange(key, *TAG_AT)
                for tag in pipe.execute():
                    found[tag] = found.get(tag, 0) + 1
        except AWAY as error:
            raise StoreDown from error
        return found

    def _look(self, contacts: Sequence[Contact]) -> list[_Found]:
        """What lies under these contacts."""
        if len(contacts) == 1:
            return [_Found(contacts[0], *map(raw, self._client.mget(_keys(contacts[0]))))]
        pipe = self._client.pipeline(transaction=False)
        for contact in contacts:
            for key in _keys(contact):  # one by one: in a cluster they may lie on several servers
                pipe.get(key)
        values = iter(pipe.execute())
        return [_Found(contact, next(values), next(values), next(values)) for contact in contacts]

    def _seconds(self, session: Session, now: datetime) -> int:
        left = session.started * 60 + self._max - int(now.timestamp())
        return max(1, min(self._idle, left))


def _keys(contact: Contact) -> tuple[str, str, str]:
    place = f"{{{contact.bucket}}}:{contact.id}"
    return f"s:{place}", f"r:{place}", f"u:{place}"


def _tag(message_id: str) -> str:
    return base64.urlsafe_b64encode(hashlib.blake2b(message_id.encode(), digest_size=6).digest())[:TAG].decode()
