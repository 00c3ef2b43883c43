"""What is set at Twilio: the account, its numbers, Messaging Services and WhatsApp senders, and their registration.

Apart from `worker.sender`, which asks about messages and nothing else: here an operator's own settings are read and
changed, by `connect` and `doctor`, never while somebody waits for a reply. Whatever a number, a service and a sender
have in common looks the same to the callers: a thing with a name and fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from twilio.rest import Client

from bot.config import Config
from bot.twilio_http import NOT_ALLOWED, NOT_FOUND, UNREACHABLE, Http

TIMEOUT_SECONDS = 5.0
NUMBER, SERVICE, WHATSAPP = "number", "service", "whatsapp"
TOLL_FREE = ("+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888")
FIELDS = {
    NUMBER: (
        "sms_url",
        "sms_method",
        "sms_fallback_url",
        "sms_fallback_method",
        "sms_application_sid",
        "voice_url",
        "voice_method",
        "voice_application_sid",
    ),
    SERVICE: (
        "inbound_request_url",
        "inbound_method",
        "fallback_url",
        "fallback_method",
        "status_callback",
        "validity_period",
        "use_inbound_webhook_on_number",
    ),
    WHATSAPP: (
        "callback_url",
        "callback_method",
        "fallback_url",
        "fallback_method",
        "status_callback_url",
        "status_callback_method",
    ),
}
"""What can be set of each kind of thing, in Twilio's words."""

Answer = TypeVar("Answer")


class AccountError(Exception):
    """Twilio did not do what was asked for. `code` is its number for it; None: it did not answer."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"Twilio refuses it (code {code})" if code else "Twilio does not answer")
        self.code = code

    @property
    def is_refusal(self) -> bool:
        """Whether Twilio does not accept the credentials."""
        return self.code in NOT_ALLOWED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thing:
    """A number, a Messaging Service or a WhatsApp sender, as it is set at Twilio."""

    kind: str
    sid: str
    name: str
    """What a person calls it: the number itself, or the name of the service."""
    fields: Mapping[str, str]
    state: str = ""
    """Of a WhatsApp sender: whether it is online."""
    can_text: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """The account itself."""

    status: str
    is_trial: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left to spend."""

    amount: float
    currency: str


