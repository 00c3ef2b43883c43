"""One flow file becomes one `Flow`, or every reason why not.

Apart from `step_loader`, which reads what stands below `steps:`, and from `flow_check`, which looks at flows together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content.form import Form
from bot.content.law_loader import LawLoader
from bot.content.problem import Place
from bot.content.source import Node
from bot.content.step_loader import NAME, StepLoader, Surroundings, check_name
from bot.engine.flow import Flow, Step, options_of

FLOW = {"law": False, "interrupts": False, "urgent": False, "steps": True, "moved": False, "was": False}

OLD = rf"{NAME}(\.{NAME})?"
"""How a step or an option was called: `step`, or `step.option`."""


class FlowLoader:
    """Reads flow files."""

    def __init__(self, form: Form, around: Surroundings, laws: LawLoader) -> None:
        self.form, self.around, self.laws = form, around, laws
        self._were: dict[str, str] = {}
        """Earlier names of flows, with the flow of today."""

    def load(self, name: str, root: Node) -> Flow | None:
        """Read one file. Returns None where not even its steps can be made out."""
        check_name(self.form, name, Node(Place(root.place.file, layer=root.place.layer), ""), "a flow")
        fields = self.form.fields(root, what="a flow", known=FLOW)
        if "steps" not in fields:
            return None
        steps = self.form.fields(fields["steps"], what="steps")
        if not fields["steps"].value:
            self.form.wrong("no-steps", fields["steps"], f'the flow "{name}" has no steps.',
                            "Write its first step below `steps:`, two spaces further in.")  # fmt: skip
        if not steps:
            return None
        law = self.laws.load(fields["law"], None) if "law" in fields else None
        loader = StepLoader(self.form, self.around, self.laws, flow=name, steps=steps)
        loaded = tuple(loader.load(step, node, law) for step, node in steps.items())
        moved = self._moved(name, fields["moved"], loader) if "moved" in fields else ()
        was = self._was(name, fields["was"]) if "was" in fields else ()
        return Flow(
            name=name,
            steps=loaded,
            law=law,
            interrupts="interrupts" in fields and self.form.is_true(fields["interrupts"], what="interrupts"),
            urgent="urgent" in fields and self.form.is_true(fields["urgent"], what="urgent"),
            moved=(*moved, *_under_earlier_names(name, was, loaded, moved)),
        )

    def _was(self, flow: str, node: Node) -> tuple[str, ...]:
        """The names that a flow had before."""
        for item in self.form.items(node, what="was"):
            old = self.form.text(item, what="each part of was")
            if not re.fullmatch(NAME, old):
                self.form.wrong("moved", item, f'"{old}" was never a name of a flow.', "Write the old name: old_flow")
            elif old in self.around.starts:
                self.form.wrong("moved", item, f'the flow "{old}" is still there.', "Remove this name, or that flow.")
            elif (other := self._were.setdefault(old, flow)) != flow:
                self.form.wrong("moved", item, f'the flow "{other}" says that it was "{old}", too.',
                                "Keep the name in the flow where these people should go on.")  # fmt: skip
        return tuple(item.value for item in self.form.items(node, what="was") if isinstance(item.value, str))

    def _moved(self, flow: str, node: Node, loader: StepLoader) -> tuple[tuple[str, str], ...]:
        """Renamed and removed steps and options: old key to new key."""
        pairs = []
        for old, field in self.form.fields(node, what="moved").items():
            step, _, option = old.partition(".")
            if not re.fullmatch(OLD, old):
                self.form.wrong("moved", field, f'"{old}" was never a name of a step or an option.',
                                "Write the old name: old_step, or old_step.old_option")  # fmt: skip
            if old in loader.steps or option in loader.parts_of(step):
                self.form.wrong("moved", field, f'"{old}" is still there.', "Remove this line, or what it names.")
            pairs.append((f"{flow}.{old}", self._new(flow, old, field, loader)))
        return tuple(pairs)

    def _new(self, flow: str, old: str, field: Node, loader: StepLoader) -> str:
        new = self.form.text(field, what=f'the new place of "{old}"')
        step, dot, option = new.partition(".")
        if not dot or step not in loader.steps:
            return loader.target(field)
        if option not in loader.parts_of(step):
            self.form.unknown("moved", field, option, loader.parts_of(step), what=f'in the step "{step}", the option',
                              cure="Its options:")  # fmt: skip
        return f"{flow}.{new}"


def _under_earlier_names(
    flow: str, was: tuple[str, ...], steps: tuple[Step, ...], moved: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, str]]:
    """Every key of a flow as it was under its earlier names, with the key of today."""
    options = [option.key for step in steps for option in options_of(step)]
    today = {key: key for key in (flow, *(step.key for step in steps), *options)} | dict(moved)
    for name in was:
        for key, now in today.items():
            yield f"{name}{key.removeprefix(flow)}", now
