"""`flows/fallback.json`: what is said when nothing else works, by locale, ready before anything else is.

Apart because it must be there when the store, the release and the flows are not: a small generated file, read when the
process starts. A test compares it with the content; `python3 -m bot fallback` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FILE = "flows/fallback.json"
EVERYBODY = ""
"""The text for people whose language is not known: the organisation's languages, one below the other."""


def read_fallbacks(content: Path) -> dict[str, str]:
    """The fallback texts by locale.

    Raises:
        OSError: the file is missing; without it nothing may be served.
        ValueError: it is not what `python3 -m bot fallback` writes.
    """
    texts = json.loads((content / FILE).read_text(encoding="utf-8"))
    if not isinstance(texts, dict) or EVERYBODY not in texts:
        raise ValueError(f"{FILE} lacks the text for everybody. Run: python3 -m bot fallback")
    return {str(locale): str(text) for locale, text in texts.items()}


def written(texts: Mapping[str, str]) -> str:
    """The file's content."""
    return json.dumps(texts, ensure_ascii=False, indent=1) + "\n"
