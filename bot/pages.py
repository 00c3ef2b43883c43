"""A reply cut into pages by a fixed rule, so that MORE shows exactly what the page before left out.

Apart from `reply`, which finds the words: here a text is only long or short, and fits a channel or does not.
"""

from __future__ import annotations

from bot.content.segments import LONGEST, MAX_PARTS, cheaper, parts

WHATSAPP_LIMIT = 1600
"""Characters of one message through Twilio (error 21617 beyond): twilio.com/docs/api/errors/21617"""


def fits(text: str, channel: str) -> bool:
    """Whether a text is within the budget of a channel."""
    if channel == "sms":
        return len(text) <= LONGEST and parts(text) <= MAX_PARTS
    return len(text) <= WHATSAPP_LIMIT


def paged(units: list[str], *, tail: str, more: str, channel: str) -> tuple[str, ...]:
    """Whole units on as few pages as possible; the tail below the last one, the way to more below the others."""
    spell = cheaper if channel == "sms" else str
    whole = spell(_lines([*units, tail]))
    if fits(whole, channel):
        return (whole,)
    pages: list[list[str]] = [[]]
    queue = list(units)
    while queue:
        unit = queue.pop(0)
        below = tail if not queue else more
        if fits(spell(_lines([*pages[-1], unit, below])), channel):
            pages[-1].append(unit)
        elif not queue and fits(spell(_lines([*pages[-1], unit, more])), channel):
            pages[-1].append(unit)
            pages.append([])
        elif pages[-1]:
            pages.append([])
            queue.insert(0, unit)
        elif len(unit) > 1:
            queue[:0] = _halves(unit)
        else:
            pages[-1].append(unit)  # the tail alone is over the budget: said too long rather than not at all
    return tuple(spell(_lines([*page, tail if page is pages[-1] else more])) for page in pages)


def _lines(texts: list[str]) -> str:
    return "\n".join(text for text in texts if text)


def _halves(unit: str) -> list[str]:
    """A text too long for a page, cut at a line, else at a space, else in the middle."""
    middle = len(unit) // 2
    for mark in ("\n", " "):
        cuts = [at for at, char in enumerate(unit) if char == mark and at]
        if cuts:
            cut = min(cuts, key=lambda at: abs(at - middle))
            return [unit[:cut].rstrip(), unit[cut:].lstrip()]
    return [unit[:middle], unit[middle:]]
