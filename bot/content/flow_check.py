"""Looks at all flows together: steps nobody reaches, and rounds that never wait.

Apart from the loaders, which see one file. Targets are known to exist when this runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.content.problem import Place, Problems
from bot.engine.flow import Ask, Checklist, Collect, End, Flow, Step, Visit, flow_of, targets_of
from bot.engine.release import MENU


def check(flows: Mapping[str, Flow], places: Mapping[str, Place], problems: Problems) -> None:
    """Note what is wrong. `places`: where each step's name stands."""
    if MENU not in flows:
        problems.add("no-menu", Place(f"flows/{MENU}.yaml"), "there is no main menu.",
                     "Write this flow; its first step asks what is happening.")  # fmt: skip
    steps = {step.key: step for flow in flows.values() for step in flow.steps}
    for flow in flows.values():
        for key in _unreached(flow, steps):
            problems.add("unreachable", places[key], f'nothing leads to the step "{_name(key)}".',
                         "Lead an option or a `then:` to it, or remove it.")  # fmt: skip
    for round_ in _silent_rounds(steps):
        names = " -> ".join(_name(key) if flow_of(key) == flow_of(round_[0]) else key for key in round_)
        problems.add("silent-loop", places[round_[0]], f"this goes round and never waits for the person: {names}.",
                     "Let one of these steps ask, or end.")  # fmt: skip


def _name(key: str) -> str:
    return key.partition(".")[2]


def _unreached(flow: Flow, steps: Mapping[str, Step]) -> list[str]:
    """Steps of one flow that neither its start nor a rename leads to."""
    found: set[str] = set()
    waiting = [flow.start, *(new for old, new in flow.moved if new in steps and flow_of(old) == flow.name)]
    while waiting:
        key = waiting.pop()
        if key not in found and flow_of(key) == flow.name:
            found.add(key)
            waiting += targets_of(steps[key])
    return [step.key for step in flow.steps if step.key not in found]


def _silent_rounds(steps: Mapping[str, Step]) -> list[list[str]]:
    """Ways from a step back to itself on which nobody is waited for, each once."""
    after = {key: _without_waiting(step, steps) for key, step in steps.items()}
    rounds = []
    while _peel(after):
        way = [next(iter(after))]
        while (following := next(key for key in after[way[-1]] if key in after)) not in way:
            way.append(following)
        found = way[way.index(following) :]
        rounds.append([*found, following])
        for key in found:
            del after[key]
    return rounds


def _peel(after: dict[str, tuple[str, ...]]) -> bool:
    """Take away what leads nowhere, again and again; whether rounds are left."""
    before: dict[str, list[str]] = {}
    left = {}
    for key, following in after.items():
        left[key] = len({then for then in following if then in after})
        for then in set(following):
            before.setdefault(then, []).append(key)
    waiting = [key for key, count in left.items() if not count]
    while waiting:
        gone = waiting.pop()
        del after[gone]
        for key in before.get(gone, ()):
            left[key] -= 1
            if not left[key]:
                waiting.append(key)
    return bool(after)


def _without_waiting(step: Step, steps: Mapping[str, Step]) -> tuple[str, ...]:
    """The steps that come in the same reply. A known answer passes `collect` over."""
    if _waits(step):
        return ()
    if isinstance(step, Visit) and not _may_end_at_once(step.start, steps):
        return (step.start,)
    return targets_of(step)


def _waits(step: Step) -> bool:
    """Whether a step always waits for the person."""
    return isinstance(step, Ask | Checklist) or (isinstance(step, Collect) and step.what == "language")


def _may_end_at_once(start: str, steps: Mapping[str, Step]) -> bool:
    """Whether a visited flow can be over before it has waited for anybody."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            step = steps[key]
            waiting += () if _waits(step) else targets_of(step)
    return any(isinstance(steps[key], End) for key in found)
