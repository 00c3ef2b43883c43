"""Everything Twilio-shaped that comes in or goes back: the signature, the form, the answer.

Apart because this is the only module of the web process that knows Twilio. What it lets through is a channel, an opaque
address, a message id, which of our numbers was texted and what the person wrote; city, ZIP, profile name, location and
every other field end here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol
from xml.etree import ElementTree

from twilio.request_validator import RequestValidator, compare
from twilio.twiml.messaging_response import Message, MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from bot.engine.events import Inbound

INBOUND, STATUS, FALLBACK, VOICE = "/twilio/inbound", "/twilio/status", "/twilio/fallback", "/twilio/voice"
"""Where Twilio posts."""
MAX_CHARACTERS = 1600
"""https://www.twilio.com/docs/api/errors/21617"""
SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
CALL = re.compile(r"CA[0-9a-fA-F]{32}")
PROBE = "+15005550006"
"""A number of Twilio's own for tests, which no telephone has: the worker's texts to ourselves come from it."""
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
"""Whole messages that Twilio answers and blocks by itself on SMS:
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out"""
DONE = frozenset({"delivered", "undelivered", "failed", "canceled", "read"})
"""Statuses after which Twilio has nothing more to do with a message."""
_WRAPPED = re.compile(r"[A-Za-z0-9+/]{60,}={0,2}")
_NAME = re.compile(r"[A-Z][A-Za-z]*\d{0,2}")
"""How Twilio names a field."""
_SENDER = re.compile(
    r"\+?\d{3,20}"  # a number, or a short code
    r"|[A-Za-z0-9 &._-]{1,11}"  # a name, where a network has those
    r"|whatsapp:\+\d{5,20}"
    r"|whatsapp:[A-Z]{2}\.(?!.*(?:Label|Latitude|ListId|ListTitle|Longitude))[A-Za-z0-9.]{1,140}"  # without a number
)
"""https://www.twilio.com/docs/whatsapp/key-concepts#whatsapp-usernames"""
_OUR_NUMBER = re.compile(r"\+?\d{3,20}")
_OURS = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*){2}")
_UNSENDABLE = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
"""Control characters but for line and tab, halves of letters, and what is no letter."""
_DECIDE = ("AccountSid", "From", "MessageSid")


class Form(Protocol):
    """A posted form. Of a repeated field `get` sees the first value, `getlist` and the signature check see all."""

    def get(self, name: str, default: str) -> str:
        """The first value of a field."""

    def getlist(self, name: str) -> list[str]:
        """All values of a field."""

    def __iter__(self) -> Iterator[str]:
        """The names."""


class NotOurs(ValueError):
    """A signed form that is not a message of ours: another account, or fields that cannot be."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message, stripped of what we do not need. `address` is opaque: it may hold no phone number."""

    channel: str
    address: str
    message_id: str
    inbound: Inbound

    @property
    def is_probe(self) -> bool:
        """Whether this is the worker trying the line: answered like any text, counted nowhere, unknown to Twilio."""
        return self.address == PROBE

    def __repr__(self) -> str:
        return f"Arrived({self.channel}, {self.message_id})"


class Signatures:
    """Checks that a request comes from Twilio: X-Twilio-Signature over the public URL and the form."""

    def __init__(self, auth_tokens: tuple[str, ...]) -> None:
        """Every token counts, so that one can be exchanged without losing a text."""
        self._validators = tuple(RequestValidator(token) for token in auth_tokens)

    def valid(self, url: str, form: Form, signature: str | None) -> bool:
        """Whether one of the tokens signed this. A missing signature is not an error, just not valid.

        To validate, Twilio's library signs the address twice, with and without a port. Nearly every text is signed over
        the very address, which is looked at first.
        """
        signed = signature or ""
        return any(
            compare(validator.compute_signature(url, form), signed) or validator.validate(url, form, signed)
            for validator in self._validators
        )

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        """The signature that Twilio would make with the first token: for our own practice line."""
        return str(self._validators[0].compute_signature(url, form))


def arrived(form: Form, account_sid: str | None) -> Arrived:
    """The message in a signed form.

    Raises:
        NotOurs
    """
    message_id, sender = _checked(form, account_sid), form.get("From", "")
    if not _SENDER.fullmatch(sender):
        raise NotOurs
    channel = "whatsapp" if sender.startswith("whatsapp:") else "sms"
    text = unwrapped(form.get("Body", ""))
    return Arrived(
        channel=channel,
        address=sender.removeprefix("whatsapp:"),
        message_id=message_id,
        inbound=Inbound(
            channel=channel,
            kind=_kind(form),
            text=text,
            number=_number(form),
            choice=_choice(form),
            opted=_opted(form, channel, text),
        ),
    )


