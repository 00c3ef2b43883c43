"""The walk: every situation once, breadth first, with the very function that answers people (`bot.engine.run.turn`).

Apart from the judge because it reads no words: it finds where people can stand, what they are told there, and the
shortest way to each. `situation` says what one state is, and why that is enough; `ending` what waits for a person.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from bot.content.library import Library
from bot.engine.acting import MAX_MISSES
from bot.engine.events import CHANNELS, EndedQuietly, Event, KeptSilent, OptedOut, Outcome, Spoke, TurnedPage
from bot.engine.flow import flow_of
from bot.engine.release import MENU
from bot.engine.session import Said, Session, short_id
from bot.explore.ending import Ending, Endings, Scope, Turn, Waiting, graft
from bot.explore.moves import NUMBER, OLD_TAP, WRONG, Move, Way, Words, after_move, typed
from bot.explore.situation import Identity, Situation

DIGITS = tuple(map(typed, "0123456789"))
OPTIONS, BACK = DIGITS[1:8], DIGITS[8]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person is told, but for language, channel, page and hour: the same for all who get it."""

    event: str
    said: tuple[Said, ...]
    kind: str
    choices: tuple[str, ...]
    back: bool
    at_menu: bool
    lines: bool
    """It names lines, so that the hour and the area decide its words."""
    area: str
    """Where it names lines: the first of the areas like the person's, if that is known."""
    locale: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How a reply came about, so that it can be had again at another hour and in another language."""

    session: Session | None
    move: Move
    channel: str
    way: Way
    """All that was done to hear it, this move included."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a move brings: the reply, and where the person stands who has read all its pages. None: the talk is over."""

    reply: Reply | None
    after: Situation | None
    missed: bool = False
    turned: bool = False
    moved: bool = False
    """The person stands elsewhere, or before other choices."""


@dataclass(eq=False, slots=True)
class Node:
    """A situation, and somebody who stands in it."""

    situation: Situation
    session: Session | None
    channel: str
    way: Way
    since: int
    """How many moves had been made when something began to wait."""
    moves: dict[Move, Step] = field(default_factory=dict)


class Judges(Protocol):
    """Those who read what is heard, perhaps beside the walk."""

    def hears(self, reply: Reply, heard: Heard) -> None:
        """Is given each reply once."""

    def sizes(self, reply: Reply) -> list[int]:
        """The numbers of pages that a reply may have, which decide where its reader stands."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who gets somewhere. `reply`: what is told there, if its pages are still to be counted."""

    session: Session | None
    channel: str
    way: Way
    since: int
    reply: Reply | None = None


