"""What two people have in common who will be answered alike: the identity of a state.

Apart from the walk because everything that the proof claims rests on what is left out here, and why that may be. A
session is, in the words of theory, the memory of a machine with two stacks: the steps behind a person (BACK takes the
last one away) and the steps that wait for them (the end of a flow takes the last one away). A turn reads the top of
each, and a few answers. So:

- **Misses** are left out. No text is read differently for them, and every text that is understood forgets them before
  it acts (`acting`). Only a text that is not understood counts on, so from every situation the walk sends those in a
  row, until no answer comes.
- **The steps behind** are left out, but for whether there are any: the reply shows `8 Back` by that. Where BACK leads,
  the person has stood before, with the same answers known, and is shown that step again. That is what MORE and a tap on
  an old button do there, and the walk has done both there. So BACK never leads to a situation that is not in the walk.
- **The steps that wait** are left out, but for whether there are any. Only the end of a flow reads them; and there the
  walk tries every end with everything that may wait (`walk`, grafting), whoever came which way.
- **A question in front of a step** (which language? which do you mean?) hides the step until it is taken away, and then
  the step is shown again. So in front of all steps it is one situation.
- **The area** counts as far as ways go by it: areas that every branch sends the same way, and in which the same needs
  have somebody, are one (`Identity.alike`). Which lines are named in each, the judge sees: it goes through them all.
- **Answers** count where a branch or a closed question reads them: the area everywhere, an answer at a step of a flow
  only within this flow. A flow is entered at its start only, and from within the flow the walk enters it anew with
  every set of its answers. What waits is kept with the answers that were known there. Sixteen steps later an answer is
  forgotten, perhaps within the turn that has just read it; so from every situation the walk also goes on as somebody
  whose next step makes them forget the oldest.
- **Marks of a checklist** are left out, though there are three to the power of its items. They decide which letter
  stands before an item, and all marks are one letter of the cheap alphabet: no page is cut elsewhere for them. And
  they decide which item follows an answer: one behind it, or the list. Wherever that leads, the walk stands, since
  every item is chosen from the list by somebody for whom the same waits.
- **The pages of a reply** count by how many are left. Which words stand on them, the judge sees when they are composed.
- **Language and channel** count where a branch reads them. Everywhere else they change words and pages, not ways; but
  at the menu, whoever is not understood twice and whose language is not known is asked for it. So whoever stands there
  in the walk has a twin without a language.
- **The time** decides which lines are open and which law is overdue. It changes words and pages, not ways, too.
- The guard against machines (`MAX_BURST`) and the minutes are left out: the walker takes his time.

tests/test_explore.py holds thousands of random talks against this page: none may hear a reply, or stand in a
situation, that the walk does not know.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from bot.engine.flow import Branch, Collect, Refer, flow_of
from bot.engine.release import MENU, Release
from bot.engine.session import MAX_PATH, Place, Screen, Session, short_id

Facts = tuple[str, tuple[tuple[str, str], ...]]
"""The area that a ZIP prefix gave, or one that is like it, and answers by step."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One state. `step` is empty before the first one and behind a question in front of a step."""

    step: str
    kind: str
    choices: tuple[str, ...]
    pages_left: int
    back: bool
    waits: bool
    facts: Facts
    forgets: bool
    """The next step makes the person forget an answer."""
    lost: bool
    """Nothing was understood yet, not even the language, and the person stands at the menu."""
    locale: str
    channel: str


