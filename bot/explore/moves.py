"""What a person may do next, as the line of a golden conversation that does it.

Apart from the walk because a move is the same in every language and its words are not: "another flow's keyword" is
`door` in English and `puerta` in Spanish, and the conversation that shows a failure in Spanish must say `puerta`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Literal

from bot.content.library import Library
from bot.engine.events import Outcome
from bot.engine.flow import flow_of
from bot.engine.release import Release
from bot.engine.run import turn
from bot.engine.session import Screen, Session
from bot.engine.understand import Reader, Reading
from bot.engine.vocabulary import Phrase
from bot.transcript import inbound

WRONG = "?"
"""A text that no screen and no situation knows: it has no letter."""
NUMBER = "123456789"
"""What nobody should text: it looks like a Social Security number."""

OLD_TAP = "[button gone.gone.gone]"
MOST_TRIED = 4
"""Keywords of a flow that are tried for a text that leaves it open what is meant."""
GONE = "-"
"""The id of an option that was removed."""

Kind = Literal[
    "text", "command", "language", "optout", "flow", "flow and number", "item", "offer", "interrupt", "fault", "changed"
]


@dataclass(frozen=True, slots=True)
class Move:
    """One text. `ref`: what is typed, or the command, locale, flow or item of a checklist that is meant.

    Two are more than a text: one after a fault, and an answer to a menu that was changed meanwhile.
    """

    kind: Kind
    ref: str = ""


Way = tuple[Move, ...]
"""What somebody does, one text after the other, from the first."""


def typed(text: str) -> Move:
    """A text that is the same in every language."""
    return Move("text", text)


class Remembering(Reader):
    """Understands as the line does, and remembers each text at each screen: all of them are our own."""

    def __init__(self, release: Release) -> None:
        super().__init__(release)
        self._readings: dict[object, Reading] = {}

    def read(self, text: str, screen: Screen | None, spoken: str = "") -> Reading:
        key = (text, screen and (screen.kind, screen.choices, screen.has_more), spoken)
        if key not in self._readings:
            self._readings[key] = super().read(text, screen, spoken)
        return self._readings[key]


class Words:
    """The words of one library for each move, in each of its languages."""

    def __init__(self, library: Library) -> None:
        self.release = library.release
        self.reader = Remembering(library.release)
        self._said = cache(self._find)
        self._zips = self._of_areas()

    def said(self, move: Move, locale: str) -> str | None:
        """The line of a golden conversation that does it; None: nothing that a person texts does."""
        return self._said(move, locale or self.release.default_locale)

    def zips(self) -> tuple[Move, ...]:
        """One ZIP prefix for each area that has some, and one that nobody listed."""
        return tuple(self._zips.values())

    def in_area(self, way: Way, area: str) -> Way:
        """The same way with the ZIP prefix of that area, wherever one is told; without an area: as it is."""
        zips = frozenset(self._zips.values())
        return tuple(self._zips[area] if area and move in zips else move for move in way)

    def _of_areas(self) -> dict[str, Move]:
        areas = self.release.areas
        unlisted = next(f"{n:03}" for n in range(999, 0, -1) if areas.of_zip(f"{n:03}") == areas.elsewhere)
        listed = {areas.prefixes[prefix]: prefix for prefix in sorted(areas.prefixes, reverse=True)}
        return {area: typed(prefix) for area, prefix in (listed | {areas.elsewhere: unlisted}).items()}

    def _find(self, move: Move, locale: str) -> str | None:
        words = self.release.vocabulary
        match move.kind:
            case "text":
                return move.ref
            case "fault":
                return WRONG
            case "changed":
                return "1"
            case "command":
                known = (phrase for phrases in words.commands.values() for phrase in phrases)
                return self._read_as(
                    "command", move.ref, (phrase for phrase in known if phrase.means == move.ref), locale
                )
            case "language":
                names = (Phrase(name, move.ref, move.ref) for name, of in words.languages.items() if of == (move.ref,))
                return self._read_as("language", move.ref, names, move.ref)
            case "optout":
                whole = (Phrase(stop, "", of) for of, own in words.optouts.items() for stop in sorted(own.whole))
                return self._read_as("optout", "", whole, locale)
            case "interrupt":
                return self._read_as("emergency", move.ref, _of(move.ref, words.interrupts), locale)
            case "flow":
                return self._read_as("flow", move.ref, _of(move.ref, words.triggers), locale)
            case "item":
                return self._opening(move.ref, locale)
            case "offer":
                return self._between(move.ref.split(), locale)
            case "flow and number":
                keywords = (
                    " ".join(phrase.words) for phrase in _of(move.ref, words.triggers) if phrase.locale == locale
                )
                both = (f"{keyword} {NUMBER}" for keyword in keywords)
                return next((text for text in both if _means(self.reader.read(text, None), "flow", move.ref)), None)

    def _opening(self, item: str, locale: str) -> str | None:
        """A keyword and the number of an item."""
        flow = self.release.flow(flow_of(item))
        assert flow.checklist, "it has an item"
        number = 1 + [one.key for one in flow.checklist.items].index(item)
        keywords = _of(flow.name, self.release.vocabulary.triggers)
        return self._read_as("item", item, (Phrase((*p.words, str(number)), item, p.locale) for p in keywords), locale)

    def _between(self, flows: list[str], locale: str) -> str | None:
        """A text that two flows explain alike: a keyword of each."""
        words = self.release.vocabulary
        first, second = (
            [" ".join(p.words) for p in _of(flow, words.triggers) if p.locale == locale][:MOST_TRIED] for flow in flows
        )
        texts = (f"{one} {other}" for one in first for other in second)
        return next((text for text in texts if self.reader.read(text, None).action == "offer"), None)

    def _read_as(self, action: str, ref: str, phrases: Iterable[Phrase], locale: str) -> str | None:
        """The first phrase that means just this to somebody new; one of the language, if there is one."""
        texts = [" ".join(phrase.words) for phrase in sorted(phrases, key=lambda phrase: phrase.locale != locale)]
        return next((text for text in texts if _means(self.reader.read(text, None), action, ref)), None)


def _of(flow: str, phrases: Iterable[Phrase]) -> Iterable[Phrase]:
    return (phrase for phrase in phrases if phrase.means == flow)


def _means(reading: Reading, action: str, ref: str) -> bool:
    return reading.action == action and reading.ref == ref


def after_move(
    session: Session | None, move: Move, words: Words, *, locale: str, channel: str, at: datetime
) -> Outcome | None:
    """The turn that a move brings, some time after the one before; None: it has no words, or means nothing here."""
    line = words.said(move, locale)
    if line is None:
        return None
    sent = inbound(line, channel)
    if move.kind == "fault":
        sent = replace(sent, unsure=True)
    if move.kind == "changed":
        screen = session.screen if session else None
        if session is None or screen is None or screen.kind not in ("ask", "list", "offer"):
            return None
        session = replace(session, screen=Screen(kind=screen.kind, choices=(GONE,)))
    return turn(session and replace(session, touched=0, heard=0), sent, words.release, at, words.reader)
