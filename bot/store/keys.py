"""The names of all keys, for those who look after what is kept.

Apart from the rest of the store because nobody who texts ever waits for this: it goes through everything.
"""

from __future__ import annotations

from collections.abc import Iterator

from redis import Redis

from bot.store.client import AWAY, StoreDown

AT_ONCE = 1000


def names(client: Redis) -> Iterator[str]:
    """Every key of a store.

    Raises:
        StoreDown
    """
    try:
        for key in client.scan_iter(count=AT_ONCE):
            yield key.decode("utf-8", "backslashreplace")
    except AWAY as error:
        raise StoreDown from error
