"""What a person reads: every reply in every language, on every channel, at every hour at which it changes.

Apart from the walk because only here are words. Each reply is composed by the one that answers people
(`bot.reply.Composer`) and each of its pages judged by what stands on it; whether its digits do what they say, and how
far a number is, `proof` sees from the whole. The same words before the same choices, with lines of the same shape, are
composed once, however many replies they are: the event, the step and the area do not stand on a page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.content.library import Library
from bot.content.segments import parts
from bot.engine.events import CHANNELS, Event
from bot.engine.session import Session
from bot.explore.lines import Lines, Pages, Scene, all_pages, said_in
from bot.explore.moves import OLD_TAP, Move, Way, Words, after_move, typed
from bot.explore.situation import Identity
from bot.explore.walk import Heard, Reply, is_left_out
from bot.pages import fits
from bot.reply import Composer

Told = tuple[Session | None, Event, tuple[int, ...]]
"""What a reply tells, and to whom; and the numbers of the weeks in which it does."""

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
    """A language and a channel in which a reply is written, and whose lines it names."""

    locale: str
    channel: str
    area: str = ""
    """Empty where no line is named, or the area is not known."""


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
        release = library.release
        self.library, self.words, self._identity = library, Words(library), Identity(release)
        self._mine = frozenset(("", *release.locales) if locales is None else locales)
        self._by_locale, self._by_channel = self._identity.reads_locale, self._identity.reads_channel
        self._lines = Lines(library, apart=self._by_locale)
        self._failures: list[Failure] = []
        self._composed = 0
        self._seen: dict[object, tuple[Page, ...]] = {}
        self._alike: dict[object, int] = {}
        self._composer = Composer(library)
        self._ours = frozenset((*release.steps, *release.options))
        self._humans = tuple(r.phone for r in release.referrals if r.phone and not r.federal)
        self._hours = {name: self._saying_hours(name or release.default_locale) for name in ("", *release.locales)}
        self._english = {name: self._left_in_english(name or release.default_locale) for name in ("", *release.locales)}

    def judged(self, reply: Reply, heard: Heard) -> list[Verdict]:
        """What is found about a reply, for each of the languages."""
        weeks = self._different_weeks(heard)
        locales = [locale for locale in self._locales(reply) if locale in self._mine]
        told = {tongue: self._told(reply, heard, tongue, weeks) for tongue in self._lines.tongues(locales)}
        return [self._verdict(reply, heard, locale, told[self._lines.tongue_of(locale)]) for locale in locales]

    def _verdict(self, reply: Reply, heard: Heard, locale: str, told: list[Told]) -> Verdict:
        sight: Sight = {}
        self._failures, self._composed = [], 0
        for after, event, periods in told:
            after = after and replace(after, locale=locale)
            for area in self._areas(reply, event):
                for scene in self._lines.scenes(event, locale, area, periods):
                    for channel in (reply.channel,) if self._by_channel else CHANNELS:
                        form = Form(locale, channel, area)
                        seen = self._sight(reply, heard, form, after, event, scene)
                        sight.setdefault(form, {}).setdefault(seen, scene.at)
        return Verdict(locale, sight, tuple(self._failures), self._composed)

    def _sight(
        self, reply: Reply, heard: Heard, form: Form, after: Session | None, event: Event, scene: Scene
    ) -> tuple[Page, ...]:
        """The pages of a reply in one form; who is told the same words before the same choices sees the same."""
        words = (_without_lines(event), reply.kind, reply.choices, reply.back, reply.at_menu)
        key = self._alike.setdefault(words, len(self._alike)), scene.shape, form.locale, form.channel
        if key not in self._seen:
            found = len(self._failures)
            pages = self._pages_of(after, self._lines.naming(event, scene, form.locale), form.channel)
            seen = tuple(self._page(page, n, reply, heard, form, scene.at) for n, page in enumerate(pages))
            if len(self._failures) > found:
                return seen
            self._seen[key] = seen
        return self._seen[key]

    def _locales(self, reply: Reply) -> tuple[str, ...]:
        """Nobody's language is answered as the default one, but where all languages are listed."""
        if self._by_locale:
            return (reply.locale,)
        known = self.library.release.locales
        asked = reply.kind == "language" or any(said.kind == "languages" for said in reply.said)
        return ("", *known) if asked else known

    def _areas(self, reply: Reply, event: Event) -> tuple[str, ...]:
        """The areas whose lines a reply names, the empty name for somebody whose area is not known."""
        alike = self._identity.alike
        if reply.lines:
            return alike.get(reply.area, ("",))
        later = any("@" in piece.ref for piece in said_in(event))
        return ("", *(area for areas in alike.values() for area in areas)) if later else ("",)

    # ------------------------------------------------------------------------------------------- composing

    def _different_weeks(self, heard: Heard) -> list[tuple[int, ...]]:
        """The numbers of the weeks, together where the same turn tells the same but for lines: law may be overdue."""
        locale = heard.session.locale if heard.session else self.library.release.default_locale
        found: dict[object, list[int]] = {}
        for number, week in enumerate(self._lines.weeks):
            done = self._again(heard, locale, week[0])
            assert done is not None, "it was heard before"
            found.setdefault(_without_lines(done[1][0]), []).append(number)
        return [tuple(numbers) for numbers in found.values()]

    def _told(self, reply: Reply, heard: Heard, tongue: str, weeks: list[tuple[int, ...]]) -> list[Told]:
        """What a reply tells those of one tongue, in the weeks in which that differs."""
        found = []
        for numbers in weeks:
            for locale in self._lines.of_tongue(tongue):
                done = self._again(heard, locale, self._lines.weeks[numbers[0]][0])
                if done and self._is_same(done[0], reply):
                    found.append((done[0], done[1][0], numbers))
                    break
        return found

    def _is_same(self, after: Session | None, reply: Reply) -> bool:
        """Whether it is the same reply in that language: whoever has none may be asked for it instead."""
        screen = after.screen if after else None
        return (screen.kind, screen.choices) == (reply.kind, reply.choices) if screen else not reply.kind

    def _pages_of(self, after: Session | None, event: Event, channel: str) -> Pages:
        """All pages of a reply, the first as it is sent and the others as MORE brings them."""
        self._composed += 1
        return all_pages(self._composer, after, event, channel)

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
            way = (*self.words.in_area(heard.way, form.area), *(typed("9"),) * number)
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


def _without_lines(event: Event) -> tuple[object, ...]:
    """What an event tells, but for the lines, which the hour decides, and for marks, which are all of one length."""
    said = (piece for piece in said_in(event) if piece.kind != "referrals")
    return type(event), tuple((piece.kind, "" if is_left_out(piece) else piece.ref) for piece in said)


def digits_of(text: str) -> str:
    """The digits that a page shows: of options, and of back, more and menu."""
    nav = next((line for line in reversed(text.splitlines()) if line.startswith(("8 ", "9 ", "0 "))), "")
    return "".join([*_OPTION.findall(text), *_NAV.findall(nav)])
