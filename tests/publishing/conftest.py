"""Content that changes while people stand in it: a folder as a volunteer edits it, a server of its own, and an
application that is already running.

Apart from `tests/conftest.py` because only tests of publishing edit content.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from bot.app import create_app
from bot.config import CHECKOUT, Config
from bot.content.fallback import FILE, written
from bot.content.library import check_folder
from bot.embedded import running
from bot.engine.session import short_id
from bot.publishing import told
from bot.publishing.acts import Wish, publish_folder
from bot.reply import fallback_texts
from bot.store.client import connect
from bot.store.releases import Releases
from tests.conftest import Clock, Person, at_a_desk, known, settings
from tests.processes import until

CHANGED = "This part has changed. Here it is now:\n"


@dataclass
class Organisation:
    """A folder of content, a server, and a web process that serves what is published."""

    folder: Path
    config: Config
    app: Flask
    clock: Clock

    def publish(self, note: str = "test") -> str:
        """Publish the folder as it is now, as a volunteer does: without Twilio's credentials."""
        return told.published(publish_folder(self.folder, at_a_desk(self.config), Wish(note=note, by="Ana")))

    def edit(self, file: str, *changes: tuple[str, str]) -> None:
        """Change a file, or the same file of every language: `messages/*/home_door.yml`."""
        for path in self.folder.glob(file):
            text = path.read_text(encoding="utf-8")
            for pattern, new in changes:
                text, count = re.subn(pattern, new, text, count=1, flags=re.MULTILINE)
                assert count, f"{pattern} is not in {path}"
            path.write_text(text, encoding="utf-8")

    def rename(self, old: str, new: str) -> None:
        """Rename a step of home_door wherever it is named."""
        for path in (*self.folder.glob("messages/*/home_door.yml"), self.folder / "flows" / "home_door.yaml"):
            path.write_text(re.sub(rf"\b{old}\b", new, path.read_text(encoding="utf-8")), encoding="utf-8")

    def remove_who_is_it(self) -> None:
        """Take a step away, and the option that leads to it."""
        self.edit("flows/home_door.yaml", (r"^      who: who_is_it\n", ""), (r"^  who_is_it:\n(    .*\n)+\n", ""))
        self.edit("messages/*/home_door.yml", (r"^  who: .*\n", ""), (r"^who_is_it:\n((  .*)?\n)+?(?=\w)", ""))

    def write_fallback(self) -> None:
        """What `python3 -m bot fallback` does."""
        (self.folder / FILE).write_text(written(fallback_texts(check_folder(self.folder).library())), encoding="utf-8")

    def moved(self, line: str) -> None:
        """Say where people go."""
        with (self.folder / "flows" / "home_door.yaml").open("a", encoding="utf-8") as file:
            file.write(f"\nmoved: {{{line}}}\n")

    def person(self, *texts: str, number: int = 143, app: Flask | None = None) -> Person:
        """Somebody who has texted this before."""
        person = Person((app or self.app).test_client(), address=f"+1202555{number:04}")
        for text in texts:
            person.says(text)
        return person

    def stands_at(self, person: Person, step: str) -> bool:
        """Whether a person stands at a step of home_door."""
        session = known(self.config, person).session
        return bool(session and session.place and session.place.step == short_id(f"home_door.{step}"))

    @property
    def store(self) -> Redis:
        """The server."""
        return connect(self.config.redis_url)

    @property
    def releases(self) -> Releases:
        """What is published."""
        return Releases(self.store, keep_seconds=90 * 86400)

    def flush(self) -> None:
        """The store loses everything."""
        self.store.flushall()

    def serves(self, number: int) -> None:
        """Wait until the running application serves a release: it does so by itself."""
        stranger = self.person(number=9999)

        def has_it() -> bool:
            stranger.says("MENU")
            stranger.clock.passes(minutes=5)
            return bool(known(self.config, stranger).session.release == number)

        until(has_it)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped content in one language, so that it is published in a fraction of the time."""
    folder = tmp_path_factory.mktemp("shipped")
    shutil.copytree(CHECKOUT / "flows", folder / "flows")
    shutil.copytree(CHECKOUT / "messages" / "en", folder / "messages" / "en")
    path = folder / "flows" / "organisation.yaml"
    path.write_text(path.read_text().replace("bilingual: [en, es]", "bilingual: [en]"))
    (folder / FILE).write_text(written(fallback_texts(check_folder(folder).library())), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path, shipped: Path) -> Path:
    """That content as a folder to edit."""
    return shutil.copytree(shipped, tmp_path / "content")


@contextmanager
def line(folder: Path, data: Path, clock: Clock, url: str | None = None) -> Iterator[Organisation]:
    """A folder published as release 1 and served, on a server of its own or on one that is named (and emptied)."""
    with running(data) as server:
        config = settings(url or server.url, data, HOTLINE_CONTENT=str(folder))
        connect(config.redis_url).flushall()
        publish_folder(folder, at_a_desk(config), Wish(note="first", by="Ana"))
        yield Organisation(folder, config, create_app(config, clock), clock)


@pytest.fixture
def organisation(tmp_path: Path, folder: Path, clock: Clock) -> Iterator[Organisation]:
    """Who runs a line with that content."""
    with line(folder, tmp_path / "data", clock) as found:
        yield found
