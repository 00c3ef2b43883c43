"""A referral in words: its name, its number, whether it is open, and what to say when somebody answers.

Apart from `reply`, which decides who is shown: here is how, in every language, by the minute it was said.
"""

from __future__ import annotations

from datetime import datetime

from bot.content.messages import Messages
from bot.content.referral_loader import DAYS
from bot.engine.referrals import DAY, Hours, Referral


class Directory:
    """Writes referrals with the words of one release."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def entry(self, referral: Referral, locale: str, at: datetime, *, brief: bool) -> str:
        """Name, number and hours, each on its own line: in a right-to-left text a number keeps its order only so."""
        lines = [referral.title]
        if referral.federal:
            lines.append(self._common("referral.government", locale))
        lines += [contact for contact in (referral.phone, referral.website) if contact]
        if referral.phone:
            lines.append(self._open(referral.hours, locale, at, brief=brief))
        if referral.by_text or not brief:
            lines += self._what(referral, locale)
        if referral.weak:
            lines.append(self._common("referral.public_list", locale))
        if referral.is_overdue(at):
            lines.append(self._common("referral.may_be_old", locale))
        if referral.phone and not referral.by_text and referral.speaks(locale) and locale != "en":
            lines.append(self._common("referral.say", locale, language=self._common("language.english", locale)))
        return "\n".join(lines)

    def _open(self, hours: Hours, locale: str, at: datetime, *, brief: bool) -> str:
        """Whether it is open, and its week; in brief only until when, or from when on. A clock of its own is named."""
        if hours.always or not hours.spans:
            return self._common("referral.always" if hours.always else "referral.not_confirmed", locale)
        week = f" {self.hours(hours, locale)}"
        if closes := hours.closes(at):
            if brief:
                return self._common("referral.until", locale, time=self._time(hours, closes, locale))
            return self._common("referral.open", locale) + week + _clock_name(hours, at)
        opens = hours.opens(at)
        assert opens is not None, "a line with hours opens some time"
        day = self._common(f"days.{DAYS[opens.weekday()]}", locale)
        closed = self._common("referral.closed", locale, day=day, time=self._time(hours, opens, locale))
        return closed if brief else closed + week

    def _time(self, hours: Hours, at: datetime, locale: str) -> str:
        return self._clock(at.hour * 60 + at.minute, locale) + _clock_name(hours, at)

    def hours(self, hours: Hours, locale: str) -> str:
        """Opening hours, with neighbouring days of equal hours drawn together: Mon-Fri 8am-8pm."""
        if hours.always or not hours.spans:
            return self._common("referral.always" if hours.always else "referral.not_confirmed", locale)
        groups: list[tuple[int, int, int, int]] = []
        for start, end in hours.spans:
            day, opens, closes = start // DAY, start % DAY, (end - 1) % DAY + 1
            if groups and groups[-1][1:] == (day - 1, opens, closes):
                groups[-1] = (groups[-1][0], day, opens, closes)
            else:
                groups.append((day, day, opens, closes))
        return ", ".join(self._span(*group, locale) for group in groups)

    def _span(self, first: int, last: int, opens: int, closes: int, locale: str) -> str:
        names = [self._common(f"days.{DAYS[day]}", locale) for day in dict.fromkeys((first, last))]
        times = {"from": self._clock(opens, locale), "to": self._clock(closes, locale)}
        return self._common("referral.hours", locale, days="-".join(names), **times)

    def _clock(self, minute: int, locale: str) -> str:
        hour, rest = divmod(minute, 60)
        if self._common("language.clock", locale) == "24":
            return f"{hour}:{rest:02}"
        return f"{(hour - 1) % 12 + 1}{f':{rest:02}' if rest else ''}{'am' if hour % 24 < 12 else 'pm'}"

    def _what(self, referral: Referral, locale: str) -> list[str]:
        key = f"referrals.{referral.name}.what"
        return [self._messages.text(key, locale)] if self._messages.has(key, locale) else []

    def _common(self, key: str, locale: str, **values: str) -> str:
        return self._messages.text(f"common.{key}", locale, **values)


def _clock_name(hours: Hours, at: datetime) -> str:
    """Whose clock it is, as EST or PDT, where it is not the organisation's; they are the same in every language."""
    return f" {hours.local(at).tzname()}" if hours.zone else ""
