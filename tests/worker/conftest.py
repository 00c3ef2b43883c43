"""The Twilio of the worker's tests: the mock, with and without Twilio's own document behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.twilio_mock import TwilioMock, openapi_document


@pytest.fixture(scope="session")
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Twilio's own description of its API of messages."""
    return openapi_document(request.config.cache.mkdir("twilio"))


@pytest.fixture
def strict_twilio(document: dict[str, Any]) -> Iterator[TwilioMock]:
    """A Twilio that refuses whatever its own document does not allow."""
    mock = TwilioMock(document)
    yield mock
    mock.close()


@pytest.fixture
def twilio() -> Iterator[TwilioMock]:
    """A Twilio that needs no npm."""
    mock = TwilioMock()
    yield mock
    mock.close()
