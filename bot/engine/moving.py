"""From where a person stands to the next step that waits for them: through steps that say, branch and visit.

Apart from `acting`, which decides where a person goes, because the way there is always the same: what is passed is
said, what is visited gives back, and the first step that waits is the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.engine.checklist import ANSWERS, choices, listed
from bot.engine.events import EndedQuietly, Outcome, Spoke
from bot.engine.flow import (
    MAX_OPTIONS,
    Ask,
    Branch,
    Checklist,
    Collect,
    End,
    Item,
    Refer,
    Say,
    Step,
    Visit,
    flow_of,
)
from bot.engine.known import Known
from bot.engine.release import MENU, Release
from bot.engine.session import Said, Screen, ScreenKind, Session, short_id

MAX_STEPS_PER_TURN = 40
"""Steps passed in one turn. A flow that goes round without waiting is refused when checked; this ends it if run."""
MAX_RETURNS = 4
"""Interrupted steps and visits that are waited for. Who goes deeper forgets the oldest."""
MAX_REFERRALS = 6


@dataclass(frozen=True, slots=True)
class Moving:
    """Moves people through the steps of one release."""

    release: Release
    know: Known

    def step_at(self, session: Session) -> Step | None:
        """The step at which a person stands; None: before the first, or it is gone."""
        return self.release.step(session.place.step) if session.place else None

    def show_again(self, session: Session, *said: Said) -> Outcome:
        """The present step as it is now, with what was said on the way to it; the menu where there is none any more."""
        step = self.step_at(session)
        if step is None and len(session.path) > 1:
            below = self.release.step(session.path[-2].step)
            if isinstance(below, Checklist):  # the item is gone
                left = replace(session, path=session.path[:-1])
                return self.arrive(left, below, (Said("notice", "changed"), *said))
        if step is None:
            return self.to_menu(replace(session, path=()), said)
        return self.go(session, self.release.heads[step.key], said)

    def to_menu(self, session: Session, said: tuple[Said, ...] = ()) -> Outcome:
        """To the first step of the menu."""
        return self.go(session, self.release.flow(MENU).start, said)

    def go_on(self, session: Session, said: tuple[Said, ...]) -> Outcome:
        """From a step that has been answered to the one after it."""
        step = self.step_at(session)
        if not isinstance(step, Collect):
            return self.show_again(session, Said("notice", "changed"))
        return self.go(session, step.then, said)

    def go(
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
                    return self.arrive(session, step, said, entered)
        return self.wait(session, "rest", (), (Said("notice", "changed"), self.know.human(session)))

    def arrive(self, session: Session, step: Step, said: tuple[Said, ...], entered: str = "") -> Outcome:
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
        return self.wait(session, kind, offered, (*said, *self.know.honest(step, entered)))

    def wait(self, session: Session, kind: ScreenKind, choices: tuple[str, ...], said: tuple[Said, ...]) -> Outcome:
        """Show a screen and stay."""
        said = tuple(dict.fromkeys(said))
        screen = Screen(kind=kind, choices=choices, said=said)
        return replace(session, screen=screen, release=self.release.number), (Spoke(said),)


def _returned(session: Session, target: str) -> Session:
    """Back from a visit: a step that was interrupted becomes the present one again."""
    steps = [place.step for place in session.path]
    if target not in steps:
        return session
    return replace(session, path=session.path[: len(steps) - steps[::-1].index(target)])
