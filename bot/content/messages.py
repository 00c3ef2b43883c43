"""Every text, in every locale, behind one class. The only module that knows python-i18n.

Apart because python-i18n, left to itself, reads files inside a request, answers a missing key with the key, falls back
to English without a word and keeps all its state in module globals. So it is used as what it does well: we fill its
container with checked texts, never set its locale, and never let it look for a file. Two releases may be alive for a
moment, in several threads; so to python-i18n each release has locales of its own, `7:es`, that come and go whole.
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
        number = next(_numbers)
        self._names = {locale: f"{number}:{locale}" for locale in texts}
        for locale, name in self._names.items():
            translations.container[name] = dict(texts[locale])
        weakref.finalize(self, _forget, tuple(self._names.values()))

    def __reduce__(self) -> tuple[type[Messages], tuple[dict[str, dict[str, str]]]]:
        """To another process go the texts; there they get a number of their own."""
        return Messages, ({locale: dict(translations.container[name]) for locale, name in self._names.items()},)

    def has(self, key: str, locale: str) -> bool:
        """Whether there is such a text."""
        return locale in self._names and key in translations.container[self._names[locale]]

    def keys(self, locale: str) -> tuple[str, ...]:
        """The keys of all texts of a locale, in the order of its files."""
        return tuple(translations.container[self._names[locale]]) if locale in self._names else ()

    def raw(self, key: str, locale: str) -> str:
        """A text as it was written, with its placeholders; empty where there is none."""
        return str(translations.container[self._names[locale]][key]) if self.has(key, locale) else ""

    def text(self, key: str, locale: str, /, **values: str) -> str:
        """The text of a key with its placeholders filled.

        Raises:
            MissingText: there is none in that locale; nothing falls back.
        """
        try:
            written = str(translations.container[self._names[locale]][key])
        except KeyError:
            raise MissingText(f"{locale}: {key}") from None
        return str(i18n.t(key, locale=self._names[locale], **values)) if "%" in written else written


def _forget(names: tuple[str, ...]) -> None:
    for name in names:
        translations.container.pop(name, None)
