"""Waiting for processes, and asking whether they live. Apart because several tests use real ones."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

HANGS_SECONDS = 90.0
"""Where a test expects no time: on a machine that is busy with other work, anything may take this long."""


def until(happened: Callable[[], bool], seconds: float = HANGS_SECONDS) -> None:
    """Wait for something, and fail where it does not come."""
    limit = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < limit, f"it did not happen within {seconds:g} s"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether the process runs. One that has ended and waits for init to collect it does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):  # no /proc on macOS, or gone since
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True
