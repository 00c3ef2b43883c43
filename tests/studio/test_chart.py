"""The map of a flow: every step, every option, nothing on top of anything else."""

from __future__ import annotations

from itertools import combinations

import pytest

from bot.engine.flow import targets_of
from bot.studio.chart import chart, overlap
from tests.conftest import _shipped


@pytest.mark.parametrize("flow", sorted(_shipped()[1].release.flows))
def test_every_step_has_a_box_and_every_way_an_arrow(flow, library):
    found = library.release.flow(flow)
    drawn = chart(found)

    assert {box.key for box in drawn.boxes} >= {step.key for step in found.steps}
    assert {(a.start, a.end) for a in drawn.arrows} == {(s.key, t) for s in found.steps for t in targets_of(s)}


@pytest.mark.parametrize("flow", sorted(_shipped()[1].release.flows))
def test_no_two_boxes_overlap_and_all_stand_in_the_frame(flow, library):
    drawn = chart(library.release.flow(flow))

    for box in drawn.boxes:
        assert box.x >= 0
        assert box.x + box.width <= drawn.width
        assert box.y >= 0
        assert box.y + box.height <= drawn.height
    for one, other in combinations(drawn.boxes, 2):
        assert not overlap(one.frame, other.frame), (one.key, other.key)


@pytest.mark.parametrize("flow", sorted(_shipped()[1].release.flows))
def test_every_name_on_an_arrow_can_be_read(flow, library):
    drawn = chart(library.release.flow(flow))
    named = [arrow for arrow in drawn.arrows if arrow.names]

    for arrow, other in combinations(named, 2):
        assert not overlap(arrow.frame, other.frame), (arrow, other)
    for arrow in named:
        for box in drawn.boxes:
            assert not overlap(arrow.frame, box.frame), (arrow, box)


def test_options_that_lead_to_one_step_share_an_arrow(library):
    drawn = chart(library.release.flow("home_door"))
    (arrow,) = [a for a in drawn.arrows if (a.start, a.end) == ("home_door.judge_check", "home_door.doubt")]

    assert arrow.names == "missing, not_sure"
    assert 0 <= arrow.x <= drawn.width
    assert 0 <= arrow.y <= drawn.height
