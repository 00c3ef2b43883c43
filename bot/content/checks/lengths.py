"""How long a text is, in SMS parts and on WhatsApp: what comes first, what is cut into pages, what a cut would save.

Apart from `segments`, which counts, and from the composer, which cuts: here a volunteer is told before anybody pays.
A step's text, its labels and the digits below them are counted; in a first reply the line adds the date.
"""

from __future__ import annotations

from bot.content.checks.content import Content
from bot.content.message_loader import ORGANISATION_NAME, Locale, Text
from bot.content.segments import GSM_PART, GSM_SINGLE, MAX_PARTS, UCS_PART, UCS_SINGLE, cheaper, is_gsm, parts
from bot.engine.checklist import ANSWERS
from bot.engine.flow import LISTED, Branch, Checklist, Flow, Item, Say, Step, options_of
from bot.engine.release import MENU

WHATSAPP = 1600


def look(content: Content, locale: Locale, file: str) -> None:
    """Note texts that are too long for what they are for."""
    flow = content.flows.get(file)
    if flow is None:
        return
    first = _first(flow)
    for step in (*flow.steps, *(flow.checklist.items if flow.checklist else ())):
        if text := locale.texts.get(f"{step.key}.text"):
            _budget(content, locale, step, text)
            if step is first and flow.name != MENU:
                _first_reply(content, locale, step, text)


def _first(flow: Flow) -> Step:
    """The first step of a flow that says something."""
    steps = {step.key: step for step in flow.steps}
    step = flow.steps[0]
    while isinstance(step, Branch) and step.otherwise in steps:
        step = steps[step.otherwise]
    return step


def _shown(content: Content, locale: Locale, step: Step, text: Text) -> str:
    """The text with its numbered options, as it is sent."""
    match step:
        case Item():
            keys = [f"common.checklist.{answer}" for answer in ANSWERS]
        case Checklist():
            keys = [f"{option.key}.label" for option in (*options_of(step)[:LISTED], step.go_on)]
        case _:
            keys = [f"{option.key}.label" for option in options_of(step)]
    labels = (content.text(locale, key) for key in keys)
    said = text.value.replace(ORGANISATION_NAME, content.organisation)
    return cheaper("\n".join([said, *(f"{digit} {label}" for digit, label in enumerate(labels, 1))]))


def _budget(content: Content, locale: Locale, step: Step, text: Text) -> None:
    back, menu = (content.text(locale, f"common.nav.{word}") for word in ("back", "menu"))
    shown = cheaper(f"{_shown(content, locale, step, text)}\n8 {back} 0 {menu}")
    if (now := parts(shown)) > MAX_PARTS:
        content.note("over-budget", text.place, f"with its options this is {now} SMS parts; {MAX_PARTS} is the most.",
                     f"People would have to text 9 to read on. {_saving(shown, MAX_PARTS)}", "warning")  # fmt: skip
    elif len(shown) > WHATSAPP:
        content.note("over-budget", text.place,
                     f"with its options this is {len(shown)} letters; WhatsApp takes {WHATSAPP}.",
                     f"Leave out {len(shown) - WHATSAPP} letters.", "warning")  # fmt: skip


def _first_reply(content: Content, locale: Locale, step: Step, text: Text) -> None:
    """Somebody reads this while agents knock: one part with its options; at least the act within the first part."""
    shown = _shown(content, locale, step, text)
    if isinstance(step, Say) or parts(shown) == 1:
        return
    room = GSM_PART if is_gsm(shown) else UCS_PART
    act = text.value.partition("\n(")[0]
    if len(act) > room:
        content.note("act-late", text.place, f"the first part of an SMS ends before this is said: it holds {room}.",
                     f"Say the one thing to do now, in {len(act) - room} letters less; the rest on the next step.",
                     "warning")  # fmt: skip
    else:
        content.note("first-reply", text.place, f"with its options this is {parts(shown)} SMS parts; 1 is the aim.",
                     f"It is the first reply of this flow. {_saving(shown, 1)}", "warning")  # fmt: skip


def _saving(shown: str, most: int) -> str:
    """What would have to go, and what would be won where a few letters outside the small alphabet cost most."""
    limit = _limit(most, gsm=is_gsm(shown))
    dear = sorted({char for char in shown if not is_gsm(char)})
    if dear and len(dear) <= len(shown) // 20 and len(shown) <= _limit(most, gsm=True):
        return f"Without {' '.join(dear)} it would fit as it is."
    return f"Leave out {len(shown) - limit} letters or more."


def _limit(most: int, *, gsm: bool) -> int:
    if most == 1:
        return GSM_SINGLE if gsm else UCS_SINGLE
    return most * (GSM_PART if gsm else UCS_PART)
