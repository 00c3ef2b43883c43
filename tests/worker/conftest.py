"""The Twilio of the worker's tests: the mock, with and without Twilio's own documents behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.twilio_mock import TwilioMock


@pytest.fixture
def strict_twilio() -> Iterator[TwilioMock]:
    """A Twilio that refuses whatever its own documents do not allow."""
    mock = TwilioMock(strict=True)
    yield mock
    mock.close()


@pytest.fixture
def twilio() -> Iterator[TwilioMock]:
    """A Twilio that checks nothing, and is quick."""
    mock = TwilioMock()
    yield mock
    mock.close()
