"""The hours of a week: when anything changes, and which line is offered until it does.

Apart from the judge because it is also a table that people read (`--hours`). What is said about a line depends on the
minute of the local week and on nothing finer: whether it is open, when it closes or opens next, who of two opens first.
All of that changes only where some line opens or closes. So one moment of each span between two such minutes stands for
all of it, and all 168 hours, daylight saving time included, are known through a few dozen moments: a clock that is put
forward or back only jumps from one span into another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.engine.referrals import DAY, WEEK, Hours, Referral, hotline
from bot.engine.release import Release

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SOME_DAY = date(2026, 11, 23)
"""A day of which nothing is said, where no law has a date."""


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of the local week, from Monday 0:00, in which nothing changes."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)} - {_clock(self.end % WEEK)}"


@dataclass(frozen=True, slots=True)
class Offer:
    """The hotline number in one span: which line, and whether somebody answers."""

    line: str
    open: str

    def __str__(self) -> str:
        return f"{self.line}, {self.open}"


def spans(release: Release, lines: Iterable[Referral] | None = None) -> tuple[Span, ...]:
    """The organisation's week, cut wherever a line opens or closes, or one of some lines."""
    lines = release.referrals if lines is None else lines
    edges = sorted({0, *(edge for line in lines for edge in _edges(line.hours, release.timezone))})
    return tuple(Span(start, end) for start, end in zip(edges, (*edges[1:], WEEK), strict=True))


def weeks(release: Release, lines: Iterable[Referral] | None = None) -> tuple[tuple[datetime, ...], ...]:
    """For each period in which the same law and numbers are overdue, a time in each span of the week."""
    week = spans(release, lines)
    found = []
    for start, end in _periods(release):
        days = [start + timedelta(days=number) for number in range(7) if start + timedelta(days=number) < end]
        of_day = {day.weekday(): day for day in days}
        times = [(of_day.get(span.start // DAY), divmod(span.start % DAY, 60)) for span in week]
        moments = [datetime.combine(day, time(*clock), release.timezone) for day, clock in times if day]
        found.append(tuple(moments))
    return tuple(found)


def shown(hours: Hours, at: datetime) -> tuple[object, ...]:
    """All that a reply may say about opening hours at that time: equal here, equal there."""
    closes, opens = hours.closes(at), hours.opens(at)
    return (
        hours.is_open(at),
        closes and (closes.hour, closes.minute),
        opens and (opens.weekday(), opens.hour, opens.minute),
    )


def offered(release: Release, area: str, locale: str, at: datetime) -> Offer:
    """The hotline number that somebody is told."""
    line = hotline(release.referrals, release.areas, own=release.line, area=area, locale=locale, at=at)
    if line is None:
        return Offer("none", "no line at all")
    if line.hours.always or not line.hours.spans:
        return Offer(line.title, "always open" if line.hours.always else "nobody knows when it is open")
    if line.hours.is_open(at):
        return Offer(line.title, "open")
    opens = line.hours.opens(at)
    assert opens is not None, "a line with hours opens some time"
    return Offer(line.title, f"none is open; this one opens {DAYS[opens.weekday()]} {opens:%H:%M}")


def table(release: Release) -> str:
    """For each area and language, which line is offered when; spans with the same offer drawn together."""
    monday = SOME_DAY - timedelta(days=SOME_DAY.weekday())
    begin = datetime.combine(monday, time(), release.timezone)
    weeks: dict[tuple[str, tuple[tuple[Span, Offer], ...]], list[str]] = {}
    for area in release.areas.within:
        for locale in release.locales:
            week: list[tuple[Span, Offer]] = []
            for span in spans(release):
                offer = offered(release, area, locale, begin + timedelta(minutes=span.start))
                if week and week[-1][1] == offer:
                    week[-1] = (Span(week[-1][0].start, span.end), offer)
                else:
                    week.append((span, offer))
            weeks.setdefault((area, tuple(week)), []).append(locale)
    blocks = []
    for (area, offers), locales in weeks.items():
        lines = [f"  {span!s:<23} {offer}" for span, offer in offers]
        blocks.append("\n".join([f"{area} ({', '.join(locales)})", *lines]))
    return "\n\n".join(blocks)


def _periods(release: Release) -> list[tuple[date, date]]:
    """The first day of each, and the day after its last."""
    laws = [item.law for item in (*release.flows.values(), *release.steps.values()) if item.law]
    numbers = [referral.recheck for referral in release.referrals if referral.recheck]
    days = sorted({*(law.recheck for law in laws), *numbers}) or [SOME_DAY]
    return [(days[0] - timedelta(days=7), days[0]), *zip(days, (*days[1:], date.max), strict=True)]


def _edges(hours: Hours, home: ZoneInfo) -> set[int]:
    """When a line opens and closes on the organisation's clock, in winter and in summer: not all clocks change."""
    zone = hours.zone or home
    seasons = [datetime(SOME_DAY.year, month, 1, 12) for month in (1, 7)]
    ahead = {(home.utcoffset(day) or timedelta()) - (zone.utcoffset(day) or timedelta()) for day in seasons}
    minutes = {int(shift.total_seconds()) // 60 for shift in ahead}
    return {(minute + shift) % WEEK for span in hours.spans for minute in span for shift in minutes}


def _clock(minute: int) -> str:
    return f"{DAYS[minute // DAY]} {minute % DAY // 60:02}:{minute % 60:02}"
