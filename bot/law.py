"""The law that is due: when each flow, each step with a law of its own and each number has to be looked at again.

Apart from the page of the workshop and from the command, which both show it. Overdue is a reminder and never a mistake:
settled rights stay true while nobody looks, and a date must not make tests red by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.law_loader import NOBODY
from bot.content.layers import SOURCES
from bot.content.library import Checked
from bot.content.problem import Place
from bot.content.referral_loader import REFERRALS
from bot.content.source import Node

SOON = timedelta(days=30)
NUMBERS = "numbers"
STATES = {"overdue": "overdue", "soon": "within 30 days", "later": "later"}
"""How urgent something is, in words for people."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a text rests on."""

    name: str
    title: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing to look at again."""

    about: str
    place: Place
    recheck: date
    until: str
    """The day up to which its sources were read."""
    signed: str
    """The role that signed it or checked the number; empty: nobody."""
    is_contested: bool
    sources: tuple[Source, ...]

    @property
    def part(self) -> str:
        """The flow that it belongs to; of a number: numbers."""
        return NUMBERS if self.place.file == REFERRALS else self.about.partition(".")[0]

    def state(self, today: date) -> str:
        """How urgent it is, in a word."""
        if today >= self.recheck:
            return "overdue"
        return "soon" if today + SOON >= self.recheck else "later"


def due(checked: Checked) -> tuple[Due, ...]:
    """Everything that has a day on which it is to be looked at again, the earliest first."""
    found = (*_of_flows(checked), *_of_referrals(checked))
    return tuple(sorted(found, key=lambda one: (one.recheck, one.about)))


def report(checked: Checked, only: str | None, *, today: date) -> str:
    """For each flow, and for the numbers: how old it is, who signed it, what it rests on, when to look again."""
    found = [one for one in due(checked) if only in (None, one.part)]
    parts: dict[str, list[str]] = {}
    for one in sorted(found, key=lambda one: (one.part == NUMBERS, one.about)):
        parts.setdefault(one.part, []).append(_told(one, today))
    count = Counter(one.state(today) for one in found)
    total = ", ".join(f"{count[state]} {words}" for state, words in STATES.items())
    return "\n\n".join([*("\n".join([part, *told]) for part, told in parts.items()), f"To look at again: {total}."])


def _told(one: Due, today: date) -> str:
    signed = f"signed by {one.signed}" if one.part != NUMBERS else f"checked on {one.signed}"
    nobody = "signed by nobody" if one.part != NUMBERS else "checked by nobody"
    said = [f"sources to {one.until or 'an unknown day'}", signed if one.signed else nobody,
            f"look again on {one.recheck} ({STATES[one.state(today)]})"]  # fmt: skip
    contested = ["courts disagree"] if one.is_contested else []
    sources = [f"    {source.name}" + (f": {source.title}" if source.title != source.name else "")
               for source in one.sources]  # fmt: skip
    return "\n".join([f"  {one.about}, {one.place}", f"    {', '.join([*contested, *said])}", *sources])


def _of_flows(checked: Checked) -> Iterator[Due]:
    titles = _fields(checked.nodes.get(SOURCES))
    for file, root in checked.nodes.items():
        fields = _fields(root)
        if not file.startswith("flows/") or "steps" not in fields:
            continue
        flow = file.removeprefix("flows/").removesuffix(".yaml")
        above = _fields(fields.get("law"))
        laws = [(flow, fields.get("law"))] + [
            (f"{flow}.{name}", _fields(step).get("law")) for name, step in _fields(fields["steps"]).items()
        ]
        for about, node in laws:
            if node is not None:
                own = _fields(node)
                yield from _due(about, node, {**_inherited(above), **own}, titles)


def _of_referrals(checked: Checked) -> Iterator[Due]:
    for name, node in _fields(_fields(checked.nodes.get(REFERRALS)).get("referrals")).items():
        yield from _due(f"the number {name}", node, _fields(node), {})


def _due(about: str, node: Node, fields: dict[str, Node], titles: dict[str, Node]) -> Iterator[Due]:
    """Nothing where there is no day, or none that can be read: that is told as a mistake."""
    with suppress(ValueError):
        signed = _text(fields, "lawyer") or _text(fields, "checked")
        yield Due(
            about=about,
            place=node.named_at or node.place,
            recheck=date.fromisoformat(_text(fields, "recheck")),
            until=_text(fields, "sources_until"),
            signed="" if signed == NOBODY else signed,
            is_contested=_text(fields, "contested") == "true",
            sources=tuple(_sources(fields.get("sources"), titles)),
        )


def _inherited(above: dict[str, Node]) -> dict[str, Node]:
    """What a step's law takes from its flow: the days. Disputes and signatures are its own."""
    return {name: node for name, node in above.items() if name in ("sources_until", "recheck")}


def _sources(node: Node | None, titles: dict[str, Node]) -> Iterator[Source]:
    for item in node.value if node and isinstance(node.value, tuple) else ():
        name = item.value if isinstance(item.value, str) else ""
        known = _fields(titles.get(name))
        yield Source(name, _text(known, "title") or name, _text(known, "address"))


def _fields(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _text(fields: dict[str, Node], name: str) -> str:
    node = fields.get(name)
    return node.value if node is not None and isinstance(node.value, str) else ""
