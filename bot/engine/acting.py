"""What is done about what a text means: answers, commands, other flows, other languages, and nothing understood.

Apart from `run`, which hears a text and finds out what it means, and from `moving`, which knows the steps on the way:
here it is decided where a person goes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.engine.events import Erased, KeptSilent, OptedOut, Outcome, TurnedPage
from bot.engine.flow import MAX_OPTIONS, Checklist, Collect, Flow, Item, flow_of
from bot.engine.known import Known
from bot.engine.marking import answered, listed_on, opened
from bot.engine.moving import MAX_RETURNS, Moving
from bot.engine.release import MENU, Release
from bot.engine.session import Said, Session, short_id
from bot.engine.understand import Reading

MAX_MISSES = 8
"""Texts in a row that nobody understood; then silence until one is: most likely another machine is texting."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Does what a text means to one release."""

    release: Release
    know: Known
    moving: Moving

    def act(self, session: Session, reading: Reading) -> Outcome:
        """What one text means, done."""
        if reading.action not in ("fallback", "optout"):
            session = replace(session, misses=0)
        match reading.action:
            case "optout":
                return None, (OptedOut(session.locale, (Said("notice", "opted_out"), self.know.human(session))),)
            case "answer":
                return self._answer(session, reading.ref)
            case "value":
                return self.moving.go_on(session.answered(reading.ref), ())
            case "command":
                return self._command(session, reading.ref)
            case "language":
                return self._speak(session, reading.ref)
            case "emergency":
                return self._interrupt(session, self.release.flow(reading.ref))
            case "flow":
                return self.moving.go(session, self.release.flow(reading.ref).start, ())
            case "item":
                return opened(self.moving, session, reading.ref)
            case "offer":
                return self._offer(session, reading.offers)
            case "menu":
                return self.moving.to_menu(session)
            case "fallback":
                return self._not_understood(session)

    def _answer(self, session: Session, choice: str) -> Outcome:
        screen = session.screen
        kind = screen.kind if screen else "rest"
        if kind == "language":
            return self._speak(session, choice)
        key = self.release.keys.get(choice, "")
        if kind == "collect":
            return self.moving.go_on(session.answered(choice), ())
        if kind == "item":
            return answered(self.moving, session, choice)
        if kind == "offer" and key in self.release.flows:
            return self.moving.go(session, self.release.flows[key].start, ())
        if option := self.release.options.get(key):
            if not isinstance(self.moving.step_at(session), Checklist):  # there the answer is how far the person is
                session = session.answered(short_id(key))
            return self.moving.go(session, option.then, self.know.words(session, "reply", key))
        if isinstance(self.release.steps.get(key), Item):
            return opened(self.moving, session, key)
        if key in self.release.steps:
            return self.moving.go(session, key, ())
        return self.moving.show_again(session, Said("notice", "changed"))

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
                step, screen = self.moving.step_at(session), session.screen
                if screen and screen.kind == "list" and isinstance(step, Checklist):
                    return listed_on(self.moving, session, step, screen.choices)
                return self.moving.show_again(session)
            case "language":
                return self._ask_language(session)
            case _:
                return self.moving.to_menu(session)

    def _ask_language(self, session: Session, after: tuple[str, ...] = ()) -> Outcome:
        """The languages, as many as there are digits for; 9 shows those after them, and at the end the first again.

        The number comes where nothing was understood, and else with those after them: who asks for the languages is to
        find theirs on the first page, which has no room for both where the person can also go back.
        """
        names = self.release.languages
        first = names.index(after[0]) + 1 if after and after[0] in names[:-1] else 0
        human = (self.know.human(session),) if first or session.misses else ()
        return self.moving.wait(session, "language", names[first : first + MAX_OPTIONS], (Said("languages"), *human))

    def _speak(self, session: Session, locale: str) -> Outcome:
        session = replace(session, locale=locale, chosen=True)
        step = self.moving.step_at(session)
        if isinstance(step, Collect) and step.what == "language":
            return self.moving.go_on(session.answered(locale), ())
        return self.moving.show_again(session)

    def _back(self, session: Session) -> Outcome:
        """The step before, its answer undone. An offer or a question about the language is simply taken away.

        What is marked in a checklist stays: there everything can be marked again.
        """
        if self._is_aside(session):
            return self.moving.show_again(session)
        if len(session.path) < 2:
            return self.moving.to_menu(replace(session, path=()))
        before = session.path[-2]
        if not isinstance(self.release.step(before.step), Checklist):
            before = replace(before, answer="")
        return self.moving.show_again(replace(session, path=(*session.path[:-2], before)))

    def _is_aside(self, session: Session) -> bool:
        """Whether the screen stands in front of the present step, and is not the step itself."""
        step, screen = self.moving.step_at(session), session.screen
        if screen is None or screen.kind not in ("offer", "language"):
            return False
        return step is not None and not (isinstance(step, Collect) and step.what == "language")

    def _interrupt(self, session: Session, flow: Flow) -> Outcome:
        """A flow that may interrupt gives the step back when it ends."""
        step, place = self.moving.step_at(session), session.place
        if step is None or place is None or flow_of(step.key) == flow.name:
            return self.moving.go(session, flow.start, ())
        return self.moving.go(session, flow.start, (), (*place.returns, place.step)[-MAX_RETURNS:])

    def _offer(self, session: Session, flows: tuple[str, ...]) -> Outcome:
        return self.moving.wait(session, "offer", tuple(map(short_id, flows)), (Said("notice", "offer"),))

    def _not_understood(self, session: Session) -> Outcome:
        """One gentle question again, then a human's number, at last silence."""
        session = replace(session, misses=session.misses + 1)
        if session.misses > MAX_MISSES:
            return session, (KeptSilent(),)
        if session.misses == MAX_MISSES:
            return self.moving.wait(session, "rest", (), (Said("notice", "too_many"), self.know.human(session)))
        if session.misses == 1 and self.moving.step_at(session) is None and session.screen is None:
            if session.locale:
                return self.moving.to_menu(session)
            return self._ask_language(session)
        said: tuple[Said, ...] = (Said("notice", "not_understood"),)
        if session.misses > 1:
            said = (Said("notice", "not_understood_twice"), self.know.human(session))
        screen, step = session.screen, self.moving.step_at(session)
        if session.misses > 1 and not session.locale and (step is None or flow_of(step.key) == MENU):
            # Nothing has been understood at all: most likely the menu's language is of no use to the person.
            return self._ask_language(session)
        if screen is None or screen.kind == "rest":
            return self.moving.wait(session, "rest", (), said)
        if screen.kind == "collect" and step is not None:
            said = (*said, *self.know.words(session, "text", step.key))
        if screen.kind == "list":
            return self.moving.show_again(session, *said)
        return self.moving.wait(session, screen.kind, screen.choices, said)
