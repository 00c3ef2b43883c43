"""Somebody who has our disk and our secret: they try every telephone number against the names of the keys.

Apart from `bot.privacy`, as an attacker is: they do only what one guess needs, and but once what is the same for all of
them. How many numbers there are is counted by what phonenumbers knows of the United States.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b, sha256

import phonenumbers

IN_AN_AREA = 8 * 10**6
"""The first of seven digits is 2 to 9."""
FIRST = 2_000_000
ROUND = 100_000
ROUNDS = 5


class Attack:
    """On one channel, with the key of one day."""

    def __init__(self, secret: bytes, day_key: bytes, names: Iterable[bytes], channel: str = "sms") -> None:
        """`names`: those of the keys in the store, or found in its files."""
        who = day_key + channel.encode() + b":+1"
        self._begun = blake2b(who, digest_size=32, key=sha256(secret).digest(), person=b"contact")
        self._ids = {base64.urlsafe_b64decode(name.rpartition(b":")[2]) for name in names}

    def found(self, numbers: Iterable[int]) -> Iterator[int]:
        """Whoever of these has texted; ten digits each."""
        begun, ids = self._begun, self._ids
        for number in numbers:
            guess = begun.copy()
            guess.update(b"%d" % number)
            if guess.digest()[:12] in ids:
                yield number


def area_codes() -> list[int]:
    """Those in which a person in the United States may have a telephone."""
    return [area for area in range(200, 1000) if _is_american(phonenumbers.PhoneNumber(1, area * 10**7 + FIRST))]


def _is_american(number: phonenumbers.PhoneNumber) -> bool:
    return (
        phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
        and phonenumbers.region_code_for_number(number) == "US"
    )


def guesses_in_a_second() -> float:
    """How many numbers one core tries in a second of its own: the best of a few rounds."""
    attack, fastest = Attack(b"a secret", bytes(32), [b"s:{00}:" + b"A" * 16]), float("inf")
    for area in range(ROUNDS):
        numbers = range(2125550000 + area * ROUND, 2125550000 + (area + 1) * ROUND)
        began = time.process_time()
        assert not list(attack.found(numbers))
        fastest = min(fastest, time.process_time() - began)
    return ROUND / fastest
