"""The rooms of flows and steps: what is shown of each, and the talk that leads there."""

from __future__ import annotations

import re

from tests.conftest import first_line
from tests.studio.test_phone import heard


def test_every_flow_is_listed_with_what_it_is_about(visitor, library):
    page = visitor.gets("/flows")

    assert all(f'href="/flows/{flow}"' in page for flow in library.release.flows)
    assert "Immigration agents are at the door of a home, or have come in." in page


def test_a_map_is_a_picture_with_a_title_and_links(visitor):
    page = visitor.gets("/flows/home_door")

    assert '<title id="chart-title">The map of home_door</title>' in page
    assert 'href="/flows/home_door/has_paper" aria-label="has_paper, asks"' in page
    assert 'href="/flows/lawyer" aria-label="lawyer, another flow"' in page


def test_a_step_shows_its_words_in_every_language(visitor, library):
    page = visitor.gets("/flows/home_door/has_paper")

    for locale in library.release.locales:
        words = library.messages.text("home_door.has_paper.judge.label", locale)

        assert f'<dd lang="{locale}" dir="{"rtl" if locale in ("ar", "ur") else "ltr"}">{words}</dd>' in page
    assert "on the real line: <strong>nobody</strong>" in page


def test_a_step_shows_its_own_mistakes_only(volunteer):
    path = volunteer.config.content / "messages" / "es" / "home_door.yml"
    text = path.read_text()
    at = text.index("\nhas_paper:")
    path.write_text(text[:at] + text[at:].replace("judge: {label:", "judge: {lable:", 1))
    volunteer.app.extensions["workshop"].draft.look()

    assert "lable" in volunteer.gets("/flows/home_door/has_paper")
    assert "lable" not in volunteer.gets("/flows/home_door/inside")


def test_a_talk_starts_at_a_step(visitor):
    page = visitor.sends("/flows/home_door/judge_check/start", channel="sms", locale="en")

    assert heard(page)[-1].startswith(first_line("home_door.judge_check"))
    assert re.search(r"at <code>home_door.judge_check</code>", page)


def test_what_is_not_there_is_said_in_words(visitor):
    for path in ("/flows/nowhere", "/flows/home_door/nowhere"):
        assert "There is no such page." in visitor.gets(path, 404)
