"""What a talk costs: parts and cents, for each language and channel, counted on the replies that people would get.

Apart from `explore`, which proves that no reply is too long: here one ordinary talk of each situation is held in each
language and counted. An ordinary talk: a keyword, the first answer offered, and from there the shortest way to a
telephone number. Both directions are paid, so both are counted. For WhatsApp only messages are counted: Meta and Twilio
charge by the message, at rates that this project has no confirmed figure for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from statistics import mean

from bot.content.change import Refused
from bot.content.library import Library
from bot.content.problem import listed
from bot.content.segments import parts
from bot.engine.events import CHANNELS, Spoke
from bot.engine.flow import MAX_OPTIONS
from bot.prices import CENTS_A_PART, SEEN
from bot.transcript import Exchange, Talk, opener, openers, opening

MOST_TEXTS = 3
"""From where the first answer leads, this far a number is looked for: the line promises two."""
FIRST, MORE = "1", "9"
_DIGITS = [str(digit) for digit in range(1, MAX_OPTIONS + 1)]


@dataclass(frozen=True, slots=True)
class Talked:
    """One ordinary talk about a flow."""

    flow: str
    exchanges: tuple[Exchange, ...]

    @property
    def texts(self) -> int:
        """What the person sends."""
        return len(self.exchanges)

    @property
    def first(self) -> int:
        """Parts of the first reply."""
        return parts(self.exchanges[0].heard or "")

    @property
    def paid(self) -> int:
        """Parts in both directions."""
        return sum(parts(exchange.said) + parts(exchange.heard or "") for exchange in self.exchanges)


def talks(library: Library, locale: str, channel: str, at: datetime) -> list[Talked]:
    """An ordinary talk of each flow that can be started by its words in this language."""
    found = []
    for flow in library.release.flows:
        exchanges = ordinary(library, flow, locale, channel, at)
        if exchanges:
            found.append(Talked(flow, tuple(exchanges)))
    return found


def ordinary(library: Library, flow: str, locale: str, channel: str, at: datetime) -> list[Exchange]:
    """A keyword, the first answer, the shortest way to a number. Empty: nothing that people text starts the flow."""
    person, held = _begun(library, flow, locale, channel, at)
    if person.session is None or person.session.screen is None:
        return held
    if len(person.session.screen.choices) > 1:
        held.append(Exchange(FIRST, person.hears(FIRST)))
    way = [] if _names_a_number(person) else _to_a_number([(person, [])], MOST_TEXTS)
    return _read_to_the_end(library, channel, at, [*held, *way])


def _begun(library: Library, flow: str, locale: str, channel: str, at: datetime) -> tuple[Talk, list[Exchange]]:
    """Somebody new, answered in their language at once; where no keyword gives that away, they name it first."""
    for words in openers(library, locale, flow):
        person = Talk(library, channel, at)
        held = [Exchange(words, person.hears(words))]
        if person.session and person.session.locale == locale:
            return person, held
    person = Talk(library, channel, at)
    begun = opener(library, locale, flow)
    return person, [Exchange(words, person.hears(words)) for words in opening(library, locale, flow)] if begun else []


def _read_to_the_end(library: Library, channel: str, at: datetime, held: Sequence[Exchange]) -> list[Exchange]:
    """The same talk, with the further pages of its last reply."""
    person = Talk(library, channel, at)
    read = [Exchange(exchange.said, person.hears(exchange.said)) for exchange in held]
    while person.session and person.session.screen and person.session.screen.has_more:
        read.append(Exchange(MORE, person.hears(MORE)))
    return read


def _names_a_number(person: Talk) -> bool:
    """Whether the last reply holds a telephone number, and not only the address of a page."""
    spoken = (said for event in person.events if isinstance(event, Spoke) for said in event.said)
    lines = {
        name for said in spoken if said.kind in ("referrals", "hotline") for name in said.ref.split("@")[0].split(",")
    }
    return any(referral.name in lines and referral.phone for referral in person.library.release.referrals)


def _to_a_number(ends: Sequence[tuple[Talk, list[Exchange]]], most: int) -> list[Exchange]:
    """The fewest digits from these ends of talks to a telephone number; none if it is further than `most` texts."""
    longer = []
    for person, way in ends:
        offered = len(person.session.screen.choices) if person.session and person.session.screen else 0
        for digit in _DIGITS[:offered]:
            next_ = copy(person)
            talked = [*way, Exchange(digit, next_.hears(digit))]
            if _names_a_number(next_):
                return talked
            longer.append((next_, talked))
    return _to_a_number(longer, most - 1) if longer and most > 1 else []


# ------------------------------------------------------------------------------------------- the table


def bill(library: Library, at: datetime, locale: str | None = None) -> str:
    """The table: a line for each language and channel; for one language, a line for each flow.

    Raises:
        Refused: no such language is spoken.
    """
    about = f"Twilio, United States, {SEEN}: {CENTS_A_PART} cents a part, in and out, without the phone company's fee."
    if locale is None:
        lines = [_line(name, channel, talks(library, name, channel, at)) for name, channel in _pairs(library)]
        return "\n".join([_HEAD, *lines, "", _MEANING, about])
    if locale not in library.release.locales:
        raise Refused(f'"{locale}" is not a language of this line. Known: {listed(library.release.locales)}.')
    sms = talks(library, locale, "sms", at)
    return "\n".join([_HEAD_OF_ONE, *map(_line_of_one, sms), "", about])


def _pairs(library: Library) -> Iterable[tuple[str, str]]:
    return ((locale, channel) for locale in library.release.locales for channel in CHANNELS)


_HEAD = f"{'language':<9} {'channel':<9} {'first reply':>14} {'a talk':>22} {'cents':>12}"
_MEANING = (
    "First reply: parts on average, and the most. A talk: texts sent and all parts, on average. Cents: average, most."
)
_HEAD_OF_ONE = f"{'flow':<27} {'first':>5} {'texts':>5} {'parts':>5} {'cents':>6}"


def _line(locale: str, channel: str, held: Sequence[Talked]) -> str:
    texts = mean(talk.texts for talk in held)
    if channel != "sms":
        return f"{locale:<9} {channel:<9} {'':>14} {texts:>6.1f} texts, {texts:.1f} replies"
    firsts, paid = [talk.first for talk in held], [talk.paid for talk in held]
    first = f"{mean(firsts):>7.1f} most {max(firsts):>1}"
    talked = f"{texts:>6.1f} texts {mean(paid):>4.1f} parts"
    return (
        f"{locale:<9} {channel:<9} {first} {talked} {mean(paid) * CENTS_A_PART:>6.1f} {max(paid) * CENTS_A_PART:>5.1f}"
    )


def _line_of_one(talk: Talked) -> str:
    return f"{talk.flow:<27} {talk.first:>5} {talk.texts:>5} {talk.paid:>5} {talk.paid * CENTS_A_PART:>6.1f}"
