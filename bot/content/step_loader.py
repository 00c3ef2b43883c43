"""One step of a flow, in the words of its file, becomes a `Step`, or every reason why not.

Apart from `flow_loader`, which reads the file around it. Every word that a step may hold stands in `STEP`, and every
kind of step has one method here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import cast

from bot.content.form import Form
from bot.content.law_loader import LawLoader
from bot.content.problem import did_you_mean, listed, perhaps_renamed
from bot.content.source import Node
from bot.engine.events import CHANNELS
from bot.engine.flow import (
    LEADS_ON,
    MAX_ITEMS,
    MAX_OPTIONS,
    Ask,
    Branch,
    Checklist,
    Collect,
    Collectable,
    End,
    Item,
    Law,
    Option,
    Refer,
    Say,
    Step,
    Visit,
)

KINDS = ("ask", "collect", "branch", "refer", "visit", "checklist", "end")
WITHOUT_THEN, MAYBE_THEN = ("ask", "branch", "end"), ("refer",)
"""Kinds of step that lead on by themselves, and those that may; all others need a `then`."""
STEP = {"then": False, "law": False, "else": False} | dict.fromkeys(KINDS, False)
COLLECTABLE = ("zip", "yes_no", "language")
ENDS = ("said", "quietly")
RESERVED = {
    "a step": frozenset({"keywords", "area", "channel", "locale"}),
    "an option": frozenset({"text"}),
    "an item": frozenset({"text", LEADS_ON}),
    "a flow": frozenset({"common", "words", "reviews"}),
}
"""Names that mean something else in `messages/` or in a branch."""
PLURAL_WORDS = frozenset({"zero", "one", "two", "few", "many", "other"})
"""Translation programs take a group that holds two of these for a plural, and rewrite it."""

NAME = r"[a-z][a-z0-9_]*"
"""How a flow, a step or an option may be called."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a step may name beyond the steps of its own flow."""

    starts: Mapping[str, str]
    """By flow: the key of its first step."""
    needs: Collection[str]
    areas: Collection[str]
    locales: Collection[str]


