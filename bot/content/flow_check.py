"""Looks at all flows together: steps nobody reaches, and rounds that never wait.

Apart from the loader, which sees one file. Targets are known to exist when this runs.
"""

from __future__ import annotations

from bot.content.problem import Place, Problems
from bot.engine.flow import Ask, Branch, Collect, End, Flow, Refer, Say, Step, Visit, flow_of
from bot.engine.release import MENU


def check(flows: dict[str, Flow], places: dict[str, Place], problems: Problems) -> None:
    """Note what is wrong. `places`: where each step's name stands."""
    steps = {step.key: step for flow in flows.values() for step in flow.steps}
    if MENU not in flows:
        problems.add(
            "no-menu", Place(f"flows/{MENU}.yaml"), "there is no main menu.", "Write this flow: its first step asks."
        )
    for flow in flows.values():
        reached = _reached(flow, steps)
        for step in flow.steps:
            if step.key not in reached:
                name = step.key.partition(".")[2]
                problems.add(
                    "unreachable",
                    places[step.key],
                    f'nothing leads to the step "{name}".',
                    "Lead an option to it, or remove it.",
                )
    for step in steps.values():
        if round_ := _silent_round(step.key, steps):
            names = " -> ".join(key.partition(".")[2] if flow_of(key) == flow_of(step.key) else key for key in round_)
            problems.add(
                "silent-loop",
                places[step.key],
                f"this goes round without waiting for the person: {names}.",
                "Let one of these steps ask.",
            )


def targets(step: Step) -> tuple[str, ...]:
    """The steps that may come after a step, its own options and a visit's end included."""
    match step:
        case Say() | Collect():
            return (step.then,)
        case Ask():
            return tuple(option.then for option in step.options)
        case Visit():
            return (step.start, step.then)
        case Branch():
            return (*(then for _, then in step.cases), step.otherwise)
        case Refer():
            return (step.then,) if step.then else ()
        case End():
            return ()


def _reached(flow: Flow, steps: dict[str, Step]) -> set[str]:
    """Steps of one flow that can be reached from its start, or that a rename leads to."""
    found: set[str] = set()
    waiting = [flow.start, *(new for _, new in flow.moved if new in steps)]
    while waiting:
        key = waiting.pop()
        if key not in found and flow_of(key) == flow.name:
            found.add(key)
            waiting += targets(steps[key])
    return found


def _silent_round(start: str, steps: dict[str, Step]) -> list[str]:
    """A way from a step back to itself on which nobody is waited for. A known answer passes `collect` over, too."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for after in _without_waiting(steps[way[-1]]):
            if after == start:
                return [*way, start]
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def _without_waiting(step: Step) -> tuple[str, ...]:
    return (
        () if isinstance(step, Ask | End) or (isinstance(step, Collect) and step.what == "language") else targets(step)
    )
