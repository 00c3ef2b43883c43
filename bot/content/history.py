"""What git knows of a content folder: commits, the files as they were committed, who works here. Only this asks git.

Apart because a folder need not lie in a checkout, and git need not be there: then nothing is known, and nothing said.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

from bot.content.layers import Folders, laid, layers_of
from bot.content.problem import Problems
from bot.content.source import Node, compose

PATIENCE_SECONDS = 5.0


def committed(folders: Folders, revision: str = "HEAD") -> dict[str, Node]:
    """The flow files of a commit that can be read, by path; empty where there is no such commit, or no git."""
    found: dict[str, list[Node]] = {}
    for layer, folder in layers_of(folders):
        for file, content in files(folder, commit(folder, revision), "flows"):
            text = content.decode("utf-8-sig", "replace")
            if file.endswith(".yaml") and (node := compose(file, text, Problems(), layer)):
                found.setdefault(file, []).append(node)
    return {file: laid(file, nodes, Problems()) for file, nodes in found.items()}


def is_installed() -> bool:
    """Whether there is git."""
    return shutil.which("git") is not None


def knows(folder: Path) -> bool:
    """Whether a folder lies in a checkout."""
    return bool(ask(folder, "rev-parse", "--git-dir"))


def commit(folder: Path, revision: str) -> str:
    """The commit that a branch, a tag or a part of its number means; empty: none."""
    return ask(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")


def files(folder: Path, commit: str, *rooms: str) -> Iterator[tuple[str, bytes]]:
    """The files below some folders at a commit. Ordinary ones only: what a link leads to need not lie in the commit."""
    archive = _answer(folder, "archive", "--format=tar", commit, *rooms) if commit else b""
    if not archive:
        return
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            if member.isfile() and (content := members.extractfile(member)):
                yield member.name, content.read()


def ask(folder: Path, *arguments: str) -> str:
    """What git says, as one text; empty: it refuses, is slow or not there."""
    return _answer(folder, *arguments).decode("utf-8", "replace").strip()


def _answer(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return b""
