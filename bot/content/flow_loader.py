"""One flow file becomes one `Flow`, or every reason why not.

Apart from `flow_check`, which looks at flows together: this module reads what a file says, in the file's own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import cast

from bot.content.problem import did_you_mean, listed
from bot.content.source import Form, Node
from bot.engine.flow import (
    MAX_OPTIONS,
    Ask,
    Branch,
    Collect,
    Collectable,
    End,
    Flow,
    Law,
    Option,
    Refer,
    Say,
    Step,
    Visit,
)

COLLECTABLE = ("zip", "yes_no", "language")
BRANCH_ON = ("area", "channel", "locale")
PLURAL_WORDS = frozenset({"zero", "one", "two", "few", "many", "other"})
"""python-i18n takes a group that holds two of these for a plural."""
KINDS = ("ask", "collect", "branch", "refer", "visit", "end")

FLOW = {"law": False, "interrupts": False, "steps": True, "moved": False}
LAW = {"sources_until": False, "recheck": False, "lawyer": False, "contested": False, "sources": False}
STEP = {"then": False, "law": False, "else": False} | dict.fromkeys(KINDS, False)

_ID = re.compile(r"[a-z][a-z0-9_]*")


class FlowLoader:
    """Reads flow files. `starts` holds every flow's first step, `needs` every need that a referral serves."""

    def __init__(self, form: Form, starts: Mapping[str, str], needs: frozenset[str], areas: frozenset[str]) -> None:
        self.form, self.starts, self.needs, self.areas = form, starts, needs, areas

    def load(self, name: str, root: Node) -> Flow | None:
        """Read one file. Returns None where not even its steps can be made out."""
        fields = self.form.fields(root, what="a flow", known=FLOW)
        if "steps" not in fields:
            return None
        steps = self.form.fields(fields["steps"], what="steps")
        if not steps:
            self._add(
                "no-steps", fields["steps"], f'the flow "{name}" has no steps.', "Write its first step below `steps:`."
            )
            return None
        law = self._law(fields["law"], None) if "law" in fields else None
        one = _OneFlow(self, name, steps, law)
        loaded = tuple(one.step(step, node) for step, node in steps.items())
        return Flow(
            name=name,
            steps=loaded,
            law=law,
            interrupts="interrupts" in fields and self._is_true(fields["interrupts"], "interrupts"),
            moved=one.moved(fields["moved"]) if "moved" in fields else (),
        )

    def _law(self, node: Node, flow_law: Law | None) -> Law:
        """A step's law says what differs from its flow's."""
        fields = self.form.fields(node, what="law", known=LAW)
        until = self._date(fields, "sources_until", flow_law.sources_until if flow_law else None, node)
        recheck = self._date(fields, "recheck", flow_law.recheck if flow_law else None, node)
        lawyer = self.form.text(fields["lawyer"], what="lawyer") if "lawyer" in fields else "none"
        return Law(
            sources_until=until,
            recheck=recheck,
            lawyer=None if lawyer == "none" else lawyer,
            contested="contested" in fields and self._is_true(fields["contested"], "contested"),
        )

    def _date(self, fields: dict[str, Node], name: str, default: date | None, law: Node) -> date:
        if name not in fields:
            if default is None:
                self._add("missing-word", law, f'law lacks "{name}".', f"Add it as a date: {name}: 2026-10-07.")
            return default or date.min
        text = self.form.text(fields[name], what=name)
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._add("date", fields[name], f'"{text}" is not a date.', "Write year, month and day: 2026-10-07.")
            return date.min

    def _is_true(self, node: Node, what: str) -> bool:
        text = self.form.text(node, what=what)
        if text not in ("true", "false"):
            self._add("true-false", node, f'{what} is "{text}".', "Write true or false.")
        return text == "true"

    def _add(self, code: str, node: Node, what: str, cure: str) -> None:
        self.form.problems.add(code, node.named_at or node.place, what, cure)


