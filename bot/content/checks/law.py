"""How old the law and the numbers are: no law, no source, a date that is past or cannot be.

Apart from the loaders because nothing here is wrong in itself: settled rights stay first, whatever the date says, so
every problem is a warning. The day is given: a check without one says nothing about the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.content.checks.content import Content
from bot.content.problem import Place
from bot.content.referral_loader import REFERRALS
from bot.content.source import Node
from bot.engine.flow import Flow, Law
from bot.engine.release import MENU

SOURCES = "flows/sources.yaml"
LOOK = "Read the sources again; then write the new dates, and who read them."


def check(content: Content) -> None:
    """Note what nobody has looked at for too long, and what rests on nothing."""
    for flow in content.flows.values():
        _flow(content, flow)
    if not content.problems.faulty(REFERRALS):
        _referrals(content)
    if content.whole:
        _unused_sources(content)


def _flow(content: Content, flow: Flow) -> None:
    file = f"flows/{flow.name}.yaml"
    laws = list(_laws(content, flow))
    speaks = content.source is not None and flow.name in content.source.files
    if speaks and flow.name != MENU and not any(step.law for step in flow.steps):
        content.note("no-law", Place(file, 1, 1), f'nothing says what the flow "{flow.name}" rests on.',
                     "Add at the top: law: {sources_until: 2026-10-07, recheck: 2026-12-23, sources: [S-NAME]}",
                     "warning")  # fmt: skip
    if laws and not any(_fields(node).get("sources") for _, node, _ in laws):
        content.note("no-sources", content.place(file, *laws[0][0]), "this law names no source.",
                     "Add sources: [S-NAME], with the name of a line in flows/sources.yaml.", "warning")  # fmt: skip
    for names, node, law in laws:
        _dates(content, law, node, content.place(file, *names))


def _laws(content: Content, flow: Flow) -> Iterator[tuple[tuple[str, ...], Node, Law]]:
    """Each `law:` of a flow's file: how to find it, as it was written, and as it was read."""
    root = content.nodes[f"flows/{flow.name}.yaml"]
    if flow.law:
        yield ("law",), _fields(root)["law"], flow.law
    steps = _fields(_fields(root)["steps"])
    for step in flow.steps:
        name = step.key.partition(".")[2]
        if step.law and (node := _fields(steps[name]).get("law")):
            yield ("steps", name, "law"), node, step.law


def _fields(node: Node) -> dict[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


def _dates(content: Content, law: Law, node: Node, place: Place) -> None:
    written = _fields(node)
    at = (written["recheck"].named_at or place) if "recheck" in written else place
    if law.recheck <= law.sources_until and "sources_until" in written:
        content.note("date-order", at, f"recheck {law.recheck} is not after sources_until {law.sources_until}.",
                     "The sources are read first, and looked at again later.", "warning")  # fmt: skip
    elif content.today and law.overdue(content.today) and "recheck" in written:
        content.note("law-overdue", at, f"this law was to be looked at again on {law.recheck}.", LOOK, "warning")
    elif content.today and "sources_until" in written and law.sources_until > content.today:
        content.note("date-order", written["sources_until"].named_at or place,
                     f"sources_until {law.sources_until} is still to come.", "Write the day they were read.",
                     "warning")  # fmt: skip


def _referrals(content: Content) -> None:
    root = content.nodes.get(REFERRALS)
    phones: dict[str, str] = {}
    for name, node in _fields(_fields(root)["referrals"]).items() if root else ():
        fields, place = _fields(node), node.named_at or node.place
        recheck = fields.get("recheck")
        due = _day(recheck)
        if recheck is None or due is None:
            content.note("no-recheck", place, f'nothing says when to look at "{name}" again.',
                         "Add a line: recheck: 2026-12-23", "warning")  # fmt: skip
        elif content.today and content.today >= due:
            content.note("referral-overdue", recheck.named_at or place,
                         f'the number of "{name}" was to be looked at again on {due}.',
                         "Open its page; then write the new dates, and who looked.", "warning")  # fmt: skip
        phone = str(fields["phone"].value) if "phone" in fields else ""
        if phone and phones.setdefault(phone, name) != name:
            content.note("same-phone", fields["phone"].named_at or place, f'"{phones[phone]}" has this number too.',
                         "Copied? Write its own number, or make one of the two.", "warning")  # fmt: skip


def _day(node: Node | None) -> date | None:
    try:
        return date.fromisoformat(str(node.value)) if node else None
    except ValueError:
        return None


def _unused_sources(content: Content) -> None:
    used = {
        item.value
        for flow in content.flows.values()
        for _, node, _ in _laws(content, flow)
        for item in (_fields(node)["sources"].value if "sources" in _fields(node) else ())
        if isinstance(item, Node)
    }
    for name, node in _fields(content.nodes[SOURCES]).items() if SOURCES in content.nodes else ():
        if name not in used:
            content.note("unused-source", node.named_at or node.place, f'no law names the source "{name}".',
                         "Name it where it is used, or remove it.", "warning")  # fmt: skip
