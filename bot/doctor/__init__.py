"""`python3 -m bot doctor`: what is wrong with this deployment, why, and what to do. Changes nothing.

Apart from what it looks at, because nothing that answers a text may depend on it. Each room looks at one part of a
deployment and yields findings; what they mean stands in `finding`. A room that cannot look says so or stays silent: the
one finding that explains the others is told, not all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from bot.config import ConfigError
from bot.doctor import address, content, machine, settings, stores, told, twilio
from bot.doctor.finding import Finding, found
from bot.doctor.place import Place
from bot.publishing import gate
from bot.twilio_account import AccountError

__all__ = ["against_a_start", "examine", "told", "wrong_settings"]

HOPELESS = (501, 702, 706)
"""A token that Twilio does not know, a disk that nothing can be written to."""

Room = Callable[[Place], Iterator[Finding]]
WAITING: tuple[Room, ...] = (settings.look, stores.look, address.look, twilio.look, machine.look)
"""Rooms that mostly wait for somebody. Reading the content only thinks, and would make the others look slow."""


def examine(place: Place) -> tuple[Finding, ...]:
    """Everything that is wrong, by its number."""
    with ThreadPoolExecutor(len(WAITING), thread_name_prefix="doctor") as pool:
        findings = [finding for room in pool.map(lambda room: tuple(room(place)), WAITING) for finding in room]
    unique = {f"{finding.code} {finding.cause}": finding for finding in (*findings, *content.look(place))}
    return tuple(sorted(unique.values(), key=lambda finding: finding.code))


def wrong_settings(error: ConfigError) -> tuple[Finding, ...]:
    """Settings with which nothing can start."""
    told = [problem.partition("\n") for problem in error.problems]
    return tuple(found(101, what=what, cure=cure.strip()) for what, _, cure in told)


def against_a_start(place: Place) -> tuple[Finding, ...]:
    """Why the line should not be started: what would have every text of real people refused, and no waiting mends.

    Only before the first text: a line that people have texted is always started, since even one that refuses them has
    the fallback text at its other address.
    """
    if not gate.stands(place.config) or any(place.config.keys_folder.glob("????-??-??")):
        return ()
    return tuple(finding for finding in (*_token(place), *machine.disk(place)) if finding.code in HOPELESS)


def _token(place: Place) -> Iterator[Finding]:
    """Silence of Twilio is no reason: its wires come back by themselves."""
    try:
        if place.account:
            yield from twilio.token(place.account, place)
    except AccountError:
        return
