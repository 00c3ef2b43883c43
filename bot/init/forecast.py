"""What a month of conversations costs, by language and by the kind of sender, before there is one.

Apart from `bill`, which counts one talk: this multiplies its mean over all situations. Nobody knows beforehand what
people will ask, so the figure is an order of magnitude, and says so.
"""

from __future__ import annotations

from datetime import datetime
from statistics import mean

from bot.bill import MORE, talks
from bot.content.library import Library
from bot.prices import CENTS_A_PART, SEEN

MONTHS = (100, 1_000, 10_000)
"""Conversations in a month."""

_HEAD = (
    f"{'language':<9} {'parts':>6} {'cents':>6}" + "".join(f"{f'{count:,}':>10}" for count in MONTHS) + "   WhatsApp"
)
_SENDERS = (
    "Dollars a month by SMS from a toll-free number, a local number (10DLC) or a short code: Twilio asks",
    f"{CENTS_A_PART} cents a part from each of them, in and out ({SEEN}). The phone companies' fees, the registration",
    "and the rent of the number come on top; Twilio's console shows them. By WhatsApp every reply is charged,",
    "whatever its length, by Meta and by Twilio; the last column counts the replies of a talk.",
)


def forecast(library: Library, at: datetime, budget: int = 0) -> str:
    """The table: a line for each language; with a budget, how many conversations it pays."""
    lines = [_line(library, locale, at, budget) for locale in library.release.locales]
    head = _HEAD + ("   paid by the budget" if budget else "")
    return "\n".join([head, *lines, "", *_SENDERS])


def _line(library: Library, locale: str, at: datetime, budget: int) -> str:
    held = talks(library, locale, "sms", at)
    parts = mean(talk.paid for talk in held)
    replies = mean(sum(one.said != MORE for one in talk.exchanges) for talk in held)  # on WhatsApp one page is enough
    cents = parts * CENTS_A_PART
    months = "".join(f"{count * cents / 100:>10,.2f}" for count in MONTHS)
    paid = f" {budget * 100 / cents:>20,.0f}" if budget else ""
    return f"{locale:<9} {parts:>6.1f} {cents:>6.1f}{months} {replies:>10.1f}{paid}"
