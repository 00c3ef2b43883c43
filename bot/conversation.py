"""One message, start to finish: who, where were they, what now, write it, answer.

Apart from the webhook, which speaks HTTP, and from the engine, which is pure: this is where the two meet the store. It
never fails and is never silent by accident: whatever goes wrong ends in the fallback text, inside five seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.budget import cost, goes_out
from bot.channel import Arrived
from bot.content.fallback import EVERYBODY
from bot.engine.events import Erased, Event, OptedOut
from bot.engine.release import Release
from bot.engine.run import reader_of, turn
from bot.engine.session import Session
from bot.forgetting import FORGET_AFTER_SECONDS, Forgetting
from bot.live import LiveRelease, NoRelease
from bot.meter import Meter
from bot.outage import Outage
from bot.privacy import Registry
from bot.store.outbox import FORGET, SPENT, Wanted
from bot.store.sessions import Record, Sessions, StoreDown
from bot.surge import Surge

MAX_CONFLICTS = 20
"""Times a turn is computed again because another text of the same person came in between."""
BUDGET_SECONDS = 4.0
"""After this nothing is begun any more: a person gets the fallback text rather than a late answer."""

_log = logging.getLogger("bot.conversation")


def utc_now() -> datetime:
    """The only clock of the web process."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Turned:
    """A turn that was computed and not yet written."""

    session: Session | None
    reply: str | None
    events: tuple[Event, ...]
    release: Release
    is_put_off: bool = False
    """There was no money for the reply: the person stands where they stood, and gets the fallback text once."""


