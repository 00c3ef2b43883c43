"""What the web process counts of what happens, and what it knows of the month's money.

Apart from the conversation, which only says what happened, and from the store, which only adds. Counting costs a text
no round trip: it is kept in memory and handed on every few seconds. What could say something about a person (a flow, a
language, an outcome) leaves this memory in fives only, so that neither the store nor anybody who reads the figures ever
sees that one person did something at some minute; up to four of each kind are lost when a process ends.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from bot.budget import percent
from bot.engine.events import EndedQuietly, Erased, Event, KeptSilent, OptedOut, Spoke
from bot.engine.flow import flow_of
from bot.engine.release import Release
from bot.engine.session import Session
from bot.store.client import StoreDown
from bot.store.counts import Counts, month_of

AT_ONCE = 5
"""Fewer people than this are not told of."""
LOOK_SECONDS = 5.0
TOOK = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""How long answers took, in seconds: at most this."""
_OUTCOMES = {Erased: "deleted", OptedOut: "opted out", EndedQuietly: "left quietly", KeptSilent: "no answer wanted"}

_log = logging.getLogger("bot.meter")


class Meter:
    """Counts, and asks now and then how much of the month's money is left."""

    def __init__(self, counts: Counts, dollars: int, now: Callable[[], datetime]) -> None:
        """`dollars`: the month's money; 0: nobody has set any."""
        self._counts, self._dollars, self._now = counts, dollars, now
        self._lock = threading.Lock()
        self._new: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        self._day = now().date()
        self.is_spent = False
        """Whether the month's money is spent, as of the last look."""

    def count(self, *names: str) -> None:
        """Count what says nothing about a person."""
        with self._lock:
            self._new.update(names)

    def took(self, seconds: float) -> None:
        """Count how long an answer took."""
        with self._lock:
            self._new[f"took {next((str(most) for most in TOOK if seconds <= most), 'longer')}"] += 1
            self._new["took milliseconds"] += round(seconds * 1000)

    def turned(
        self, release: Release, channel: str, before: Session | None, after: Session | None, events: Sequence[Event]
    ) -> None:
        """Count a turn."""
        flow, came_from = _flow(release, after), _flow(release, before)
        entered = [f"flow {flow}", f"language {after.locale}"] if after and flow and flow != came_from else []
        with self._lock:
            self._new.update([f"texts {channel}", *([] if before else ["talks"])])
            self._held.update([*entered, *(f"outcome {outcome}" for outcome in _outcomes(after, events))])

    def look(self) -> None:
        """Hand on what was counted, and ask how much is spent.

        Raises:
            StoreDown: what was counted stays here.
        """
        today = self._now().date()
        with self._lock:
            new, self._new = self._new, Counter()
            fives = {name: count - count % AT_ONCE for name, count in self._held.items() if count >= AT_ONCE}
            self._held.subtract(fives)
            day, self._day = self._day, today
            if today != day:
                self._held.clear()
        try:
            if new or fives:
                self._counts.tally(day, new + Counter(fives))
            if self._dollars:
                self.is_spent = percent(self._counts.spent(month_of(self._now())), self._dollars) >= 100
        except StoreDown:
            with self._lock:
                self._new.update(new)
                self._held.update(fives)
            raise

    def watch(self) -> None:
        """Look every few seconds, as long as this object lives."""
        threading.Thread(target=_watch, args=(weakref.ref(self),), name="meter", daemon=True).start()


def _flow(release: Release, session: Session | None) -> str:
    return flow_of(release.keys.get(session.place.step, "")) if session and session.place else ""


def _outcomes(session: Session | None, events: Sequence[Event]) -> list[str]:
    """What a turn came to: a telephone number, not understood, or an end."""
    said = {piece.kind for event in events if isinstance(event, Spoke) for piece in event.said}
    found = [_OUTCOMES[type(event)] for event in events if type(event) in _OUTCOMES]
    if said & {"referrals", "hotline"}:
        found.append("told a number")
    if session and session.misses:
        found.append("not understood")
    return found


def _watch(watched: weakref.ref[Meter]) -> None:
    """Nothing may end it early: without it the month's money would never be spent."""
    failed = ""
    while True:
        time.sleep(LOOK_SECONDS)
        meter = watched()
        if meter is None:
            return
        try:
            with suppress(StoreDown):  # the requests notice, and say so
                meter.look()
            failed = ""
        except Exception as error:
            if failed != type(error).__name__:
                _log.exception("handing on what was counted failed")
            failed = type(error).__name__
        del meter
