"""Too many new talks from one country abroad within an hour: somebody pumps texts, and each reply costs us.

Apart from the engine, which ends what one machine sends (`MAX_BURST`, `MAX_HEARD`), because here thousands of numbers
text once each, and only where they come from gives them away. Counted in the memory of a process, by country, and gone
with the hour: nothing of a number is kept, and a text costs no round trip. Our own country is never limited: a raid
looks the same.
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime

import phonenumbers

HOME = 1
"""The country code that the line is for: the United States, Canada and the Caribbean share it."""


class Surge:
    """Counts the new talks of this hour."""

    def __init__(self, most: int) -> None:
        """`most`: new talks of one country abroad that are answered in an hour."""
        self._most = most
        self._lock = threading.Lock()
        self._hour, self._new = 0, Counter[int]()

    def is_full(self, address: str, now: datetime) -> bool:
        """Whether so many from this country have been answered in this hour that no new talk is."""
        country = country_of(address)
        with self._lock:
            return country != HOME and self._this_hour(now)[country] >= self._most

    def count(self, address: str, now: datetime) -> None:
        """A new talk was answered. Counted then and not before: a turn may be computed several times."""
        country = country_of(address)
        if country != HOME:
            with self._lock:
                self._this_hour(now)[country] += 1

    def _this_hour(self, now: datetime) -> Counter[int]:
        hour = int(now.timestamp() // 3600)
        if hour != self._hour:
            self._hour, self._new = hour, Counter()
        return self._new


def country_of(address: str) -> int:
    """The country code of an address; 0 for one that tells none (a short code, a name).

    >>> country_of("+12025550143"), country_of("+523312345678"), country_of("US.1A2B3C4D"), country_of("12345")
    (1, 52, 1, 0)
    """
    if address[2:3] == ".":
        return phonenumbers.country_code_for_region(address[:2])
    try:
        return phonenumbers.parse(address).country_code or 0
    except phonenumbers.NumberParseException:
        return 0
