"""Every kind of key that the line keeps in its stores: what for, how long, how many there are now.

Apart from the rooms that make the keys, because it is the list that they are held against: `python3 -m bot data`
prints it, and a key of any other kind is a mistake, in a test and in the exit status. PRIVACY.md says the same to
people.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.config import Config
from bot.store.client import connect
from bot.store.keys import names


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of key. `lives` is the longest that one can be there after the last text."""

    shape: str
    """As papers write it."""
    pattern: str
    purpose: str
    lives: str


BUCKET = r"\{[0-9a-f]{2}\}"
CONTACT = rf"{BUCKET}:[\w-]{{16}}"
KINDS = (
    Kind("s:{7f}:<contact>", rf"s:{CONTACT}", "where a person is, sealed", "2 hours, a day at most"),
    Kind("r:{7f}:<contact>", rf"r:{CONTACT}", "the last replies, for a repeated delivery, sealed", "2 minutes"),
    Kind("u:{7f}:<contact>", rf"u:{CONTACT}", "got the fallback text; random bytes", "2 hours"),
    Kind("o:{7f}", rf"o:{BUCKET}", "jobs wanted: ids of messages, parts to count", "a week; usually a second"),
    Kind("{release}:<digest>", r"\{release\}:[0-9a-f]{16,}", "published content", "90 days, renewed"),
    Kind("{release}:live", r"\{release\}:live", "which content is served", "90 days, renewed"),
    Kind("{release}:log", r"\{release\}:log", "who published what, when", "90 days, renewed"),
    Kind("spent:<month>", r"spent:\d{4}-\d\d", "parts of all texts, by channel", "62 days"),
    Kind("tally:<day>", r"tally:\d{4}-\d\d-\d\d", "what happened; of people in fives", "8 days"),
    Kind("pulse", "pulse", "when the worker was seen, what waits", "a day"),
    Kind("probe", "probe", "whether writing works; empty", "10 seconds"),
    Kind("line:forget", "line:forget", "ids of messages that Twilio is to delete", "16 days"),
    Kind("line:tries", "line:tries", "how often that was tried", "16 days"),
    Kind("line:pause", "line:pause", "no deleting while this is there", "10 minutes"),
    Kind("rq:*", r"rq:.+", "the job queue's own; no argument, no id", "a day"),
)


@dataclass(frozen=True, slots=True)
class Held:
    """How many keys of each kind there are, and those of no kind."""

    counts: Counter[str]
    unknown: tuple[str, ...]


def counted(config: Config) -> Held:
    """Count what both stores hold.

    Raises:
        StoreDown
    """
    urls = dict.fromkeys((config.redis_url, config.jobs_redis_url))
    return sorted_out(name for url in urls for name in names(connect(url)))


def sorted_out(keys: Iterable[str]) -> Held:
    """Keys by kind."""
    counts: Counter[str] = Counter()
    unknown = []
    for key in keys:
        kind = next((kind for kind in KINDS if re.fullmatch(kind.pattern, key)), None)
        counts[kind.shape if kind else ""] += 1
        unknown += [] if kind else [key]
    return Held(counts, tuple(unknown))


def table(held: Held) -> str:
    """The list, for a terminal. Keys of no kind stand last, each by itself."""
    lines = [f"{'key':<20} {'now':>7}  {'lives at most':<25} what for"]
    lines += [f"{kind.shape:<20} {held.counts[kind.shape]:>7}  {kind.lives:<25} {kind.purpose}" for kind in KINDS]
    return "\n".join([*lines, *(f"NOT LISTED: {key!r}: nothing of ours; who made it?" for key in held.unknown)])
