"""The figures of the line in the text format of Prometheus, for `GET /metrics`.

Apart from the webhook, which asks for the token, and from the store, which only holds numbers. Everything comes from
the store, so that every web process says the same. Labels are names of our own content and never more than there are
of those. Flows, languages and outcomes are counted in fives: two looks, a second apart, would otherwise tell that one
person did something then, and the telephone company knows who texted at that second. Counters begin anew at midnight
UTC, which Prometheus takes for a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.budget import cents
from bot.meter import TOOK
from bot.store.counts import Counts, below, month_of

COUNTED = {
    "texts": ("texts_total", "channel", "Texts that were answered, or that wanted no answer."),
    "flow": ("flows_entered_total", "flow", "Times that a flow was entered, in fives."),
    "language": ("languages_total", "language", "The languages of those, in fives."),
    "outcome": ("outcomes_total", "outcome", "What replies came to, in fives."),
}
"""What is counted with a name of its own: how it is called, its label, what it is."""
PLAIN = {
    "talks": ("talks_total", "Talks begun."),
    "refused": ("refused_total", "Requests that Twilio has not signed with our token."),
    "fallback": ("fallbacks_total", "Texts that got the fallback text because something was broken."),
    "repeated": ("repeated_total", "Deliveries that had been answered before."),
    "put off": ("put_off_total", "Texts that found the month's money spent."),
}
SEEN = {
    "worker": ("worker_seen_timestamp_seconds", "When the worker gave a sign of life."),
    "answered": ("probe_answered_timestamp_seconds", "When the line last answered the worker's own text."),
    "undeleted": ("undeleted_messages", "Messages that Twilio is to delete, now or later."),
    "late": ("undeleted_late_seconds", "How long the oldest of them has been due."),
    "law": ("law_overdue", "Laws and numbers that were to be looked at again."),
}


def metrics(counts: Counts, *, release: int, dollars: int, now: datetime) -> str:
    """The page.

    Raises:
        StoreDown
    """
    tally, spent, pulse = counts.tallied(now.date()), counts.spent(month_of(now)), counts.pulse()
    lines = [
        *(line for name, about in COUNTED.items() for line in _labelled(about, below(tally, name))),
        *(line for name, (key, says) in PLAIN.items() for line in _one(key, says, "counter", tally.get(name, 0))),
        *_took(below(tally, "took")),
        *(
            line
            for name, (key, says) in SEEN.items()
            if name in pulse
            for line in _one(key, says, "gauge", pulse[name])
        ),
        *_labelled(("parts", "way", "Parts of texts this month, by channel and way."), spent, "gauge"),
        *_one("spent_cents", "What they cost.", "gauge", round(cents(spent), 2)),
        *_one("budget_cents", "What they may cost in a month; 0: no limit.", "gauge", dollars * 100),
        *_one("release", "The release that is served.", "gauge", release),
    ]
    return "\n".join(lines) + "\n"


def _head(key: str, says: str, kind: str) -> Iterable[str]:
    return f"# HELP rightsline_{key} {says}", f"# TYPE rightsline_{key} {kind}"


def _one(key: str, says: str, kind: str, value: float) -> Iterator[str]:
    yield from _head(key, says, kind)
    yield f"rightsline_{key} {value}"


def _labelled(about: tuple[str, str, str], counts: Mapping[str, int], kind: str = "counter") -> Iterator[str]:
    key, label, says = about
    if counts:
        yield from _head(key, says, kind)
    for name, count in sorted(counts.items()):
        yield f'rightsline_{key}{{{label}="{name}"}} {count}'


def _took(took: Mapping[str, int]) -> Iterator[str]:
    key, total = "answer_seconds", 0
    yield from _head(key, "How long answers took.", "histogram")
    for most in TOOK:
        total += took.get(str(most), 0)
        yield f'rightsline_{key}_bucket{{le="{most}"}} {total}'
    total += took.get("longer", 0)
    yield f'rightsline_{key}_bucket{{le="+Inf"}} {total}'
    yield f"rightsline_{key}_sum {took.get('milliseconds', 0) / 1000}"
    yield f"rightsline_{key}_count {total}"
