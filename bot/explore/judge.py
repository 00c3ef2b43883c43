"""What a person reads: every reply in every language, on every channel, at every hour at which it changes.

Apart from the walk because only here are words. Each reply is composed by the one that answers people
(`bot.reply.Composer`) and each of its pages judged by what stands on it; whether its digits do what they say, and how
far a number is, `proof` sees from the whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.content.library import Library
from bot.content.segments import parts, shape
from bot.engine.events import CHANNELS, Event, OptedOut, Spoke, TurnedPage
from bot.engine.session import Said, SaidKind, Screen, Session
from bot.explore.hours import shown, weeks
from bot.explore.moves import OLD_TAP, Move, Way, Words, after_move, typed
from bot.explore.situation import Identity
from bot.explore.walk import Heard, Reply
from bot.pages import fits
from bot.reply import Composer

Pages = tuple[str, ...]
Told = tuple[datetime, Session | None, Event]

_KEY = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+")
_OPTION = re.compile(r"(?m)^([1-7]) (?=\S)")
_NAV = re.compile(r"(?:^| )([890]) (?=\D)")
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|«[^»]*»')
_PLACE = re.compile(r"%\{\w+\}")
_GAP = "\0"
_HOURS = ("open", "until", "closed", "always", "not_confirmed")
_WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class Form:
    """A language and a channel in which a reply is written."""

    locale: str
    channel: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A promise that is broken, and the shortest way to see it."""

    code: str
    what: str
    about: str
    """What is to be mended, as far as it is known: failures about the same are told once."""
    way: Way
    locale: str
    channel: str
    at: datetime
    text: str = ""
    """The page on which it is to be seen, if it is one."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows: its digits, and whether a human's number stands on it, with its hours."""

    digits: str
    human: bool


Sight = dict[Form, dict[tuple[Page, ...], datetime]]
"""All that people may see of one reply: by form, the pages as they may be, each with a time at which they are so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to see of one reply, in one language, and what is wrong with it."""

    locale: str
    sight: Sight
    failures: tuple[Failure, ...]
    composed: int
    """How many times it was composed."""


