"""A server that can be killed, frozen, filled and emptied, and started again on the same data.

Apart from the line because the worker's tests use it, too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from redis import Redis

from bot.embedded import DataLock, EmbeddedServer, start
from bot.store.client import connect

ENOUGH, NOTHING = "256mb", "1mb"


class Valkey:
    """One server."""

    def __init__(self, folder: Path) -> None:
        self._data = folder
        self._lock = DataLock(folder).take()
        self.server: EmbeddedServer = start(folder, self._lock)
        self.url = self.server.url
        self.client: Redis = connect(self.url, answer_seconds=5)

    def kill(self) -> None:
        """With -9."""
        self.server.process.kill()
        self.server.process.wait()

    def start(self) -> None:
        """Again, on the data that are there."""
        self.server = start(self._data, self._lock)

    def lose(self) -> None:
        """Start again on an empty disk."""
        shutil.rmtree(self._data / "valkey")
        self.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Connections stay open, and nothing comes."""
        os.kill(self.server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.server.pid, signal.SIGCONT)

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """It can be read, and nothing can be written."""
        self.client.config_set("maxmemory", NOTHING)
        try:
            yield
        finally:
            self.client.config_set("maxmemory", ENOUGH)

    def end(self) -> None:
        """For good."""
        self.client.close()
        self.server.stop()
        self._lock.release()