class TwilioAccount:
    """Twilio's REST API for settings, with our credentials."""

    def __init__(self, config: Config, *, base_url: str | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        """`base_url`: another server than Twilio's, for tests on this machine.

        Raises:
            AccountError: there are no credentials to ask with.
        """
        if not config.can_call_twilio:
            raise AccountError(20003)
        self._config = config
        base_url = base_url or _base_url
        self._http = Http(4, timeout, proxied=not base_url)
        self._token = config.auth_tokens[0] if config.auth_tokens else ""
        key = (config.api_key, config.api_secret) if config.api_key else (config.account_sid, self._token)
        self._client = Client(*key, config.account_sid, http_client=self._http)
        if base_url:
            self._client.api.base_url = self._client.messaging.base_url = base_url

    def standing(self, token: str = "") -> Standing:
        """How the account stands: asked with the auth token, since Twilio tells no API key.

        Raises:
            AccountError: if it is a refusal, this token is not one of the account.
        """
        found = self._with_token(f"{self._account}.json", token or self._token)
        return Standing(str(found.get("status", "")), found.get("type") == "Trial")

    def balance(self) -> Balance:
        """What is left to spend.

        Raises:
            AccountError
        """
        found = self._with_token(f"{self._account}/Balance.json", self._token)
        return Balance(float(found.get("balance") or 0), str(found.get("currency", "")))

    def has_messages_before(self, day: datetime) -> bool:
        """Whether Twilio still keeps a message from before a day. With the key that the worker deletes them with.

        Raises:
            AccountError
        """
        return bool(_asked(lambda: self._client.messages.list(date_sent_before=day, limit=1)))

    def numbers(self) -> tuple[Thing, ...]:
        """The numbers of the account.

        Raises:
            AccountError
        """
        found = _asked(lambda: self._client.incoming_phone_numbers.list())
        return tuple(
            Thing(
                kind=NUMBER,
                sid=one.sid,
                name=one.phone_number,
                fields=_fields(NUMBER, one),
                can_text=bool((one.capabilities or {}).get("sms", True)),
            )
            for one in found
        )

    def services(self) -> tuple[Thing, ...]:
        """The Messaging Services of the account.

        Raises:
            AccountError
        """
        return tuple(map(_service, _asked(lambda: self._client.messaging.v1.services.list())))

    def members(self, service: str) -> frozenset[str]:
        """The ids of the numbers in a Messaging Service.

        Raises:
            AccountError
        """
        found = _asked(lambda: self._client.messaging.v1.services(service).phone_numbers.list())
        return frozenset(one.sid for one in found)

    def whatsapp_senders(self) -> tuple[Thing, ...]:
        """The WhatsApp senders of the account.

        Raises:
            AccountError
        """
        found = _asked(lambda: self._client.messaging.v2.channels_senders.list(channel="whatsapp"))
        return tuple(
            Thing(
                kind=WHATSAPP,
                sid=one.sid,
                name=one.sender_id,
                fields=_fields(WHATSAPP, one.webhook),
                state=str(one.status),
            )
            for one in found
        )

    def toll_free_verifications(self) -> Mapping[str, str]:
        """How far each toll-free number is verified, by its id.

        Raises:
            AccountError
        """
        found = _asked(lambda: self._client.messaging.v1.tollfree_verifications.list())
        return {one.tollfree_phone_number_sid: str(one.status) for one in found}

    def campaigns(self, service: str) -> tuple[str, ...]:
        """How far the 10DLC campaigns of a Messaging Service are.

        Raises:
            AccountError
        """
        found = _asked(lambda: self._client.messaging.v1.services(service).us_app_to_person.list())
        return tuple(str(one.campaign_status) for one in found)

    def update(self, kind: str, sid: str, fields: Mapping[str, str]) -> None:
        """Set some fields of a thing.

        Raises:
            AccountError
        """
        if kind == NUMBER:
            _asked(lambda: self._client.incoming_phone_numbers(sid).update(**fields))
        elif kind == SERVICE:
            _asked(lambda: self._client.messaging.v1.services(sid).update(**fields))
        else:
            sender = self._client.messaging.v2.channels_senders(sid)
            wanted = {"webhook": _Plain(fields)}
            _asked(lambda: sender.update(messaging_v2_channels_sender_requests_update=_Plain(wanted)))

    def make_service(self, name: str) -> str:
        """A new Messaging Service. Returns its id.

        Raises:
            AccountError
        """
        return str(_asked(lambda: self._client.messaging.v1.services.create(friendly_name=name)).sid)

    def remove_service(self, sid: str) -> None:
        """Remove a Messaging Service; one that is gone already is what we want.

        Raises:
            AccountError
        """
        _gone(lambda: self._client.messaging.v1.services(sid).delete())

    def add_member(self, service: str, number: str) -> None:
        """Put a number into a Messaging Service.

        Raises:
            AccountError
        """
        _asked(lambda: self._client.messaging.v1.services(service).phone_numbers.create(phone_number_sid=number))

    def remove_member(self, service: str, number: str) -> None:
        """Take a number out of a Messaging Service; the number itself stays.

        Raises:
            AccountError
        """
        _gone(lambda: self._client.messaging.v1.services(service).phone_numbers(number).delete())

    def time_ahead_of(self, now: Callable[[], datetime]) -> timedelta | None:
        """By how much Twilio's clock is ahead of ours; None: Twilio does not answer.

        Whoever asks need not be let in: every answer is dated.
        """
        with suppress(AccountError):
            self._with_token(f"{self._account}.json", self._token)
        try:
            return parsedate_to_datetime(self._http.date) - now()
        except ValueError:
            return None

    @property
    def _account(self) -> str:
        return f"/2010-04-01/Accounts/{self._config.account_sid}"

    def _with_token(self, path: str, token: str) -> Mapping[str, Any]:
        """Read what only the auth token may see."""
        answer = _asked(lambda: self._client.api.request("GET", path, auth=(self._config.account_sid, token)))
        if not answer.ok:
            raise AccountError(_code_in(answer))
        with _told():
            found: Mapping[str, Any] = json.loads(answer.text)
        return found


class _Plain(dict[str, Any]):
    """What the library wants of a JSON body."""

    def to_dict(self) -> dict[str, Any]:
        return dict(self)


def _asked(request: Callable[[], Answer]) -> Answer:
    with _told():
        return request()


def _gone(request: Callable[[], object]) -> None:
    try:
        _asked(request)
    except AccountError as error:
        if error.code not in NOT_FOUND:
            raise


@contextmanager
def _told() -> Iterator[None]:
    """The library's exceptions quote addresses and answers: here only Twilio's number for it remains."""
    try:
        yield
    except TwilioException as error:
        answers = [said for said in error.args if isinstance(said, Response)]  # of a list: there it tells no code
        code = getattr(error, "code", None) or (_code_in(answers[0]) if answers else None)
        raise AccountError(code) from None
    except UNREACHABLE:
        raise AccountError(None) from None


def _code_in(answer: Response) -> int:
    """Twilio's number for what went wrong, else HTTP's."""
    try:
        return int(json.loads(answer.text)["code"])
    except (ValueError, LookupError, TypeError):
        return int(answer.status_code)


def _service(found: Any) -> Thing:
    return Thing(kind=SERVICE, sid=found.sid, name=found.friendly_name, fields=_fields(SERVICE, found))


def _fields(kind: str, found: Any) -> dict[str, str]:
    """Every field as a text, as it is sent; what is not set is empty."""
    values = found if isinstance(found, Mapping) else vars(found) if found is not None else {}
    return {name: _text(values.get(name)) for name in FIELDS[kind]}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


_base_url: str | None = None


def call_instead_of_twilio(base_url: str | None) -> None:
    """Call another server than Twilio's, for tests on this machine. Deliberately not a setting."""
    global _base_url
    _base_url = base_url
