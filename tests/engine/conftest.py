"""What the tests of the engine share."""

from __future__ import annotations

import pytest

from bot.content.library import Library
from tests.engine.small_line import FLOWS, MESSAGES
from tests.releases import library_of


@pytest.fixture(scope="module")
def small() -> Library:
    """A line with every kind of step."""
    return library_of(FLOWS, MESSAGES, locales=("en", "es"))
