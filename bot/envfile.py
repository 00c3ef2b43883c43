"""`line.env`: the settings of one machine in one private file, which every command reads before anything else.

Apart from `config`, which knows what a setting means and reads the environment only: this one knows how the file is
written. It is written as systemd and Docker Compose read such files too: NAME=value, in single quotes where a value
holds more than plain signs. What stands in the environment already counts more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from bot.config import CHECKOUT, replace_whole

NAMED_BY = "HOTLINE_ENV"
"""The variable that names another file."""
DEFAULT = CHECKOUT / "line.env"

_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_PLAIN = re.compile(r"[\w@%+=:,./-]*")


class BadValue(ValueError):
    """A value that cannot stand in the file."""


def path_in(env: Mapping[str, str]) -> Path:
    """Where the file is, or would be."""
    return Path(env.get(NAMED_BY) or DEFAULT)


def adopt(env: MutableMapping[str, str]) -> None:
    """Take the file's settings into the environment, where that has none of its own."""
    for name, value in read(path_in(env)).items():
        env.setdefault(name, value)


def read(path: Path) -> dict[str, str]:
    """The settings in a file; none where there is no such file.

    Raises:
        OSError: it is there, and not for us.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    found = (_LINE.fullmatch(line.strip()) for line in lines)
    return {match[1]: _unquoted(match[2]) for match in found if match}


def write(path: Path, values: Mapping[str, str], about: Mapping[str, str]) -> None:
    """Put settings into the file: over those of the same name, else at its end, each below what it is about.

    Every other line stays. The file is only ever seen whole, and only by its owner.

    Raises:
        BadValue: nothing was written.
        OSError: it cannot be written.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    written = {name: f"{name}={_quoted(name, value)}" for name, value in values.items()}
    for number, line in enumerate(lines):
        match = _LINE.fullmatch(line.strip())
        if match and match[1] in written:
            lines[number] = written.pop(match[1])
    for name, line in written.items():
        lines += [*([""] if lines else []), f"# {about[name]}", line]
    replace_whole(path, ("\n".join(lines) + "\n").encode())


def _quoted(name: str, value: str) -> str:
    if "'" in value or not value.isprintable():
        raise BadValue(f"{name} may hold no quotation mark ' and nothing invisible.")
    return value if _PLAIN.fullmatch(value) else f"'{value}'"


def _unquoted(written: str) -> str:
    value = written.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
