"""When the store is gone: bridge a short fault, let nobody wait in vain, remember who was put off.

Apart from the store, which only fails, and from the conversation, which only asks. One thread probes; a few requests
wait for it, three seconds at most, never all of them; everybody else is answered at once with the fallback text.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time

from bot.privacy import Contact
from bot.store.sessions import Sessions, StoreDown

PATIENCE_SECONDS = 3.0
PROBE_SECONDS = 0.05
MAX_REMEMBERED = 100_000
QUIET_SECONDS = 10.0
"""A store that goes up and down is reported this often."""

_log = logging.getLogger("bot.outage")


class Outage:
    """Whether the store is down, seen by this process."""

    def __init__(self, sessions: Sessions, *, waiting_seats: int, patience: float = PATIENCE_SECONDS) -> None:
        self._sessions = sessions
        self._patience = patience
        self._seats = threading.BoundedSemaphore(waiting_seats)
        self._up = threading.Event()
        self._up.set()
        self._lock = threading.Lock()
        self._put_off: dict[str, Contact] = {}
        self._reported = -QUIET_SECONDS

    @property
    def is_down(self) -> bool:
        """Whether the last thing known of the store is that it failed."""
        return not self._up.is_set()

    def failed(self) -> None:
        """The store failed: start probing, unless somebody has."""
        with self._lock:
            if self.is_down:
                return
            self._up.clear()
        try:
            threading.Thread(target=self._probe, name="probe", daemon=True).start()
        except RuntimeError:  # no thread to be had: the next request tries the store itself
            self._up.set()

    def bridged(self, until: float) -> bool:
        """Wait for the store, if there is a seat left, at most until then (monotonic). Returns whether it is back."""
        if not self.is_down:
            return True
        if not self._seats.acquire(blocking=False):
            return False
        try:
            return self._up.wait(max(0.0, min(self._patience, until - time.monotonic())))
        finally:
            self._seats.release()

    def put_off(self, contact: Contact) -> None:
        """This person got the fallback text: their session may have moved unseen."""
        with self._lock:
            if len(self._put_off) < MAX_REMEMBERED:
                self._put_off[contact.id] = contact
        if not self.is_down:
            self._tell_store()

    def was_put_off(self, contact: Contact) -> bool:
        """Whether this person got the fallback text from this process and the store could not be told yet."""
        return contact.id in self._put_off

    def answered(self, contact: Contact) -> None:
        """This person got a real answer, which said where they are."""
        if contact.id in self._put_off:
            with self._lock:
                self._put_off.pop(contact.id, None)

    def _probe(self) -> None:
        """Ends when the store can be written again. Who was put off is told first, then everybody may go on.

        Nothing may end it early: without it this process would never go back to the store.
        """
        started = time.monotonic()
        loud = started - self._reported > QUIET_SECONDS
        if loud:
            self._reported = started
            _log.warning("the store does not answer; probing it")
        while not self._is_back():
            pass
        self._up.set()
        if loud:
            _log.warning("the store answers again after %.1f s", time.monotonic() - started)
        with contextlib.suppress(StoreDown):
            self._tell_store()  # whoever was put off since

    def _is_back(self) -> bool:
        time.sleep(PROBE_SECONDS)
        try:
            self._sessions.probe()
            self._tell_store()
        except StoreDown:
            return False
        except Exception:
            _log.exception("probing the store failed")
            return False
        return True

    def _tell_store(self) -> None:
        with self._lock:
            waiting = list(self._put_off.values())
        if not waiting:
            return
        self._sessions.mark_unsure(waiting)
        with self._lock:
            for contact in waiting:
                self._put_off.pop(contact.id, None)
