"""Wanting Twilio's copies deleted outside a turn: what Twilio reports as done, and texts that got the fallback text.

Apart from a turn, whose one write holds its own wish, because here no session is written: Twilio reports a status once
and never again, and the fallback text is said when the store is away. What the store cannot take is kept in memory and
handed on within a second of its return; only a process that is killed in between forgets it.
"""

from __future__ import annotations

import contextlib
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from datetime import datetime

from bot.outage import Outage
from bot.store.outbox import FORGET, SPENT, Outbox, Wanted
from bot.store.sessions import StoreDown

FORGET_AFTER_SECONDS = 120
"""Twilio refuses to delete a message that it is still busy with: https://www.twilio.com/docs/api/errors/20009"""
UNFINISHED_SECONDS = 6 * 3600
"""When to delete a reply that Twilio has not reported as done."""
MAX_LATE = 10_000
"""Wishes kept in memory while the store is away."""
LOOK_SECONDS = 1.0


class Forgetting:
    """Puts wishes into the outbox, now or as soon as that can be."""

    def __init__(self, outbox: Outbox, outage: Outage, now: Callable[[], datetime]) -> None:
        self._outbox, self._outage, self._now = outbox, outage, now
        self._late: deque[Wanted] = deque(maxlen=MAX_LATE)

    def reported(self, message_id: str, done: bool) -> None:
        """Twilio has said what became of a reply of ours."""
        self._remember(message_id, FORGET_AFTER_SECONDS if done else UNFINISHED_SECONDS)
        self.hand_on()

    def answered_without_the_store(self, message_id: str, cost: str) -> None:
        """A text is answered, or not, without a turn; it has to be deleted and counted like all others.

        Nobody waits for the store here: that may be what is missing.
        """
        self._remember(message_id, FORGET_AFTER_SECONDS)
        self._late.append(Wanted(SPENT, cost, int(self._now().timestamp())))

    def hand_on(self) -> None:
        """Put what is remembered into the outbox, as far as the store takes it."""
        while self._late and not self._outage.is_down:
            with contextlib.suppress(IndexError):  # another thread was quicker
                wanted = self._late.popleft()
                try:
                    self._outbox.put(wanted)
                except StoreDown:
                    self._late.append(wanted)
                    self._outage.failed()
                    return

    def watch(self) -> None:
        """Hand on what is remembered, once a second, as long as this object lives."""
        threading.Thread(target=_watch, args=(weakref.ref(self),), name="forgetting", daemon=True).start()

    def _remember(self, message_id: str, seconds: int) -> None:
        self._late.append(Wanted(FORGET, message_id, int(self._now().timestamp()) + seconds))


def _watch(watched: weakref.ref[Forgetting]) -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        forgetting = watched()
        if forgetting is None:
            return
        forgetting.hand_on()
        del forgetting