def finished(form: Form, account_sid: str | None) -> tuple[str, bool]:
    """The message id of a status callback, and whether Twilio is done with that message.

    Raises:
        NotOurs
    """
    message_id = _checked(form, account_sid)
    return message_id, form.get("MessageStatus", "") in DONE


def called(form: Form, account_sid: str | None) -> None:
    """Look at the form of somebody's call, of which nothing is wanted but that it is one.

    Raises:
        NotOurs
    """
    if form.get("AccountSid", "") != (account_sid or "") or not CALL.fullmatch(form.get("CallSid", "")):
        raise NotOurs


def spoken(sentences: Iterable[tuple[str, str]]) -> str:
    """The answer to a call: sentences with the voices that say them, then the line goes dead. Nothing is recorded,
    nothing asked, nobody connected."""
    response = VoiceResponse()
    for voice, sentence in sentences:
        how = {"voice": voice} if "." in voice else {"language": voice}
        response.say(sendable(sentence), **how)
        response.pause(length=1)
    response.hangup()
    return str(response)


def twiml(text: str | None, *, status_url: str = "") -> str:
    """The answer: one message, or none. Twilio reports on it to `status_url`, which is how its id is learned."""
    response = MessagingResponse()
    if text is not None:
        response.append(Message(body=sendable(text), **({"status_callback": status_url} if status_url else {})))
    return str(response)


def told(answer: str) -> str | None:
    """The inverse of `twiml`: the text that would be sent, or None."""
    return ElementTree.fromstring(answer).findtext("Message")


def sendable(text: str) -> str:
    """The text without characters that XML cannot hold, at most as long as Twilio takes.

    >>> sendable("a" + chr(7) + "b" + chr(10) + "c")
    'ab\\nc'
    """
    return _UNSENDABLE.sub("", text)[:MAX_CHARACTERS]


def unwrapped(body: str) -> str:
    """The text of a long SMS that Twilio passed on as base64, as it now and then does; any other text as it is."""
    if not _WRAPPED.fullmatch(body) or len(body) % 4:
        return body
    try:
        text = base64.b64decode(body, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return body
    readable = sum(char.isalpha() or char.isspace() for char in text)
    return text if readable > 0.8 * len(text) else body


def _checked(form: Form, account_sid: str | None) -> str:
    """The message id of a form in which nothing was moved.

    The signed string joins names and values without a mark between them, so a signature alone does not say where one
    ends. A text that holds "From+1202..." could be cut there: names that Twilio never uses, a deciding field that
    comes twice, and a value without its exact shape are refused.
    """
    message_id = form.get("MessageSid", "")
    if (
        form.get("AccountSid", "") != (account_sid or "")
        or not SID.fullmatch(message_id)
        or form.get("SmsMessageSid", message_id) != message_id
        or any(len(form.getlist(name)) > 1 for name in _DECIDE)
        or not all(_NAME.fullmatch(name) for name in form)
    ):
        raise NotOurs
    return message_id


def _kind(form: Form) -> Literal["text", "media", "place"]:
    if form.get("Latitude", ""):
        return "place"
    return "media" if form.get("NumMedia", "0") not in ("", "0") else "text"


def _number(form: Form) -> str:
    """Our own number, as it is written in organisation.yaml."""
    number = form.get("To", "").removeprefix("whatsapp:")
    return number if _OUR_NUMBER.fullmatch(number) else ""


def _choice(form: Form) -> str:
    """The payload of a tapped button or list row. Some senders put a row's id into Body alone: `flow.step.option`."""
    if not form.get("From", "").startswith("whatsapp:"):
        return ""
    body = form.get("Body", "")
    return form.get("ButtonPayload", "") or form.get("ListId", "") or (body if _OURS.fullmatch(body) else "")


def _opted(form: Form, channel: str, text: str) -> Literal["", "out", "other"]:
    """Whether Twilio has answered already: Advanced Opt-Out says so, its default on SMS has to be known."""
    kind = form.get("OptOutType", "").upper()
    if kind:
        return "out" if kind == "STOP" else "other"
    return "out" if channel == "sms" and text.strip().upper() in STOP_WORDS else ""
