"""Steps and options that were there at the last commit and are gone: where do the people go who stand at them?

Apart from publishing, which asks the store who stands where: this is said while a volunteer still has the file open.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.checks.content import Content
from bot.content.source import Node
from bot.engine.flow import Flow, options_of


def check(content: Content) -> None:
    """Note what has no line in `moved:`."""
    for flow in content.flows.values():
        if committed := content.before.get(file := f"flows/{flow.name}.yaml"):
            here, told = _names(flow), {old.partition(".")[2] for old, _ in flow.moved}
            for name in _written(committed):
                step, of_step, _ = name.partition(".")
                if name not in here | told and (not of_step or step in here):
                    content.note("lost-step", content.place(file, "steps", step),
                                 f'"{name}" was here at the last commit, and nothing says where it went.',
                                 f"Add: moved: {{{name}: the_name_that_takes_its_place}}", "warning")  # fmt: skip


def _names(flow: Flow) -> set[str]:
    """`step` and `step.option` of a flow as it is now."""
    steps = {step.key.partition(".")[2] for step in flow.steps}
    options = {option.key.partition(".")[2] for step in flow.steps for option in options_of(step)}
    return steps | options


def _written(root: Node) -> Iterator[str]:
    """`step` and `step.option` of a file, as far as it can be read."""
    for step, node in _fields(_fields(root).get("steps")).items():
        yield step
        fields = _fields(node)
        items = fields["checklist"].value if "checklist" in fields else ()
        for name in (*_fields(fields.get("ask")), *(item.value for item in items if isinstance(item, Node))):
            yield f"{step}.{name}"


def _fields(node: Node | None) -> dict[str, Node]:
    return node.value if node and isinstance(node.value, dict) else {}