class Judge:
    """Composes each reply in every way, and notes what is wrong with it."""

    def __init__(self, library: Library, locales: Collection[str] | None = None) -> None:
        """`locales`: those that are to be judged, the empty name for nobody's; None: all of them."""
        identity = Identity(library.release)
        self.library, self.words = library, Words(library)
        self._mine = frozenset(("", *library.release.locales) if locales is None else locales)
        self._by_locale, self._by_channel = identity.reads_locale, identity.reads_channel
        self._failures: list[Failure] = []
        self._composed = 0
        self._weeks = weeks(library.release)
        self._changes: dict[object, list[datetime]] = {}
        self._shapes: dict[object, object] = {}
        self._composer = Composer(library)
        release = library.release
        self._lines = {referral.name: referral for referral in release.referrals}
        self._ours = frozenset((*release.steps, *release.options))
        self._humans = tuple(r.phone for r in release.referrals if r.phone and not r.federal)
        self._hours = {name: self._saying_hours(name or release.default_locale) for name in ("", *release.locales)}
        self._english = {name: self._left_in_english(name or release.default_locale) for name in ("", *release.locales)}

    def judged(self, reply: Reply, heard: Heard) -> list[Verdict]:
        """What is found about a reply, for each of the languages."""
        weeks = self._different_weeks(heard)
        return [self._verdict(reply, heard, name, weeks) for name in self._locales(reply) if name in self._mine]

    def _verdict(self, reply: Reply, heard: Heard, locale: str, weeks: list[tuple[datetime, ...]]) -> Verdict:
        sight: Sight = {}
        self._failures, self._composed = [], 0
        for at, after, event in self._at_every_hour(reply, heard, locale, weeks):
            for channel in (reply.channel,) if self._by_channel else CHANNELS:
                form, pages = Form(locale, channel), self._pages_of(after, event, channel)
                seen = tuple(self._page(page, n, reply, heard, form, at) for n, page in enumerate(pages))
                sight.setdefault(form, {}).setdefault(seen, at)
        return Verdict(locale, sight, tuple(self._failures), self._composed)

    def _locales(self, reply: Reply) -> tuple[str, ...]:
        """Nobody's language is answered as the default one, but where all languages are listed."""
        if self._by_locale:
            return (reply.locale,)
        known = self.library.release.locales
        asked = reply.kind == "language" or any(said.kind == "languages" for said in reply.said)
        return ("", *known) if asked else known

    # ------------------------------------------------------------------------------------------- composing

    def _different_weeks(self, heard: Heard) -> list[tuple[datetime, ...]]:
        """The weeks in which the same turn tells something else, because other law or another number is overdue."""
        locale = heard.session.locale if heard.session else self.library.release.default_locale
        found: dict[object, tuple[datetime, ...]] = {}
        for week in self._weeks:
            done = self._again(heard, locale, week[0])
            assert done is not None, "it was heard before"
            said = _said(done[1][0])
            law = tuple((piece.kind, piece.ref) for piece in said if "@" not in piece.ref)
            old = tuple(name for name in _lines_of(said) if self._lines[name].is_overdue(week[0]))
            found.setdefault((law, old), week)
        return list(found.values())

    def _at_every_hour(
        self, reply: Reply, heard: Heard, locale: str, weeks: list[tuple[datetime, ...]]
    ) -> Iterator[Told]:
        """The different things that a reply tells in one language: lines may be closed, law may be overdue."""
        for week in weeks:
            key = (week[0], reply.lines, reply.area, reply.step if reply.lines == "need" else "", locale)
            if reply.lines and key not in self._changes:
                self._changes[key] = self._different_hours(heard, locale, week)
            for at in self._changes[key] if reply.lines else week[:1]:
                done = self._again(heard, locale, at)
                if done and self._is_same(done[0], reply):
                    yield at, done[0], done[1][0]

    def _is_same(self, after: Session | None, reply: Reply) -> bool:
        """Whether it is the same reply in that language: whoever has none may be asked for it instead."""
        screen = after.screen if after else None
        return (screen.kind, screen.choices) == (reply.kind, reply.choices) if screen else not reply.kind

    def _different_hours(self, heard: Heard, locale: str, week: tuple[datetime, ...]) -> list[datetime]:
        """The times of a week at which the lines of a reply have another shape than before: only then pages change.

        "Opens Mon 8am" and "Opens Tue 9am" have one shape, and so have the replies in which one stands for the other.
        """
        found: dict[object, datetime] = {}
        for at in week:
            if done := self._again(heard, locale, at):
                found.setdefault(self._shape_of_lines(_said(done[1][0]), locale, at), at)
        return list(found.values())

    def _shape_of_lines(self, said: tuple[Said, ...], locale: str, at: datetime) -> object:
        shapes = []
        for name in _lines_of(said):
            line = self._lines[name]
            key = (name, shown(line.hours, at), line.is_overdue(at), locale)
            if key not in self._shapes:
                there = Session(started=1, locale=locale, screen=Screen(kind="rest"))
                kinds: tuple[SaidKind, ...] = ("hotline", "referrals")
                told = (Said(kind, f"{name}@{int(at.timestamp() // 60)}") for kind in kinds)
                pages = (self._pages_of(there, Spoke((piece,)), "whatsapp") for piece in told)
                self._shapes[key] = name, tuple(shape(page) for texts in pages for page in texts)
            shapes.append(self._shapes[key])
        return tuple(shapes)

    def _pages_of(self, after: Session | None, event: Event, channel: str) -> Pages:
        """All pages of a reply, the first as it is sent and the others as MORE brings them."""
        self._composed += 1
        session, first = self._composer.reply(after, (event,), channel)
        if first is None:
            return ()
        if session is None or session.screen is None:
            return (first,)
        screen = session.screen
        more = (
            self._composer.reply(session, (TurnedPage(screen.said, n),), channel)[1] for n in range(1, screen.pages)
        )
        return (first, *(page or "" for page in more))

    def _again(self, heard: Heard, locale: str, at: datetime) -> tuple[Session | None, tuple[Event, ...]] | None:
        """The same turn, for somebody of that language at that time."""
        before, move = heard.session, heard.move
        if self._by_locale:
            return after_move(before, move, self.words, locale=locale, channel=heard.channel, at=at)
        screen = before.screen if before else None
        names = len(screen.choices) if screen and screen.kind == "language" else 0
        if move.kind == "language" or (move.kind == "text" and move.ref in "1234567"[:names]):
            if not locale:
                return None
            move = Move("language", locale)
        if before is not None:
            before = replace(before, locale=locale, chosen=bool(locale))
        elif locale and move.ref != OLD_TAP and move.kind != "fault":
            before = Session(started=1, locale=locale, chosen=True)
        done = after_move(before, move, self.words, locale=locale, channel=heard.channel, at=at)
        if done is None:
            return None
        after, events = done
        return after and replace(after, locale=locale), events

    # ------------------------------------------------------------------------------------------- judging

    def _page(self, text: str, number: int, reply: Reply, heard: Heard, form: Form, at: datetime) -> Page:
        """What a page shows; notes what is wrong with it, whoever reads it."""
        for code, what in self._wrong(text, form):
            about = self.library.release.keys.get(reply.said[-1].ref if reply.said else "", reply.event)
            way = (*heard.way, *(typed("9"),) * number)
            self._failures.append(Failure(code, what, about, way, form.locale, form.channel, at, text))
        return Page(digits_of(text), self._has_human(text, form.locale))

    def _wrong(self, text: str, form: Form) -> Iterator[tuple[str, str]]:
        if not text.strip():
            yield "empty", "this reply is empty."
        if not fits(text, form.channel):
            yield "too-long", f"this reply does not fit {form.channel}: {len(text)} characters, {parts(text)} parts."
        if "%{" in text:
            yield "placeholder", "a place in this reply is not filled in."
        if ours := next((word for word in _KEY.findall(text) if word in self._ours), None):
            yield "key", f'this reply shows the name "{ours}", which is for volunteers.'
        if english := next((words for words in self._english[form.locale] if words in text), None):
            yield "english", f'this reply says "{english}" in English.'

    def _has_human(self, text: str, locale: str) -> bool:
        """Whether a human's number stands on a page, with its hours."""
        return any(number in text for number in self._humans) and bool(self._hours[locale].search(text))

    def _saying_hours(self, locale: str) -> re.Pattern[str]:
        """The ways of one language to say when a line is open. On SMS their accents may be left out."""
        values = {"time": _GAP, "day": _GAP}
        texts = [self.library.messages.text(f"common.referral.{name}", locale, **values) for name in _HOURS]
        ways = (".+".join(map(re.escape, each.split(_GAP))) for text in texts for each in (text, bare(text)))
        return re.compile("|".join(dict.fromkeys(ways)))

    def _left_in_english(self, locale: str) -> tuple[str, ...]:
        """What stands in the texts of a language word for word as in the English ones, and is not to be said aloud."""
        messages, default = self.library.messages, self.library.release.default_locale
        if locale == default:
            return ()
        found: dict[str, None] = {}
        for key in messages.keys(locale):
            same = set(messages.raw(key, locale).splitlines()) & set(messages.raw(key, default).splitlines())
            found |= dict.fromkeys(
                part for line in same for part in _PLACE.split(line) if len(_WORD.findall(_QUOTED.sub("", part))) > 1
            )
        return tuple(part.strip() for part in found)


def bare(text: str) -> str:
    """A text without its accents."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _said(event: Event) -> tuple[Said, ...]:
    return event.said if isinstance(event, Spoke | OptedOut) else ()


def _lines_of(said: tuple[Said, ...]) -> list[str]:
    """The names of the referrals that a reply shows."""
    return [name for piece in said if "@" in piece.ref for name in piece.ref.partition("@")[0].split(",") if name]


def digits_of(text: str) -> str:
    """The digits that a page shows: of options, and of back, more and menu."""
    nav = next((line for line in reversed(text.splitlines()) if line.startswith(("8 ", "9 ", "0 "))), "")
    return "".join([*_OPTION.findall(text), *_NAV.findall(nav)])
