"""What only the whole shows: do the digits do what they say, how far is a human's number, can the talk end.

Apart from the judge, which reads one reply at a time: here the walk and what was read on it are laid together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.engine.flow import MAX_OPTIONS
from bot.engine.release import MENU
from bot.engine.session import short_id
from bot.explore.judge import Failure, Form, Sight
from bot.explore.moves import Move, Way, typed
from bot.explore.situation import Situation
from bot.explore.walk import Node, Reply, Step, Walk

WITHIN_TEXTS = 2
OPTIONS = tuple(map(str, range(1, MAX_OPTIONS + 1)))
BACK, MORE, HOME = map(typed, "890")


class Proof:
    """Everything that was walked and judged."""

    def __init__(self, walk: Walk, sights: Mapping[Reply, Sight], at: datetime) -> None:
        self._walk, self._sights, self._at = walk, sights, at
        self._menu = short_id(walk.release.flow(MENU).start)
        forms = dict.fromkeys(form for sight in sights.values() for form in sight)
        self._bits = {form: 1 << number for number, form in enumerate(forms)}
        self._all = (1 << len(forms)) - 1
        self._whose = {form: self._bits_of(form) for form in forms}
        self._pages: dict[tuple[Reply, int], tuple[int, int, int]] = {}
        self._near: dict[tuple[Reply, Situation, int, int], int] = {}
        self._works: dict[Situation, str] = {}

    def failures(self) -> Iterator[Failure]:
        """What is broken, in no order."""
        yield from self._digits()
        yield from self._far()
        yield from self._endless()

    # ------------------------------------------------------------------------------------------- digits

    def _digits(self) -> Iterator[Failure]:
        """The digits that a page shows are those that work there."""
        told = set()
        for (reply, situation), way in self._walk.stands.items():
            node = self._walk.nodes[situation]
            if (reply, self._working(node)) in told:
                continue
            told.add((reply, self._working(node)))
            for form, seen in self._sights[reply].items():
                for pages, at in seen.items():
                    for number, page in enumerate(pages):
                        wrong = self._unlike(page.digits, node, last=number + 1 == len(pages))
                        if wrong:
                            turned = (*self._walk.words.in_area(way, form.area), *(MORE,) * number)
                            yield Failure(
                                "digits", wrong, self._about(situation), turned, form.locale, form.channel, at
                            )
        for way in self._walk.lost:
            yield Failure("digits", "8 does not give the step before.", "", (*way, BACK), "", "sms", self._at)
        for node in self._walk.nodes.values():
            if node.situation.pages_left and (self._working(node) or not node.moves[MORE].turned):
                what = "a page that is not the last takes a digit for an option, or 9 does not turn it."
                yield self._failure("digits", what, node)

    def _working(self, node: Node) -> str:
        """The options' digits that are understood."""
        if node.situation not in self._works:
            digits = "".join(digit for digit in OPTIONS if not node.moves[typed(digit)].missed)
            self._works[node.situation] = digits
        return self._works[node.situation]

    def _unlike(self, digits: str, node: Node, *, last: bool) -> str:
        """How the digits of a page differ from those that work, as a sentence."""
        shown = "".join(digit for digit in digits if digit in OPTIONS)
        work = self._working(node) if last else ""
        if shown != work:
            return f"the screen shows the options {shown or '-'}, but {work or 'none'} would be understood."
        follows = not last or (node.situation.kind == "list" and node.moves[MORE].moved)
        if ("9" in digits) is not follows:
            return "9 is shown where nothing follows." if not follows else "there is more to read, but 9 is not shown."
        if "8" in digits and not node.moves[BACK].moved:
            return "8 is shown, and leads nowhere."
        home = node.moves[HOME].after
        if "0" in digits and (home is None or home.step != self._menu):
            return "0 is shown, and does not lead to the menu."
        return ""

    # ------------------------------------------------------------------------------------------- a human

    def _far(self) -> Iterator[Failure]:
        """A human's number, with its hours, is at most two texts away, by what the screen shows."""
        for (reply, situation), way in self._walk.stands.items():
            pages = max((len(p) for seen in self._sights[reply].values() for p in seen), default=0)
            for number in range(pages):
                far = self._all & ~self._nearness(reply, situation, number, WITHIN_TEXTS)
                form = next((form for form, bit in self._bits.items() if far & bit), None)
                if form:
                    what = "no number that a human answers is at most two texts away, by what the screen shows."
                    turned = (*self._walk.words.in_area(way, form.area), *(MORE,) * number)
                    yield Failure("far", what, self._about(situation), turned, form.locale, form.channel, self._at)

    def _nearness(self, reply: Reply, situation: Situation, number: int, texts: int) -> int:
        """The forms in which, at every hour, a number is so many texts away from a page."""
        human, last, more = self._page(reply, number)
        if not texts or human == self._all:
            return human
        key = (reply, situation, number, texts)
        if key not in self._near:
            moves = self._walk.nodes[situation].moves
            found = human | self._after(moves[HOME], texts - 1)
            for digit in self._working(self._walk.nodes[situation]):
                if found | ~last & self._all != self._all:
                    found |= last & self._after(moves[typed(digit)], texts - 1)
            if found != self._all and more:
                found |= more & self._nearness(reply, situation, number + 1, texts - 1)
            self._near[key] = found
        return self._near[key]

    def _after(self, step: Step, texts: int) -> int:
        if step.reply is None or step.after is None:
            return 0
        return self._nearness(step.reply, step.after, 0, texts)

    def _bits_of(self, form: Form) -> int:
        """Who reads a form: where no area is named, those of every area."""
        return sum(
            bit
            for other, bit in self._bits.items()
            if form.area in ("", other.area) and (form.locale, form.channel) == (other.locale, other.channel)
        )

    def _page(self, reply: Reply, number: int) -> tuple[int, int, int]:
        """The forms in which a page always holds a human's number, is always the last, is never the last."""
        if (reply, number) not in self._pages:
            human = last = self._all
            more = least = 0
            for form, seen in self._sights[reply].items():
                pages = [page for page in seen if number < len(page)]
                whose = self._whose[form]
                human &= ~whose if not all(page[number].human for page in pages) else self._all
                last &= ~whose if not all(len(page) == number + 1 for page in pages) else self._all
                more |= whose if pages else 0
                least |= whose if not all(len(page) > number + 1 for page in pages) else 0
            self._pages[reply, number] = human, last, more & ~least
        return self._pages[reply, number]

    # ------------------------------------------------------------------------------------------- the end

    def _endless(self) -> Iterator[Failure]:
        """From everywhere the talk can end, by what the screen shows and by the words that end it."""
        for node in (node for node in self._walk.nodes.values() if not node.situation.forgets):
            for move, event in ((Move("command", "delete"), "Erased"), (Move("optout"), "OptedOut")):
                reply = node.moves[move].reply
                if reply is None or reply.event != event:
                    text = self._walk.words.said(move, "")
                    yield self._failure("no-end", f'"{text}" does not end the talk here.', node, move)
        for reply, heard in self._walk.heard.items():
            if (
                [(s.kind, s.ref) for s in reply.said[:1]] == [("notice", "changed")]
                and reply.said[1:2]
                and reply.said[1].kind == "hotline"
            ):
                what = "this goes on from step to step and never waits for the person."
                yield Failure("loop", what, "", heard.way, "", "sms", self._at)
        for node in self._trapped():
            yield self._failure("no-end", "no digit that is shown leads to an end from here.", node)

    def _trapped(self) -> Iterator[Node]:
        """Those from whom no digits lead to a step that asks nothing."""
        before: dict[Situation, list[Situation]] = {}
        done = []
        for situation, node in self._walk.nodes.items():
            steps = [node.moves[typed(digit)] for digit in "0123456789"]
            if situation.kind == "rest" or any(step.reply and step.after is None for step in steps):
                done.append(situation)
            for step in steps:
                if step.after:
                    before.setdefault(step.after, []).append(situation)
        found = set(done)
        while done:
            new = [s for s in before.get(done.pop(), ()) if s not in found]
            found.update(new)
            done += new
        yield from (node for situation, node in self._walk.nodes.items() if situation not in found)

    def _failure(self, code: str, what: str, node: Node, *moves: Move) -> Failure:
        situation = node.situation
        way: Way = (*node.way, *moves)
        return Failure(code, what, self._about(situation), way, situation.locale, node.channel, self._at)

    def _about(self, situation: Situation) -> str:
        return self._walk.release.keys.get(situation.step, "")
