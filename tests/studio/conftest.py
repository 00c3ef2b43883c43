"""The workshop as its visitors meet it: the real application on copies of the shipped content, and a real browser.

The application that nothing is changed in is built once; whoever edits files gets a workshop of their own.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from bot.config import CHECKOUT, Config
from bot.embedded import running
from bot.studio.app import Quiet, create_studio
from bot.studio.doors import Links
from tests.conftest import NOON, settings
from tests.web import free_port

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
"""As root, without a graphics card, and asking nobody anything."""
PATIENCE = 180_000
"""Milliseconds that a busy machine may take; how long it really takes is measured, not tested."""


def folder_of_content(path: Path) -> Path:
    """A copy of the shipped content."""
    for room in ("flows", "messages"):
        shutil.copytree(CHECKOUT / room, path / room)
    return path


class Visitor:
    """Somebody with a browser, without the browser: gets pages, sends their forms."""

    def __init__(self, app: Flask, config: Config) -> None:
        self.app, self.config = app, config
        self.client: FlaskClient = app.test_client()
        self.base = f"http://127.0.0.1:{config.studio_port}"

    def comes_in(self) -> Visitor:
        """Open the link that was printed."""
        link = Links(self.config).make()
        assert self.client.get(link.removeprefix(self.base), base_url=self.base).status_code == 200
        return self

    def gets(self, path: str, status: int = 200) -> str:
        """A page."""
        answer = self.client.get(path, base_url=self.base)
        assert answer.status_code == status, answer.text
        return answer.text

    def token(self) -> str:
        """What every form of this visit holds."""
        found = re.search(r'name="form_token" value="([^"]+)"', self.gets("/problems"))
        assert found
        return found[1]

    def sends(self, path: str, status: int = 200, **fields: Any) -> str:
        """A form, and the page after it."""
        answer = self.client.post(
            path, data={"form_token": self.token(), **fields}, base_url=self.base, follow_redirects=True
        )
        assert answer.status_code == status, answer.text
        return answer.text


@pytest.fixture(scope="session")
def practice_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Valkey for practice lines."""
    with running(tmp_path_factory.mktemp("practice")) as server:
        yield server.url


def studio_settings(folder: Path, redis_url: str, **more: str) -> Config:
    """A workshop's settings: on its own machine, over a copy of the content. `redis_url`: the real line's store."""
    port = free_port()
    env = {"HOTLINE_CONTENT": str(folder_of_content(folder / "content")), "STUDIO_PORT": str(port)}
    return settings(redis_url, folder / "data", **env, **more)


@pytest.fixture(scope="session")
def _shown(practice_store: str, valkey: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Config]:
    config = studio_settings(tmp_path_factory.mktemp("shown"), valkey)
    return create_studio(config, f"{practice_store}?db=1", lambda: NOON), config


@pytest.fixture
def visitor(_shown: tuple[Flask, Config]) -> Visitor:
    """Somebody in a workshop whose files nobody changes."""
    return Visitor(*_shown).comes_in()


@pytest.fixture
def stranger(_shown: tuple[Flask, Config]) -> Visitor:
    """Somebody who is not in."""
    return Visitor(*_shown)


@pytest.fixture
def volunteer(practice_store: str, valkey: str, tmp_path: Path) -> Visitor:
    """Somebody in a workshop of their own, whose files they may change."""
    config = studio_settings(tmp_path, valkey)
    app = create_studio(config, f"{practice_store}?db=2", lambda: NOON, tmp_path / "conversations")
    return Visitor(app, config).comes_in()


# ------------------------------------------------------------------------------------------------ a real browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real browser, which asks nobody but this machine."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed here (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Browsing:
    """A person with a browser in a workshop. Whatever the page asks another host for, or complains of, is kept."""

    def __init__(self, browser: Any, visitor: Visitor, **looks: Any) -> None:
        self.visitor = visitor
        self.base = visitor.base
        self.context = browser.new_context(**looks)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def comes_in(self) -> Any:
        """Open the link; returns the page."""
        self.page.goto(Links(self.visitor.config).make())
        self.page.wait_for_selector("#talk")
        return self.page

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.base):
            self.complaints.append(f"asked for {request.url}")


def serving(visitor: Visitor) -> Any:
    """A server for a visitor's workshop, running in a thread."""
    server = make_server("127.0.0.1", visitor.config.studio_port, visitor.app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def browsing(chromium: Any, volunteer: Visitor) -> Iterator[Browsing]:
    """Somebody with a browser in a workshop of their own."""
    server = serving(volunteer)
    person = Browsing(chromium, volunteer)
    yield person
    person.context.close()
    server.shutdown()
    assert person.complaints == []
