"""The benchmarks run and print what they say. How fast anything is, is never tested.

Apart from the benchmarks themselves, which take minutes; here they are as small as they can be.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.config import CHECKOUT


def bench(*arguments: str) -> str:
    """What a benchmark prints, through the command that people type."""
    command = [sys.executable, "-m", "tests.bench", *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("floor --messages 8 --rounds 2", ("of the floor's texts a second of CPU", "p99", "Not measured:")),
        (
            "growth sessions memory --small --messages 8 --rounds 2",
            ("beside 1;", "Bytes in the store for each"),
        ),
        (
            "raid --people 8",
            (
                "8 of 8 people",
                "16 of 16 reports",
                "24 of 24 deletions and 8 of 8 costs",
                "cores, one to a small server",
            ),
        ),
        ("queue --sender toll-free --people 1000", ("3 parts a second", "zh-Hans", "validity period")),
        ("inside --messages 8 --lines 3", ("in the smallest webhook", "tottime")),
    ],
)
def test_a_benchmark_says_what_it_measured(arguments, says):
    printed = bench(*arguments.split())

    assert [words for words in says if words not in printed] == []
