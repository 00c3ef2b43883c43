"""How long the last person waits when everybody texts at once: the sender's own rate, not our servers, decides it.

Apart from `raid`, which runs: this is arithmetic over the content. A number sends so many parts a second and no more;
what is beyond that waits at Twilio, and what waits longer than the validity period is dropped, because late it may
arrive while an officer looks on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import mean

from bot.bill import talks
from bot.connect import VALIDITY_SECONDS
from bot.content.library import Library

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Sender:
    """What a number may send."""

    name: str
    a_second: int
    a_day: int = 0
    """Parts; 0: as many as the seconds allow."""

    def seconds(self, parts: float) -> float:
        """Until so many parts are sent, the first of them at the beginning of a day.

        >>> Sender("x", 2).seconds(10), Sender("x", 1, 100).seconds(250)
        (5.0, 172850.0)
        """
        if not self.a_day:
            return parts / self.a_second
        days, left = divmod(parts, self.a_day)
        return days * DAY + left / self.a_second

    def within(self, seconds: float) -> float:
        """Parts that are sent in this time."""
        sent = self.a_second * seconds
        return min(sent, self.a_day) if self.a_day else sent


SENDERS = {
    "long-code": Sender("a long code", 1),
    "small": Sender("a long code with a small registration", 1, 2000),
    "toll-free": Sender("a toll-free number", 3),
    "short-code": Sender("a short code", 100),
}
"""Parts a second and a day as Twilio's tables give them for a number of each kind before anything is applied for."""


def waits(library: Library, sender: Sender, people: int, at: datetime) -> str:
    """The table: a line for each language, as if all of them spoke it, and one for replies of one part."""
    validity = float(VALIDITY_SECONDS)
    limit = f", {sender.a_day:,} a day" if sender.a_day else ""
    lines = [
        f"{people:,} people text {sender.name} at once: {sender.a_second} parts a second{limit}.",
        "",
        f"{'language':<14} {'parts of a reply':>16} {'the last waits':>16} {'answered in time':>17}",
        _line("one part", 1.0, sender, people, validity),
    ]
    for locale in library.release.locales:
        parts = mean(talk.first for talk in talks(library, locale, "sms", at))
        lines.append(_line(locale, parts, sender, people, validity))
    lines += [
        "",
        f"In time: within the {validity / 60:.0f} minutes of the validity period, which `python3 -m bot connect` sets.",
        "What waits longer is dropped: a reply of an hour ago may arrive while an officer looks on. Only first replies",
        "are counted. Not known here: what phone companies hold back, and a higher rate that was applied for.",
    ]
    return "\n".join(lines)


def _line(name: str, parts: float, sender: Sender, people: int, validity: float) -> str:
    answered = min(people, int(sender.within(validity) / parts))
    waited = _spelled(sender.seconds(people * parts))
    return f"{name:<14} {parts:>16.1f} {waited:>16} {answered:>10,} ({answered / people:.0%})"


def _spelled(seconds: float) -> str:
    """A time as people say it.

    >>> _spelled(40), _spelled(600), _spelled(50_000), _spelled(500_000)
    ('40 s', '10 min', '13.9 hours', '5.8 days')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} hours" if seconds < 2 * DAY else f"{seconds / DAY:.1f} days"
