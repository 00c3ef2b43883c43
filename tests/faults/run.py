"""The run: people text, the line is hurt, and in the end everything is counted.

Apart from the command so that a test can do a small one.
"""

from __future__ import annotations

import itertools
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bot.config import CHECKOUT
from bot.content.fallback import read_fallbacks
from bot.queue import DUE
from bot.store.outbox import Outbox
from tests.faults.content import releases
from tests.faults.hurts import FAULTS
from tests.faults.line import Line
from tests.faults.people import Person
from tests.faults.report import Report
from tests.processes import until

AT_ONCE = 24
"""People who text at the same moment."""
BETWEEN_SECONDS = 0.2
"""Peace between two faults, at most."""
HANDED_ON_SECONDS = 30


def run(messages: int, people: int, seed: int, tell: Callable[[str], None] = lambda line: None) -> Report:
    """Let so many people send so many texts between them, and hurt the line until they are done."""
    chance, report = random.Random(seed), Report()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        line = Line(Path(folder))
        try:
            _hurt_while_they_talk(line, report, messages, people, chance, tell)
            _count_jobs(line, report)
        finally:
            line.end()
    return report


def _hurt_while_they_talk(
    line: Line, report: Report, messages: int, people: int, chance: random.Random, tell: Callable[[str], None]
) -> None:
    fallbacks = frozenset(read_fallbacks(CHECKOUT).values())
    began, seed = time.monotonic(), chance.randrange(1 << 32)
    with ThreadPoolExecutor(4 * AT_ONCE) as at_once:
        numbers = itertools.count()

        def talk() -> None:
            """One phone after the other, until enough is said."""
            while report.sent < messages:
                number = next(numbers)
                Person(number, line, report, fallbacks, at_once, seed).talks(lambda: report.sent >= messages)

        talkers = [threading.Thread(target=talk, daemon=True) for _ in range(min(AT_ONCE, people))]
        for talker in talkers:
            talker.start()
        for name in _order(chance):
            if not any(talker.is_alive() for talker in talkers):
                break
            due = 1 + report.sent * len(releases()) // max(messages, 1)
            if line.published < min(due, len(releases())):
                line.publish_next()
                report.faults["release published"] += 1
            report.now(name)
            happened = FAULTS[name](line, chance)
            report.now(f"after: {name}")
            (report.faults if happened else report.missed)[name] += 1
            tell(f"{report.sent:,} texts, {sum(report.faults.values()):,} faults, {sum(report.kinds.values())} broken")
            time.sleep(chance.uniform(0, BETWEEN_SECONDS))
        for talker in talkers:
            talker.join()
    report.seconds = time.monotonic() - began


def _order(chance: random.Random) -> Iterator[str]:
    """All faults, in another order each time."""
    while True:
        yield from chance.sample(list(FAULTS), len(FAULTS))


def _count_jobs(line: Line, report: Report) -> None:
    """Twilio's copy of every text has to be deleted, or due; but for what lay in an outbox when its disk was lost."""
    outbox = Outbox(line.store.client)
    until(lambda: not outbox.waiting(), HANDED_ON_SECONDS)
    due: list[Any] = line.jobs.client.zrange(DUE, 0, -1)
    wanted = {id_.decode() for id_ in due} | line.twilio.deleted
    missing = {id_: at for id_, at in report.answered.items() if id_ not in wanted}
    excused = {id_ for id_, at in missing.items() if id_ in line.waited or line.may_have_gone(*at)}
    report.deleted, report.lost_with_the_disk = len(line.twilio.deleted), len(excused)
    report.forgotten = len(report.put_off - report.answered.keys() - wanted)
    report.lost(missing.keys() - excused)
