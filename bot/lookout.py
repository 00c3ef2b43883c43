"""What the web process looks after beside its texts: whether the worker lives, and which law is due.

Apart from the worker's own watch (`worker/watch.py`), which looks after everything else: a dead worker cannot say so,
and only the web process holds the release, with the days on which somebody is to look at it again.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from bot.alerts import Alerts
from bot.engine.release import Release
from bot.live import LiveRelease
from bot.store.client import StoreDown
from bot.store.counts import Counts

LOOK_SECONDS = 30.0
DEAD_SECONDS = 150
"""A worker leaves a sign of life every half minute; after this long without one it is taken for dead."""
WORKER = "worker"

_log = logging.getLogger("bot.lookout")


class Lookout:
    """Looks, and tells."""

    def __init__(self, counts: Counts, live: LiveRelease, alerts: Alerts, now: Callable[[], datetime]) -> None:
        self._counts, self._live, self._alerts, self._now = counts, live, alerts, now
        self._began = now()

    def look(self) -> None:
        """One look. A worker that has never been seen has as long to come up as one that is gone.

        Raises:
            StoreDown
        """
        now = self._now()
        if served := self._live.at_hand:
            self._counts.beat(law=overdue(served.library.release, now))
        seen = max(self._counts.pulse().get("worker", 0), int(self._began.timestamp()))
        silent = int(now.timestamp()) - seen
        found = {WORKER: f"The worker has not been seen for {silent // 60} minutes: Twilio's copies are not deleted."}
        self._alerts.tell(found if silent > DEAD_SECONDS else {}, (WORKER,), now)

    def watch(self) -> None:
        """Look every half minute, as long as this object lives."""
        threading.Thread(target=_watch, args=(weakref.ref(self),), name="lookout", daemon=True).start()


def overdue(release: Release, now: datetime) -> int:
    """How many laws and numbers were to be looked at again by now."""
    laws = {law for flow in release.flows.values() for law in (flow.law, *(step.law for step in flow.steps)) if law}
    late = sum(law.overdue(now.astimezone(release.timezone).date()) for law in laws)
    return late + sum(referral.is_overdue(now.astimezone(release.timezone)) for referral in release.referrals)


def _watch(watched: weakref.ref[Lookout]) -> None:
    """Nothing may end it early: without it nobody would hear that the worker is gone."""
    failed = ""
    while True:
        time.sleep(LOOK_SECONDS)
        lookout = watched()
        if lookout is None:
            return
        try:
            with suppress(StoreDown):  # the worker tells of that
                lookout.look()
            failed = ""
        except Exception as error:
            if failed != type(error).__name__:
                _log.exception("looking after the worker failed")
            failed = type(error).__name__
        del lookout
