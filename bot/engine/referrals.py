"""Which organisations to offer a person: by need, area, language and opening hours. And "the hotline number".

Apart because a wrong line at night is a person left alone; pure, so that all 168 hours of a week can be tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

HOTLINE = "hotline"
"""The need that "the hotline number" answers: a human who helps. Lines of the federal government never have it."""

WEEK = 7 * 24 * 60
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours: minutes of the week from Monday 0:00, as (open, close) pairs in order. Empty: not known."""

    spans: tuple[tuple[int, int], ...] = ()
    always: bool = False
    zone: ZoneInfo | None = None
    """The clock that they are told in; None: the organisation's, which every `at` comes in."""

    def local(self, at: datetime) -> datetime:
        """A time on the line's own clock."""
        return at.astimezone(self.zone) if self.zone else at

    def is_open(self, at: datetime) -> bool:
        """Whether the line is staffed."""
        minute = _minute_of_week(self.local(at))
        return self.always or any(start <= minute < end for start, end in self.spans)

    def closes(self, at: datetime) -> datetime | None:
        """When it closes, on its own clock, or None: it is closed now, or never closes."""
        at = self.local(at)
        minute = _minute_of_week(at)
        left = next((end - minute for start, end in self.spans if start <= minute < end), None)
        return None if left is None else at.replace(second=0, microsecond=0) + timedelta(minutes=left)

    def opens(self, at: datetime) -> datetime | None:
        """When it opens next, on its own clock, or None: it is open, or nobody knows."""
        if self.is_open(at) or not self.spans:
            return None
        at = self.local(at)
        minute = _minute_of_week(at)
        wait = min((start - minute) % WEEK for start, _ in self.spans)
        return at.replace(second=0, microsecond=0) + timedelta(minutes=wait)


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """An organisation offered to a person."""

    name: str
    title: str
    phone: str | None
    website: str | None
    needs: frozenset[str]
    area: str
    languages: frozenset[str] | None
    """Locales; None: interpreters for any language."""
    hours: Hours
    federal: bool
    by_text: bool = False
    """Its number takes texts, not calls."""
    weak: bool = False
    """Only other people's lists confirm it: offered where nothing better exists for the need and area, and marked."""
    recheck: date | None = None
    """The day on which somebody was to look at it again; None: nobody says."""

    def is_overdue(self, at: datetime) -> bool:
        """Whether nobody has looked at it for too long: it may be old."""
        return self.recheck is not None and at.date() >= self.recheck

    def speaks(self, locale: str) -> bool:
        """Whether somebody there can speak with the person."""
        return self.languages is None or locale in self.languages


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas by ZIP prefix, each within a larger one."""

    within: Mapping[str, str | None]
    prefixes: Mapping[str, str]
    """ZIP prefix (3 to 5 digits) to area."""
    elsewhere: str
    """The area of a ZIP prefix that nobody listed."""

    def of_zip(self, digits: str) -> str | None:
        """The area of 3 to 5 digits of a ZIP code, or None: those are not digits of one.

        The longest prefix that is listed counts.
        """
        if not (digits.isdecimal() and 3 <= len(digits) <= 5):
            return None
        for length in range(len(digits), 2, -1):
            if area := self.prefixes.get(digits[:length]):
                return area
        return self.elsewhere

    def chain(self, area: str) -> tuple[str, ...]:
        """The area, what it lies within, and so on.

        >>> Areas({"nyc": "us", "us": None}, {}, "us").chain("nyc")
        ('nyc', 'us')
        """
        found: list[str] = []
        current: str | None = area
        while current is not None and current not in found:
            found.append(current)
            current = self.within.get(current)
        return tuple(found)


def fitting(
    referrals: tuple[Referral, ...], areas: Areas, *, need: str, area: str, locale: str, at: datetime
) -> tuple[Referral, ...]:
    """The referrals for a need, best first: speaks the language, looked at in time, open now, near, order of the file.

    A weak one only where no other is better. `at` is the organisation's local time.
    """
    chain = areas.chain(area)
    serving = [r for r in referrals if need in r.needs and r.area in chain]
    sound = [r for r in serving if not r.weak]
    found = [r for r in serving if not (r.weak and any(_is_better(other, r, chain, locale) for other in sound))]

    def rank(referral: Referral) -> tuple[bool, bool, bool, bool, int, int]:
        return (
            referral.phone is None,
            referral.federal,
            not referral.speaks(locale),
            referral.is_overdue(at),
            0 if referral.hours.is_open(at) else _wait(referral, at),
            chain.index(referral.area),
        )

    return tuple(sorted(found, key=rank))


def hotline(
    referrals: tuple[Referral, ...], areas: Areas, *, own: str, area: str, locale: str, at: datetime
) -> Referral | None:
    """ "The hotline number": the organisation's own line if open, else the first open line of the area, else the next.

    `own` names the organisation's line among the referrals; empty: it has none.
    """
    human = tuple(r for r in referrals if r.phone and not r.federal)
    mine = next((r for r in human if r.name == own and r.hours.is_open(at)), None)
    found = fitting(human, areas, need=HOTLINE, area=area, locale=locale, at=at)
    return mine or (found[0] if found else None)


def constant_hotline(referrals: tuple[Referral, ...], *, own: str, area: str) -> Referral | None:
    """The hotline number of a text without a clock: the organisation's own line, else the first of the area."""
    human = [r for r in referrals if r.phone and not r.federal]
    mine = next((r for r in human if r.name == own), None)
    return mine or next((r for r in human if HOTLINE in r.needs and r.area == area), None)


def _is_better(sound: Referral, weak: Referral, chain: tuple[str, ...], locale: str) -> bool:
    """As near, speaks with the person as well, and can be called as well: a reason to leave the weak one out."""
    return (
        chain.index(sound.area) <= chain.index(weak.area)
        and sound.speaks(locale) >= weak.speaks(locale)
        and bool(sound.phone) >= bool(weak.phone)
        and sound.federal <= weak.federal
    )


def _wait(referral: Referral, at: datetime) -> int:
    """Minutes until it opens; a week where nobody knows."""
    opens = referral.hours.opens(at)
    return WEEK if opens is None else max(1, int((opens - at).total_seconds() // 60))


def _minute_of_week(at: datetime) -> int:
    return at.weekday() * DAY + at.hour * 60 + at.minute