class Identity:
    """Tells situations apart by what one release reads."""

    def __init__(self, release: Release) -> None:
        self._release = release
        on = {step.on for step in release.steps.values() if isinstance(step, Branch)}
        self.reads_locale = "locale" in on
        self.reads_channel = "channel" in on
        asked = (step.key for step in release.steps.values() if isinstance(step, Collect) and step.what == "yes_no")
        self._read: dict[str, set[str]] = {}
        for key in (*asked, *(on - {"area", "channel", "locale"})):
            self._read.setdefault(flow_of(key), set()).add(short_id(key))
        self.alike = _alike(release)
        """By the first of them: the areas that a ZIP prefix may give, and that change nothing but words."""
        self._first = {area: first for first, areas in self.alike.items() for area in areas}

    def of(self, session: Session | None, channel: str) -> Situation:
        """Where a person stands."""
        session = session or Session()
        place, screen = session.place, session.screen or Screen(kind="rest")
        aside = self.aside(session)
        return Situation(
            step="" if place is None or aside else place.step,
            kind=screen.kind if session.screen else "",
            choices=screen.choices,
            pages_left=screen.pages - screen.page - 1,
            back=len(session.path) > (0 if aside else 1),
            waits=bool(place and place.returns),
            facts=self.answers_of("" if place is None or aside else self.flow(place.step), session),
            forgets=self._forgets(session),
            lost=not session.locale and self.at_menu(session),
            locale=session.locale if self.reads_locale else "",
            channel=channel if self.reads_channel else "",
        )

    def at_menu(self, session: Session) -> bool:
        """Whether the person stands in the menu's flow, or nowhere yet."""
        return session.place is None or self.flow(session.place.step) == MENU

    def aside(self, session: Session) -> bool:
        """Whether a question stands in front of the step, and is not the step itself."""
        screen = session.screen
        if screen is None or screen.kind not in ("offer", "language"):
            return False
        step = self._release.step(session.place.step) if session.place else None
        return not (isinstance(step, Collect) and step.what == "language")

    def reads(self, flow: str) -> bool:
        """Whether a flow reads answers that were given in it."""
        return flow in self._read

    def area(self, session: Session) -> str:
        """The first of the areas like the one that a ZIP prefix gave, or an empty string."""
        zips = self._release.zip_steps
        told = next((place.answer for place in reversed(session.path) if place.answer and place.step in zips), "")
        return self._first.get(told, told)

    def flow(self, step: str) -> str:
        """The flow of a step's id."""
        return flow_of(self._release.keys.get(step, ""))

    def answers_of(self, flow: str, session: Session) -> Facts:
        """What the person has answered that this flow reads."""
        steps = sorted(self._read.get(flow, ()))
        known = ((step, session.answer_at(step)) for step in steps)
        return self.area(session), tuple((step, answer) for step, answer in known if answer)

    def forgetful(self, session: Session) -> Session | None:
        """The same person, so many visits to the menu later that the next step makes them forget the oldest answer."""
        read = self._read_here(session)
        at = next((n for n, place in enumerate(session.path[:-1]) if place.answer and place.step in read), None)
        if at is None or self._forgets(session):
            return None
        oldest, rest = session.path[at], session.path[at + 1 :]
        menu = Place(short_id(self._release.flow(MENU).start))
        return replace(session, path=(oldest, *(menu,) * (MAX_PATH - 1 - len(rest)), *rest))

    def _forgets(self, session: Session) -> bool:
        """Whether the next step makes the person forget an answer that counts here."""
        if len(session.path) < MAX_PATH or not session.path[0].answer:
            return False
        return session.path[0].step in self._read_here(session)

    def _read_here(self, session: Session) -> Set[str]:
        """The ids of the steps whose answers count where a person stands: those of its flow, and ZIP prefixes."""
        if session.place is None or self.aside(session):
            return self._release.zip_steps
        return self._release.zip_steps | self._read.get(self.flow(session.place.step), set())


def _alike(release: Release) -> dict[str, tuple[str, ...]]:
    """The areas that a turn does not tell apart, but by which lines it names."""
    areas, steps = release.areas, release.steps.values()
    branches = [step for step in steps if isinstance(step, Branch) and step.on == "area"]
    needs = {step.need for step in steps if isinstance(step, Refer)}
    found: dict[object, list[str]] = {}
    for area in dict.fromkeys((*areas.prefixes.values(), areas.elsewhere)):
        chain = areas.chain(area)
        ways = tuple(next((then for value, then in one.cases if value in chain), one.otherwise) for one in branches)
        served = frozenset(need for r in release.referrals if r.area in chain for need in r.needs & needs)
        found.setdefault((ways, served), []).append(area)
    return {alike[0]: tuple(alike) for alike in found.values()}
