"""Looking for a person in bytes: every spelling and coding of an address, a name or a text that a machine would leave.

Apart from the tests that use it, and tested itself in test_privacy.py: a search that finds nothing must be able to.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from redis import Redis

HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s")
TRUNCATED_BYTES = 6
"""A hash of which this much is left names one person in millions."""
SHORTEST = 4
"""Bytes; what is shorter is found in anything by chance."""


def spellings(text: str) -> set[str]:
    """How an address might be written; a text only as it is, and as it is compared."""
    found = {text, text.lower(), text.upper(), text[::-1]}
    if digits := re.sub(r"\D", "", text) if re.fullmatch(r"\+?[\d\s().-]+", text) else "":
        local = digits[-10:]
        found |= {digits, local, f"00{digits}", f"{local[:3]}-{local[3:6]}-{local[6:]}", f"({local[:3]}) {local[3:6]}"}
        found |= {f"{local[:3]} {local[3:6]} {local[6:]}", f"{local[:3]}.{local[3:6]}.{local[6:]}", f"+{digits}"}
        found |= {f"sms:+{digits}", f"whatsapp:+{digits}", f"sms:{digits}", f"whatsapp:{digits}"}
    return found


def codings(text: str) -> Iterator[tuple[str, bytes]]:
    """The bytes that a text leaves in each coding."""
    plain = text.encode()
    yield "utf-8", plain
    for name in ("utf-16-le", "utf-16-be", "utf-32-le"):
        yield name, text.encode(name)
    yield "url", quote(text, safe="").encode()
    yield "form", quote_plus(text).encode()
    yield "json", json.dumps(text)[1:-1].encode()
    yield "hex", plain.hex().encode()
    yield "HEX", plain.hex().upper().encode()
    for shift in range(3):  # inside a longer text that was coded as a whole: the letters that depend on this part alone
        coded = base64.b64encode(b"\0" * shift + plain)
        inner = coded[(0, 2, 3)[shift] : (shift + len(plain)) * 8 // 6]
        yield f"base64+{shift}", inner
        yield f"base64url+{shift}", inner.translate(bytes.maketrans(b"+/", b"-_"))
    if text.isdecimal() and len(text) < 19:
        yield "integer", int(text).to_bytes(8, "big").lstrip(b"\0")
        yield "integer-le", int(text).to_bytes(8, "little").rstrip(b"\0")


def hashes(text: str) -> Iterator[tuple[str, bytes]]:
    """What is left of a text by an unkeyed hash, whole or cut, raw or written."""
    for name in HASHES:
        raw = hashlib.new(name, text.encode()).digest()
        yield name, raw[:TRUNCATED_BYTES]
        yield f"{name} hex", raw.hex()[: 2 * TRUNCATED_BYTES].encode()
        yield f"{name} base64", base64.b64encode(raw)[: 8 * TRUNCATED_BYTES // 6]
        yield f"{name} base64url", base64.urlsafe_b64encode(raw)[: 8 * TRUNCATED_BYTES // 6]


class Search:
    """Knows what to look for."""

    def __init__(self, *secrets: str) -> None:
        self._needles = {
            coded: f"{name} of {spelled!r}"
            for secret in secrets
            for spelled in sorted(spellings(secret))
            for name, coded in (*codings(spelled), *hashes(spelled))
            if len(coded) >= SHORTEST
        }

    def found_in(self, where: str, data: bytes) -> list[str]:
        """What of the secrets is in these bytes, or in what is compressed in them."""
        return [
            f"{where}{how}: {name}"
            for how, part in (("", data), *unpacked(data))
            for needle, name in self._needles.items()
            if needle in part
        ]


def unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Whatever in these bytes was compressed with zlib, gzip or bare deflate at their beginning."""
    starts = [(match.start(), 15) for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data)]
    starts += [(match.start(), 31) for match in re.finditer(rb"\x1f\x8b\x08", data)]
    for start, bits in [*starts, (0, -15)]:
        engine, part = zlib.decompressobj(bits), b""
        try:
            part = engine.decompress(data[start:])
        except zlib.error:
            continue
        if part:
            yield f" (compressed at {start})", part


def stored(client: Redis) -> Iterator[tuple[str, bytes]]:
    """Every key of a server: its name, its content as commands tell it, and its bytes as the server keeps them."""
    readers: dict[bytes, Callable[[Any], Any]] = {
        b"string": lambda key: [client.get(key)],
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
        b"stream": lambda key: [str(client.xrange(key)).encode()],
        b"none": lambda key: [],  # it has ended since its name was read
    }
    for key in client.scan_iter(count=1000):
        yield "the name of a key", key
        kind: Any = client.type(key)
        for value in readers[kind](key):
            yield f"the value of {key!r}", value
        if dumped := client.dump(key):
            yield f"the dump of {key!r}", dumped


def written(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder: its name and its bytes."""
    for path in sorted(folder.rglob("*")):
        yield "the name of a file", str(path.relative_to(folder)).encode()
        if path.is_file() and not path.is_socket():
            yield f"the file {path.name}", path.read_bytes()
