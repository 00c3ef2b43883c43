"""People are counted at a step of the real line, and few are not counted out."""

from __future__ import annotations

import pytest

from bot.studio.standing import Standing
from tests.conftest import Person, settings


@pytest.mark.parametrize(("people", "said"), [(0, "nobody"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5")])
def test_who_stands_at_a_step(app, config, people, said):
    for number in range(people):
        Person(app.test_client(), address=f"+1202555010{number}").says("ice at my door")

    assert Standing(config).at("home_door.at_the_door") == said
    assert Standing(config).at("home_door.inside") == "nobody"


def test_a_line_that_does_not_answer_is_said(tmp_path):
    config = settings(f"unix://{tmp_path}/nobody.sock", tmp_path)

    assert Standing(config).at("home_door.inside").startswith("unknown")
