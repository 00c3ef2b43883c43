"""A few of the inputs that `python3 -m bot test fuzz` tries, and whether it finds what chance does not.

Apart from the properties beside each module: those say what must hold for inputs that somebody thought of.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.engine.small_line import FLOWS, MESSAGES
from tests.fuzz.__main__ import kept, targets, tried
from tests.fuzz.guided import Guided, Target
from tests.releases import library_of

INPUTS = 1_500


@pytest.fixture(scope="module")
def doors() -> Iterator[tuple[Target, ...]]:
    """Every target, over a small line."""
    with targets(library_of(FLOWS, MESSAGES, locales=("en", "es"))) as found:
        yield found


@pytest.mark.slow
def test_nothing_breaks_on_what_nobody_meant(doors):
    *_, guided = tried(doors, INPUTS, seed=0)

    assert [defect for one in guided for defect in one.defects] == []
    assert {one.target.name for one in guided if one.tried} == {door.name for door in doors}


def picky(data: bytes) -> None:
    """Breaks on three letters in a row, which nobody meets by chance."""
    if data[:1] != b"\x0b":
        return
    if data[1:2] != b"\xff":
        return
    if data[2:3] == b"\x0c":
        raise ValueError("found")


def test_an_input_that_reaches_new_code_leads_to_the_next(tmp_path):
    target = Target(name="picky", weight=0, meet=picky, seeds=(b"",))
    guided, blind = Guided(target, Random(1), code=__file__), Guided(target, Random(1), code="nowhere")
    guided.run(40_000)
    blind.run(40_000)

    assert [(defect.data[:3], "found" in defect.why) for defect in guided.defects] == [(b"\x0b\xff\x0c", True)]
    assert blind.defects == []
    assert "picky" in kept(guided.defects[0], tmp_path)
    assert [path.read_bytes()[:3] for path in tmp_path.iterdir()] == [b"\x0b\xff\x0c"]


def test_the_same_seed_makes_the_same_inputs():
    met: list[bytes] = []
    target = Target(name="any", weight=0, meet=met.append, seeds=(b"door", b"1"))
    for _ in range(2):
        Guided(target, Random(7)).run(50)

    assert met[:52] == met[52:]
