"""Where one person is: what is stored between two texts, and nothing else.

Apart from `run` because it is also the format on disk. Steps, options and flows stand in it as short stable ids made
from their names, never as positions, so that a menu may be reordered, a step renamed and a release rolled back while
people stand there. There is no text, address or name in it, and no time finer than a minute.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

MAX_PATH = 16
"""Past steps kept for BACK and for branches. A person who goes further forgets the oldest."""

ScreenKind = Literal["ask", "collect", "list", "item", "offer", "language", "rest"]
"""What the person was last shown: options, a question, a checklist or one item of it, possible flows, languages, or a
step without choices."""

SaidKind = Literal["text", "reply", "notice", "referrals", "hotline", "honest", "languages", "letters", "list", "item"]


def id_of(key: str) -> str:
    """The id of a key in stored sessions: five letters, 30 bits, from the name alone.

    A release in which two keys share an id is refused when it is built.

    What a person sent may be no text at all (half a letter): it has an id of its own then, which means nothing.

    >>> id_of("home_door.at_the_door")
    'lpgIl'
    """
    spelled = key.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.blake2b(spelled, digest_size=4).digest())[:5].decode()


short_id = lru_cache(maxsize=1 << 15)(id_of)
"""The same, kept: for keys of a release. Never for what a person sent: a cache would keep their words."""


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of a reply: what kind, and which one (an id, a notice's name, referral names, the marks of a list)."""

    kind: SaidKind
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The ordered choices that a person was last shown. An answer is matched with this, not with the flow as it is."""

    kind: ScreenKind
    choices: tuple[str, ...] = ()
    """Ids of options or flows, or locales, in the order of their digits."""
    page: int = 0
    pages: int = 1
    said: tuple[Said, ...] = ()
    """What the whole reply was made of, so that MORE can show the next page. Kept only while there is one."""

    @property
    def has_more(self) -> bool:
        """Whether the digit 9 shows something."""
        return self.page + 1 < self.pages

    @property
    def shows_choices(self) -> bool:
        """Whether the choices stand on the page that the person sees: they are always on the last one."""
        return not self.has_more


@dataclass(frozen=True, slots=True)
class Place:
    """A step on a person's way, what they answered there, and where visits will return to."""

    step: str
    answer: str = ""
    returns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where one person is. `path` ends with the present step; times are minutes since 1970."""

    release: int = 0
    locale: str = ""
    """Empty until a text gave it away or the person chose."""
    chosen: bool = False
    """The person chose the language: no guess overrules it."""
    path: tuple[Place, ...] = ()
    screen: Screen | None = None
    misses: int = 0
    """Texts in a row that were not understood."""
    started: int = 0
    touched: int = 0
    heard: int = 0
    """Texts since it began."""
    burst: int = 0
    """Of them in the minute `touched`."""

    @property
    def place(self) -> Place | None:
        """The present step, or None before the first one."""
        return self.path[-1] if self.path else None

    def at(self, step: str, *, returns: tuple[str, ...] | None = None) -> Session:
        """The same person one step further. The step is an id."""
        kept = (self.place.returns if self.place else ()) if returns is None else returns
        return replace(self, path=(*self.path, Place(step, "", kept))[-MAX_PATH:])

    def answered(self, answer: str) -> Session:
        """The same person with an answer to the present step. Answers live in the path, so that BACK undoes them."""
        if not self.path:
            return self
        return replace(self, path=(*self.path[:-1], replace(self.path[-1], answer=answer)))

    def answer_at(self, step: str) -> str:
        """The latest answer given at a step (an id), or an empty string."""
        return next((place.answer for place in reversed(self.path) if place.step == step and place.answer), "")


def to_plain(session: Session) -> list[Any]:
    """The session as a short list that JSON can hold. `from_plain` is its inverse."""
    screen = session.screen
    return [
        session.release,
        session.locale,
        int(session.chosen),
        [p.step if not p.answer and not p.returns else [p.step, p.answer, *p.returns] for p in session.path],
        None if screen is None else _screen_to_plain(screen),
        session.misses,
        session.started,
        session.touched - session.started,
        session.heard,
        session.burst,
    ]


def _screen_to_plain(screen: Screen) -> list[Any]:
    plain: list[Any] = [screen.kind, list(screen.choices)]
    if screen.has_more:
        plain += [screen.page, screen.pages, [[said.kind, said.ref] for said in screen.said]]
    return plain


def from_plain(plain: list[Any]) -> Session:
    """The session of a list made by `to_plain`."""
    release, locale, chosen, path, screen, misses, started, idle, *counted, burst = plain
    return Session(
        release=release,
        locale=locale,
        chosen=bool(chosen),
        path=tuple(Place(p) if isinstance(p, str) else Place(p[0], p[1], tuple(p[2:])) for p in path),
        screen=None if screen is None else _screen_from_plain(screen),
        misses=misses,
        started=started,
        touched=started + idle,
        heard=sum(counted),  # older records do not hold it
        burst=burst,
    )


def _screen_from_plain(plain: list[Any]) -> Screen:
    kind, choices, *paging = plain
    if not paging:
        return Screen(kind=kind, choices=tuple(choices))
    page, pages, said = paging
    return Screen(kind=kind, choices=tuple(choices), page=page, pages=pages, said=tuple(Said(k, r) for k, r in said))
