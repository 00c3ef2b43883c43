"""Twilio's REST API: the only module that calls it, and what its answers mean for us.

Apart from the jobs so that they read as what is done and not how. Every call has a time-out (the library's own default is
to wait for ever); the connection pool is as large as the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot.config import Config

TIMEOUT_SECONDS = 10
NOT_YET = 20009
"""https://www.twilio.com/docs/api/errors/20009 - Twilio is still busy with the message."""
NOT_FOUND = (20404, 404)
"""https://www.twilio.com/docs/api/errors/20404 - it is gone: what we wanted."""
TOO_MANY = (20429, 429)
"""https://www.twilio.com/docs/api/errors/20429 - never processed, always safe to repeat."""
NOT_ALLOWED = (20003, 401, 403)
"""https://www.twilio.com/docs/api/errors/20003 - the credentials are wrong."""


class Outcome(Enum):
    """What became of one request."""

    DONE = "done"
    LATER = "later"
    SLOWER = "slower"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Deleted:
    """The answer to one delete request."""

    outcome: Outcome
    code: int | None = None


class Sender:
    """Twilio's REST API with our credentials."""

    def __init__(self, config: Config, *, threads: int, base_url: str | None = None) -> None:
        """`base_url`: another server than Twilio's, for tests on this machine."""
        http = TwilioHttpClient(timeout=TIMEOUT_SECONDS)
        if http.session is not None:
            http.session.mount("https://", HTTPAdapter(pool_maxsize=threads))
        user, password = (
            (config.api_key, config.api_secret) if config.api_key else (config.account_sid, config.auth_tokens[0])
        )
        self._client = Client(user, password, config.account_sid, http_client=http)
        if base_url:
            self._client.api.base_url = base_url

    def delete_message(self, message_id: str) -> Deleted:
        """Ask Twilio to delete its copy of a message, media included. Twice is as good as once."""
        try:
            self._client.messages(message_id).delete()
        except TwilioRestException as error:
            return Deleted(_outcome(error), error.code or error.status)
        except (TwilioException, RequestException):
            return Deleted(Outcome.LATER)
        return Deleted(Outcome.DONE)


def _outcome(error: TwilioRestException) -> Outcome:
    codes = {error.code, error.status}
    if codes & set(NOT_FOUND):
        return Outcome.DONE
    if codes & set(TOO_MANY):
        return Outcome.SLOWER
    if codes & set(NOT_ALLOWED):
        return Outcome.REFUSED
    return Outcome.LATER
