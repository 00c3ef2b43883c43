"""Twilio's side of a conversation: forms as it posts them, signed as it signs them. Written without its library.

Apart from the tests that use it; the signature is made by hand so that a test of the check does not check itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterable

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "a" * 32
PUBLIC_URL = "https://line.example.org"
PERSON = "+12025550143"
LINE = "+12025550199"

_numbers = itertools.count(1)


def message_id() -> str:
    """A message id that was never used before in this run."""
    return f"SM{next(_numbers):032x}"


def sms(text: str, sender: str = PERSON, **more: str) -> dict[str, str]:
    """The form of an SMS with everything that Twilio knows and we must not."""
    sid = more.pop("MessageSid", None) or message_id()
    form = {
        "ToCountry": "US", "ToState": "NY", "ToCity": "NEW YORK", "ToZip": "10001",
        "FromCountry": "US", "FromState": "NY", "FromCity": "BROOKLYN", "FromZip": "11220",
        "SmsMessageSid": sid, "SmsSid": sid, "MessageSid": sid, "SmsStatus": "received", "NumMedia": "0",
        "NumSegments": "1", "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "From": sender, "To": LINE, "Body": text,
    }  # fmt: skip
    return form | more


def whatsapp(text: str, sender: str = f"whatsapp:{PERSON}", **more: str) -> dict[str, str]:
    """The form of a WhatsApp message, profile name included."""
    sid = more.pop("MessageSid", None) or message_id()
    form = {
        "SmsMessageSid": sid, "SmsSid": sid, "MessageSid": sid, "SmsStatus": "received", "NumMedia": "0",
        "NumSegments": "1", "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "From": sender,
        "To": f"whatsapp:{LINE}", "Body": text, "ProfileName": "Rosalba Quispe", "MessageType": "text",
        "WaId": PERSON.removeprefix("+"), "ExternalUserId": "whatsapp:US.1A2B3C4D5E6F7G8H9I0J",
    }  # fmt: skip
    return form | more


def signature(url: str, form: Iterable[tuple[str, str]], token: str = TOKEN) -> str:
    """X-Twilio-Signature: the address, then every name and value, sorted, each pair once; HMAC-SHA1, base64."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def message_in(twiml: str) -> str | None:
    """The text that Twilio would send for an answer; None: it sends nothing. Parsed as strictly as XML is."""
    messages = ET.fromstring(twiml).findall("Message")
    assert len(messages) <= 1, "one message a turn"
    return messages[0].text if messages else None
