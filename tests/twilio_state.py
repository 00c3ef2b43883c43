"""What a Twilio account holds, and how it answers: resources made from Twilio's own schemas, as long as a test lasts.

Apart from the mock, which is the HTTP around it. Every resource has all the fields that Twilio's document names, empty
unless a test says otherwise; a field that the document does not name cannot be set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.twilio_documents import documents
from tests.twilio_forms import ACCOUNT, LINE, TOKEN

Resource = dict[str, Any]
KEY, SECRET = "SK" + "b" * 32, "kept-by-the-worker-only"
NUMBER_SID = "PN" + "1" * 32
API, V1, V2 = "twilio_api_v2010.json", "twilio_messaging_v1.json", "twilio_messaging_v2.json"
_ACCOUNT_PATH = f"/2010-04-01/Accounts/{ACCOUNT}"


def made(document: str, schema: str, **values: Any) -> Resource:
    """A resource with every field of its schema."""
    fields = documents()[document]["components"]["schemas"][schema]["properties"]
    assert values.keys() <= fields.keys(), values.keys() - fields.keys()
    return dict.fromkeys(fields) | values


def number(name: str = LINE, sid: str = NUMBER_SID, **values: Any) -> Resource:
    """A telephone number of the account, as it is when it was bought: it leads to Twilio's own demonstration."""
    bought = {
        "sms_url": "https://demo.twilio.com/welcome/sms/reply",
        "sms_method": "POST",
        "sms_fallback_url": "",
        "sms_fallback_method": "POST",
        "voice_url": "https://demo.twilio.com/welcome/voice/",
        "voice_method": "POST",
        "capabilities": {"mms": True, "sms": True, "voice": True, "fax": False},
    }
    fixed = {"sid": sid, "account_sid": ACCOUNT, "phone_number": name, "friendly_name": name, "status": "in-use"}
    return made(API, "api.v2010.account.incoming_phone_number", **(bought | fixed | values))


def service(sid: str, name: str = "Rights line", **values: Any) -> Resource:
    """A Messaging Service, as it is when it was made."""
    new = {
        "inbound_method": "POST",
        "fallback_method": "POST",
        "validity_period": 36000,
        "use_inbound_webhook_on_number": False,
        "us_app_to_person_registered": False,
        "smart_encoding": True,
        "sticky_sender": True,
    }
    fixed = {"sid": sid, "account_sid": ACCOUNT, "friendly_name": name}
    return made(V1, "messaging.v1.service", **(new | fixed | values))


