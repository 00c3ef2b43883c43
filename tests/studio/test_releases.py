"""Releases from the browser: the dry run, publishing what it has shown, going back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.publishing.acts import LONGEST, Wish, listed, publish_folder
from bot.store.client import connect
from bot.studio.app import create_studio
from tests.studio.conftest import Visitor, studio_settings

NOBODY = {"TWILIO_AUTH_TOKEN": "", "TWILIO_ACCOUNT_SID": "", "PUBLIC_URL": ""}
"""A line that nobody can text yet, so that signatures are not asked for."""


@pytest.fixture
def publisher(practice_store: str, valkey: str, tmp_path: Path) -> Visitor:
    """Somebody whose line has a release."""
    connect(valkey).flushall()
    config = studio_settings(tmp_path, valkey, **NOBODY)
    publish_folder(config.content, config, Wish(by="Ana", note="first"))
    return Visitor(create_studio(config, f"{practice_store}?db=4"), config).comes_in()


def change(person: Visitor, old: str, new: str) -> None:
    path = person.config.content / "messages" / "en" / "home_door.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    person.app.extensions["workshop"].draft.look()


def shown(person: Visitor, query: str = "") -> str:
    found = re.search(r'name="shown" value="([\w-]+)"', person.gets(f"/releases/new?{query}"))
    assert found
    return found[1]


def test_the_log_says_who_published_what(publisher):
    page = publisher.gets("/releases")

    assert '<td data-name="Who">Ana</td>' in page
    assert "first" in page
    assert '<strong class="good">live</strong>' in page


def test_a_dry_run_says_what_would_change_and_writes_nothing(publisher):
    change(publisher, "Keep the door closed.", "Keep that door closed.")
    page = publisher.gets("/releases/new")

    assert "Compared with release 1, which is live:" in page
    assert "Keep that door closed." in page
    assert len(listed(publisher.config)) == 1


def test_what_was_shown_is_published_and_gone_back_from(publisher):
    change(publisher, "Keep the door closed.", "Keep that door closed.")
    page = publisher.sends("/releases/new", shown=shown(publisher), by="Bo", note="that door")

    assert "Release 2 (" in page
    assert '<td data-name="Who">Bo</td>' in page
    page = publisher.sends("/releases/back", number="1", by="Cleo")

    assert "It says what release 1 said." in page
    assert [one.entry.by for one in listed(publisher.config)] == ["Cleo", "Bo", "Ana"]


def test_a_folder_that_changed_since_it_was_shown_is_not_published(publisher):
    change(publisher, "Keep the door closed.", "Keep that door closed.")
    digest = shown(publisher)
    change(publisher, "Keep that door closed.", "Keep this door closed.")

    assert "has changed since you looked" in publisher.sends("/releases/new", shown=digest, by="Bo")
    assert len(listed(publisher.config)) == 1


def test_what_is_live_and_has_changed_since_the_folder_was_shown_is_not_replaced(publisher):
    change(publisher, "Keep the door closed.", "Keep that door closed.")
    seen = shown(publisher)
    change(publisher, "Keep that door closed.", "Keep this door closed.")
    publish_folder(publisher.config.content, publisher.config, Wish(by="Ana"))
    change(publisher, "Keep this door closed.", "Keep that door closed.")

    assert "has changed since you looked" in publisher.sends("/releases/new", shown=seen, by="Bo")
    assert len(listed(publisher.config)) == 2


def test_the_page_ends_with_its_own_button_and_not_with_a_command(publisher):
    change(publisher, "Keep the door closed.", "Keep that door closed.")
    page = publisher.gets("/releases/new")

    assert "The button below makes it live." in page
    assert "python3 -m bot" not in page


@pytest.mark.parametrize("field", ["by", "note", "second"])
def test_the_log_takes_no_long_stories(publisher, field):
    change(publisher, "Keep the door closed.", "Keep that door closed.")
    fields = {"by": "Bo", field: "x" * (LONGEST[field] + 1)}
    page = publisher.sends("/releases/new", shown=shown(publisher), **fields)

    assert f"Say it in at most {LONGEST[field]} letters" in page
    assert len(listed(publisher.config)) == 1


def test_nobody_publishes_without_a_name(publisher):
    change(publisher, "Keep the door closed.", "Keep that door closed.")

    assert "Say who you are" in publisher.sends("/releases/new", shown=shown(publisher), by=" ")
    assert len(listed(publisher.config)) == 1


def test_a_folder_with_mistakes_cannot_be_published(publisher):
    change(publisher, "has_paper:", "has_papper:")
    page = publisher.gets("/releases/new")

    assert "The folder has mistakes" in page
    assert 'name="shown"' not in page


def test_any_number_of_mistakes_fits_into_what_a_browser_keeps(publisher):
    path = publisher.config.content / "messages" / "es" / "home_door.yml"
    path.write_text(path.read_text() + "".join(f"nothing_{number}: {{text: x}}\n" for number in range(900)))
    data = {"form_token": publisher.token(), "by": "Bo", "shown": "x"}
    answer = publisher.client.post("/releases/new", data=data, base_url=publisher.base)

    assert len(answer.headers["Set-Cookie"]) < 4000


def test_where_real_people_text_the_missing_signatures_are_named(practice_store, valkey, tmp_path):
    config = studio_settings(tmp_path, valkey, PUBLIC_URL="https://line.rights.nyc")
    connect(config.redis_url).flushall()
    page = Visitor(create_studio(config, f"{practice_store}?db=4"), config).comes_in().gets("/releases/new")

    assert "No lawyer has signed the flow" in page
    assert 'name="shown"' not in page


def test_what_nobody_has_reviewed_goes_live_on_the_word_of_a_role(practice_store, valkey, tmp_path):
    """Ticked, shown again, published, and kept in the log; what is not ticked still stands against it."""
    config = studio_settings(tmp_path, valkey, PUBLIC_URL="https://line.rights.nyc")
    connect(config.redis_url).flushall()
    visitor = Visitor(create_studio(config, f"{practice_store}?db=4"), config).comes_in()
    page = visitor.gets("/releases/new")
    flows, locales = (re.findall(rf'name="{name}" value="([\w-]+)">', page) for name in ("flow", "locale"))
    most = urlencode({"role": "legal director", "flow": flows, "locale": locales[1:]}, doseq=True)
    every: dict[str, Any] = {"role": "legal director", "flow": flows, "locale": locales}

    assert "home_door" in flows
    assert "es" in locales
    assert f"texts in {locales[0]} were read by no speaker" in visitor.gets(f"/releases/new?{most}")
    assert "Nothing stands against it" in visitor.gets(f"/releases/new?{urlencode(every, doseq=True)}")
    page = visitor.sends("/releases/new", shown=shown(visitor, urlencode(every, doseq=True)), by="Bo", **every)

    assert "Release 1 (" in page
    (live,) = listed(config)
    assert (live.entry.role, set(live.entry.unreviewed)) == ("legal director", {*flows, *locales})
