"""What changes between two releases: steps, options, texts, telephone numbers.

Apart from `people`, which asks whom it touches: this compares content, and knows nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.content.library import Library
from bot.engine.flow import Ask, Branch, Checklist, Collect, End, Item, Refer, Say, Step, Visit, options_of, step_of
from bot.engine.session import short_id


@dataclass(frozen=True, slots=True)
class Names:
    """Keys that came, went, and have another name now (old, new)."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TextChange:
    """One text in one language, before and after; empty where it is new or gone."""

    key: str
    locale: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class NumberChange:
    """A number that people are told, before and after; empty where the referral had or has none."""

    referral: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that differs."""

    steps: Names = Names()
    options: Names = Names()
    locales: Names = Names()
    texts: tuple[TextChange, ...] = ()
    numbers: tuple[NumberChange, ...] = ()
    touched: tuple[str, ...] = ()
    """The steps of before where people stand and that are not what they were: gone, renamed, other options or words."""

    def __bool__(self) -> bool:
        return self != Changes()


def compare(before: Library, after: Library) -> Changes:
    """What a person who knows `before` will find different."""
    old, new = before.release, after.release
    steps = _names(old.steps, new.steps, after)
    options = _of_other_steps(_names(old.options, new.options, after), steps)
    texts = tuple(_texts(before, after, steps, options))
    return Changes(
        steps=steps,
        options=options,
        locales=Names(_without(new.locales, old.locales), _without(old.locales, new.locales)),
        texts=texts,
        numbers=tuple(_numbers(before, after)),
        touched=tuple(_touched(before, after, texts)),
    )


def _without(names: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    gone = frozenset(others)
    return tuple(name for name in names if name not in gone)


def _names(old: Mapping[str, object], new: Mapping[str, object], after: Library) -> Names:
    """`moved:` says what was renamed: where the new name is really new. Else the old one was removed."""
    removed, added = _without(old, new), _without(new, old)
    renamed = tuple((key, name) for key in removed if (name := after.release.keys.get(short_id(key), "")) in added)
    return Names(
        _without(added, (name for _, name in renamed)), _without(removed, (key for key, _ in renamed)), renamed
    )


def _of_other_steps(options: Names, steps: Names) -> Names:
    """Without those that came, went or were renamed with their whole step."""
    added, removed, renamed = frozenset(steps.added), frozenset(steps.removed), frozenset(steps.renamed)
    return Names(
        tuple(key for key in options.added if step_of(key) not in added),
        tuple(key for key in options.removed if step_of(key) not in removed),
        tuple(
            (old, new)
            for old, new in options.renamed
            if (step_of(old), step_of(new)) not in renamed or old.rpartition(".")[2] != new.rpartition(".")[2]
        ),
    )


def _texts(before: Library, after: Library, steps: Names, options: Names) -> Iterable[TextChange]:
    """Texts of what is in both. What comes and goes with its step or option was said already."""
    names = dict((*steps.renamed, *options.renamed))
    whole = {*steps.added, *steps.removed, *options.added, *options.removed}
    for locale in after.release.locales:
        if locale not in before.release.locales:
            continue
        old = {_renamed(key, names): before.messages.raw(key, locale) for key in before.messages.keys(locale)}
        new = {key: after.messages.raw(key, locale) for key in after.messages.keys(locale)}
        for key in dict.fromkeys((*new, *old)):
            owner = step_of(key)
            if old.get(key) != new.get(key) and owner not in whole and step_of(owner) not in whole:
                yield TextChange(key, locale, old.get(key, ""), new.get(key, ""))


def _renamed(key: str, names: Mapping[str, str]) -> str:
    """The key of a text under the new name of its option, or of its step."""
    owner, _, part = key.rpartition(".")
    if owner in names:
        return f"{names[owner]}.{part}"
    step, _, option = owner.rpartition(".")
    return f"{names[step]}.{option}.{part}" if step in names else key


def _numbers(before: Library, after: Library) -> Iterable[NumberChange]:
    old = {referral.name: referral.phone or "" for referral in before.release.referrals}
    new = {referral.name: referral.phone or "" for referral in after.release.referrals}
    for name in dict.fromkeys((*new, *old)):
        if old.get(name, "") != new.get(name, ""):
            yield NumberChange(name, old.get(name, ""), new.get(name, ""))


def waits(step: Step) -> bool:
    """Whether people stand at a step, and do not only pass it."""
    match step:
        case Ask() | Collect() | Checklist() | Item():
            return True
        case Refer(then=then):
            return then is None
        case End(quietly=quietly):
            return not quietly
        case Say() | Branch() | Visit():
            return False


def _touched(before: Library, after: Library, texts: tuple[TextChange, ...]) -> Iterable[str]:
    """A step that only leads to a renamed one is still the same; so is one whose law was read again."""
    changed = {step_of(change.key) for change in texts}
    changed |= set(map(step_of, changed))
    for key, step in before.release.steps.items():
        now = after.release.steps.get(key)
        if waits(step) and (now is None or key in changed or _shape(now, after) != _shape(step, after)):
            yield key


def _shape(step: Step, after: Library) -> tuple[object, ...]:
    """What a step does, in the names of the new release."""

    def name(key: str) -> str:
        return after.release.keys.get(short_id(key), key)

    match step:
        case Ask() | Checklist():
            return (type(step), *((name(option.key), name(option.then)) for option in options_of(step)))
        case Collect(what=what, then=then):
            return Collect, what, name(then)
        case Refer(need=need):
            return Refer, need
        case _:
            return (type(step),)
