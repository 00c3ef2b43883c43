"""How many people stand at a step of the real line now. Few are never counted out: "fewer than 5".

Apart from the pages because this is all that the workshop reads of the real line's sessions: tags in front of seals. No
session is opened.
"""

from __future__ import annotations

import threading
import time

from bot.config import Config
from bot.privacy import DayKeys, Registry
from bot.publishing.people import Crowd, counted
from bot.store.client import PATIENT_SECONDS, StoreDown, connect
from bot.store.sessions import Sessions

KEPT_SECONDS = 10.0
"""Counting reads the beginning of every session; not for every page."""


class Standing:
    """Counts, kept for a moment."""

    def __init__(self, config: Config) -> None:
        registry = Registry(config.secrets, DayKeys(config.keys_folder))
        self._keys = registry.tag_keys()
        self._sessions = Sessions(
            connect(config.redis_url, answer_seconds=PATIENT_SECONDS), registry, idle_seconds=1, max_seconds=1
        )
        self._lock = threading.Lock()
        self._crowd = Crowd({}, self._keys)
        self._at = -KEPT_SECONDS

    def at(self, step: str) -> str:
        """How many stand at a step, in words."""
        try:
            return counted(self._count().at([step]))
        except StoreDown:
            return "unknown: the line's store does not answer"

    def _count(self) -> Crowd:
        with self._lock:
            if time.monotonic() - self._at >= KEPT_SECONDS:
                self._crowd = Crowd(self._sessions.standing_at(), self._keys)
                self._at = time.monotonic()
            return self._crowd
