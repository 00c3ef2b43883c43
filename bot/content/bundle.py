"""What is published: the files of a release by their path, as plain data; as bytes, and the address of these.

Apart from the library, which makes something of it: whoever stores a release, or compares two, needs no more than this.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from bot.content.source import Plain

Bundle = dict[str, Plain]


def canonical(bundle: Bundle, written: Callable[[str], bytes] | None = None) -> bytes:
    """The bundle as bytes. The order of fields stays: it is the order of steps and options.

    `written`: gives a file of it as bytes, where somebody remembers them.
    """
    files = (file_bytes(name) + b":" + (written(name) if written else file_bytes(one)) for name, one in bundle.items())
    return b"{" + b",".join(files) + b"}"


def file_bytes(plain: Plain) -> bytes:
    """One file, or its name, as it stands in the whole."""
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(canonical: bytes) -> str:
    """The content's address: equal content has an equal digest, whoever publishes it."""
    return hashlib.sha256(canonical).hexdigest()
