"""Messages in Twilio's REST API: the only module that asks for them, and what the answers mean for us.

Apart from the jobs so that they read as what is done and not how. What comes back is an outcome and a number, never an
exception: the library's exceptions quote addresses and answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from bot.config import Config
from bot.twilio_http import NOT_ALLOWED, NOT_FOUND, TOO_MANY, UNREACHABLE, Http

TIMEOUT_SECONDS = 5
"""To connect, and between two packets. A delete takes Twilio a few hundredths of a second."""


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
        user, password = (
            (config.api_key, config.api_secret) if config.api_key else (config.account_sid, config.auth_tokens[0])
        )
        self._client = Client(
            user, password, config.account_sid, http_client=Http(threads, timeout, proxied=not base_url)
        )
        if base_url:
            self._client.api.base_url = base_url

    def delete_message(self, message_id: str) -> Deleted:
        """Ask Twilio to delete its copy of a message, media included. Twice is as good as once."""
        try:
            gone = self._client.messages(message_id).delete()
        except TwilioException as error:
            return _meaning(getattr(error, "code", None), getattr(error, "status", None))
        except UNREACHABLE:
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