class StepLoader:
    """Reads the steps of one flow; knows their names, so that targets can be looked up."""

    def __init__(
        self, form: Form, around: Surroundings, laws: LawLoader, *, flow: str, steps: Mapping[str, Node]
    ) -> None:
        self.form, self.around, self.laws, self.flow, self.steps = form, around, laws, flow, steps
        self.first = f"{flow}.{next(iter(steps))}"

    def load(self, name: str, node: Node, above: Law | None) -> Step:
        """One step. `above`: the law of its flow."""
        key = f"{self.flow}.{name}"
        check_name(self.form, name, node, "a step")
        fields = self.form.fields(node, what=f'the step "{name}"', known=STEP)
        law = self.laws.load(fields["law"], above) if "law" in fields else above
        kinds = [kind for kind in KINDS if kind in fields]
        if len(kinds) > 1:
            self.form.wrong("two-kinds", node, f'the step "{name}" is two things at once: {listed(kinds)}.',
                            "Make two steps of it, and let the first go to the second with `then:`.")  # fmt: skip
        kind = kinds[0] if kinds else "say"
        if kind != "branch" and "else" in fields:
            self.form.wrong("unknown-word", fields["else"], "`else` belongs to a step that branches.", "Remove it.")
        if kind in WITHOUT_THEN and "then" in fields:
            self.form.wrong("unknown-word", fields["then"], f"a step with `{kind}` has no `then`.", "Remove it.")
        match kind:
            case "ask":
                return Ask(key=key, options=self._options(key, fields["ask"]), law=law)
            case "collect":
                return Collect(
                    key=key, what=self._collectable(fields["collect"]), then=self._then(fields, node), law=law
                )
            case "visit":
                return Visit(key=key, start=self._start(fields["visit"]), then=self._then(fields, node), law=law)
            case "branch":
                return self._branch(key, fields, node, law)
            case "refer":
                then = self._then(fields, node) if "then" in fields else None
                return Refer(key=key, need=self._need(fields["refer"]), then=then, law=law)
            case "checklist":
                return Checklist(
                    key=key,
                    items=self._items(key, fields["checklist"], law),
                    go_on=Option(key=f"{key}.{LEADS_ON}", then=self._then(fields, node)),
                    law=law,
                )
            case "end":
                how = self.form.one_of("end", fields["end"], ENDS, what="the end",
                                       cure="Write `end: said` (with a text) or `end: quietly`. Known:")  # fmt: skip
                return End(key=key, quietly=how == "quietly", law=law)
            case _:
                return Say(key=key, then=self._then(fields, node), law=law)

    def target(self, node: Node) -> str:
        """The key of the step that a name means: a step of this flow, or another flow's first."""
        name = self.form.text(node, what="the next step")
        if name in self.steps:
            return f"{self.flow}.{name}"
        if name in self.around.starts:
            return self.around.starts[name]
        if isinstance(node.value, str):
            near = did_you_mean(name.removeprefix(f"{self.flow}."), [*self.steps, *self.around.starts])
            known = f"Steps of this flow: {listed(self.steps)}. Flows: {listed(self.around.starts)}."
            what = f'this goes to "{name}", but there is no such step or flow.{near}'
            also = "" if near or not name else perhaps_renamed([name], self._unreached(), within=self.flow)
            self.form.wrong("unknown-target", node, what if name else "the next step is not named.", known + also)
        return self.first

    def _unreached(self) -> list[str]:
        """The steps that no line of this flow names, but for the first one."""
        named = set(chain.from_iterable(map(_texts, self.steps.values())))
        return [name for name in [*self.steps][1:] if name not in named]

    def options_of(self, name: str) -> Collection[str]:
        """What may be answered at a step of this flow; nothing where it does not ask."""
        fields = self.steps[name].value if name in self.steps else {}
        if not isinstance(fields, dict):
            return ()
        if "ask" in fields:
            options = fields["ask"].value
            return tuple(options) if isinstance(options, dict) else ()
        collected = fields["collect"].value if "collect" in fields else ""
        return {"yes_no": ("yes", "no"), "language": self.around.locales, "zip": self.around.areas}.get(
            str(collected), ()
        )

    def parts_of(self, name: str) -> Collection[str]:
        """What has a name of its own below a step of this flow: what may be answered, or the items of a checklist."""
        fields = self.steps[name].value if name in self.steps else {}
        if not isinstance(fields, dict) or "checklist" not in fields:
            return self.options_of(name)
        items = fields["checklist"].value
        return (*(str(item.value) for item in items if isinstance(item, Node)), LEADS_ON)

    def _items(self, key: str, node: Node, law: Law | None) -> tuple[Item, ...]:
        first = next(
            name for name, step in self.steps.items() if isinstance(step.value, dict) and "checklist" in step.value
        )
        if f"{self.flow}.{first}" != key:
            self.form.wrong("second-checklist", node, f'the step "{first}" is a checklist, too.',
                            "Put one of them into a flow of its own: its word and a number open an item.")  # fmt: skip
        found: dict[str, Node] = {}
        for item in self.form.items(node, what="checklist"):
            name = self.form.text(item, what="each item")
            check_name(self.form, name, item, "an item")
            if (other := found.setdefault(name, item)) is not item:
                self.form.wrong("twice", item, f'"{name}" stands here a second time; '
                                f"the first is on line {other.place.line}.",
                                "Keep one of the two, or give this one another name.")  # fmt: skip
        if not node.value:
            self.form.wrong("no-options", node, "this checklist holds nothing.",
                            "Name its items in brackets: [contacts, papers]")  # fmt: skip
        if len(found) > MAX_ITEMS:
            self.form.wrong("too-many-options", node, f"{len(found)} items stand here; {MAX_ITEMS} is the most.",
                            "Put some together, or into a flow of their own.")  # fmt: skip
        return tuple(Item(key=f"{key}.{name}", law=law) for name in found)

    def _options(self, key: str, node: Node) -> tuple[Option, ...]:
        fields = self.form.fields(node, what="ask")
        if not node.value:
            self.form.wrong("no-options", node, "this step asks but offers nothing.",
                            "Write its options below `ask:`, each with the step it leads to.")  # fmt: skip
        if len(fields) > MAX_OPTIONS:
            self.form.wrong("too-many-options", node, f"{len(fields)} options stand here; {MAX_OPTIONS} is the most.",
                            "8, 9 and 0 mean back, more and menu. Move some options to a next step.")  # fmt: skip
        for name, target in fields.items():
            check_name(self.form, name, target, "an option")
        return tuple(Option(key=f"{key}.{name}", then=self.target(node)) for name, node in fields.items())

    def _branch(self, key: str, fields: dict[str, Node], node: Node, law: Law | None) -> Branch:
        cases = self.form.fields(fields["branch"], what="branch")
        on = self._branch_on(cases.pop("on"), cases) if "on" in cases else None
        if on is None:
            self.form.wrong("missing-word", fields["branch"], 'branch lacks "on".', "Add what decides, as in: on: area")
        if "else" not in fields:
            self.form.wrong("missing-word", node, 'a branch lacks "else".', "Add the step for all others: else: ...")
        return Branch(
            key=key,
            on=on or "",
            cases=tuple((value, self.target(target)) for value, target in cases.items()),
            otherwise=self.target(fields["else"]) if "else" in fields else self.first,
            law=law,
        )

    def _branch_on(self, node: Node, cases: dict[str, Node]) -> str:
        """What a branch decides by: something known, or an earlier step; and whether its cases can ever be met."""
        known = {"area": self.around.areas, "channel": CHANNELS, "locale": self.around.locales}
        asking = [name for name in self.steps if self.options_of(name)]
        on = self.form.one_of("unknown-branch", node, [*known, *asking], what="the deciding word",
                              cure="Known, with the steps of this flow that ask:")  # fmt: skip
        for value, target in cases.items() if on else ():
            may = known.get(on) or self.options_of(on)
            if value not in may:
                self.form.unknown("unknown-case", target, value, may, what=f'for "{on}", the answer', cure="Known:")
        return on if on in known or not on else f"{self.flow}.{on}"

    def _then(self, fields: dict[str, Node], node: Node) -> str:
        if "then" in fields:
            return self.target(fields["then"])
        misspelt = not isinstance(node.value, dict) or not set(node.value) <= set(STEP)
        if not node.value or not misspelt:
            self.form.wrong("no-then", node, "this step does not say where it goes.",
                            "Add `then:` and a step, or `end: said` where the talk ends here.")  # fmt: skip
        return self.first

    def _start(self, node: Node) -> str:
        name = self.form.one_of("unknown-target", node, self.around.starts, what="the flow", cure="Flows:")
        return self.around.starts.get(name, self.first)

    def _collectable(self, node: Node) -> Collectable:
        what = self.form.one_of("collect", node, COLLECTABLE, what="the question",
                                cure="Only closed questions may be asked, never for free text. Known:")  # fmt: skip
        return cast(Collectable, what or "yes_no")

    def _need(self, node: Node) -> str:
        fields = self.form.fields(node, what="refer", known={"need": True})
        if "need" not in fields:
            return ""
        return self.form.one_of("unknown-need", fields["need"], self.around.needs, what="the need",
                                cure="A referral in flows/referrals.yaml must serve it. Served now:")  # fmt: skip


def _texts(node: Node) -> Iterator[str]:
    """Every value below a node."""
    if isinstance(node.value, str):
        yield node.value
    for below in node.value.values() if isinstance(node.value, dict) else node.value:
        if isinstance(below, Node):
            yield from _texts(below)


def check_name(form: Form, name: str, node: Node, of: str) -> None:
    """Note a name that cannot name a flow, a step or an option."""
    if not re.fullmatch(NAME, name):
        form.wrong("name", node, f'"{name}" cannot name {of}.', "Use small letters a-z, digits and _, a letter first.")
    elif name in PLURAL_WORDS:
        form.wrong("plural-word", node, f'"{name}" cannot name {of}: translation programs take it for a plural.',
                   f"Choose another name than {listed(PLURAL_WORDS)}.")  # fmt: skip
    elif name in RESERVED[of]:
        form.wrong("reserved-word", node, f'"{name}" cannot name {of}: the word means something else.',
                   f"Choose another name than {listed(RESERVED[of])}.")  # fmt: skip
