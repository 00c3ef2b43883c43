"""One turn in words: what the engine said becomes one text that fits its channel, and the screen learns its pages.

Apart from the engine, which knows no words, and from the channel, which knows no flows. Everybody who shows a reply
goes through here: the webhook, the terminal, the golden conversations. A reply is cut into pages by a fixed rule, so
that MORE shows exactly what the page before left out; the choices (`choices`) and the last line always stand on the
last page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, partial

from bot.choices import Choices
from bot.content.fallback import EVERYBODY
from bot.content.library import Library
from bot.directory import Directory
from bot.engine.events import EndedQuietly, Erased, Event, KeptSilent, OptedOut, Spoke, TurnedPage
from bot.engine.referrals import constant_hotline
from bot.engine.release import MENU
from bot.engine.session import Said, Screen, Session, short_id
from bot.engine.text import runs_left
from bot.pages import paged

CACHED = 4096
LAST = ("honest", "letters")
"""What is said below everything else."""
LEFT_TO_RIGHT = "\u200e"


@dataclass(frozen=True, slots=True)
class _Page:
    """What decides a composed reply, and nothing about the person: the key of the cache."""

    screen: Screen
    locale: str
    channel: str
    back: bool
    menu: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write a reply."""

    locale: str
    asked_in: tuple[str, ...] = ()
    """The locales in which somebody is asked for their language."""
    brief: bool = False
    """Referrals without what they are for and without their whole week."""


