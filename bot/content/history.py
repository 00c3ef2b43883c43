"""The flow files as they were committed, where the content lies in a git checkout. The only module that asks git.

Apart because a folder need not lie in one: then nothing is known, and nothing is said.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from bot.content.problem import Problems
from bot.content.source import Node, compose

PATIENCE_SECONDS = 5.0


def committed(folder: Path, revision: str = "HEAD") -> dict[str, Node]:
    """The flow files of a commit that can be read, by path; empty where there is no such commit, or no git."""
    found = {}
    for file, text in _files(folder, revision):
        if file.endswith(".yaml") and (node := compose(file, text, Problems())):
            found[file] = node
    return found


def _files(folder: Path, revision: str) -> Iterator[tuple[str, str]]:
    """Ordinary files only: what a link leads to need not lie in the commit."""
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    archive = commit and _git(folder, "archive", "--format=tar", commit.decode().strip(), "flows")
    if not archive:
        return
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            if member.isfile() and (content := files.extractfile(member)):
                yield member.name, content.read().decode("utf-8-sig", "replace")


def _git(folder: Path, *arguments: str) -> bytes:
    """What git says; empty: it refuses, is slow or not there."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return b""
