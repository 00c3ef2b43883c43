"""A flow as a drawing, in the text form that code forges and many editors show as a picture.

Apart from `diff`, which marks what changed: a drawing knows one release only.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.engine.flow import LEADS_ON, Ask, Branch, Checklist, Flow, Refer, Step, Visit, flow_of, targets_of


def drawing(flow: Flow, marked: Collection[str] = ()) -> str:
    """The steps of a flow and where they lead. Other flows stand in round boxes; `marked` steps are drawn boldly."""
    lines = ["flowchart TD", *(f'  {_node(step.key, flow.name)}["{_name(step.key)}"]' for step in flow.steps)]
    for step in flow.steps:
        for word, target in ways(step):
            box = "" if flow_of(target) == flow.name else f'(["{flow_of(target)}"])'
            arrow = f'-- "{word}" -->' if word else "-->"
            lines.append(f"  {_node(step.key, flow.name)} {arrow} {_node(target, flow.name)}{box}")
    if here := [_node(step.key, flow.name) for step in flow.steps if step.key in marked]:
        lines += ["  classDef changed stroke-width:4px", f"  class {','.join(here)} changed"]
    return "\n".join(lines)


def ways(step: Step) -> list[tuple[str, str]]:
    """Where a step leads, each with the word that leads there."""
    match step:
        case Ask(options=options):
            return [(_name(option.key).partition(".")[2], option.then) for option in options]
        case Branch(cases=cases, otherwise=otherwise):
            return [*cases, ("else", otherwise)]
        case Visit(start=start, then=then):
            return [("visit", start), ("then", then)]
        case Checklist(go_on=go_on):
            return [(LEADS_ON, go_on.then)]
        case Refer(then=None):
            return []
        case _:
            return [("", target) for target in targets_of(step)]


def _name(key: str) -> str:
    return key.partition(".")[2]


def _node(key: str, flow: str) -> str:
    """A name that means nothing else in a drawing: `end` alone would."""
    return f"s_{_name(key)}" if flow_of(key) == flow else f"f_{flow_of(key)}"
