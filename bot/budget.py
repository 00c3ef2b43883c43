"""What a text and its reply cost, and who is still answered when the month's money is spent.

Apart from `bill`, which forecasts what a talk will cost, and from `meter`, which counts: here are only the rules,
without a clock or a store. Why they are these: DECISIONS.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.content.segments import parts
from bot.engine.events import Event, Spoke, TurnedPage
from bot.engine.flow import flow_of
from bot.engine.release import Release
from bot.engine.session import Session
from bot.prices import CENTS_A_PART

LEVELS = (50, 80, 100)
"""Percent of the month's money at which the operator is told."""


def cost(channel: str, text: str, reply: str | None) -> str:
    """What one text and its reply are counted as: the channel, parts in, parts out. On WhatsApp a message is one.

    >>> cost("sms", "door", "a" * 200), cost("whatsapp", "door", None)
    ('sms 1 2', 'whatsapp 1 0')
    """
    said, heard = (parts(text), parts(reply or "")) if channel == "sms" else (1, 1)
    return f"{channel} {said} {heard if reply is not None else 0}"


def cents(spent: Mapping[str, int]) -> float:
    """The price of what was counted. A WhatsApp message is taken for one part: its own price is not in `prices`.

    >>> cents({"sms in": 100, "sms out": 200})
    249.0
    """
    return sum(spent.values()) * CENTS_A_PART


def percent(spent: Mapping[str, int], dollars: int) -> int:
    """How much of the month's money is spent, rounded down: 100 is never said too early."""
    return int(cents(spent) / dollars) if dollars else 0


def goes_out(release: Release, before: Session | None, after: Session | None, events: Sequence[Event]) -> bool:
    """Whether a reply is sent although the money is spent.

    Everything of an emergency, the first reply of an urgent flow, and the one last word of DELETE and of opting out.
    """
    if not any(isinstance(event, Spoke | TurnedPage) for event in events):
        return True
    step = _step(release, after)
    flow = release.flows.get(flow_of(step))
    if flow is None or flow.interrupts:
        return flow is not None
    return flow.urgent and (step == flow.start or flow_of(_step(release, before)) != flow.name)


def _step(release: Release, session: Session | None) -> str:
    """The key of the step where somebody stands; empty: nowhere."""
    return release.keys.get(session.place.step, "") if session and session.place else ""
