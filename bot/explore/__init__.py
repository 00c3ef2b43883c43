"""`python3 -m bot explore`: what the line promises of its replies, proved by walking all of them.

Apart from the commands because it knows no terminal: `explore` gives what was found, `Found` says it in words. Seven
rooms: `situation` is what a state is, `walk` visits each, `judge` reads what people read there, in processes that
`bench` starts, `proof` lays both together, `hours` knows when a week changes and `lines` which lines are named then.
`ending` and `moves` are the tools of `walk`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter

from bot.content.library import Library
from bot.explore.bench import Bench
from bot.explore.hours import weeks
from bot.explore.judge import Failure
from bot.explore.proof import Proof
from bot.explore.walk import Walk
from bot.transcript import Exchange, Transcript, replay

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What exploring one library brought."""

    library: Library
    walk: Walk
    composed: int
    """How many times replies were composed."""
    failures: tuple[Failure, ...]
    """One for each thing that is to be mended, the shortest way first."""
    seconds: float

    def __str__(self) -> str:
        counts = (
            f"{len(self.walk.nodes):,} situations, {self.walk.turns:,} texts, {len(self.walk.heard):,} replies, "
            f"composed {self.composed:,} times, in {self.seconds:.0f} s."
        )
        if not self.failures:
            return f"Every reply fits, every digit does what it says, a human's number is near everywhere.\n{counts}"
        told = [
            f"{failure.code}: {failure.what}\n\n{self.conversation(failure)}" for failure in self.failures[:MOST_SHOWN]
        ]
        more = len(self.failures) - MOST_SHOWN
        told += [f"And {more} more."] if more > 0 else []
        return "\n".join([*told, counts])

    def conversation(self, failure: Failure) -> Transcript:
        """The shortest conversation that shows a failure, in the language in which it is to be seen.

        The texts alone may begin in another language, where they are digits only: then the language is chosen first.
        """
        words, locale = self.walk.words, failure.locale
        said = [words.said(move, locale) or "" for move in failure.way]
        name = self.library.messages.text("common.language.name", locale or self.library.release.default_locale)
        about = failure.what[0].upper() + failure.what[1:]
        about += "".join(f"\n{remark}" for kind, remark in REMARKS.items() if any(m.kind == kind for m in failure.way))
        local = failure.at.replace(tzinfo=None)
        ways = [said] if locale in ("", self.library.release.default_locale) else [said, [name, *said]]
        talks = [Transcript(about, failure.channel, local, [Exchange(text) for text in way]) for way in ways]
        heard = [replay(talk, self.library) for talk in talks]
        return next((talk for talk in heard if failure.text in (e.heard for e in talk.exchanges)), heard[-1])


REMARKS = {
    "fault": "The line had a fault before the text ?.",
    "changed": "The menu was changed before the text 1.",
}
"""What a conversation cannot show."""


def explore(
    library: Library,
    progress: Callable[[int, int], None] = lambda met, waiting: None,
    processes: int | None = None,
) -> Found:
    """Walk everything, judge everything.

    Args:
        progress: is told how many situations are met, and how many wait.
        processes: how many judge beside the walk; None: as many as are worth it (`bench`).
    """
    begun = perf_counter()
    at = weeks(library.release)[0][0]
    """No law is overdue."""
    with closing(Bench(library, processes)) as bench:
        walk = Walk(library, at, bench)
        walk.run(progress)
        proof = Proof(walk, bench.sights(), at)
        wrong, composed = bench.failures(), bench.composed
    failures: dict[tuple[str, str, str], Failure] = {}
    for failure in sorted((*wrong, *proof.failures()), key=lambda failure: len(failure.way)):
        failures.setdefault((failure.code, failure.about, failure.locale), failure)
    found = tuple(failures.values())
    return Found(library=library, walk=walk, composed=composed, failures=found, seconds=perf_counter() - begun)
