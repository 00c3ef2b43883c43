"""What is known while a turn is computed, and what is said because of it: area and answers, the hour, the law's age.

Apart from `moving`, which moves a person through steps: nothing here moves anybody. It reads the session, the release
and the time, and answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.engine.checklist import OPEN, read
from bot.engine.flow import Branch, Checklist, Collect, Item, Refer, Step, flow_of
from bot.engine.referrals import fitting, hotline
from bot.engine.release import Release
from bot.engine.session import Said, Session, short_id


@dataclass(frozen=True, slots=True)
class Known:
    """What one release knows about a person on a channel at one moment."""

    release: Release
    channel: str
    now: datetime

    def is_answered(self, session: Session, step: Collect) -> bool:
        """Whether a closed question has been answered before."""
        if step.what == "language":
            return False
        return bool(self._area(session) if step.what == "zip" else session.answer_at(short_id(step.key)))

    def way(self, session: Session, step: Branch) -> str:
        """The step that a branch leads this person to."""
        language = self.release.language_of(session.locale)
        known = {"area": self._area(session), "channel": self.channel, "locale": language}
        for value, then in step.cases:
            if step.on in known:
                areas = self.release.areas.chain(known["area"]) if step.on == "area" and known["area"] else ()
                if value == known[step.on] or value in areas:
                    return then
            elif session.answer_at(short_id(step.on)) in (short_id(f"{step.on}.{value}"), value):
                return then
        return step.otherwise

    def words(self, session: Session, kind: Literal["text", "reply"], key: str) -> tuple[Said, ...]:
        """The words of a step or option; a human's number where they are withdrawn."""
        if self._is_withdrawn(session, f"{key}.{kind}"):
            return Said("notice", "withdrawn"), self.human(session)
        return (Said(kind, short_id(key)),)

    def progress(self, session: Session, plan: Checklist) -> str:
        """How far a person is with a checklist."""
        return session.answer_at(short_id(plan.key))

    def marks(self, session: Session, plan: Checklist, shown: Iterable[Item]) -> Said:
        """The marks of some items of a checklist."""
        marks = read(self.progress(session, plan))
        return Said("list", "".join(marks.get(short_id(item.key), OPEN) for item in shown))

    def numbers(self, session: Session, step: Refer, *, best: int) -> Said:
        """The referrals for a step's need, at most so many; where none fits, the hotline number."""
        found = fitting(
            self.release.referrals,
            self.release.areas,
            need=step.need,
            area=self._area(session) or self.release.area,
            locale=session.locale or self.release.default_locale,
            at=self._local(),
        )
        if not found:
            return self.human(session)
        return Said("referrals", self._at(",".join(referral.name for referral in found[:best])))

    def human(self, session: Session) -> Said:
        """The hotline number as it is at this hour."""
        found = hotline(
            self.release.referrals,
            self.release.areas,
            own=self.release.line,
            area=self._area(session) or self.release.area,
            locale=session.locale or self.release.default_locale,
            at=self._local(),
        )
        return Said("hotline", self._at(found.name if found else ""))

    def human_first(self, session: Session, step: Step) -> tuple[Said, ...]:
        """Contested and past its date: the human's number goes before the text."""
        first = step.law and step.law.contested and step.law.overdue(self._local().date())
        if first and not self._is_withdrawn(session, f"{step.key}.text"):
            return Said("notice", "hotline_first"), self.human(session)
        return ()

    def honest(self, step: Step, entered: str) -> tuple[Said, ...]:
        """The last line of a situation's first reply: automatic, no lawyer, how old."""
        flow = self.release.flows[entered or flow_of(step.key)]
        if flow.law is None or (not entered and flow.start != step.key):
            return ()
        overdue = flow.law.overdue(self._local().date())
        return (Said("honest", flow.name + ("!" if overdue else "")),)

    def _area(self, session: Session) -> str:
        """The area that a ZIP prefix gave, or an empty string."""
        zips = self.release.zip_steps
        return next((place.answer for place in reversed(session.path) if place.answer and place.step in zips), "")

    def _local(self) -> datetime:
        return self.now.astimezone(self.release.timezone)

    def _is_withdrawn(self, session: Session, key: str) -> bool:
        locale = session.locale if session.locale in self.release.locales else self.release.default_locale
        return (key, locale) in self.release.withdrawn

    def _at(self, names: str) -> str:
        """Names and the minute for which "open now" is true, so that the next page says the same as this one."""
        return f"{names}@{int(self.now.timestamp() // 60)}"
