"""Where a talk can go: to a telephone number, to an end, or round and round; and flows that nobody comes to.

Apart from `flow_check`, which says what would break the line. Here every step works, and a person is still left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.content.checks.content import Content
from bot.content.referral_loader import REFERRALS
from bot.engine.flow import Ask, Checklist, Collect, End, Flow, Refer, Step, Visit, flow_of, targets_of
from bot.engine.release import MENU

CURE = "Add an option that leads to a step with `refer`, or to another flow that has one: legal_help: lawyer"


def check(content: Content) -> None:
    """Note flows and steps that lead to nobody."""
    if not content.whole or content.problems.faulty(REFERRALS):
        return
    steps = {step.key: step for flow in content.flows.values() for step in flow.steps}
    needs = {need for referral in content.referrals if referral.phone for need in referral.needs}
    helped = _leading_to(steps, (key for key, step in steps.items() if isinstance(step, Refer) and step.need in needs))
    ending = _leading_to(steps, (key for key, step in steps.items() if _ends(step)))
    visited = {step.start for step in steps.values() if isinstance(step, Visit)}
    for flow in content.flows.values():
        if flow.start not in helped and flow.start in ending and flow.start not in visited:
            content.note("no-number", content.at(flow.start),
                         f'nothing in the flow "{flow.name}" leads to a telephone number.', CURE)  # fmt: skip
        for step in flow.steps:
            if isinstance(step, Ask | Collect | Checklist) and step.key not in helped:
                _alone(content, step, flow, trapped=step.key not in ending, told=flow.start not in helped)
        _nobody_comes(content, flow, steps)


def _ends(step: Step) -> bool:
    return isinstance(step, End) or (isinstance(step, Refer) and step.then is None)


def _leading_to(steps: Mapping[str, Step], goals: Iterable[str]) -> set[str]:
    """All steps from which one of the goals can be reached, the goals included."""
    before: dict[str, list[str]] = {}
    for key, step in steps.items():
        for then in targets_of(step):
            before.setdefault(then, []).append(key)
    waiting, found = list(goals), set()
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += before.get(key, ())
    return found


def _alone(content: Content, step: Step, flow: Flow, *, trapped: bool, told: bool) -> None:
    """A person waits here, and nobody can be called from here on."""
    name = step.key.partition(".")[2]
    if trapped:
        content.note("trap", content.at(step.key), f'from the step "{name}" the talk can never end.', CURE)
    elif not told:
        content.note("no-number", content.at(step.key),
                     f'nothing after the step "{name}" leads to a telephone number.', CURE, "warning")  # fmt: skip


def _nobody_comes(content: Content, flow: Flow, steps: Mapping[str, Step]) -> None:
    """Only flows with words: one that is just being written has none yet."""
    source = content.source
    if flow.name == MENU or source is None or flow.name not in source.files:
        return
    led = any(flow.start in targets_of(step) for step in steps.values() if flow_of(step.key) != flow.name)
    if not led and not any(locale.words.keywords.get(flow.name) for locale in content.locales.values()):
        content.note("nobody-comes", content.at(flow.start), f'nothing leads to the flow "{flow.name}".',
                     "Give it keywords, or an option in flows/menu.yaml.", "warning")  # fmt: skip
