"""Content of any size, made up: to see how time grows with it.

Apart from the tests because benchmarks use it too. `python -m tests.grown 10 100 1000` prints what checking and
exploring cost, in CPU seconds, at each number of steps.
"""

from __future__ import annotations

import sys
from time import process_time

from bot.content.library import Checked
from bot.explore import explore
from tests.releases import checked_of

IN_A_FLOW = 50
"""Steps of one flow: many flows, as volunteers would write them."""
LETTERS = "abcdefghij"


def grown(steps: int, locales: tuple[str, ...] = ("en",)) -> Checked:
    """A line with about so many steps: flows of questions in a row, each with a way to legal help, and an emergency."""
    flows = {
        "menu": "steps: {choose: {ask: {f_a: f_a, lawyer: lawyer}}}",
        "lawyer": "steps: {n: {refer: {need: legal}}}",
    }
    messages = {
        "menu": "choose: {text: What is it?, f_a: {label: Something}, lawyer: {label: Legal help}}",
        "lawyer": "keywords: [lawyer]\nn: {text: Call them.}",
        "alarm": "keywords: [fire]\nwhich: {text: Call, safe: {label: Safe}, lawyer: {label: Law}}\nsafe: {text: Ok}",
    }
    flows["alarm"] = "interrupts: true\nsteps: {which: {ask: {safe: safe, lawyer: lawyer}}, safe: {end: said}}"
    left, number = steps, 0
    while left > 0:
        name, size = f"f_{spelled(number)}", min(left, IN_A_FLOW)
        flows[name], messages[name] = _flow(name, size)
        left, number = left - size, number + 1
    return checked_of(flows, messages, locales=locales)


def spelled(number: int) -> str:
    """A number in letters: no two flows share a word."""
    return "".join(LETTERS[int(digit)] for digit in str(number))


def _flow(name: str, size: int) -> tuple[str, str]:
    steps = [f"s{n}: {{ask: {{on: s{n + 1}, help: lawyer}}}}".replace("on:", '"on":') for n in range(size - 1)]
    words = [
        f's{n}: {{text: "This is {n} of {name}.", "on": {{label: Go on}}, help: {{label: Legal help}}}}'
        for n in range(size - 1)
    ]
    last = size - 1
    flow = "\n  ".join(["steps:", *steps, f"s{last}: {{end: said}}"])
    return flow, "\n".join(
        [f"keywords: [word{name.replace('_', '')}]", *words, f"s{last}: {{text: The end of {name}.}}"]
    )


def main(sizes: list[int]) -> None:
    """Print the times."""
    print("  steps   check  explore  situations    texts  composed")
    for size in sizes:
        begun = process_time()
        library = grown(size).library()
        checked = process_time()
        found = explore(library)
        assert not found.failures, found
        times = f"{checked - begun:7.1f} {process_time() - checked:8.1f}"
        print(f"{size:7,} {times} {len(found.walk.nodes):11,} {found.walk.turns:8,} {found.composed:9,}", flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10, 100, 1000, 10_000])
