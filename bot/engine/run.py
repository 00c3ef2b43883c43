"""One turn: a person's session and one text in, the new session and what happened out.

The heart of the project, and the same function in the webhook, in the terminal chat, in the golden conversations and in
the benchmarks. It never waits, never fails on what a person wrote, and computing a turn twice gives the same result.

What every step gives a person, whatever its author wrote: MENU, BACK, LANGUAGE, MORE, DELETE, emergency words, opting
out, and another flow's keyword.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from bot.engine.checklist import ANSWERS, MARKS, choices, following, listed, marked
from bot.engine.events import EndedQuietly, Erased, Event, Inbound, KeptSilent, OptedOut, Spoke, TurnedPage
from bot.engine.flow import (
    MAX_OPTIONS,
    Ask,
    Branch,
    Checklist,
    Collect,
    End,
    Flow,
    Item,
    Refer,
    Say,
    Step,
    Visit,
    flow_of,
    step_of,
)
from bot.engine.known import Known
from bot.engine.release import MENU, Release
from bot.engine.session import Said, Screen, ScreenKind, Session, id_of, short_id
from bot.engine.understand import Reader, Reading, is_payload, tapped

MAX_STEPS_PER_TURN = 40
"""Steps passed in one turn. A flow that goes round without waiting is refused when checked; this ends it if run."""
MAX_MISSES = 8
"""Texts in a row that nobody understood; then silence until one is: most likely another machine is texting."""
MAX_BURST = 12
"""Texts answered within one minute. Nobody reads faster; two machines do."""
MAX_HEARD = 120
"""Texts answered in one session, which is a day at most: three times the longest checklist with all its questions. Two
machines that answer each other slowly, and understand each other, end here."""
MAX_EMERGENCIES = 2 * MAX_HEARD
"""Texts of one session among which an emergency is still answered, however many came before it."""
MAX_RETURNS = 4
"""Interrupted steps and visits that are waited for. Who goes deeper forgets the oldest."""
MAX_REFERRALS = 6
SWITCH_SCORE = 2.0
"""How sure the language of a text must be before a conversation changes its language by itself."""

_PRIVATE = re.compile(
    r"\bA[-#\s]{0,2}\d{2,3}[-\s]?\d{3}[-\s]?\d{3}\b|\b\d{3}[-\s]\d{2}[-\s]\d{4}\b|\b\d{3}[-\s]?\d{3}[-\s]?\d{3}\b",
    re.IGNORECASE,
)
"""An A-number or a Social Security number, in the ways in which people write them."""

Outcome = tuple[Session | None, tuple[Event, ...]]


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
    know, reader = Known(release, inbound.channel, now), reader or reader_of(release)
    return _Turn(release, know, reader, now).take(session, inbound)


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

    # ------------------------------------------------------------------------------------------- understand

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
            return self._show_again(session)
        if notice := _notice_about(inbound):
            return self._show_again(session, Said("notice", notice))
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
            return self._wait(session, "rest", (), (self.know.human(session),))
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
            return self._show_again(session, warning)
        after, events = self._act(session, reading)
        match events:
            case (Spoke(said=said),) if after and after.screen:
                said = (warning, *said)
                return replace(after, screen=replace(after.screen, said=said)), (Spoke(said),)
        return after, events

    def _act(self, before: Session, reading: Reading) -> Outcome:
        session, events = self._acted(self._in_language_of(before, reading), reading)
        told = reading.guess.locale
        if session and session.locale != before.locale and session.locale == self.release.language_of(told) != told:
            return self._offering_letters(session, events, told)
        return session, events

    def _offering_letters(self, session: Session, events: tuple[Event, ...], variant: str) -> Outcome:
        """Who writes a language in Latin letters is answered in its script, and may have Latin ones: their phone may
        show boxes. Said once, in the last line."""
        match events:
            case (Spoke(said=said),) if session.screen:
                said = (*said, Said("letters", variant))
                return replace(session, screen=replace(session.screen, said=said)), (Spoke(said),)
        return session, events

    def _acted(self, session: Session, reading: Reading) -> Outcome:
        if reading.action not in ("fallback", "optout"):
            session = replace(session, misses=0)
        match reading.action:
            case "optout":
                return None, (OptedOut(session.locale, (Said("notice", "opted_out"), self.know.human(session))),)
            case "answer":
                return self._answer(session, reading.ref)
            case "value":
                return self._go_on(session.answered(reading.ref), ())
            case "command":
                return self._command(session, reading.ref)
            case "language":
                return self._speak(session, reading.ref)
            case "emergency":
                return self._interrupt(session, self.release.flow(reading.ref))
            case "flow":
                return self._go(session, self.release.flow(reading.ref).start, ())
            case "item":
                return self._open(session, self._item(reading.ref))
            case "offer":
                return self._offer(session, reading.offers)
            case "menu":
                return self._go(session, self.release.flow(MENU).start, ())
            case "fallback":
                return self._not_understood(session)

    def _unsure(self, session: Session, inbound: Inbound) -> Outcome:
        """After a fault the present step is shown instead of counting an answer; anything else is heard as always."""
        reading = self._read(session, inbound)
        if reading.action in ("answer", "value", "fallback") or reading.ref in ("back", "more") or inbound.choice:
            return self._show_again(session, Said("notice", "shown_again"))
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

    # ------------------------------------------------------------------------------------------- act

    def _answer(self, session: Session, choice: str) -> Outcome:
        screen = session.screen
        kind = screen.kind if screen else "rest"
        if kind == "language":
            return self._speak(session, choice)
        key = self.release.keys.get(choice, "")
        if kind == "collect":
            return self._go_on(session.answered(choice), ())
        if kind == "item":
            return self._mark(session, choice)
        if kind == "offer" and key in self.release.flows:
            return self._go(session, self.release.flows[key].start, ())
        if option := self.release.options.get(key):
            if not isinstance(self._step_at(session), Checklist):  # there the answer is how far the person is
                session = session.answered(short_id(key))
            return self._go(session, option.then, self.know.words(session, "reply", key))
        if isinstance(item := self.release.steps.get(key), Item):
            return self._open(session, item)
        if key in self.release.steps:
            return self._go(session, key, ())
        return self._show_again(session, Said("notice", "changed"))

    def _command(self, session: Session, command: str) -> Outcome:
        match command:
            case "delete":
                return None, (Erased(session.locale),)
            case "back":
                return self._back(session)
            case "more" if session.screen and session.screen.has_more and session.release == self.release.number:
                page = session.screen.page + 1
                turned = replace(session.screen, page=page)
                return replace(session, screen=turned), (TurnedPage(session.screen.said, page),)
            case "more" if session.screen and session.screen.kind == "language":
                return self._ask_language(session, after=session.screen.choices[-1:])
            case "more":
                step, screen = self._step_at(session), session.screen
                if screen and screen.kind == "list" and isinstance(step, Checklist):
                    return self._list(session, step, (), shown=screen.choices)
                return self._show_again(session)
            case "language":
                return self._ask_language(session)
            case _:
                return self._go(session, self.release.flow(MENU).start, ())

    def _ask_language(self, session: Session, after: tuple[str, ...] = ()) -> Outcome:
        """The languages, as many as there are digits for; 9 shows those after them, and at the end the first again.

        The number comes where nothing was understood, and else with those after them: who asks for the languages is to
        find theirs on the first page, which has no room for both where the person can also go back.
        """
        names = self.release.languages
        first = names.index(after[0]) + 1 if after and after[0] in names[:-1] else 0
        human = (self.know.human(session),) if first or session.misses else ()
        return self._wait(session, "language", names[first : first + MAX_OPTIONS], (Said("languages"), *human))

    def _speak(self, session: Session, locale: str) -> Outcome:
        session = replace(session, locale=locale, chosen=True)
        step = self._step_at(session)
        if isinstance(step, Collect) and step.what == "language":
            return self._go_on(session.answered(locale), ())
        return self._show_again(session)

    def _back(self, session: Session) -> Outcome:
        """The step before, its answer undone. An offer or a question about the language is simply taken away.

        What is marked in a checklist stays: there everything can be marked again.
        """
        if self._is_aside(session):
            return self._show_again(session)
        if len(session.path) < 2:
            return self._go(replace(session, path=()), self.release.flow(MENU).start, ())
        before = session.path[-2]
        if not isinstance(self.release.step(before.step), Checklist):
            before = replace(before, answer="")
        return self._show_again(replace(session, path=(*session.path[:-2], before)))

    def _is_aside(self, session: Session) -> bool:
        """Whether the screen stands in front of the present step, and is not the step itself."""
        step, screen = self._step_at(session), session.screen
        if screen is None or screen.kind not in ("offer", "language"):
            return False
        return step is not None and not (isinstance(step, Collect) and step.what == "language")

    def _interrupt(self, session: Session, flow: Flow) -> Outcome:
        """A flow that may interrupt gives the step back when it ends."""
        step, place = self._step_at(session), session.place
        if step is None or place is None or flow_of(step.key) == flow.name:
            return self._go(session, flow.start, ())
        return self._go(session, flow.start, (), (*place.returns, place.step)[-MAX_RETURNS:])

    def _offer(self, session: Session, flows: tuple[str, ...]) -> Outcome:
        return self._wait(session, "offer", tuple(map(short_id, flows)), (Said("notice", "offer"),))

    def _not_understood(self, session: Session) -> Outcome:
        """One gentle question again, then a human's number, at last silence."""
        session = replace(session, misses=session.misses + 1)
        if session.misses > MAX_MISSES:
            return session, (KeptSilent(),)
        if session.misses == MAX_MISSES:
            return self._wait(session, "rest", (), (Said("notice", "too_many"), self.know.human(session)))
        if session.misses == 1 and self._step_at(session) is None and session.screen is None:
            if session.locale:
                return self._go(session, self.release.flow(MENU).start, ())
            return self._ask_language(session)
        said: tuple[Said, ...] = (Said("notice", "not_understood"),)
        if session.misses > 1:
            said = (Said("notice", "not_understood_twice"), self.know.human(session))
        screen, step = session.screen, self._step_at(session)
        if session.misses > 1 and not session.locale and (step is None or flow_of(step.key) == MENU):
            # Nothing has been understood at all: most likely the menu's language is of no use to the person.
            return self._ask_language(session)
        if screen is None or screen.kind == "rest":
            return self._wait(session, "rest", (), said)
        if screen.kind == "collect" and step is not None:
            said = (*said, *self.know.words(session, "text", step.key))
        if screen.kind == "list":
            return self._show_again(session, *said)
        return self._wait(session, screen.kind, screen.choices, said)

    # ------------------------------------------------------------------------------------------- checklists

    def _item(self, key: str) -> Item:
        item = self.release.steps[key]
        assert isinstance(item, Item), "the reader names items of this release only"
        return item

    def _open(self, session: Session, item: Item) -> Outcome:
        """Show an item. Its list always stands before it on the way: it keeps the marks, and BACK leads there."""
        here, flow = session.place, flow_of(item.key)
        entered = "" if here and flow_of(self.release.keys.get(here.step, "")) == flow else flow
        session = self._at_list(session, step_of(item.key)).at(short_id(item.key))
        return self._arrive(session, item, (), entered=entered)

    def _at_list(self, session: Session, plan: str) -> Session:
        """The same person at the list itself, whose key is given; not at one of its items."""
        id_, here = short_id(plan), self._step_at(session)
        if isinstance(here, Item) and step_of(here.key) == plan and session.path[-2:-1]:
            session = replace(session, path=session.path[:-1])
        return session if session.place and session.place.step == id_ else session.at(id_)

    def _mark(self, session: Session, answer: str) -> Outcome:
        """What was said to an item. The next open one follows, or the list."""
        item = self._step_at(session)
        plan = self.release.steps.get(step_of(item.key)) if isinstance(item, Item) else None
        if not isinstance(item, Item) or not isinstance(plan, Checklist):
            return self._show_again(session, Said("notice", "changed"))
        session = self._at_list(session, plan.key)
        follows = None
        if answer in MARKS:
            session = session.answered(marked(self.know.progress(session, plan), item, MARKS[answer]))
            follows = following(plan, item, self.know.progress(session, plan))
        return self._open(session, follows) if follows else self._list(session, plan, ())

    def _list(self, session: Session, plan: Checklist, said: tuple[Said, ...], shown: tuple[str, ...] = ()) -> Outcome:
        """The items behind those shown; behind the last, or where none were, the list from its beginning."""
        items = listed(plan, shown)
        if not shown or not items:
            return self._arrive(session, plan, said)
        return self._wait(session, "list", choices(plan, items), (*said, self.know.marks(session, plan, items)))

    # ------------------------------------------------------------------------------------------- move

    def _show_again(self, session: Session, *said: Said) -> Outcome:
        """The present step as it is now, with what was said on the way to it; the menu where there is none any more."""
        step = self._step_at(session)
        if step is None and len(session.path) > 1:
            below = self.release.step(session.path[-2].step)
            if isinstance(below, Checklist):  # the item is gone
                left = replace(session, path=session.path[:-1])
                return self._list(left, below, (Said("notice", "changed"), *said))
        if step is None:
            return self._go(replace(session, path=()), self.release.flow(MENU).start, said)
        return self._go(session, self.release.heads[step.key], said)

    def _go_on(self, session: Session, said: tuple[Said, ...]) -> Outcome:
        """From a step that has been answered to the one after it."""
        step = self._step_at(session)
        if not isinstance(step, Collect):
            return self._show_again(session, Said("notice", "changed"))
        return self._go(session, step.then, said)

    def _go(
        self,
        session: Session,
        key: str,
        said: tuple[Said, ...],
        returns: tuple[str, ...] | None = None,
    ) -> Outcome:
        """Pass through steps until one waits. `returns`: where visited flows come back to."""
        back = returns if returns is not None else (session.place.returns if session.place else ())
        if flow_of(key) == MENU:
            back = ()
        entered = ""
        for _ in range(MAX_STEPS_PER_TURN):
            step = self.release.steps[key]
            if key == self.release.flows[flow_of(key)].start:
                entered = flow_of(key)
            match step:
                case Say():
                    said = (*said, *self.know.words(session, "text", key))
                    key = step.then
                case Branch():
                    key = self.know.way(session, step)
                case Visit():
                    back = (*back, short_id(step.then))[-MAX_RETURNS:]
                    key = step.start
                case Collect() if self.know.is_answered(session, step):
                    key = step.then
                case Refer(then=str() as then):
                    said = (*said, *self.know.words(session, "text", key), self.know.numbers(session, step, best=1))
                    key = then
                case End() if back:
                    said = said if step.quietly else (*said, *self.know.words(session, "text", key))
                    *kept, target = back
                    back = tuple(kept)
                    session = _returned(session, target)
                    next_step = self.release.step(target)
                    key = self.release.heads[next_step.key] if next_step else self.release.flow(MENU).start
                case _:
                    here = session.place
                    if here is None or here.step != short_id(key) or here.returns != back:
                        session = session.at(short_id(key), returns=back)
                    return self._arrive(session, step, said, entered)
        return self._wait(session, "rest", (), (Said("notice", "changed"), self.know.human(session)))

    def _arrive(self, session: Session, step: Step, said: tuple[Said, ...], entered: str = "") -> Outcome:
        """Show a step that waits. `entered`: the flow that was entered on the way here."""
        if isinstance(step, End) and step.quietly:
            return None, (EndedQuietly(session.locale, short_id(step.key)),)
        said = (*said, *self.know.human_first(session, step), *self.know.words(session, "text", step.key))
        kind: ScreenKind = "rest"
        offered: tuple[str, ...] = ()
        match step:
            case Ask():
                kind, offered = "ask", tuple(short_id(option.key) for option in step.options)
            case Collect(what="language"):
                kind, offered = "language", self.release.languages[:MAX_OPTIONS]
            case Collect(what="yes_no"):
                kind, offered = "collect", ("yes", "no")
            case Collect():
                kind, offered = "collect", ("zip",)
            case Checklist():
                kind, offered = "list", choices(step, listed(step))
                said = (*said, self.know.marks(session, step, listed(step)))
            case Item():
                kind, offered = "item", ANSWERS
                said = (*said, Said("item", short_id(step.key)))
            case Refer():
                said = (*said, self.know.numbers(session, step, best=MAX_REFERRALS))
        return self._wait(session, kind, offered, (*said, *self.know.honest(step, entered)))

    def _wait(self, session: Session, kind: ScreenKind, choices: tuple[str, ...], said: tuple[Said, ...]) -> Outcome:
        said = tuple(dict.fromkeys(said))
        screen = Screen(kind=kind, choices=choices, said=said)
        return replace(session, screen=screen, release=self.release.number), (Spoke(said),)

    def _step_at(self, session: Session) -> Step | None:
        return self.release.step(session.place.step) if session.place else None


def _notice_about(inbound: Inbound) -> str:
    """What to say of a message without words."""
    if inbound.text.strip():
        return ""
    return {"media": "pictures", "place": "place"}.get(inbound.kind, "")


def _returned(session: Session, target: str) -> Session:
    """Back from a visit: a step that was interrupted becomes the present one again."""
    steps = [place.step for place in session.path]
    if target not in steps:
        return session
    return replace(session, path=session.path[: len(steps) - steps[::-1].index(target)])
