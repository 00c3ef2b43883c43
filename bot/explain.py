"""What would happen to a text, and why: for the person who writes keywords, and for anybody who doubts them.

Apart from the engine, which decides, because this only tells.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from bot.content.library import Library
from bot.engine.events import Inbound
from bot.engine.run import reader_of, turn
from bot.engine.session import Session
from bot.engine.triggers import Score

ACTIONS = {"language": "command"}
"""What the reader calls otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The outcome of one text and its reasons. `locale` is the language of the reply, `answer` an option or a value."""

    text: str
    locale: str
    action: str
    flow: str | None
    step: str | None
    answer: str | None
    command: str | None
    offers: list[str]
    matched: str
    language_because: list[str]
    scores: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """A plain object for `--json`."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [
            f"{self.action}: {self.flow or self.answer or self.command or ', '.join(self.offers) or '-'}",
            f"  locale   {self.locale}",
        ]
        lines += [f"  step     {self.step}"] if self.step else []
        lines += [f"  matched  {self.matched}"] if self.matched else []
        lines += [f"  language by {', '.join(self.language_because)}"] if self.language_because else []
        for number, score in enumerate(self.scores):
            won = self.action in ("flow", "offer") and score["flow"] in (self.flow, *self.offers)
            mark = "+" if won else "-"
            words = " ".join(score["words"])
            lines.append(f"  {mark} {score['flow']:<16} {score['value']:5.2f}  explains {score['share']:.0%}: {words}")
            lines.append(f'      best by {score["locale"]} "{score["phrase"]}"') if number < 2 else None
        return "\n".join(lines)


def explain(
    text: str,
    library: Library,
    now: datetime | None = None,
    *,
    before: Session | None = None,
    channel: str = "sms",
) -> Explanation:
    """Explain one text, as the first that a person sends, or from where they stand (`before`)."""
    release = library.release
    reading = reader_of(release).read(text, before.screen if before else None)
    session, _ = turn(before, Inbound(channel=channel, text=text), release, now or datetime.now(UTC))
    place = session.place if session else None
    step = release.step(place.step) if place else None
    answer = release.keys.get(reading.ref, reading.ref) if reading.action in ("answer", "value") else None
    command = reading.ref if reading.action == "command" else "language" if reading.action == "language" else None
    return Explanation(
        text=text,
        locale=(session.locale if session else reading.guess.locale) or release.default_locale,
        action=ACTIONS.get(reading.action, reading.action),
        flow=reading.ref if reading.action in ("flow", "emergency") else None,
        step=step.key if step else None,
        answer=answer,
        command=command,
        offers=list(reading.offers),
        matched=reading.because,
        language_because=list(reading.guess.because),
        scores=[_score(score) for score in reading.scores],
    )


def _score(score: Score) -> dict[str, Any]:
    return {
        "flow": score.means,
        "value": score.value,
        "share": score.share,
        "words": list(score.words),
        "phrase": score.phrase,
        "locale": score.locale,
    }
