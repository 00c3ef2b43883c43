"""The content: what is live, what nobody has signed or read, what is due, and who the line says that it is.

Apart from `check`, which names every mistake: here it only matters whether people are told something that they should
not be.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.content.law_loader import NOBODY
from bot.content.library import Checked, Library, digest_of
from bot.content.problem import listed
from bot.content.referral_loader import ORGANISATION
from bot.content.reviews import unread_keys
from bot.doctor.finding import Finding, found
from bot.doctor.place import Place
from bot.law import NUMBERS, due
from bot.publishing.gate import unreviewed
from bot.store.client import StoreDown, connect
from bot.store.releases import Releases

DEMONSTRATION = "(demonstration)"


def look(place: Place) -> Iterator[Finding]:
    """Everything wrong with what people are told."""
    today = place.now.date()
    checked = place.checked(place.config.layers, today)
    library = checked.opened
    mistakes = [problem for problem in checked.problems if problem.severity == "error"]
    if mistakes:
        yield found(601, count=len(mistakes))
    overdue = [one for one in due(checked) if one.state(today) == "overdue"]
    if flows := {one.part for one in overdue if one.part != NUMBERS}:
        yield found(604, names=listed(sorted(flows)))
    if numbers := [one for one in overdue if one.part == NUMBERS]:
        yield found(605, count=len(numbers))
    if library:
        yield from _unreviewed(library)
        yield from _organisation(checked, library)
    yield from _live(place, digest_of(checked.bundle) if library else "")


def _unreviewed(library: Library) -> Iterator[Finding]:
    missing = unreviewed(library, unread_keys)
    if missing.flows:
        yield found(602, count=len(missing.flows), names=listed(missing.flows))
    if missing.locales:
        yield found(603, names=listed(missing.locales))


def _organisation(checked: Checked, library: Library) -> Iterator[Finding]:
    if DEMONSTRATION in library.organisation.name:
        yield found(608)
    fields = checked.nodes[ORGANISATION].value
    contact = fields.get("privacy_contact") if isinstance(fields, dict) else None
    if contact is None or contact.value == NOBODY:
        yield found(609)


def _live(place: Place, digest: str) -> Iterator[Finding]:
    keep = int(timedelta(seconds=place.config.release_keep_seconds).total_seconds())
    try:
        live = Releases(connect(place.config.redis_url), keep_seconds=keep).live()
    except StoreDown:
        return  # the stores' room says so
    if live is None:
        yield found(606)
    elif digest and live.digest != digest:
        yield found(607)
