"""Who a person is to us: an opaque id of today, and the seal that only the person's own address opens.

Apart because every promise of `PRIVACY.md` stands on these few lines. Three things are needed to open a record: the
server's secret, the key of the day (kept apart from the data, destroyed within 48 hours) and the address itself, which
is stored nowhere. Nothing here remembers an address.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import logging
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.config import create_once, overwrite

FORMAT = 1
"""First byte of every record. A reader that does not know it refuses the record and starts anew."""
HEADER = 1 + 2 + 4 + 12
"""Bytes before the sealed part: format, key id, step tag, nonce. The nonce makes it the record's version, too."""
KEY_DAYS = 2
"""A key of the day is destroyed when its day lies this many days back."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person under one secret and one day. `id` and `bucket` name keys in the store; nothing in it is a number."""

    id: str
    bucket: str
    key_id: bytes
    _seal: AESGCM = field(repr=False)
    _tags: bytes = field(repr=False)

    def seal(self, plain: bytes, *, purpose: str, step: str = "") -> bytes:
        """The sealed record: header and ciphertext, bound to this contact and purpose."""
        header = bytes([FORMAT]) + self.key_id + self.tag(step) + os.urandom(12)
        return header + self._seal.encrypt(header[-12:], plain, self._bound_to(purpose, header))

    def open(self, record: bytes, *, purpose: str) -> bytes | None:
        """What was sealed, or None: another format, another key, another contact, or broken."""
        header, body = record[:HEADER], record[HEADER:]
        if len(header) < HEADER or header[0] != FORMAT or header[1:3] != self.key_id:
            return None
        try:
            return self._seal.decrypt(header[-12:], body, self._bound_to(purpose, header))
        except InvalidTag:
            return None

    def tag(self, step: str) -> bytes:
        """A keyed tag of a step's id, so that people can be counted per step without opening a session."""
        return step_tag(self._tags, step)

    def _bound_to(self, purpose: str, header: bytes) -> bytes:
        return purpose.encode() + b"|" + self.id.encode() + b"|" + header


def step_tag(key: bytes, step: str) -> bytes:
    """Four bytes in front of a sealed session."""
    return hashlib.blake2b(step.encode(), digest_size=4, key=key, person=b"step").digest()


class DayKeys:
    """The keys of the day: random, one file each, made by whichever process needs it first, then destroyed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[date, bytes] = {}

    def key(self, day: date) -> bytes:
        """The key of a day."""
        if day not in self._known:
            self.destroy_old(day)
            self._known[day] = create_once(self._folder / day.isoformat(), lambda: os.urandom(32))
        return self._known[day]

    def has(self, day: date) -> bool:
        """Whether there is a key for this day: some process has come as far."""
        return day in self._known or (self._folder / day.isoformat()).exists()

    def destroy_old(self, today: date) -> None:
        """Overwrite and remove the keys of days that are over; what they sealed can never be opened again."""
        oldest = today - timedelta(days=KEY_DAYS - 1)
        for day in [day for day in list(self._known) if day < oldest]:  # other threads add and remove, too
            self._known.pop(day, None)
        for path in self._folder.glob("????-??-??") if self._folder.is_dir() else ():
            if path.name < oldest.isoformat():
                with contextlib.suppress(FileNotFoundError):  # another process was quicker
                    overwrite(path, os.urandom(32))
                    path.unlink()


class Registry:
    """Turns an address into today's contact, and into those it may still be known under."""

    def __init__(self, secrets: tuple[bytes, ...], days: DayKeys) -> None:
        """`secrets`: the new one first; older ones are only read."""
        self._secrets = tuple(hashlib.sha256(secret).digest() for secret in secrets)
        self._days = days

    def contact(self, channel: str, address: str, now: datetime) -> Contact:
        """The contact of an address today."""
        return self._contact(self._secrets[0], f"{channel}:{address}", now.astimezone(UTC).date())

    def today(self, channel: str, address: str, now: datetime) -> tuple[Contact, ...]:
        """The contact of an address today, and the one of tomorrow if it is that for the clock of another process."""
        who, today = f"{channel}:{address}", now.astimezone(UTC).date()
        tomorrow = today + timedelta(days=1)
        days = (today, tomorrow) if self._days.has(tomorrow) else (today,)
        return tuple(self._contact(self._secrets[0], who, day) for day in days)

    def earlier(self, channel: str, address: str, now: datetime) -> tuple[Contact, ...]:
        """Where the person may still be: under yesterday's key (after midnight), or an older secret."""
        who, today = f"{channel}:{address}", now.astimezone(UTC).date()
        yesterday = today - timedelta(days=1)
        found = [self._contact(self._secrets[0], who, yesterday)]
        for secret in self._secrets[1:]:
            found += [self._contact(secret, who, today), self._contact(secret, who, yesterday)]
        return tuple(found)

    def tag_keys(self) -> tuple[bytes, ...]:
        """The keys of the step tags, for counting."""
        return tuple(_derive(secret, b"tags", b"") for secret in self._secrets)

    def _contact(self, secret: bytes, who: str, day: date) -> Contact:
        """The bucket does not change with the day, so that a move at midnight stays within one cluster slot."""
        key = self._days.key(day)
        name = who.encode()
        return Contact(
            id=base64.urlsafe_b64encode(_derive(secret, b"contact", key + name)[:12]).decode(),
            bucket=f"{_derive(secret, b'bucket', name)[0]:02x}",
            key_id=_derive(secret, b"key id", key)[:2],
            _seal=AESGCM(_derive(secret, b"seal", key + name)),
            _tags=_derive(secret, b"tags", b""),
        )


def _derive(secret: bytes, purpose: bytes, what: bytes) -> bytes:
    return hashlib.blake2b(what, digest_size=32, key=secret, person=purpose).digest()


class NoAddresses(logging.Filter):
    """The last net: a log line that holds something like a telephone number or an address is replaced.

    Nothing of ours logs one; libraries sometimes quote what they were given.
    """

    _ADDRESS = re.compile(r"(?P<sid>\b(?:SM|MM)[0-9a-fA-F]{32}\b)|\+?\d[\d\s().-]{8,}\d|whatsapp:\S+")
    """A message id may stay: whoever asks Twilio about it has to name it, and it names nobody."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass, without addresses and without what an exception says of its values: only its place."""
        try:
            message = self._ADDRESS.sub(lambda found: found["sid"] or "(removed)", record.getMessage())
        except Exception:
            message = "(a log line that cannot be written)"
        if isinstance(record.exc_info, tuple) and record.exc_info[0]:
            message = f"{message} ({record.exc_info[0].__name__}{_place_of(record.exc_info[2])})"
        record.msg, record.args, record.exc_info, record.exc_text, record.stack_info = message, (), None, None, None
        return True


def _place_of(trace: TracebackType | None) -> str:
    """The file and line where an exception was raised: all that may be told of it."""
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


def quiet_logging() -> None:
    """One handler for everything, through the filter above. Called once by each process."""
    handler = logging.StreamHandler()
    handler.addFilter(NoAddresses())
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in ("twilio", "urllib3", "twilio.http_client"):
        logging.getLogger(name).setLevel(logging.WARNING)
