"""Our webhook beside the smallest honest one: how many texts a second of CPU answers, and how long people wait.

Apart from `smallest`, which is what is compared with. Both stand on the same web server, the same Redis client and a
Valkey of their own.
"""

from __future__ import annotations

from statistics import median

from bot.config import CHECKOUT
from bot.content.library import check_folder
from tests.bench.line import FLOOR, Line, compared, line
from tests.bench.load import percentile
from tests.bench.measure import machine

AIM, GATE = 0.85, 0.75
OURS, THEIRS = "ours", "floor"
ALONE = 0.3
"""Cores that others may use before time on the wall says nothing."""
BUSY = "The machine was busy with something else: how long people waited says little. CPU time is what to look at."
NOT_MEASURED = (
    "Not measured: Twilio and the network before us; TLS, which a proxy ends; the worker, which is a process of its\n"
    "own; more than one web process. One person in four is new, and new people cost one question more to the store.\n"
    "The smallest webhook seals nothing, understands nothing and counts nothing: some of the difference is promises."
)


def floor(messages: int, rounds: int) -> str:
    """What came of it, in words."""
    with line(FLOOR) as theirs, line(checked=check_folder(CHECKOUT)) as ours:
        found, stores = compared({OURS: ours, THEIRS: theirs}, messages, rounds)
        waits = {OURS: ours, THEIRS: theirs}
        rates = {name: 1e6 / found.median(name) / 2 for name in waits}
        late = [_waited(name, waits[name], messages, rates[name]) for name in waits]
    return "\n".join(
        [
            f"{found.ratio(THEIRS, OURS)} of the floor's texts a second of CPU (aim {AIM}, gate {GATE})",
            "",
            *(
                f"{name:<6} {found.median(name):7.0f} us of CPU a text {1e6 / found.median(name):7.0f} texts a second "
                f"of CPU; the store {median(stores[name]):.0f} us"
                for name in waits
            ),
            "",
            *late,
            "",
            *([BUSY] if found.foreign > ALONE else []),
            f"{rounds} rounds of {messages} texts, in turn; {found.foreign:.2f} cores busy with something else.",
            f"Made on: {machine()}.",
            NOT_MEASURED,
        ]
    )


def _waited(name: str, of: Line, messages: int, rate: float) -> str:
    of.texted(messages, rate=rate)
    p50, p99 = (percentile(of.answers, share) for share in (0.5, 0.99))
    return f"{name:<6} at half load, {rate:.0f} a second: p50 {p50:.1f} ms, p99 {p99:.1f} ms"
