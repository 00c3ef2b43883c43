"""Where `doctor` looks: the settings, the time, Twilio, and the ways there.

Apart from the rooms so that a test can put a line on this machine where a real one would be on the internet: another
address behind a name, another authority for certificates, another disk.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import certifi

from bot.config import Config
from bot.content.layers import Folders
from bot.content.library import Checked, check_folder
from bot.twilio_account import TwilioAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One deployment."""

    config: Config
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the looking began."""
    began: float = field(default_factory=time.monotonic)
    account: TwilioAccount | None = None
    """None: there are no credentials to ask Twilio with."""
    ways: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Where a host and port (line.example.org:443) are, if not where the network says."""
    authorities: str = field(default_factory=certifi.where)
    """A file of the authorities whose certificates count: those that Twilio knows, as far as anybody can tell."""
    disk: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage
    checked: Callable[[Folders, date], Checked] = lambda folders, today: check_folder(folders, today=today)

    def later(self) -> datetime:
        """The time by now: the looking takes a while."""
        return self.now + timedelta(seconds=time.monotonic() - self.began)


def place_of(config: Config) -> Place:
    """This machine."""
    return Place(config=config, account=TwilioAccount(config) if config.can_call_twilio else None)