class Walk:
    """All situations of one library, and how to get there."""

    def __init__(self, library: Library, at: datetime, judges: Judges) -> None:
        self.release, self.words, self.identity = library.release, Words(library), Identity(library.release)
        self.nodes: dict[Situation, Node] = {}
        self.heard: dict[Reply, Heard] = {}
        self.stands: dict[tuple[Reply, Situation], Way] = {}
        """Who heard a reply stands there when all its pages are read."""
        self.ended: set[str] = set()
        """The quiet ends that were come to: nobody stands there afterwards."""
        self.lost: list[Way] = []
        """Answers that BACK does not undo."""
        self.turns = 0
        self._at, self._judges = at, judges
        self._arrivals: list[Arrival] = []
        self._queue: deque[Node] = deque()
        self._endings = Endings(self.release, self.identity)
        self._untried: dict[tuple[object, ...], dict[Move, None]] = {}
        self._tried: set[tuple[object, ...]] = set()
        flows = self.release.flows.values()
        self._alarms = [Move("interrupt", flow.name) for flow in flows if flow.interrupts]
        named = [flow.name for flow in flows if not flow.interrupts]
        keywords = [move for name in named for move in (Move("flow", name), Move("flow and number", name))]
        keywords += [Move("item", item.key) for flow in flows if flow.checklist for item in flow.checklist.items]
        keywords += [Move("offer", f"{one} {other}") for one, other in pairwise(named)]
        self._keywords = [move for move in keywords if self.words.said(move, "")]

    def run(self, progress: Callable[[int, int], None]) -> None:
        """Walk until nothing new is found."""
        for locale in ("", *self.release.locales) if self.identity.reads_locale else ("",):
            for channel in CHANNELS if self.identity.reads_channel else CHANNELS[:1]:
                language = (Move("language", locale),) if locale else ()
                session = Session(started=1, locale=locale, chosen=True) if locale else None
                self._meet(session, channel, language, 0)
        while self._arrivals:
            self._settle()
            while self._queue:
                self._expand(self._queue.popleft())
                progress(len(self.nodes), len(self._queue))

    def _settle(self) -> None:
        """Let all who are on their way arrive: whoever is told several pages stands before each number of them.

        A text at a time, and not reply by reply, so that the replies are judged while the others are still walked to.
        """
        arrivals, self._arrivals = self._arrivals, []
        for one in arrivals:
            if one.reply is None or one.session is None:
                self._stand(one.session, one)
            else:
                for pages in self._judges.sizes(one.reply):
                    self._stand(_paged(one.session, pages), one)

    def _stand(self, session: Session | None, arrival: Arrival) -> None:
        """Be somewhere, if nobody was before."""
        if session and session.locale and not self.identity.reads_locale and self.identity.at_menu(session):
            self._stand(replace(session, locale="", chosen=False), arrival)
        situation = self.identity.of(session, arrival.channel)
        if situation not in self.nodes:
            self.nodes[situation] = node = Node(situation, session, arrival.channel, arrival.way, arrival.since)
            self._queue.append(node)

    # ------------------------------------------------------------------------------------------- one situation

    def _expand(self, node: Node) -> None:
        for move in (*self._here(node), *self._anywhere(node)):
            node.moves[move] = self._take(node, move)
        if not node.situation.forgets:
            self._miss(node)
        if node.session and (forgetful := self.identity.forgetful(node.session)):
            self._meet(forgetful, node.channel, node.way, node.since)

    def _here(self, node: Node) -> Iterator[Move]:
        """Every digit, every value, what shows the step again, what stands in front of it, what ends the talk.

        Who is about to forget an answer does so with the next step: only what may lead to one is of interest.
        """
        yield from (*DIGITS, *self._alarms)
        if "zip" in node.situation.choices:
            yield from self.words.zips()
        if node.situation.kind == "language" or self.identity.reads_locale:
            yield from (Move("language", locale) for locale in self.release.locales)
        if node.situation.kind == "collect":
            yield from map(typed, ("yes", "no"))
        if not node.situation.forgets:
            yield from map(typed, (WRONG, "[picture]", "[place]", OLD_TAP, NUMBER))
            yield from (Move("command", command) for command in ("delete", "language", "more"))
            yield from (Move("optout"), Move("fault"), Move("changed"))

    def _anywhere(self, node: Node) -> Iterator[Move]:
        """Keywords do the same wherever the same is known: each is tried once for that, where no option takes it."""
        session = node.session or Session()
        known = (bool(session.path), node.situation.locale, node.channel, node.situation.waits, node.situation.forgets)
        area = self.identity.area(session)
        here = self.identity.flow(session.place.step) if session.place else ""
        untried = self._untried.setdefault((area, *known), dict.fromkeys(self._keywords))
        mine = [move for move in self._keywords if flow_of(move.ref) == here] if self.identity.reads(here) else []
        for move in (*untried, *mine):
            facts = self.identity.answers_of(flow_of(move.ref), session)
            if (move, facts, known) not in self._tried and self._is_keyword(move, session):
                self._tried.add((move, facts, known))
                yield move
            if (move, (area, ()), known) in self._tried:
                untried.pop(move, None)

    def _is_keyword(self, move: Move, session: Session) -> bool:
        """Whether the text starts its flow at this screen, and does not choose an option."""
        line = self.words.said(move, session.locale)
        if line is None:
            return False
        reading = self.words.reader.read(line, session.screen)
        if move.kind == "offer":
            return reading.action == "offer"
        return (reading.action, reading.ref) == ("item" if move.kind == "item" else "flow", move.ref)

    # ------------------------------------------------------------------------------------------- one turn

    def _take(self, node: Node, move: Move) -> Step:
        done = self._turn(node.session, move, node.channel)
        if done is None:
            return Step(None, node.situation)
        after, events = done
        way = (*node.way, move)
        since = node.since if node.situation.waits else len(way)
        step = self._met(node.session, move, after, events, node.channel, way, since)
        if move in OPTIONS and node.session and after and self._is_lost(node.session, after, node.channel):
            self.lost.append(way)
        if node.session and after:
            self._endings.waits(node.session, after, way, self._scope(node.session, node.channel))
        if node.session and node.situation.waits:
            scope = self._scope(node.session, node.channel)
            self._endings.ends(node.session, move, node.way[node.since :], self._teller(move, node.channel), scope)
        for waiting, ending in self._endings.new():
            self._graft(waiting, ending)
        return step

    def _is_lost(self, before: Session, after: Session, channel: str) -> bool:
        """Whether an option was chosen, and BACK does not give the step on which it was."""
        if len(after.path) < 2 or before.place is None or after.path[-2].step != before.place.step:
            return False
        done = self._turn(after, BACK, channel)
        back = done[0] if done else None
        return back is None or back.place is None or back.place.step != before.place.step

    def _miss(self, node: Node) -> None:
        """Texts that nobody understands, one after the other, until no answer comes any more."""
        session, wrong = node.session, typed(WRONG)
        for misses in range(1, MAX_MISSES + 2):
            before, done = session, self._turn(session, wrong, node.channel)
            assert done is not None, "it has words"
            session, events = done
            way = (*node.way, *(wrong,) * misses)
            self._met(before, wrong, session, events, node.channel, way, node.since)

    def _graft(self, waiting: Waiting, ending: Ending) -> None:
        """The end of one way, by somebody for whom something else waits."""
        _, channel = ending.scope
        session = graft(waiting, ending)
        way = (*waiting.way, *self._endings.entry(waiting, ending), *ending.way, ending.move)
        done = self._turn(session, ending.move, channel)
        assert done is not None, "it ended a flow before"
        after, events = done
        self._met(session, ending.move, after, events, channel, way, len(waiting.way))
        if waiting.visits:
            more = (waiting.step, *ending.more)
            self._endings.ends(session, ending.move, ending.way, self._teller(ending.move, channel), ending.scope, more)

    def _scope(self, session: Session, channel: str) -> Scope:
        return (session.locale if self.identity.reads_locale else "", channel)

    def _teller(self, move: Move, channel: str) -> Turn:
        return lambda session: self._turn(session, move, channel)

    def _turn(self, session: Session | None, move: Move, channel: str) -> Outcome | None:
        """What comes of a move; None where it has no words."""
        self.turns += 1
        locale = session.locale if session else ""
        return after_move(session, move, self.words, locale=locale, channel=channel, at=self._at)

    def _met(
        self,
        before: Session | None,
        move: Move,
        after: Session | None,
        events: tuple[Event, ...],
        channel: str,
        way: Way,
        since: int,
    ) -> Step:
        """Whom a turn makes of somebody: one for each number of pages that its reply may have."""
        missed = bool(after and after.misses > (before.misses if before else 0))
        (event,) = events
        if isinstance(event, TurnedPage):
            return Step(None, self._meet(after, channel, way, since), turned=True, moved=True)
        if isinstance(event, KeptSilent):
            return Step(None, self.identity.of(after, channel), missed)
        reply = self.reply(before, after, event, channel)
        if reply not in self.heard:
            self.heard[reply] = Heard(session=before, move=move, channel=channel, way=way)
            self._judges.hears(reply, self.heard[reply])
        if isinstance(event, EndedQuietly):
            self.ended.add(event.step)
        if after is None:
            return Step(reply, None, missed, moved=True)
        self._arrivals.append(Arrival(after, channel, way, since, reply))
        last = self.identity.of(after, channel)
        self.stands.setdefault((reply, last), way)
        return Step(reply, last, missed, moved=_place(before) != _place(after))

    def _meet(self, session: Session | None, channel: str, way: Way, since: int) -> Situation:
        """Be there with the next text."""
        self._arrivals.append(Arrival(session, channel, way, since))
        return self.identity.of(session, channel)

    def reply(self, before: Session | None, after: Session | None, event: Event, channel: str) -> Reply:
        """What an event tells, to all who are told the same."""
        said = event.said if isinstance(event, Spoke | OptedOut) else ()
        lines = any("@" in piece.ref for piece in said)
        here = after or before
        place = here.place.step if here and here.place else ""
        screen = after.screen if after else None
        situation = self.identity.of(here, channel)
        return Reply(
            event=type(event).__name__,
            said=tuple(Said(piece.kind, "" if is_left_out(piece) else piece.ref) for piece in said),
            kind=screen.kind if screen else "",
            choices=screen.choices if screen else (),
            back=bool(after) and situation.back,
            at_menu=bool(after) and self._is_menu(place) and not (after and self.identity.aside(after)),
            lines=lines,
            area=self.identity.area(here) if here and lines else "",
            locale=situation.locale,
            channel=situation.channel,
        )

    def _is_menu(self, step: str) -> bool:
        return step == short_id(self.release.flow(MENU).start)


def is_left_out(piece: Said) -> bool:
    """Whether what is said names lines, which the hour decides, or marks, which are all of one length."""
    return "@" in piece.ref or piece.kind == "list"


def _paged(after: Session, pages: int) -> Session:
    """Somebody who was sent the first of so many pages."""
    assert after.screen is not None, "who was told something has a screen"
    screen = replace(after.screen, pages=pages, said=after.screen.said if pages > 1 else ())
    return replace(after, screen=screen, misses=0, heard=0)


def _place(session: Session | None) -> object:
    """Where somebody stands, and before which choices."""
    return session and (session.place, session.screen and (session.screen.kind, session.screen.choices))
