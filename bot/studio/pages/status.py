"""The line as its operator looks after it: today's talks, the month's money, the queue, what is live, what is wrong.

Apart from the other rooms because it shows what people did; only as numbers of the whole line, and of flows, languages
and outcomes in fives, which is all that the store holds (`bot.meter`). A store that is away is said, not hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, render_template

from bot.alerts import Alerts
from bot.budget import LEVELS, cents, percent
from bot.publishing.acts import listed
from bot.store.client import PATIENT_SECONDS, StoreDown, connect
from bot.store.counts import Counts, below, month_of
from bot.studio.bars import Days, Row, days, rows
from bot.studio.pages import Workshop

SHOWN = {"flow": "Situations", "language": "Languages", "outcome": "What replies came to"}
"""What is shown as bars, with its heading."""
DAYS = 7
RELEASES = 3
PROBLEMS = {
    "answer": "The line does not answer the worker's own text.",
    "store": "The store does not answer: everybody gets the fallback text.",
    "signatures": "Many requests are not signed with our token: another one may be right.",
    "undeleted": "Copies at Twilio are not deleted in time.",
    "worker": "The worker is gone.",
    "law": "Laws or telephone numbers are to be looked at again.",
    "budget 50": "Half of this month's money is spent.",
    "budget 80": "80 % of this month's money are spent.",
    "budget 100": "This month's money is spent: only emergencies and first urgent replies go out.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the page shows of the store."""

    tally: dict[str, int]
    bars: dict[str, tuple[Row, ...]]
    texts: Days
    dollars: float
    percent: int
    pulse: dict[str, int]

    @property
    def replies(self) -> int:
        """Texts of today, by all channels."""
        return self.texts.columns[-1].count


def routes(workshop: Workshop) -> Blueprint:
    """The page."""
    blueprint = Blueprint("status", __name__)
    config = workshop.config
    counts, alerts = Counts(connect(config.redis_url, answer_seconds=PATIENT_SECONDS)), Alerts(config)

    @blueprint.get("/line")
    def show() -> str:
        """The line now."""
        now = workshop.now().astimezone(UTC)
        wrong = [(PROBLEMS.get(name, name), since) for name, since in _lasting(alerts.lasting()).items()]
        try:
            status, releases = _status(counts, config.monthly_budget, now), listed(config)[:RELEASES]
        except StoreDown:
            status, releases = None, ()
        return render_template(
            "status.html", status=status, releases=releases, wrong=wrong, now=now, budget=config.monthly_budget,
            told=bool(config.alert_hook), headings=SHOWN, seen_at=lambda at: datetime.fromtimestamp(at, UTC),
        )  # fmt: skip

    return blueprint


def _lasting(told: dict[str, str]) -> dict[str, str]:
    """What is wrong; of the levels of the money only the highest, which says the others."""
    levels = [name for level in LEVELS if (name := f"budget {level}") in told]
    return {name: since for name, since in sorted(told.items()) if name not in levels[:-1]}


def _status(counts: Counts, dollars: int, now: datetime) -> Status:
    """What the store says.

    Raises:
        StoreDown
    """
    week = [now.date() - timedelta(days=back) for back in reversed(range(DAYS))]
    tallies = [counts.tallied(day) for day in week]
    spent = counts.spent(month_of(now))
    return Status(
        tally=tallies[-1],
        bars={kind: rows(below(tallies[-1], kind)) for kind in SHOWN},
        texts=days(
            [(day, sum(below(tally, "texts").values())) for day, tally in zip(week, tallies, strict=True)], "Texts"
        ),
        dollars=round(cents(spent) / 100, 2),
        percent=percent(spent, dollars),
        pulse=counts.pulse(),
    )
