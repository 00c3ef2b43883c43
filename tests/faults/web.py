"""A web process whose clock can be set: what the line serves, put together with another clock than the machine's.

Apart from `bot.server` because nothing that runs for people may have such a door. The clock's file says how many
seconds it is ahead of the machine's.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.config import Config
from bot.server import WholeRequests, line, serve

CLOCK = "FAULTS_CLOCK"


class Clock:
    """The time, and a file that tells how far it is off."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text()))

    def jumps(self, ahead: float) -> None:
        """From now on it is so many seconds ahead. Written beside and moved: nobody reads half of it."""
        draft = self.file.with_suffix(".new")
        draft.write_text(str(ahead))
        draft.replace(self.file)


def clocked() -> WholeRequests:
    """What such a web process serves."""
    return line(Clock(Path(os.environ[CLOCK])))


if __name__ == "__main__":
    sys.exit(serve(Config.from_env(), "tests.faults.web:clocked"))
