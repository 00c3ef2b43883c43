"""Golden conversations: a talk as plain text, read, replayed and written.

Apart from the tests because the terminal chat saves talks in the same format. A file is what a person sees:

    # Agents knock; they show a paper.
    channel: sms
    at: 2026-11-23 20:15

    > agents outside
    < Keep the door closed.
    < 1 They show a paper

`>` is the person, `<` each line of the reply (`< (no answer)` for none). `at` is the organisation's local time; every
turn takes twenty seconds. In brackets: [picture], [place], [wait 3h], [button flow.step.option].
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.config import SESSION_IDLE_SECONDS, SESSION_MAX_SECONDS
from bot.content.library import Library
from bot.engine.events import CHANNELS, EndedQuietly, Event, Inbound, Spoke
from bot.engine.flow import Ask
from bot.engine.release import MENU
from bot.engine.run import reader_of, turn
from bot.engine.session import Session, from_plain, short_id, to_plain
from bot.reply import Composer

SECONDS_PER_TURN = 20
NO_ANSWER = "(no answer)"

_WAIT = re.compile(r"\[wait (\d+)([hm])\]")


class BadTranscript(ValueError):
    """A golden conversation that cannot be read; says where."""


@dataclass(slots=True)
class Exchange:
    """What the person did and what came back (None: no answer)."""

    said: str
    heard: str | None = None


@dataclass(slots=True)
class Transcript:
    """One golden conversation."""

    about: str = ""
    channel: str = "sms"
    at: datetime = datetime(2026, 11, 23, 20, 15)
    exchanges: list[Exchange] = field(default_factory=list)

    @classmethod
    def parse(cls, text: str, name: str = "conversation") -> Transcript:
        """Read a golden conversation.

        Raises:
            BadTranscript: names the line that is neither a header, nor said, nor heard.
        """
        found = cls()
        for number, line in enumerate(text.splitlines(), 1):
            header, _, value = line.partition(": ")
            if line.startswith("# "):
                found.about = f"{found.about}\n{line[2:]}".strip()
            elif line.startswith("> ") or line == ">":
                found.exchanges.append(Exchange(line[2:]))
            elif line.startswith("<") and found.exchanges:
                last = found.exchanges[-1]
                if line[2:] != NO_ANSWER:
                    last.heard = line[2:] if last.heard is None else f"{last.heard}\n{line[2:]}"
            elif header == "channel" and value in CHANNELS:
                found.channel = value
            elif header == "at":
                found.at = datetime.fromisoformat(value)
            elif line.strip():
                raise BadTranscript(f"{name}:{number}: this line begins with none of: # > < channel: at:")
        return found

    def __str__(self) -> str:
        lines = [f"# {line}" for line in self.about.splitlines()]
        lines += [f"channel: {self.channel}", f"at: {self.at:%Y-%m-%d %H:%M}"]
        for exchange in self.exchanges:
            heard = NO_ANSWER if exchange.heard is None else exchange.heard
            lines += ["", f"> {exchange.said}".rstrip()]
            lines += [] if _WAIT.fullmatch(exchange.said) else [f"< {line}".rstrip() for line in heard.split("\n")]
        return "\n".join(lines) + "\n"


class Talk:
    """One person talking, without a store: the session lives here, but goes through its stored form at every turn."""

    def __init__(self, library: Library, channel: str, at: datetime) -> None:
        self.library = library
        self.channel = channel
        self.now = at.replace(tzinfo=library.release.timezone)
        self.session: Session | None = None
        self.events: tuple[Event, ...] = ()
        self._composer = Composer(library)
        self._heard = self.now

    def hears(self, said: str) -> str | None:
        """The reply to one text, or to what stands in brackets."""
        if waited := _WAIT.fullmatch(said):
            unit = timedelta(hours=1) if waited[2] == "h" else timedelta(minutes=1)
            self.now += int(waited[1]) * unit
            return None
        self.now += timedelta(seconds=SECONDS_PER_TURN)
        if self._is_forgotten():
            self.session = None
        self._heard = self.now
        stored = None if self.session is None else from_plain(json.loads(json.dumps(to_plain(self.session))))
        session, self.events = turn(stored, inbound(said, self.channel), self.library.release, self.now)
        self.session, text = self._composer.reply(session, self.events, self.channel)
        return text

    def _is_forgotten(self) -> bool:
        """Whether the store would have dropped the session by now."""
        if self.session is None:
            return False
        idle = (self.now - self._heard).total_seconds()
        return idle > SESSION_IDLE_SECONDS or self.now.timestamp() >= self.session.started * 60 + SESSION_MAX_SECONDS


def opening(library: Library, locale: str | None, flow: str | None) -> list[str]:
    """The texts that bring a person to the language and the flow that were asked for.

    The flow first: at the menu its word may be an answer. Whoever names a language is shown the same step in it.
    """
    spoken = locale or library.release.default_locale
    language = [library.messages.text("common.language.name", locale)] if locale else []
    starts = [opener(library, spoken, flow) or opener(library, spoken, MENU)] if flow else []
    return [*filter(None, starts), *language]


def opener(library: Library, locale: str, flow: str) -> str | None:
    """The first keyword of the language that means the flow alone; None: only other flows lead there."""
    return next(openers(library, locale, flow), None)


def openers(library: Library, locale: str, flow: str) -> Iterator[str]:
    """Every keyword of the language that means the flow alone; behind those of a variant, those of its language."""
    vocabulary = library.release.vocabulary
    spoken = dict.fromkeys((locale, library.release.language_of(locale)))
    phrases = (*vocabulary.triggers, *vocabulary.interrupts)
    keywords = (" ".join(p.words) for name in spoken for p in phrases if p.locale == name and p.means == flow)
    reader = reader_of(library.release)
    return (text for text in keywords if reader.read(text, None).ref == flow)


def inbound(said: str, channel: str) -> Inbound:
    """What a line of a transcript sends."""
    if said == "[picture]":
        return Inbound(channel=channel, kind="media")
    if said == "[place]":
        return Inbound(channel=channel, kind="place")
    if button := re.fullmatch(r"\[button (\S+)\]", said):
        return Inbound(channel=channel, choice=button[1])
    return Inbound(channel=channel, text=said)


def replay(transcript: Transcript, library: Library) -> Transcript:
    """The same person saying the same things today."""
    talk = Talk(library, transcript.channel, transcript.at)
    exchanges = [Exchange(exchange.said, talk.hears(exchange.said)) for exchange in transcript.exchanges]
    return Transcript(transcript.about, transcript.channel, transcript.at, exchanges)


def touched(transcript: Transcript, library: Library) -> frozenset[str]:
    """The keys of the steps that a golden conversation shows, and of the options that are chosen in it."""
    talk = Talk(library, transcript.channel, transcript.at)
    ids: set[str] = set()
    for exchange in transcript.exchanges:
        before = talk.session
        talk.hears(exchange.said)
        ids |= {said.ref for event in talk.events if isinstance(event, Spoke) for said in event.said}
        ids |= {place.step for place in talk.session.path} if talk.session else set()
        ended = {event.step for event in talk.events if isinstance(event, EndedQuietly)}
        here = library.release.step(before.place.step) if before and before.place else None
        options = here.options if isinstance(here, Ask) else ()
        ids |= ended | {short_id(option.key) for option in options if short_id(option.then) in ended}
    return frozenset(library.release.keys[id_] for id_ in ids if id_ in library.release.keys)
