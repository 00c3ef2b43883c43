"""Tells the operator what is wrong: once when it begins, once when it is over.

Apart from whoever looks, the worker and the web process: both tell through here, and what was told is kept in one file
of theirs, because the store may be what is wrong. How it is told is the organisation's own: a command that gets the
text on its input (it may send a text message or a mail), or an address that it is posted to. Nothing of a person is in
it.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shlex
import subprocess
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.config import Config

TELL_SECONDS = 20
"""A hook that takes longer has failed; it is tried again with the next look."""
PASSED_ON = ("PATH", "HOME", "LANG", "TZ")
"""What a command gets of our environment: none of the secrets in it."""

_log = logging.getLogger("bot.alerts")


class Alerts:
    """What is wrong, as far as it was told."""

    def __init__(self, config: Config) -> None:
        self._hook, self._line = config.alert_hook, config.public_url
        self._path = config.data / "alerts.json"

    def tell(self, found: Mapping[str, str], looked_at: Collection[str], now: datetime) -> None:
        """Tell what is new, and what is over of what was looked at.

        Args:
            found: what is wrong, by a name that stays the same while it lasts.
            looked_at: every name that could have been found. Of others nothing is known, so nothing is over.
        """
        with self._told() as told:
            for name in found.keys() - told.keys():
                if self._say(found[name]):
                    told[name] = f"{now:%Y-%m-%d %H:%M} UTC"
            for name in (told.keys() & set(looked_at)) - found.keys():
                if self._say(f"Over: what was told on {told[name]} ({name})."):
                    del told[name]

    def lasting(self) -> dict[str, str]:
        """What is wrong, and since when."""
        return _read(self._path)

    def _say(self, what: str) -> bool:
        _log.warning("%s", what)
        return not self._hook or deliver(self._hook, f"{self._line}: {what}\n")

    @contextmanager
    def _told(self) -> Iterator[dict[str, str]]:
        """What was told, for one process at a time; written down afterwards if it is something else."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            told = _read(self._path)
            before = dict(told)
            yield told
            if told != before:
                file.seek(0)
                file.truncate()
                file.write(json.dumps(told).encode())


def deliver(hook: str, text: str) -> bool:
    """Hand a text to a hook. Returns whether it was taken; why not stands in the log."""
    try:
        if hook.startswith(("https://", "http://")):
            kind = {"Content-Type": "text/plain; charset=utf-8"}
            with urllib.request.urlopen(urllib.request.Request(hook, text.encode(), kind), timeout=TELL_SECONDS):
                return True
        env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        subprocess.run(shlex.split(hook), input=text.encode(), env=env, timeout=TELL_SECONDS, check=True)
    except (OSError, ValueError, subprocess.SubprocessError, urllib.error.URLError) as error:
        _log.error("ALERT_HOOK did not take what it was told (%s); trying again", type(error).__name__)
        return False
    return True


def _read(path: Path) -> dict[str, str]:
    """What was told; nothing where the file is missing or broken: telling twice is better than never."""
    try:
        told = json.loads(path.read_bytes() or b"{}")
    except (OSError, ValueError):
        return {}
    return {str(name): str(since) for name, since in told.items()} if isinstance(told, dict) else {}
