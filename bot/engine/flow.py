"""What volunteers write, as the engine sees it: flows, the kinds of step, and options.

Apart because it is the vocabulary of everything else; these classes hold no behaviour. A *key* is a name that is unique
in a release: `flow`, `flow.step` or `flow.step.option`. An object that exists was checked by `bot.content`: its targets
exist. Targets are always keys of steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

MAX_OPTIONS = 7
"""Options of one step. The digits 8, 9 and 0 mean back, more and menu at every step."""

LISTED = MAX_OPTIONS - 1
"""Items of a checklist that are shown at a time: the last digit leads on."""
LEADS_ON = "then"
"""The name of the option that leads on from a checklist."""
MAX_ITEMS = 3 * LISTED
"""Items of one checklist. Each that is marked takes six letters of a stored session."""

Collectable = Literal["zip", "yes_no", "language"]
"""The closed sets that can be asked for. Never free text: what nobody typed nobody can hand over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """How old the law behind a flow or a step is, and who read it."""

    sources_until: date
    """The day up to which sources were read. Nobody opened a live page on it: that would be `checked`."""
    recheck: date
    """The day from which the text may be out of date."""
    lawyer: str | None = None
    """The role that signed it, or None: nobody did."""
    contested: bool = False
    """Courts or agencies disagree: past its date, the human's number goes first."""

    def overdue(self, today: date) -> bool:
        """Whether the text may be out of date on that day."""
        return today >= self.recheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer offered at an asking step."""

    key: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Says its text and goes on in the same reply."""

    key: str
    then: str
    law: Law | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Says its text, shows its options and waits."""

    key: str
    options: tuple[Option, ...]
    law: Law | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Asks for one of a closed set and waits; passed over where the answer is known."""

    key: str
    what: Collectable
    then: str
    law: Law | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Goes into another flow; when that one ends, the person comes back to `then`."""

    key: str
    start: str
    then: str
    law: Law | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Chooses the next step by something known: `area`, `channel`, `locale`, or the key of an earlier step."""

    key: str
    on: str
    cases: tuple[tuple[str, str], ...]
    otherwise: str
    law: Law | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer:
    """Shows the referrals that fit a need, best first; waits, or goes on where `then` is given."""

    key: str
    need: str
    then: str | None = None
    law: Law | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to do of a checklist: says its text and waits for "done", "skip", "later" or "list"."""

    key: str
    law: Law | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """Shows its items with a mark each, some at a time, and waits: for one of them, or to be led on."""

    key: str
    items: tuple[Item, ...]
    go_on: Option
    law: Law | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Ends the flow: with its text, or quietly (a bland message, and nothing is kept)."""

    key: str
    quietly: bool = False
    law: Law | None = None


Step = Say | Ask | Collect | Visit | Branch | Refer | Checklist | Item | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One file of `flows/`. The first step is the only way in."""

    name: str
    steps: tuple[Step, ...]
    """As the file has them: the items of a checklist stand in it, not beside it."""
    law: Law | None = None
    interrupts: bool = False
    """Its keywords are heard before anything else, at every step; when it ends, the person's step is shown again."""
    urgent: bool = False
    """Its first reply goes out even when the month's money is spent. Whatever interrupts is urgent all the way."""
    moved: tuple[tuple[str, str], ...] = field(default=())
    """Old keys of renamed or removed steps and options, with the step or option that takes their place.

    Where the flow itself was renamed, every key of it under its earlier names, too.
    """

    @property
    def start(self) -> str:
        """The key of the first step."""
        return self.steps[0].key

    @property
    def checklist(self) -> Checklist | None:
        """The checklist of a flow that has one: its keyword and a number open an item."""
        return next((step for step in self.steps if isinstance(step, Checklist)), None)


def options_of(step: Step) -> tuple[Option, ...]:
    """Everything below a step that has a label: its options; the items of a checklist, and what leads on from it."""
    match step:
        case Ask(options=options):
            return options
        case Checklist(items=items, go_on=go_on):
            return (*(Option(key=item.key, then=item.key) for item in items), go_on)
        case _:
            return ()


def targets_of(step: Step) -> tuple[str, ...]:
    """The steps that may come after a step, its own options and a visit's end included."""
    match step:
        case Ask(options=options):
            return tuple(option.then for option in options)
        case Branch(cases=cases, otherwise=otherwise):
            return (*(then for _, then in cases), otherwise)
        case Visit(start=start, then=then):
            return start, then
        case Say() | Collect():
            return (step.then,)
        case Refer():
            return (step.then,) if step.then else ()
        case Checklist(go_on=go_on):
            return (go_on.then,)
        case Item(key=key):
            return (step_of(key),)
        case End():
            return ()


def flow_of(key: str) -> str:
    """The flow a key belongs to.

    >>> flow_of("home_door.at_the_door.paper")
    'home_door'
    """
    return key.partition(".")[0]


def step_of(key: str) -> str:
    """The step an option or an item belongs to.

    >>> step_of("home_door.at_the_door.paper")
    'home_door.at_the_door'
    """
    return key.rpartition(".")[0]
