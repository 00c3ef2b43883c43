"""Where a content folder comes from: the commit it is at, and who works in it.

Apart because it asks git, which may not be there: then there is nothing to say, and that is no mistake.
"""

from __future__ import annotations

import getpass
import os
import subprocess
from pathlib import Path

GIT_SECONDS = 5.0
CHANGED = " + changes"


def commit_of(folder: Path) -> str:
    """The commit of a folder, with a remark where its files are not as committed; empty without git."""
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return ""
    return commit + (CHANGED if _git(folder, "status", "--porcelain", "--", "flows", "messages") else "")


def person_at(folder: Path) -> str:
    """Whoever publishes, by the name that git knows, else the one that the system knows."""
    return _git(folder, "config", "user.name") or _login()


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number that has no name
        return f"user {os.getuid()}"


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