@dataclass
class TwilioState:
    """One account."""

    status: str = "active"
    is_trial: bool = False
    balance: str = "42.10"
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    keys: dict[str, str] = field(default_factory=lambda: {KEY: SECRET})
    numbers: dict[str, Resource] = field(default_factory=lambda: {NUMBER_SID: number()})
    services: dict[str, Resource] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    senders: dict[str, Resource] = field(default_factory=dict)
    verifications: list[Resource] = field(default_factory=list)
    campaigns: dict[str, list[Resource]] = field(default_factory=dict)
    old_messages: list[Resource] = field(default_factory=list)

    @classmethod
    def read(cls, file: Path) -> TwilioState:
        """The account that `write` kept; a new one where there is no such file."""
        if not file.exists():
            return cls()
        found = json.loads(file.read_text(encoding="utf-8"))
        return cls(**found | {"tokens": set(found["tokens"])})

    def write(self, file: Path) -> None:
        """Keep the account."""
        file.write_text(json.dumps(vars(self) | {"tokens": sorted(self.tokens)}, indent=1), encoding="utf-8")

    def add_service(self, sid: str, *members: str, **values: Any) -> None:
        """A Messaging Service with numbers in it."""
        self.services[sid] = service(sid, **values)
        self.members[sid] = list(members)

    def add_whatsapp(self, sid: str, status: str = "ONLINE", **webhook: str) -> None:
        """A WhatsApp sender."""
        self.senders[sid] = made(
            V2,
            "messaging.v2.channels_sender_response",
            sid=sid,
            status=status,
            sender_id=f"whatsapp:{LINE}",
            webhook=webhook,
        )

    def verify(self, status: str, sid: str = NUMBER_SID) -> None:
        """A toll-free verification of a number."""
        self.verifications.append(
            made(V1, "messaging.v1.tollfree_verification", tollfree_phone_number_sid=sid, status=status)
        )

    def register(self, service_sid: str, status: str) -> None:
        """A 10DLC campaign of a Messaging Service."""
        found = made(V1, "messaging.v1.service.us_app_to_person", campaign_status=status)
        self.campaigns.setdefault(service_sid, []).append(found)

    def keep_message(self) -> None:
        """A message from long ago that Twilio still has."""
        self.old_messages.append(made(API, "api.v2010.account.message", sid="SM" + "e" * 32))

    def accepts(self, user: str, password: str, path: str) -> bool:
        """Whether these credentials may read a path: an API key does not see the account itself."""
        if user == ACCOUNT:
            return password in self.tokens
        return self.keys.get(user) == password and path != f"{_ACCOUNT_PATH}.json"

    def answer(self, method: str, address: str, form: Mapping[str, str], body: Mapping[str, Any]) -> tuple[int, Any]:
        """What Twilio says to one request: the status and what stands in the answer."""
        path = urlsplit(address).path
        asked = dict(parse_qsl(urlsplit(address).query))
        for pattern, answer in self._routes().items():
            verb, _, shape = pattern.partition(" ")
            if verb == method and (found := re.fullmatch(shape, path)):
                return answer(*found.groups(), form=form, body=body, asked=asked)
        return 404, None

    def _routes(self) -> dict[str, Callable[..., tuple[int, Any]]]:
        services, one = r"/v1/Services", r"/v1/Services/(MG\w+)"
        return {
            rf"GET {_ACCOUNT_PATH}\.json": self._account,
            rf"GET {_ACCOUNT_PATH}/Balance\.json": self._balance,
            rf"GET {_ACCOUNT_PATH}/IncomingPhoneNumbers\.json": self._numbers,
            rf"POST {_ACCOUNT_PATH}/IncomingPhoneNumbers/(PN\w+)\.json": self._set_number,
            rf"GET {_ACCOUNT_PATH}/Messages\.json": self._messages,
            rf"GET {services}": lambda **_: (200, _page("services", list(self.services.values()))),
            rf"POST {services}": self._make_service,
            rf"POST {one}": self._set_service,
            rf"DELETE {one}": lambda sid, **_: (204, self.services.pop(sid)) if sid in self.services else (404, None),
            rf"GET {one}/PhoneNumbers": self._members,
            rf"POST {one}/PhoneNumbers": self._add_member,
            rf"DELETE {one}/PhoneNumbers/(PN\w+)": self._remove_member,
            rf"GET {one}/Compliance/Usa2p": lambda sid, **_: (200, _page("compliance", self.campaigns.get(sid, []))),
            r"GET /v1/Tollfree/Verifications": lambda **_: (200, _page("verifications", self.verifications)),
            r"GET /v2/Channels/Senders": lambda **_: (200, _page("senders", list(self.senders.values()))),
            r"POST /v2/Channels/Senders/(XE\w+)": self._set_sender,
        }

    def _account(self, **_: Any) -> tuple[int, Any]:
        kind = "Trial" if self.is_trial else "Full"
        return 200, made(API, "api.v2010.account", sid=ACCOUNT, status=self.status, type=kind)

    def _balance(self, **_: Any) -> tuple[int, Any]:
        values = {"account_sid": ACCOUNT, "balance": self.balance, "currency": "USD"}
        return 200, made(API, "api.v2010.account.balance", **values)

    def _numbers(self, **_: Any) -> tuple[int, Any]:
        return 200, {"incoming_phone_numbers": list(self.numbers.values()), "page": 0, "next_page_uri": None}

    def _messages(self, **_: Any) -> tuple[int, Any]:
        return 200, {"messages": self.old_messages, "page": 0, "next_page_uri": None}

    def _set_number(self, sid: str, form: Mapping[str, str], **_: Any) -> tuple[int, Any]:
        return _set(self.numbers, sid, form)

    def _set_service(self, sid: str, form: Mapping[str, str], **_: Any) -> tuple[int, Any]:
        return _set(self.services, sid, form, empty=None)

    def _make_service(self, form: Mapping[str, str], **_: Any) -> tuple[int, Any]:
        sid = f"MG{len(self.services) + 1:032x}"
        self.add_service(sid, name=form["FriendlyName"])
        return 201, self.services[sid]

    def _members(self, sid: str, **_: Any) -> tuple[int, Any]:
        return 200, _page("phone_numbers", [self._member(one, sid) for one in self.members.get(sid, [])])

    def _add_member(self, sid: str, form: Mapping[str, str], **_: Any) -> tuple[int, Any]:
        if any(form["PhoneNumberSid"] in members for members in self.members.values()):
            return 409, {"code": 21710}
        self.members[sid].append(form["PhoneNumberSid"])
        return 201, self._member(form["PhoneNumberSid"], sid)

    def _remove_member(self, sid: str, member: str, **_: Any) -> tuple[int, Any]:
        self.members[sid].remove(member)
        return 204, None

    def _member(self, sid: str, service_sid: str) -> Resource:
        values = {"sid": sid, "service_sid": service_sid, "phone_number": self.numbers[sid]["phone_number"]}
        return made(V1, "messaging.v1.service.phone_number", **values)

    def _set_sender(self, sid: str, body: Mapping[str, Any], **_: Any) -> tuple[int, Any]:
        if sid not in self.senders:
            return 404, None
        self.senders[sid]["webhook"] |= body["webhook"]
        return 202, self.senders[sid]


def _set(
    resources: dict[str, Resource], sid: str, form: Mapping[str, str], *, empty: str | None = ""
) -> tuple[int, Any]:
    """`empty`: what stands where nothing is set."""
    if sid not in resources:
        return 404, None
    for name, value in form.items():
        field_name = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        assert field_name in resources[sid], name
        resources[sid][field_name] = _typed(value, resources[sid][field_name]) if value else empty
    return 200, resources[sid]


def _typed(value: str, like: object) -> object:
    """A value of a form, as what stood there before."""
    if isinstance(like, bool):
        return value == "true"
    return int(value) if isinstance(like, int) else value


def _page(key: str, found: list[Resource]) -> Resource:
    return {key: found, "meta": {"key": key, "page": 0, "page_size": 50, "next_page_url": None}}