class Composer:
    """Puts replies together from one library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._release = library.release
        self._messages = library.messages
        self._directory = Directory(library.messages)
        self._choices = Choices(library)
        self._pages = lru_cache(maxsize=CACHED)(self._compose)
        self._units = lru_cache(maxsize=CACHED)(self._units_of)

    def reply(
        self, session: Session | None, events: Sequence[Event], channel: str
    ) -> tuple[Session | None, str | None]:
        """The session with its screen complete, and the text to send (None: no answer is wanted)."""
        for event in events:
            match event:
                case Spoke(said=said) if session and session.screen:
                    pages = self._pages(self._key(session, session.screen, said, channel))
                    screen = replace(session.screen, pages=len(pages), said=said if len(pages) > 1 else ())
                    return replace(session, screen=screen), pages[0]
                case TurnedPage(said=said, page=page) if session and session.screen:
                    pages = self._pages(self._key(session, session.screen, said, channel))
                    return session, pages[min(page, len(pages) - 1)]
                case Erased(locale=locale):
                    return session, self._fit(self._common("deleted", self._known(locale)), channel)
                case EndedQuietly(locale=locale):
                    return session, self._fit(self._common("quiet_end", self._known(locale)), channel)
                case OptedOut(locale=locale, said=said) if said:
                    form = _Form(self._known(locale))
                    units = [unit for piece in said for unit in self._units(piece, form)]
                    return session, self._fit("\n".join(units), channel)
                case OptedOut() | KeptSilent():
                    return session, None
                case _:
                    raise AssertionError(f"nobody reads the event {event!r}")
        return session, None

    def fallback(self, locale: str) -> str:
        """What is said when nothing else works: no choices, a human's number, and how to go on."""
        locale = self._known(locale)
        release = self._release
        line = constant_hotline(release.referrals, own=release.line, area=release.area)
        assert line is not None, "the checks want a hotline in the organisation's area"
        hours = self._directory.hours(line.hours, locale)
        return self._common("fallback", locale, name=line.title, phone=line.phone or "", hours=hours)

    # ------------------------------------------------------------------------------------------- one reply

    def _key(self, session: Session, screen: Screen, said: tuple[Said, ...], channel: str) -> _Page:
        """At the menu there is nothing to go back to and no need for MENU."""
        at_menu = bool(session.place and session.place.step == short_id(self._release.flow(MENU).start))
        aside = screen.kind in ("offer", "language")
        back = len(session.path) > 1 or (aside and bool(session.path))
        shown = Screen(kind=screen.kind, choices=screen.choices, said=said)
        return _Page(shown, session.locale, channel, back and (aside or not at_menu), aside or not at_menu)

    def _compose(self, key: _Page) -> tuple[str, ...]:
        """The pages of a reply: the fullest form on one page, else that with the fewest, and the briefest of those."""
        form = _Form(self._known(key.locale), (key.locale,) if key.locale else self._library.organisation.bilingual)
        pages = self._written(key, form)
        return pages if len(pages) == 1 else min(self._written(key, replace(form, brief=True)), pages, key=len)

    def _written(self, key: _Page, form: _Form) -> tuple[str, ...]:
        said, offered = key.screen.said, self._choices
        units = [unit for piece in said if piece.kind not in LAST for unit in self._units(piece, form)]
        last = [unit for piece in said if piece.kind in LAST for unit in self._units(piece, form)]
        nav = partial(offered.nav, form.locale, back=key.back, menu=key.menu)
        return paged(
            units,
            tail="\n".join([*offered.lines(key.screen, form.locale), *nav(more=offered.leads_on(key.screen)), *last]),
            more="\n".join(nav(more=True)),
            channel=key.channel,
        )

    def _units_of(self, said: Said, form: _Form) -> tuple[str, ...]:
        """The texts of one piece, each of which should stay whole."""
        locale = form.locale
        match said.kind:
            case "text":
                return self._if_any(self._key_of(said.ref) + ".text", locale)
            case "reply":
                return self._if_any(self._key_of(said.ref) + ".reply", locale)
            case "notice":
                return (self._common(said.ref, locale),)
            case "languages":
                return (" / ".join(self._common("language_question", each) for each in form.asked_in),)
            case "honest":
                return (self._honest(said.ref, locale),)
            case "letters":
                return (self._common("letters", said.ref),)
            case "item":
                return (self._choices.item(said.ref, locale),)
            case "list":
                return ()
            case "referrals" | "hotline":
                names_, _, minute = said.ref.partition("@")
                at = datetime.fromtimestamp(int(minute) * 60, UTC).astimezone(self._release.timezone)
                chosen = [r for name in names_.split(",") for r in self._release.referrals if r.name == name]
                brief = form.brief or said.kind == "hotline"
                return tuple(self._directory.entry(referral, locale, at, brief=brief) for referral in chosen)

    def _key_of(self, id_: str) -> str:
        return self._release.keys.get(id_, "")

    def _if_any(self, key: str, locale: str) -> tuple[str, ...]:
        return (self._messages.text(key, locale),) if self._messages.has(key, locale) else ()

    def _honest(self, ref: str, locale: str) -> str:
        """Automatic, how old, and whether it is live without anybody's signature."""
        flow = self._release.flow(ref.removesuffix("!"))
        assert flow.law is not None, "only a flow with law says how old it is"
        caveats = self._library.caveats
        unreviewed = flow.name in caveats.flows or locale in caveats.locales
        name = f"honest{'_unreviewed' if unreviewed else ''}{'_overdue' if ref.endswith('!') else ''}"
        return self._common(name, locale, date=self._turned(flow.law.sources_until.isoformat(), locale))

    def _turned(self, date: str, locale: str) -> str:
        """A date behind words that run from right to left: without the mark its parts would change places."""
        return LEFT_TO_RIGHT + date if runs_left(self._common("language.name", locale)) else date

    # ------------------------------------------------------------------------------------------- words

    def _common(self, key: str, locale: str, **values: str) -> str:
        return self._messages.text(f"common.{key}", locale, **values)

    def _known(self, locale: str) -> str:
        return locale if locale in self._release.locales else self._release.default_locale

    def _fit(self, text: str, channel: str) -> str:
        return paged([text], tail="", more="", channel=channel)[0]


def fallback_texts(library: Library) -> dict[str, str]:
    """The fallback text of every locale, and the one for everybody: the organisation's languages below each other."""
    composer = Composer(library)
    texts = {locale: composer.fallback(locale) for locale in library.release.locales}
    both = "\n".join(texts[locale] for locale in library.organisation.bilingual)
    return {EVERYBODY: both} | dict(sorted(texts.items()))
