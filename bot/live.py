"""The release being served: every process has the newest within two seconds, and never an older one than a session's.

Apart from the store, which only keeps bundles, and from the conversation, which only wants something to answer with.
Most releases change a file or two: what was made of the others is remembered, and not made again.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable
from datetime import datetime

from bot.content.bundle import Bundle
from bot.content.library import Library, open_bundle, without_tidying
from bot.engine.run import reader_of
from bot.privacy import DayKeys
from bot.reply import Composer
from bot.store.releases import Live, Releases
from bot.store.sessions import StoreDown

POLL_SECONDS = 0.25
RENEW_SECONDS = 6 * 3600

_log = logging.getLogger("bot.live")


class NoRelease(Exception):
    """Nothing was published yet, or nothing that can be read."""


def nothing_at_hand(digest: str) -> Library | None:
    """Whoever only serves has opened nothing before."""
    return None


class Served:
    """A library with its composer."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.composer = Composer(library)
        reader_of(library.release)  # built now, once: not by fifty requests at the same time


class LiveRelease:
    """Holds the newest release and watches for a newer one."""

    def __init__(
        self,
        releases: Releases,
        days: DayKeys | None = None,
        at_hand: Callable[[str], Library | None] = nothing_at_hand,
    ) -> None:
        """`at_hand`: the content with a digest, if it was opened here already."""
        self._releases = releases
        self._days = days
        self._opened = at_hand
        self._served: Served | None = None
        self._lock = threading.Lock()
        self._renewed = time.monotonic()
        self._refused: Live | None = None

    def get(self, at_least: int = 0) -> Served:
        """The release to answer with; a session's number says that there is a newer one.

        Raises:
            NoRelease
            StoreDown
        """
        served = self._served
        if served is None or served.library.release.number < at_least:
            self.refresh()
            served = self._served
        if served is None:
            raise NoRelease
        return served

    @property
    def at_hand(self) -> Served | None:
        """What this process has, without asking the store."""
        return self._served

    @property
    def number(self) -> int:
        """The number served, 0: none."""
        return self._served.library.release.number if self._served else 0

    def refresh(self) -> None:
        """Load what is live, if it is not what we have. A bundle that does not open leaves the last good one in place.

        Raises:
            StoreDown
        """
        with self._lock:
            live = self._releases.live()
            due = time.monotonic() - self._renewed > RENEW_SECONDS
            if live is None or live == self._refused or (self._is_served(live) and not due):
                return
            known = None if due else self._opened(live.digest)
            bundle = None if known else self._read(live)
            if self._is_served(live):
                return
            try:
                with without_tidying():
                    library = known or open_bundle(bundle or {}, digest=live.digest)
                    self._served = Served(library.numbered(live.number))
            except Exception as error:  # written by other code, or broken: whatever it is, serve what is good
                self._refused = live
                why = type(error).__name__
                _log.error("release %s does not open (%s); still serving %s", live.number, why, self.number)

    def _read(self, live: Live) -> Bundle | None:
        """The bundle, whose time to live begins anew."""
        bundle = self._releases.bundle(live.digest)
        self._renewed = time.monotonic()
        return bundle

    def _is_served(self, live: Live) -> bool:
        """By its content, too: a store that lost everything counts from 1 again."""
        library = self._served.library if self._served else None
        return library is not None and (library.release.number, library.digest) == (live.number, live.digest)

    def watch(self, now: Callable[[], datetime]) -> None:
        """Look for a newer release, and destroy old keys of the day, as long as this object lives."""
        threading.Thread(target=_watch, args=(weakref.ref(self), now), name="releases", daemon=True).start()

    def look(self, now: datetime) -> None:
        """One look of the watch. What fails is tried again with the next one.

        Raises:
            StoreDown
        """
        if self._days:
            self._days.destroy_old(now.date())
        self.refresh()


def _watch(watched: weakref.ref[LiveRelease], now: Callable[[], datetime]) -> None:
    """Nothing may end it early: without it this process would serve an old release for ever."""
    failed = ""
    while True:
        time.sleep(POLL_SECONDS)
        live = watched()
        if live is None:
            return
        try:
            live.look(now())
            failed = ""
        except StoreDown:
            pass  # the requests notice, and say so
        except Exception as error:
            if failed != type(error).__name__:
                _log.exception("looking for a newer release failed")
            failed = type(error).__name__
        del live
