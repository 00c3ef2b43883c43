"""From saving a file to seeing it: a workshop over a copy of the shipped content, and a real browser.

Apart from `growth`, which measures what people cost who text: this is for whoever writes, who
waits on the clock of the wall. The browser shares the machine with the workshop, as it does on a volunteer's desk.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bot.embedded import running
from bot.studio.app import create_studio
from tests.bench.measure import NotHere
from tests.conftest import NOON
from tests.studio.conftest import CHROMIUM, QUIET, Browsing, Visitor, serving, studio_settings

FLOW, WORDS = "flows/home_door.yaml", "messages/en/home_door.yml"
STEP = "/flows/home_door/at_the_door"


def saving(rounds: int) -> str:
    """Seconds until a page that is open shows what was saved.

    Raises:
        NotHere: there is no browser.
    """
    if not CHROMIUM:
        raise NotHere("No Chromium is installed here (Debian: apt-get install chromium).")
    seconds: dict[str, list[float]] = {"a mistake": [], "it is mended": [], "other words": []}
    with _at_the_step() as (page, folder):
        flow, words = folder / FLOW, folder / WORDS
        sound, said = flow.read_text(encoding="utf-8"), words.read_text(encoding="utf-8")
        for number in range(rounds):
            broken, new = sound.replace("paper: has_paper", "paper: has_papper", 1), f"Keep the door closed, {number}."
            changed = said.replace("Keep the door closed.", new, 1)
            assert broken != sound
            assert changed != said
            seconds["a mistake"].append(_seconds(page, flow, broken, "1 mistake."))
            seconds["it is mended"].append(_seconds(page, flow, sound, "No mistakes."))
            seconds["other words"].append(_seconds(page, words, changed, new))
    each = "\n".join(
        f"{median(took):.2f} s [{min(took):.2f}-{max(took):.2f}] until the page shows {what}"
        for what, took in seconds.items()
    )
    return f"{each}\nNot measured: another computer than the one that the workshop runs on."


def _seconds(page: Any, path: Path, text: str, shown: str) -> float:
    """Looked at with every picture that the browser draws: waiting for an element looks twice a second only."""
    began = time.monotonic()
    path.write_text(text, encoding="utf-8")
    page.wait_for_function("shown => document.body.innerText.includes(shown)", arg=shown)
    return time.monotonic() - began


@contextmanager
def _at_the_step() -> Iterator[tuple[Any, Path]]:
    """A browser at a step of a workshop, and the folder that it shows."""
    from playwright.sync_api import sync_playwright

    with (
        TemporaryDirectory(prefix="bench-") as name,
        running(Path(name) / "store") as server,
        sync_playwright() as play,
    ):
        config = studio_settings(Path(name), f"{server.url}?db=1")
        visitor = Visitor(create_studio(config, f"{server.url}?db=2", lambda: NOON), config)
        door = serving(visitor)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = Browsing(browser, visitor).comes_in()
        page.goto(visitor.base + STEP)
        yield page, config.content
        browser.close()
        door.shutdown()
