"""What `doctor` found, in words for a terminal and as JSON.

Apart from the looking, so that the same findings can stand on a page or in a mail.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from textwrap import fill

from bot.doctor.finding import ADVICE, HARMS, STOPS, WEIGHTS, Finding

GUIDE = "DEPLOY.md"
WIDTH = 100


def told(findings: Sequence[Finding]) -> str:
    """The worst first, each with its cause, its cure and its place in the guide; then how many there are."""
    parts = []
    for weight, meaning in WEIGHTS.items():
        mine = [finding for finding in findings if finding.kind.weight == weight]
        if mine:
            parts.append("\n".join([f"{meaning[0].upper()}{meaning[1:]}:", *map(_one, mine)]))
    return "\n\n".join([*parts, _count(findings)])


def as_json(findings: Sequence[Finding]) -> str:
    """One object: how bad it is, and every finding."""
    return json.dumps({"status": status(findings), "findings": [finding.as_json() for finding in findings]}, indent=1)


def status(findings: Sequence[Finding]) -> int:
    """For programs: 0 nothing but advice, 1 a promise is broken, 2 people get nothing."""
    weights = {finding.kind.weight for finding in findings}
    return 2 if STOPS in weights else 1 if HARMS in weights else 0


def _one(finding: Finding) -> str:
    cause = _filled(finding.cause, f"  {finding.code}  ", " " * 7)
    cure = _filled(f"-> {finding.cure}", " " * 7, " " * 10)
    return f"{cause}\n{cure}\n{' ' * 10}{GUIDE}, step {finding.kind.step}"


def _filled(text: str, first: str, others: str) -> str:
    """Lines of a terminal; names, addresses and commands stay whole."""
    return fill(
        text, WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False, break_long_words=False
    )


def _count(findings: Sequence[Finding]) -> str:
    if not findings:
        return "Nothing is wrong."
    counts = Counter(finding.kind.weight for finding in findings)
    words = {STOPS: "stop the line", HARMS: "do harm", ADVICE: "can wait"}
    return ", ".join(f"{counts[weight]} {words[weight]}" for weight in WEIGHTS if counts[weight]) + "."
