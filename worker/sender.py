"""Twilio's REST API: the only module that calls it, and what its answers mean for us.

Apart from the jobs so that they read as what is done and not how. Every call has a time-out (the library's own default
is to wait for ever); the connection pool is as large as the number of threads. What comes back is an outcome and a
number, never an exception: the library's exceptions quote addresses and answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot.config import Config

TIMEOUT_SECONDS = 5
"""To connect, and between two packets. A delete takes Twilio a few hundredths of a second."""
NOT_FOUND = frozenset({20404, 404})
"""https://www.twilio.com/docs/api/errors/20404 - it is gone: what we wanted."""
TOO_MANY = frozenset({20429, 429})
"""https://www.twilio.com/docs/api/errors/20429 - never processed, always safe to repeat."""
NOT_ALLOWED = frozenset({20003, 401, 403})
"""https://www.twilio.com/docs/api/errors/20003 - the credentials are wrong."""


class Outcome(Enum):
    """What became of one request."""

    DONE = "done"
    LATER = "later"
    """Twilio is still busy with the message (https://www.twilio.com/docs/api/errors/20009), or not well."""
    SLOWER = "slower"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Deleted:
    """The answer to one delete request: what it means, and Twilio's number for it."""

    outcome: Outcome
    code: int | None = None


class Sender:
    """Twilio's REST API with our credentials."""

    def __init__(
        self, config: Config, *, threads: int, base_url: str | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        """`base_url`: another server than Twilio's, for tests on this machine."""
        http = TwilioHttpClient(timeout=timeout)
        if http.session is not None:
            http.session.mount(base_url or "https://", HTTPAdapter(pool_maxsize=threads))
        user, password = (
            (config.api_key, config.api_secret) if config.api_key else (config.account_sid, config.auth_tokens[0])
        )
        self._client = Client(user, password, config.account_sid, http_client=http)
        if base_url:
            self._client.api.base_url = base_url

    def delete_message(self, message_id: str) -> Deleted:
        """Ask Twilio to delete its copy of a message, media included. Twice is as good as once."""
        try:
            gone = self._client.messages(message_id).delete()
        except TwilioException as error:
            return _meaning(getattr(error, "code", None), getattr(error, "status", None))
        except (RequestException, OSError, ValueError):  # no connection, no answer in time, or not an answer
            return Deleted(Outcome.LATER)
        return Deleted(Outcome.DONE if gone else Outcome.LATER)


def _meaning(code: int | None, status: int | None) -> Deleted:
    codes = {code, status}
    if codes & NOT_FOUND:
        return Deleted(Outcome.DONE, code or status)
    if codes & TOO_MANY:
        return Deleted(Outcome.SLOWER, code or status)
    if codes & NOT_ALLOWED:
        return Deleted(Outcome.REFUSED, code or status)
    return Deleted(Outcome.LATER, code or status)
