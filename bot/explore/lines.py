"""Which lines a reply names, for whom and when: all hours of all areas in few scenes.

Apart from the judge because no reply is composed here, only what one line says of itself. The words of a step are the
same for all who hear them; the lines behind them are found anew for each area, each hour and all who can speak with the
same lines (a tongue), by the one who names them in a turn (`bot.engine.known.Known`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.content.library import Library
from bot.content.segments import shape
from bot.engine.events import CHANNELS, EndedQuietly, Erased, Event, KeptSilent, OptedOut, Spoke, TurnedPage
from bot.engine.flow import Refer
from bot.engine.known import Known
from bot.engine.moving import MAX_REFERRALS
from bot.engine.referrals import HOTLINE, Referral
from bot.engine.session import Place, Said, SaidKind, Screen, Session
from bot.explore.hours import shown, weeks
from bot.reply import Composer

Pages = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A time at which a reply names these lines, and says of them what it did at no time before."""

    at: datetime
    named: tuple[Said, ...]
    shape: object


class Lines:
    """What one release says of its lines."""

    def __init__(self, library: Library, *, apart: bool) -> None:
        """`apart`: every language is a tongue of its own, since ways depend on it."""
        assert not library.release.withdrawn, "a folder withdraws nothing: before its lines stands the text of a step"
        self._release, self._composer = library.release, Composer(library)
        self.weeks = weeks(library.release)
        self._by_name = {referral.name: referral for referral in library.release.referrals}
        found: dict[object, list[str]] = {}
        for locale in library.release.locales:
            spoken = tuple(referral.speaks(locale) for referral in library.release.referrals)
            found.setdefault(locale if apart else spoken, []).append(locale)
        self._tongues = {"": ("",)} | {locales[0]: tuple(locales) for locales in found.values()}
        self._tongue_of = {locale: tongue for tongue, locales in self._tongues.items() for locale in locales}
        self._scenes: dict[object, tuple[Scene, ...]] = {}
        self._times: dict[object, tuple[tuple[datetime, ...], ...]] = {}
        self._named: dict[object, Said] = {}
        self._shapes: dict[object, object] = {}

    def tongue_of(self, locale: str) -> str:
        """The first of the languages in which the same lines speak; nobody's language is one of its own."""
        return self._tongue_of[locale]

    def of_tongue(self, tongue: str) -> tuple[str, ...]:
        """All languages of one tongue."""
        return self._tongues[tongue]

    def tongues(self, locales: Collection[str]) -> tuple[str, ...]:
        """The tongues of some languages."""
        return tuple(dict.fromkeys(map(self.tongue_of, locales)))

    def scenes(self, event: Event, locale: str, area: str, periods: tuple[int, ...]) -> tuple[Scene, ...]:
        """The times of some periods at which the lines of an event have another shape: only then pages may change.

        "Opens Mon 8am" and "Opens Tue 9am" have one shape, and so have the replies in which one stands for the other.
        """
        steps = tuple(self._steps(said_in(event)))
        key = (steps, locale, area, periods)
        if key not in self._scenes:
            found: dict[object, Scene] = {}
            for at in self._moments(steps, area, periods):
                named = tuple(self._names(step, self.tongue_of(locale), area, at) for step in steps)
                lines = ((said.kind, name) for said in named for name in _lines_of(said))
                seen = tuple((kind, self._shape_of(name, locale, at)) for kind, name in lines)
                found.setdefault(seen, Scene(at, named, seen))
            self._scenes[key] = tuple(found.values())
        return self._scenes[key]

    def naming(self, event: Event, scene: Scene, locale: str) -> Event:
        """The same event for somebody of that language, with the lines of a scene."""
        match event:
            case Spoke(said=said):
                return replace(event, said=self._filled(said, scene))
            case OptedOut(said=said):
                return replace(event, locale=locale, said=self._filled(said, scene))
            case Erased() | EndedQuietly():
                return replace(event, locale=locale)
            case TurnedPage() | KeptSilent():
                raise AssertionError("nothing is told anew")

    def _filled(self, said: tuple[Said, ...], scene: Scene) -> tuple[Said, ...]:
        """As in a turn, where nothing is said twice: two steps may name one line, at some hours."""
        named, filled = iter(scene.named), []
        for piece in said:
            if piece.kind == "hotline":
                filled.append(next(named))
            elif piece.kind != "referrals":
                filled += [piece, next(named)] if self._refers(piece) else [piece]
        return tuple(dict.fromkeys(filled))

    def _steps(self, said: tuple[Said, ...]) -> Iterator[Refer | None]:
        """Who names lines in a reply, one after the other: a step behind its text, or the hotline number by itself."""
        for piece in said:
            if piece.kind == "hotline":
                yield None
            elif step := self._refers(piece):
                yield step

    def _refers(self, piece: Said) -> Refer | None:
        step = self._release.step(piece.ref) if piece.kind == "text" else None
        return step if isinstance(step, Refer) else None

    # ------------------------------------------------------------------------------------------- when

    def _moments(self, steps: tuple[Refer | None, ...], area: str, periods: tuple[int, ...]) -> list[datetime]:
        if not steps:
            return [self.weeks[periods[0]][0]]
        return sorted({at for step in steps for period in periods for at in self._times_of(step, area)[period]})

    def _times_of(self, step: Refer | None, area: str) -> tuple[tuple[datetime, ...], ...]:
        """The weeks, each cut where one of the lines that may be named opens or closes."""
        key = (step and step.need, area)
        if key not in self._times:
            chain = self._release.areas.chain(area or self._release.area)
            near = [line for line in self._release.referrals if line.area in chain or line.name == self._release.line]
            serving: list[Referral] = [line for line in near if step and step.need in line.needs]
            human = [line for line in near if HOTLINE in line.needs or line.name == self._release.line]
            self._times[key] = weeks(self._release, serving or human)
        return self._times[key]

    # ------------------------------------------------------------------------------------------- what

    def _names(self, step: Refer | None, tongue: str, area: str, at: datetime) -> Said:
        key = (step and (step.need, step.then is None), tongue, area, at)
        if key not in self._named:
            told = (Place(next(iter(self._release.zip_steps)), area),) if area else ()
            somebody, know = Session(locale=tongue, path=told), Known(self._release, CHANNELS[0], at)
            best = MAX_REFERRALS if step and step.then is None else 1
            self._named[key] = know.numbers(somebody, step, best=best) if step else know.human(somebody)
        return self._named[key]

    def _shape_of(self, name: str, locale: str, at: datetime) -> object:
        line = self._by_name[name]
        key = (name, shown(line.hours, at), line.is_overdue(at), locale)
        if key not in self._shapes:
            there = Session(started=1, locale=locale, screen=Screen(kind="rest"))
            kinds: tuple[SaidKind, ...] = ("hotline", "referrals")
            told = (Said(kind, f"{name}@{int(at.timestamp() // 60)}") for kind in kinds)
            pages = (all_pages(self._composer, there, Spoke((piece,)), "whatsapp") for piece in told)
            self._shapes[key] = name, tuple(shape(page) for texts in pages for page in texts)
        return self._shapes[key]


def said_in(event: Event) -> tuple[Said, ...]:
    """The pieces of which an event is told."""
    return event.said if isinstance(event, Spoke | OptedOut) else ()


def all_pages(composer: Composer, after: Session | None, event: Event, channel: str) -> Pages:
    """All pages of a reply, the first as it is sent and the others as MORE brings them."""
    session, first = composer.reply(after, (event,), channel)
    if first is None:
        return ()
    if session is None or session.screen is None:
        return (first,)
    screen = session.screen
    more = (composer.reply(session, (TurnedPage(screen.said, n),), channel)[1] for n in range(1, screen.pages))
    return (first, *(page or "" for page in more))


def _lines_of(said: Said) -> list[str]:
    """The names of the referrals that a piece shows."""
    return [name for name in said.ref.partition("@")[0].split(",") if name]
