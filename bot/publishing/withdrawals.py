"""Which texts are withdrawn in what is about to be published.

Apart from `bot.content.caveats`, which only applies what is decided here: by a person who found a sentence wrong, or
because a translation was made from an English that is no longer said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.content.caveats import Cause, Caveats, Withdrawal, words_mark
from bot.content.library import Library
from bot.content.problem import did_you_mean, listed
from bot.engine.flow import step_of
from bot.engine.session import short_id
from bot.publishing.refusal import NotPublished, Refusal

Keys = Callable[[Library, str], tuple[str, ...]]
"""The keys of some texts of a locale: those that are stale, or that nobody has read."""

SAID = ("text", "reply")
"""What can be withdrawn: what a step says, and what is said to an answer. Options stay as they are."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A withdrawal that is over: the text has other words, is gone, or its translation was read again."""

    key: str
    locale: str


def carried(live: Caveats, after: Library, stale: Keys, *, withdraw_stale: bool) -> frozenset[Withdrawal]:
    """What is withdrawn today goes on, also under a new name; what was stale only while it is stale."""
    asked = {one for one in live.withdrawn if one.cause == "asked"}
    asked |= {one._replace(key=name) for one in asked if (name := _name_in(after, one.key)) != one.key}
    were = {(one.key, one.locale, one.words) for one in live.withdrawn if one.cause == "stale"}
    found = (
        one
        for locale in after.release.locales
        for one in _withdrawals(after, (key for key in stale(after, locale) if _can_be(key)), (locale,), "stale")
        if withdraw_stale or one[:3] in were
    )
    return frozenset((*asked, *found))


def stay_stale(after: Library, stale: Keys) -> tuple[tuple[str, str], ...]:
    """Stale texts that cannot be withdrawn, by key and locale: labels, and what the line itself says."""
    return tuple((key, locale) for locale in after.release.locales for key in stale(after, locale) if not _can_be(key))


def ended(before: Library, after: Library) -> tuple[Ended, ...]:
    """What was not said before, and is said or gone after."""
    return tuple(
        Ended(key, locale)
        for key, locale in sorted(before.release.withdrawn)
        if (_name_in(after, key), locale) not in after.release.withdrawn
    )


def withdrawn(live: Library, name: str, locales: tuple[str, ...], *, undo: bool) -> tuple[Caveats, tuple[str, ...]]:
    """The caveats of the live release, with a text withdrawn or said again. And in which languages that is.

    Raises:
        NotPublished: there is no such text, or not in that language, or nothing is withdrawn there.
    """
    key = _key_of(live, name)
    has = tuple(locale for locale in live.release.locales if live.messages.has(key, locale))
    if unknown := [locale for locale in locales if locale not in has]:
        raise _refused(f'"{name}" is not said in {listed(unknown)}. It is said in: {listed(has)}.')
    wanted = locales or has
    if not undo:
        more = _withdrawals(live, (key,), wanted, "asked")
        return replace(live.caveats, withdrawn=live.caveats.withdrawn | frozenset(more)), wanted
    back = tuple(locale for locale in wanted if (key, locale) in live.release.withdrawn)
    if not back:
        now = listed(f"{known} in {locale}" for known, locale in live.release.withdrawn)
        raise _refused(f'"{name}" is not withdrawn in {listed(wanted)}. Withdrawn now: {now}.')
    left = frozenset(one for one in live.caveats.withdrawn if one.key != key or one.locale not in back)
    return replace(live.caveats, withdrawn=left), back


def _key_of(live: Library, name: str) -> str:
    """The text that a step or an option says."""
    release = live.release
    part = "text" if name in release.steps else "reply" if name in release.options else ""
    if not part:
        near = did_you_mean(name, [*release.steps, *release.options])
        raise _refused(f'The live release has no step or option "{name}".{near} Write it as FLOW.STEP.')
    key = f"{name}.{part}"
    if not any(live.messages.has(key, locale) for locale in release.locales):
        raise _refused(f'"{name}" says nothing of its own: there is nothing to withdraw.')
    return key


def _withdrawals(library: Library, keys: Iterable[str], locales: Iterable[str], cause: Cause) -> list[Withdrawal]:
    return [
        Withdrawal(key, locale, words_mark(library.messages.raw(key, locale)), cause)
        for key in keys
        for locale in locales
    ]


def _can_be(key: str) -> bool:
    return key.rpartition(".")[2] in SAID and not key.startswith(("common.", "referrals."))


def _name_in(after: Library, key: str) -> str:
    """The key of a text under the name that its step or option has in this release."""
    owner, part = step_of(key), key.rpartition(".")[2]
    return f"{after.release.keys.get(short_id(owner), owner)}.{part}"


def _refused(text: str) -> NotPublished:
    return NotPublished((Refusal("unknown", text),))