class _OneFlow:
    """Reads the steps of one flow; knows their names, so that targets can be looked up."""

    def __init__(self, loader: FlowLoader, name: str, steps: dict[str, Node], law: Law | None) -> None:
        self.loader, self.form, self.name, self.steps, self.law = loader, loader.form, name, steps, law

    def step(self, name: str, node: Node) -> Step:
        key = f"{self.name}.{name}"
        self._check_id(name, node, "a step")
        fields = self.form.fields(node, what=f'the step "{name}"', known=STEP)
        law = self.loader._law(fields["law"], self.law) if "law" in fields else self.law
        kinds = [kind for kind in KINDS if kind in fields]
        if len(kinds) > 1:
            self._add("two-kinds", node, f'the step "{name}" is two things at once: {listed(kinds)}.',
                      "Make two steps of it, and let the first go to the second with `then:`.")  # fmt: skip
        kind = kinds[0] if kinds else "say"
        if kind != "branch" and "else" in fields:
            self._add("unknown-word", fields["else"], "`else` belongs to a step that branches.", "Remove it.")
        match kind:
            case "ask":
                self._no_then(fields, "ask")
                return Ask(key=key, options=self._options(key, fields["ask"]), law=law)
            case "collect":
                return Collect(
                    key=key, what=self._collectable(fields["collect"]), then=self._then(fields, node), law=law
                )
            case "visit":
                return Visit(key=key, start=self._flow(fields["visit"]), then=self._then(fields, node), law=law)
            case "branch":
                return self._branch(key, fields, node, law)
            case "refer":
                then = self._then(fields, node) if "then" in fields else None
                return Refer(key=key, need=self._need(fields["refer"]), then=then, law=law)
            case "end":
                self._no_then(fields, "end")
                return End(key=key, quietly=self._quietly(fields["end"]), law=law)
            case _:
                return Say(key=key, then=self._then(fields, node), law=law)

    def moved(self, node: Node) -> tuple[tuple[str, str], ...]:
        """Renamed and removed steps and options: old name to new."""
        pairs = []
        for old, field in self.form.fields(node, what="moved").items():
            new = self.form.text(field, what=f'the new place of "{old}"')
            if old in self.steps:
                self._add("moved", field, f'"{old}" is still a step of this flow.', "Remove this line, or the step.")
            step, _, option = new.partition(".")
            if option and step in self.steps:
                known = self.form.fields(self.steps[step], what="a step").get("ask")
                if known is None or option not in self.form.fields(known, what="ask"):
                    self._add("moved", field, f'the step "{step}" has no option "{option}".', "Name one that it has.")
                pairs.append((f"{self.name}.{old}", f"{self.name}.{new}"))
            else:
                pairs.append((f"{self.name}.{old}", self._target(new, field)))
        return tuple(pairs)

    def _options(self, key: str, node: Node) -> tuple[Option, ...]:
        fields = self.form.fields(node, what="ask")
        if not fields:
            self._add(
                "no-options",
                node,
                "this step asks but offers nothing.",
                "Write options below `ask:`, each with its step.",
            )
        if len(fields) > MAX_OPTIONS:
            self._add("too-many-options", node, f"this step offers {len(fields)} options; {MAX_OPTIONS} is the most.",
                      "The digits 8, 9 and 0 mean back, more and menu. Move some options to a next step.")  # fmt: skip
        options = []
        for name, target in fields.items():
            self._check_id(name, target, "an option")
            then = self._target(self.form.text(target, what=f'the step after "{name}"'), target)
            options.append(Option(key=f"{key}.{name}", then=then))
        return tuple(options)

    def _branch(self, key: str, fields: dict[str, Node], node: Node, law: Law | None) -> Branch:
        cases = dict(self.form.fields(fields["branch"], what="branch"))
        on = ""
        if "on" in cases:
            on_node = cases.pop("on")
            on = self.form.text(on_node, what="on")
            if on not in BRANCH_ON and on not in self.steps:
                self._add("unknown-target", on_node, f'this branches on "{on}", which nobody asks for.',
                          f"Known: {listed(BRANCH_ON)}, or a step of this flow that asks.{did_you_mean(on, self.steps)}")  # fmt: skip
            on = on if on in BRANCH_ON else f"{self.name}.{on}"
        else:
            self._add("missing-word", fields["branch"], 'branch lacks "on".', "Add what to branch on: on: area.")
        for value, target in cases.items():
            if on == "area" and value not in self.loader.areas:
                self._add("unknown-area", target, f'there is no area "{value}".{did_you_mean(value, self.loader.areas)}',
                          f"Known in flows/referrals.yaml: {listed(self.loader.areas)}.")  # fmt: skip
        otherwise = node.place
        if "else" not in fields:
            self.form.problems.add(
                "missing-word", otherwise, "a branch lacks `else`.", "Add the step for everybody else."
            )
        return Branch(
            key=key,
            on=on,
            cases=tuple((value, self._target(self.form.text(n, what=value), n)) for value, n in cases.items()),
            otherwise=self._target(self.form.text(fields["else"], what="else"), fields["else"])
            if "else" in fields
            else key,
            law=law,
        )

    def _then(self, fields: dict[str, Node], node: Node) -> str:
        if "then" not in fields:
            self._add("no-then", node, "this step does not say where it goes.",
                      "Add `then:` and a step, or `end: said` where the talk ends here.")  # fmt: skip
            return f"{self.name}.{next(iter(self.steps))}"
        return self._target(self.form.text(fields["then"], what="then"), fields["then"])

    def _no_then(self, fields: dict[str, Node], kind: str) -> None:
        if "then" in fields:
            self._add("unknown-word", fields["then"], f"a step with `{kind}` has no `then`.",
                      "Remove it: each option names its own step." if kind == "ask" else "Remove it: nothing follows an end.")  # fmt: skip

    def _target(self, name: str, node: Node) -> str:
        """The key of the step that a name means: a step of this flow, or another flow's first."""
        if name in self.steps:
            return f"{self.name}.{name}"
        if name in self.loader.starts:
            return self.loader.starts[name]
        known = [*self.steps, *self.loader.starts]
        self._add("unknown-target", node, f'this goes to "{name}", but there is no such step or flow.{did_you_mean(name, known)}',
                  f"Steps of this flow: {listed(self.steps)}. Flows: {listed(self.loader.starts)}.")  # fmt: skip
        return f"{self.name}.{next(iter(self.steps))}"

    def _flow(self, node: Node) -> str:
        name = self.form.text(node, what="visit")
        if name not in self.loader.starts:
            self._add("unknown-target", node, f'there is no flow "{name}" to visit.{did_you_mean(name, self.loader.starts)}',
                      f"Flows: {listed(self.loader.starts)}.")  # fmt: skip
        return self.loader.starts.get(name, f"{self.name}.{next(iter(self.steps))}")

    def _collectable(self, node: Node) -> Collectable:
        what = self.form.text(node, what="collect")
        if what not in COLLECTABLE:
            self._add("unknown-word", node, f'"{what}" is not something that may be collected.{did_you_mean(what, COLLECTABLE)}',
                      f"Only closed questions: {listed(COLLECTABLE)}. Never ask for free text.")  # fmt: skip
            return "yes_no"
        return cast(Collectable, what)

    def _need(self, node: Node) -> str:
        fields = self.form.fields(node, what="refer", known={"need": True})
        need = self.form.text(fields["need"], what="need") if "need" in fields else ""
        if need and need not in self.loader.needs:
            self._add("unknown-need", fields["need"], f'no referral serves the need "{need}".{did_you_mean(need, self.loader.needs)}',
                      f"Needs in flows/referrals.yaml: {listed(self.loader.needs)}.")  # fmt: skip
        return need

    def _quietly(self, node: Node) -> bool:
        how = self.form.text(node, what="end")
        if how not in ("said", "quietly"):
            self._add(
                "unknown-word", node, f'an end is not "{how}".', "Write `end: said` (with a text) or `end: quietly`."
            )
        return how == "quietly"

    def _check_id(self, name: str, node: Node, what: str) -> None:
        if not _ID.fullmatch(name):
            self._add(
                "name", node, f'"{name}" cannot name {what}.', "Use small letters a-z, digits and _, a letter first."
            )
        elif name in PLURAL_WORDS:
            self._add("plural-word", node, f'"{name}" cannot name {what}: the translations take it for a plural.',
                      f"Choose another name than {listed(PLURAL_WORDS)}.")  # fmt: skip

    def _add(self, code: str, node: Node, what: str, cure: str) -> None:
        self.form.problems.add(code, node.named_at or node.place, what, cure)
