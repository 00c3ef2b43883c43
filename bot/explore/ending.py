"""What waits for a person, and what comes to an end: every end is tried with everything that may wait.

Apart from the walk because a situation does not say which steps wait (`situation`): only the end of a flow reads that.
Whatever can come to its end while something waits (`Ending`) is done once more by somebody for whom each of the steps
that may wait (`Waiting`) waits: the end of the one way is grafted on the other. With a keyword anybody comes from any
flow into any other while a step waits, so these ways are real. In large content not all pairs are tried (`TRIED`): the
reply to one is cut between the words of the end and those of the step, and each of them was judged beside others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice

from bot.engine.events import EndedQuietly, Event, Spoke
from bot.engine.flow import End, flow_of
from bot.engine.moving import MAX_RETURNS
from bot.engine.release import Release
from bot.engine.session import MAX_PATH, Place, Session
from bot.explore.moves import Move, Way
from bot.explore.situation import Identity

TRIED = 8
"""So many ends are tried with everything that waits, and so many of what waits with every end."""
Scope = tuple[str, str]
"""The language, where a branch reads it, and the channel: ways of different ones are not put together."""
Turn = Callable[[Session], tuple[Session | None, tuple[Event, ...]] | None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who has just left a step behind that now waits."""

    session: Session
    way: Way
    scope: Scope

    @property
    def step(self) -> str:
        """The id of the step that waits."""
        assert self.session.place is not None, "something waits for somebody who stands somewhere"
        return self.session.place.returns[-1]

    @property
    def visits(self) -> bool:
        """Whether it waits for a visit, and may end itself then. A step that was interrupted waits for the person."""
        return self.step not in {place.step for place in self.session.path[-2:-1]}


@dataclass(frozen=True, slots=True)
class Ending:
    """The last text of a flow, and the way to it since something waited."""

    session: Session
    way: Way
    move: Move
    scope: Scope
    more: tuple[str, ...] = ()
    """Ids of steps that end themselves when they are come back to: they wait above the others."""

    @property
    def places(self) -> tuple[Place, ...]:
        """The steps behind the person since something waited."""
        path = self.session.path
        first = next((n for n in range(len(path), 0, -1) if not path[n - 1].returns), 0)
        return path[first:]


class Endings:
    """All ends and all that may wait, and their pairs, each once: all of them in content of ordinary size."""

    def __init__(self, release: Release, identity: Identity) -> None:
        self._release, self._identity = release, identity
        self._waiting: dict[Scope, dict[object, Waiting]] = defaultdict(dict)
        self._endings: dict[Scope, dict[object, Ending]] = defaultdict(dict)
        self._new: list[tuple[Waiting, Ending]] = []

    def waits(self, before: Session, after: Session, way: Way, scope: Scope) -> None:
        """Note a step that began to wait in a turn."""
        returns = after.place.returns if after.place else ()
        if len(returns) <= len(before.place.returns if before.place else ()):
            return
        flow = self._identity.flow(returns[-1])
        back = returns[-1] in {place.step for place in after.path[1:]}
        key = (returns[-1], len(returns) > 1, back, self._identity.answers_of(flow, after))
        known = self._waiting[scope]
        if key not in known:
            known[key] = waiting = Waiting(after, way, scope)
            few = None if len(known) <= TRIED else TRIED
            self._new += [(waiting, ending) for ending in islice(self._endings[scope].values(), few)]

    def ends(
        self, session: Session, move: Move, way: Way, turn: Turn, scope: Scope, more: tuple[str, ...] = ()
    ) -> None:
        """Note a text that ends a flow: if nothing waited, the talk would be over."""
        assert session.place is not None, "something waits for somebody who stands somewhere"
        top = replace(session.place, returns=more)
        done = turn(replace(session, path=(*session.path[:-1], top)))
        if done is None or len(more) >= MAX_RETURNS:
            return
        after, (event,) = done
        step = self._release.step(after.place.step) if after and after.place else None
        if not (isinstance(event, EndedQuietly) or (isinstance(step, End) and after != session)):
            return
        said = (
            tuple((piece.kind, piece.ref.partition("@")[0]) for piece in event.said) if isinstance(event, Spoke) else ()
        )
        known = self._endings[scope]
        if said not in known:
            known[said] = ending = Ending(session, way, move, scope, more)
            few = None if len(known) <= TRIED else TRIED
            self._new += [(waiting, ending) for waiting in islice(self._waiting[scope].values(), few)]

    def new(self) -> list[tuple[Waiting, Ending]]:
        """The pairs that were not tried yet."""
        found, self._new = self._new, []
        return found

    def entry(self, waiting: Waiting, ending: Ending) -> tuple[Move, ...]:
        """The keyword that leads from where the one way leaves off to where the other begins."""
        here = waiting.session.place
        first = ending.places[0].step
        if here is None or here.step == first:
            return ()
        flow = self._release.flow(flow_of(self._release.keys[first]))
        return (Move("interrupt" if flow.interrupts else "flow", flow.name),)


def graft(waiting: Waiting, ending: Ending) -> Session:
    """Somebody who stands before the end, with what waits on the other way."""
    here = waiting.session.place
    assert here is not None, "something waits for somebody who stands somewhere"
    returns = (*here.returns, *ending.more)[-MAX_RETURNS:]
    places = tuple(replace(place, returns=returns) for place in ending.places)
    return replace(ending.session, path=(*waiting.session.path[:-1], *places)[-MAX_PATH:])
