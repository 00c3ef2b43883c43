"""A city's own folder over the shared one, published and served: people get what comes out of both."""

from __future__ import annotations

import pytest

from bot.app import create_app
from bot.content.fallback import FILE, written
from bot.content.library import check_folder
from bot.content.problem import ContentError
from bot.embedded import running
from bot.publishing.acts import Wish, publish_folder
from bot.reply import fallback_texts
from bot.translations import record
from tests.conftest import Person, at_a_desk, settings
from tests.content.catalogue import sound_content
from tests.content.test_layers import DAY


def test_both_folders_are_one_release_and_the_fallback_is_the_citys_own(tmp_path, clock):
    shared, city = sound_content(tmp_path / "shared"), tmp_path / "city"
    (city / "flows").mkdir(parents=True)
    (city / "messages" / "en").mkdir(parents=True)
    (city / "messages" / "en" / "door.yml").write_text("knock:\n  text: Our city says stay inside.\n", "utf-8")
    record((shared, city), "es", ["door.knock.text"], by="native speaker", today=DAY)
    with running(tmp_path / "data") as server:
        config = settings(server.url, tmp_path / "data", HOTLINE_CONTENT=f"{shared},{city}")
        with pytest.raises(ContentError, match=FILE):
            publish_folder(config.layers, at_a_desk(config), Wish(by="Ana"))
        (city / FILE).write_text(written(fallback_texts(check_folder(config.layers).library())), "utf-8")
        first = publish_folder(config.layers, at_a_desk(config), Wish(by="Ana"))
        again = publish_folder(config.layers, at_a_desk(config), Wish(by="Ana"))
        person = Person(create_app(config, clock).test_client())
        said = person.says("door")

    assert said.startswith("Our city says stay inside.")
    assert (first.number, first.new, again.number, again.new) == (1, True, 1, False)
