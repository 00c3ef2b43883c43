"""Where a content folder comes from: the commit it is at, and who works in it.

Apart because git may not be there: then there is nothing to say, and that is no mistake.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from bot.content.history import ask
from bot.content.layers import Folders, folders_of

CHANGED = " + changes"


def commit_of(folders: Folders) -> str:
    """The commit of the content, of several folders each; with a remark where files are not as committed.

    Empty without git.
    """
    return ", ".join(dict.fromkeys(commit for folder in folders_of(folders) if (commit := _commit_of(folder))))


def _commit_of(folder: Path) -> str:
    commit = ask(folder, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return ""
    return commit + (CHANGED if ask(folder, "status", "--porcelain", "--", "flows", "messages") else "")


def person_at(folder: Path) -> str:
    """Whoever publishes, by the name that git knows, else the one that the system knows."""
    return ask(folder, "config", "user.name") or _login()


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number that has no name
        return f"user {os.getuid()}"
