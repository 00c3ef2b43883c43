"""What publishing adds to the files: texts that are withdrawn, what nobody has reviewed, where a rollback leads people.

Apart from the library because volunteers write the files, and whoever publishes decides these. They travel inside the
bundle, so that every process says the same, and an old release knows what was found wrong in it since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bot.content.messages import Messages
from bot.content.source import Plain

CAVEATS = "caveats"
"""Their entry in a bundle, beside the files: no file has such a path."""

Cause = Literal["asked", "stale"]


class Withdrawal(NamedTuple):
    """One text that is not said: its key, its language, and which words it had then.

    Other words under the same key are said; the same words, brought back by whatever way, are not.
    """

    key: str
    locale: str
    words: str
    cause: Cause = "asked"
    """`asked`: somebody found it wrong. `stale`: it was made from another English, and waits for its translator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveats:
    """All of them. Empty for a folder as it is."""

    withdrawn: frozenset[Withdrawal] = frozenset()
    role: str = ""
    """On whose word flows and locales are live that nobody has reviewed."""
    flows: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    """Old and new keys, like `moved:` of a flow: after a rollback, newer names lead to older ones."""

    def in_force(self, messages: Messages) -> frozenset[tuple[str, str]]:
        """The key and locale of every text that is withdrawn in this content: its words are still the same."""
        return frozenset(
            (one.key, one.locale)
            for one in self.withdrawn
            if messages.has(one.key, one.locale) and words_mark(messages.raw(one.key, one.locale)) == one.words
        )

    @property
    def plain(self) -> dict[str, Plain]:
        """As a bundle holds them: only what there is, in an order of its own."""
        found: dict[str, Plain] = {
            "withdrawn": [list(one) for one in sorted(self.withdrawn)],
            "role": self.role,
            "flows": list(self.flows),
            "locales": list(self.locales),
            "moved": [list(pair) for pair in self.moved],
        }
        return {name: value for name, value in found.items() if value}


def split(bundle: Mapping[str, Plain]) -> tuple[dict[str, Plain], Caveats]:
    """The files of a bundle, and its caveats.

    Raises:
        TypeError, ValueError: other code wrote them.
    """
    return files_of(bundle), _read(bundle[CAVEATS]) if CAVEATS in bundle else Caveats()


def files_of(bundle: Mapping[str, Plain]) -> dict[str, Plain]:
    """The files of a bundle, whoever wrote its caveats."""
    return {name: plain for name, plain in bundle.items() if name != CAVEATS}


def joined(files: Mapping[str, Plain], caveats: Caveats) -> dict[str, Plain]:
    """A bundle of files and caveats."""
    return {**files, **({CAVEATS: caveats.plain} if caveats.plain else {})}


def words_mark(text: str) -> str:
    """What tells two texts apart: the same words have the same mark."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(plain: Plain) -> Caveats:
    if not isinstance(plain, dict):
        raise TypeError(CAVEATS)
    return Caveats(
        withdrawn=frozenset(
            Withdrawal(key, locale, words, "stale" if cause == "stale" else "asked")
            for key, locale, words, cause in _lists(plain.get("withdrawn", []))
        ),
        role=str(plain.get("role", "")),
        flows=_texts(plain.get("flows", [])),
        locales=_texts(plain.get("locales", [])),
        moved=tuple((old, new) for old, new in _lists(plain.get("moved", []))),
    )


def _lists(plain: Plain) -> Iterable[tuple[str, ...]]:
    return (_texts(one) for one in plain) if isinstance(plain, list) else ()


def _texts(plain: Plain) -> tuple[str, ...]:
    return tuple(str(one) for one in plain) if isinstance(plain, list) else ()
