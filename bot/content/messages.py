"""Every text, in every locale, behind one class. The only module that knows python-i18n.

Apart because python-i18n, left to itself, reads files inside a request, answers a missing key with the key, falls back
to English without a word and keeps all its state in module globals. So it is used as what it does well: we fill its
container with checked texts, each release under a prefix of its own (two releases may be alive for a moment), never
set its locale, and never let it look for a file.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Mapping

import i18n
from i18n import resource_loader, translations

_numbers = itertools.count(1)

i18n.load_path.clear()
i18n.set("error_on_missing_translation", True)
i18n.set("error_on_missing_placeholder", True)
if "yml" in resource_loader.loaders:
    resource_loader.loaders.clear()


class MissingText(KeyError):
    """A text that a release was built without. The checks make this impossible; it would be our own mistake."""


class Messages:
    """The texts of one release. `text` is the only way to one."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        """Take the texts: by locale, then by key."""
        self._prefix = f"r{next(_numbers)}"
        for locale, by_key in texts.items():
            mine = translations.container.setdefault(locale, {})
            mine.update({f"{self._prefix}.{key}": text for key, text in by_key.items()})
        weakref.finalize(self, _forget, self._prefix)

    def has(self, key: str, locale: str) -> bool:
        """Whether there is such a text."""
        return f"{self._prefix}.{key}" in translations.container.get(locale, {})

    def text(self, key: str, locale: str, /, **values: str) -> str:
        """The text of a key with its placeholders filled.

        Raises:
            MissingText: there is none in that locale; nothing falls back.
        """
        full = f"{self._prefix}.{key}"
        if full not in translations.container.get(locale, {}):
            raise MissingText(f"{locale}: {key}")
        return str(i18n.t(full, locale=locale, **values))


def _forget(prefix: str) -> None:
    for by_key in translations.container.values():
        for key in [key for key in by_key if key.startswith(f"{prefix}.")]:
            del by_key[key]