class Conversation:
    """Answers messages."""

    def __init__(
        self,
        *,
        registry: Registry,
        sessions: Sessions,
        live: LiveRelease,
        outage: Outage,
        forgetting: Forgetting,
        meter: Meter,
        surge: Surge,
        fallbacks: Mapping[str, str],
        busy_seats: int,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`fallbacks`: the fallback text by locale, under "" the one for everybody. `busy_seats`: requests that may be
        with the store at once; more than that are answered with the fallback text, so that nobody queues for it."""
        self._registry, self._sessions, self._live, self._outage = registry, sessions, live, outage
        self._forgetting, self._meter, self._surge = forgetting, meter, surge
        self._fallbacks = fallbacks
        self._busy = threading.BoundedSemaphore(busy_seats)
        self._now = now

    def answer(self, arrived: Arrived) -> str | None:
        """The reply to a message; None: no answer is wanted."""
        began, now = time.monotonic(), self._now()
        try:
            return self._answer_or_fall_back(arrived, now, began + BUDGET_SECONDS)
        finally:
            if not arrived.is_probe:
                self._meter.took(time.monotonic() - began)

    def _answer_or_fall_back(self, arrived: Arrived, now: datetime, deadline: float) -> str | None:
        if not self._busy.acquire(blocking=False):
            return self._fall_back(arrived)
        try:
            while time.monotonic() < deadline and self._outage.bridged(deadline):
                try:
                    answered, reply = self._answer(arrived, now, deadline)
                    if answered:
                        return reply
                    break
                except StoreDown:
                    self._outage.failed()
        except NoRelease:
            _log.error("nothing is published: run `python3 -m bot publish`")
        except Exception:
            _log.exception("message %s could not be answered", arrived.message_id)
        finally:
            self._busy.release()
        return self._fall_back(arrived)

    def put_off(self, arrived: Arrived, text: str) -> None:
        """It gets a fallback text, from us or at Twilio's fallback address: it may still have counted, so the next
        answer must not count unseen. And there is a copy to be deleted, and a price."""
        if not arrived.is_probe:
            self._meter.count("fallback")
            self._without_a_turn(arrived, text)
        try:
            for contact in self._registry.today(arrived.channel, arrived.address, self._now()):
                self._outage.put_off(contact)
        except StoreDown:
            self._outage.failed()
        except Exception:
            _log.exception("message %s: who got the fallback text is not remembered", arrived.message_id)

    def _without_a_turn(self, arrived: Arrived, text: str | None) -> None:
        """No turn wants the deletion of this text, nor counts what it and its reply cost."""
        self._forgetting.answered_without_the_store(
            arrived.message_id, cost(arrived.channel, arrived.inbound.text, text)
        )

    def _answer(self, arrived: Arrived, now: datetime, deadline: float) -> tuple[bool, str | None]:
        """Whether there is an answer, and which: None is one, too. Every step may take as long as the store may.

        It is the same time in every try: a reply of ours that was kept without our hearing so is not too old for us.
        """
        for _ in range(MAX_CONFLICTS):
            record = self._sessions.read(arrived.channel, arrived.address, arrived.message_id, now)
            if record.duplicate:
                self._meter.count("repeated")
                return True, record.reply
            if record.session is None and self._is_pumped(arrived, now):
                self._without_a_turn(arrived, None)
                return True, None
            turned = self._turn(arrived, record, now)
            if time.monotonic() > deadline:
                break
            if self._commit(arrived, record, turned, now):
                return True, turned.reply
            if time.monotonic() > deadline:
                break
        return False, None

    def _is_pumped(self, arrived: Arrived, now: datetime) -> bool:
        """Whether a new talk is one of too many from abroad, and no emergency."""
        if arrived.is_probe or not self._surge.is_full(arrived.address, now):
            return False
        release = self._live.get().library.release
        return reader_of(release).read(arrived.inbound.text, None).action != "emergency"

    def _turn(self, arrived: Arrived, record: Record, now: datetime) -> _Turned:
        served = self._live.get(at_least=record.session.release if record.session else 0)
        is_spent = self._meter.is_spent and not arrived.is_probe
        unsure = record.unsure or self._outage.was_put_off(record.contact)
        inbound = replace(arrived.inbound, unsure=unsure and not is_spent)
        release = served.library.release
        session, events = turn(record.session, inbound, release, now)
        if is_spent and not goes_out(release, record.session, session, events):
            text = self._fallbacks.get(session.locale if session else EVERYBODY, self._fallbacks[EVERYBODY])
            return _Turned(record.session, None if unsure else text, (), release, is_put_off=True)
        session, reply = served.composer.reply(session, events, arrived.channel)
        if record.session is None and _opted_out(events) and record.has_heard(reply):
            reply = None  # or two machines would go on for ever, since nothing is kept that could count them
        return _Turned(session, reply, events, release)

    def _commit(self, arrived: Arrived, record: Record, turned: _Turned, now: datetime) -> bool:
        """Write it, count it. False: somebody wrote in between."""
        wanted = _wanted(arrived, turned, now)
        if not self._sessions.commit(
            record, turned.session, arrived.message_id, turned.reply, wanted, now, unsure=turned.is_put_off
        ):
            return False
        self._outage.answered(record.contact)
        if turned.is_put_off:
            self._meter.count("put off")
        if not arrived.is_probe:
            if record.session is None:
                self._surge.count(arrived.address, now)
            self._meter.turned(turned.release, arrived.channel, record.session, turned.session, turned.events)
        return True

    def _fall_back(self, arrived: Arrived) -> str:
        """The constant text with a human's number, in the language of what the person wrote where that is clear.

        Whatever made it necessary may be broken here, too: a full disk, a text that the reader cannot take.
        """
        text = self._fallbacks[EVERYBODY]
        try:
            text = self._fallbacks.get(self._locale_of(arrived), text)
        except Exception:
            _log.exception("message %s: its language could not be read", arrived.message_id)
        self.put_off(arrived, text)
        return text

    def _locale_of(self, arrived: Arrived) -> str:
        served = self._live.at_hand
        if served is None:
            return EVERYBODY
        release, inbound = served.library.release, arrived.inbound
        return reader_of(release).read(inbound.text, None).guess.locale or release.numbers.get(
            inbound.number, EVERYBODY
        )


def _opted_out(events: Iterable[Event]) -> bool:
    return any(isinstance(event, OptedOut) for event in events)


def _wanted(arrived: Arrived, turned: _Turned, now: datetime) -> tuple[Wanted, ...]:
    """Twilio's copy of what the person wrote is to be deleted, always; at once where they asked for it. And what both
    texts cost is to be counted. Twilio knows nothing of the worker's own texts."""
    if arrived.is_probe:
        return ()
    at, at_once = int(now.timestamp()), any(isinstance(event, Erased) for event in turned.events)
    return (
        Wanted(FORGET, arrived.message_id, at + (0 if at_once else FORGET_AFTER_SECONDS)),
        Wanted(SPENT, cost(arrived.channel, arrived.inbound.text, turned.reply), at),
    )
