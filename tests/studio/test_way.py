"""The shortest talk that leads to a step: there is one for every step of the shipped flows that anybody meets."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.engine.flow import Branch, Visit
from bot.engine.session import short_id
from bot.studio.way import way_to
from bot.transcript import Talk, Transcript, touched
from tests.conftest import _shipped

STEPS = sorted(key for key, step in _shipped()[1].release.steps.items() if not isinstance(step, Branch | Visit))


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_texts_lead_to_every_step(locale, library):
    for step in STEPS:
        texts = way_to(library, step, locale, "sms")

        assert texts, step
        transcript = Transcript.parse("".join(f"> {text}\n" for text in texts))
        talk = Talk(library, "sms", datetime(2026, 11, 23, 12, 0))
        for text in texts:
            talk.hears(text)
        stands = talk.session and talk.session.place and talk.session.place.step == short_id(step)

        assert stands or step in touched(transcript, library), step


def test_it_is_the_shortest(library):
    texts = way_to(library, "home_door.judge_check", "en", "sms")

    assert texts is not None
    assert texts[:2] == ("door", "English")
    assert texts[2:] == ("1", "1")
