"""One turn: a person's session and one text in, the new session and what happened out.

The heart of the project, and the same function in the webhook, in the terminal chat, in the golden conversations and in
the benchmarks. It never waits, never fails on what a person wrote, and computing a turn twice gives the same result.

What every step gives a person, whatever its author wrote: MENU, BACK, LANGUAGE, MORE, DELETE, emergency words, opting
out, and another flow's keyword.

Here a text is heard: whether it is answered at all, in which language, what it means. `acting` does what it means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from bot.engine.acting import Acting
from bot.engine.events import Inbound, KeptSilent, OptedOut, Outcome, Spoke
from bot.engine.known import Known
from bot.engine.moving import Moving
from bot.engine.release import Release
from bot.engine.session import Said, Screen, Session, id_of
from bot.engine.understand import Reader, Reading, is_payload, tapped

MAX_BURST = 12
"""Texts answered within one minute. Nobody reads faster; two machines do."""
MAX_HEARD = 120
"""Texts answered in one session, which is a day at most: three times the longest checklist with all its questions. Two
machines that answer each other slowly, and understand each other, end here."""
MAX_EMERGENCIES = 2 * MAX_HEARD
"""Texts of one session among which an emergency is still answered, however many came before it."""
SWITCH_SCORE = 2.0
"""How sure the language of a text must be before a conversation changes its language by itself."""

_PRIVATE = re.compile(
    r"\bA[-#\s]{0,2}\d{2,3}[-\s]?\d{3}[-\s]?\d{3}\b|\b\d{3}[-\s]\d{2}[-\s]\d{4}\b|\b\d{3}[-\s]?\d{3}[-\s]?\d{3}\b",
    re.IGNORECASE,
)
"""An A-number or a Social Security number, in the ways in which people write them."""


def turn(
    session: Session | None, inbound: Inbound, release: Release, now: datetime, reader: Reader | None = None
) -> Outcome:
    """Handle one inbound message.

    Args:
        session: where the person is; None: not known, or too long ago.
        inbound: the message, without anything that names the person.
        release: what to answer with.
        now: an aware time.
        reader: who understands the text; None: the release's own, which keeps nothing of it.

    Returns:
        The new session (None: keep nothing) and what happened, in order.
    """
    know = Known(release, inbound.channel, now)
    moving = Moving(release, know)
    acting = Acting(release, know, moving)
    return _Turn(release, know, reader or reader_of(release), now, moving, acting).take(session, inbound)


@lru_cache(maxsize=8)
def reader_of(release: Release) -> Reader:
    """The reader of a release, built once."""
    return Reader(release)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What stays the same during one turn."""

    release: Release
    know: Known
    reader: Reader
    now: datetime
    moving: Moving
    acting: Acting

    def take(self, known: Session | None, inbound: Inbound) -> Outcome:
        minute = int(self.now.timestamp() // 60)
        session = self.release.today(known) if known else Session(started=minute)
        burst = session.burst + 1 if session.touched == minute else 1
        session = self._starting(replace(session, touched=minute, burst=burst, heard=session.heard + 1), inbound)
        if inbound.opted:
            return (None, (OptedOut(session.locale),)) if inbound.opted == "out" else (session, (KeptSilent(),))
        if burst > MAX_BURST or session.heard > MAX_HEARD:
            return self._too_many(session, inbound)
        if inbound.unsure and known is not None:
            return self._unsure(session, inbound)
        if chosen := tapped(inbound.choice, session.screen, self.release):
            return self._act(session, Reading(action="answer", ref=chosen))
        if known is not None and self._is_old_tap(inbound):
            return self.moving.show_again(session)
        if notice := _notice_about(inbound):
            return self.moving.show_again(session, Said("notice", notice))
        reading = self._read(session, inbound)
        if _PRIVATE.search(inbound.text):
            return self._warned(session, reading)
        return self._act(session, reading)

    def _starting(self, session: Session, inbound: Inbound) -> Session:
        """A number on a Spanish flyer speaks Spanish to whoever gives no language away: a 1, a picture."""
        first = self.release.numbers.get(inbound.number, "")
        if session.locale or not first or self._read(session, inbound).guess.locale:
            return session
        return replace(session, locale=first)

    def _too_many(self, session: Session, inbound: Inbound) -> Outcome:
        """More texts than a person sends. What may not be missed is heard all the same: an emergency, DELETE, opting
        out. The last word, said once, is a human's number: it may have been a person."""
        reading = self._read(session, inbound)
        if reading.action == "optout" or reading.ref == "delete":
            return self._act(session, reading)
        if reading.action == "emergency" and session.heard <= MAX_EMERGENCIES:
            return self._act(session, reading)
        if session.heard == MAX_HEARD + 1 and session.burst <= MAX_BURST:
            return self.moving.wait(session, "rest", (), (self.know.human(session),))
        return session, (KeptSilent(),)

    def _read(self, session: Session, inbound: Inbound) -> Reading:
        return self.reader.read(inbound.text, session.screen, session.locale)

    def _is_old_tap(self, inbound: Inbound) -> bool:
        """Whether the text is a button of another screen. Where the payload is the text itself, somebody may have typed
        it: "help.me.please"."""
        typed = inbound.choice == inbound.text
        return is_payload(inbound.choice) and (not typed or id_of(inbound.choice) in self.release.keys)

    def _warned(self, session: Session, reading: Reading) -> Outcome:
        """The text holds what should not be texted: that is said first, then what else the text means is answered."""
        warning = Said("notice", "private_number")
        if reading.action in ("answer", "value", "fallback"):
            return self.moving.show_again(session, warning)
        return _saying(self._act(session, reading), first=(warning,))

    def _act(self, before: Session, reading: Reading) -> Outcome:
        """Who writes a language in Latin letters is answered in its script, and may have Latin ones: their phone may
        show boxes. Said once, in the last line."""
        session, events = self.acting.act(self._in_language_of(before, reading), reading)
        told = reading.guess.locale
        if session and session.locale != before.locale and session.locale == self.release.language_of(told) != told:
            return _saying((session, events), last=(Said("letters", told),))
        return session, events

    def _unsure(self, session: Session, inbound: Inbound) -> Outcome:
        """After a fault the present step is shown instead of counting an answer; anything else is heard as always."""
        reading = self._read(session, inbound)
        if reading.action in ("answer", "value", "fallback") or reading.ref in ("back", "more") or inbound.choice:
            return self.moving.show_again(session, Said("notice", "shown_again"))
        return self._act(session, reading)

    def _in_language_of(self, session: Session, reading: Reading) -> Session:
        """An explicit choice always wins; a first guess is taken; a later one must be sure."""
        guess = reading.guess
        language = self.release.language_of(guess.locale)
        if self.release.language_of(session.locale) == language:
            return session
        sure = not session.locale or guess.score - guess.second >= SWITCH_SCORE
        if session.chosen or not guess.locale or not sure:
            return session
        return replace(session, locale=language)


def _notice_about(inbound: Inbound) -> str:
    """What to say of a message without words."""
    if inbound.text.strip():
        return ""
    return {"media": "pictures", "place": "place"}.get(inbound.kind, "")


def _saying(outcome: Outcome, *, first: tuple[Said, ...] = (), last: tuple[Said, ...] = ()) -> Outcome:
    """The same with something more said before or behind it, where something is shown."""
    match outcome:
        case (Session(screen=Screen() as screen) as session, (Spoke(said=said),)):
            said = (*first, *said, *last)
            return replace(session, screen=replace(screen, said=said)), (Spoke(said),)
    return outcome
