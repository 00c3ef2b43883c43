"""Every kind of form that Twilio posts, one file each in payloads/: the answer, and what is stored afterwards.

Apart from test_channel.py, which tests single rules: here whole forms go through the whole application. Field names are
Twilio's (https://www.twilio.com/docs/messaging/guides/webhook-request), all values are made up. `--rewrite` renews what
is expected.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.channel import FALLBACK, INBOUND, STATUS, arrived, unwrapped
from tests.conftest import Person, known, place, post
from tests.twilio_forms import ACCOUNT, message_in

FOLDER = Path(__file__).parent / "payloads"
FILES = sorted(FOLDER.glob("*.json"))
EXPECTED = ("status", "reply", "place", "locale", "keys")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_form_gets_its_answer_and_leaves_only_this(path, app, store, config, library, rewrite):
    payload = json.loads(path.read_text(encoding="utf-8"))
    person = person_of(payload, app)
    for text in payload.get("before", ()):
        person.says(text)

    seen = what_happens(payload, person, store, config, library)

    if rewrite:
        path.write_text(json.dumps(payload | seen, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    assert seen == {name: payload[name] for name in EXPECTED}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_field_beyond_the_needed_ones_goes_past_the_channel(path):
    """Profile names, cities, ZIP codes, coordinates, media addresses and ids of users end at the door."""
    form = json.loads(path.read_text(encoding="utf-8"))["form"]
    if "Body" not in form:
        return
    passed = arrived(Fields(form), ACCOUNT)

    inbound = passed.inbound
    told = {passed.address, passed.message_id, inbound.number, inbound.text, inbound.choice}
    assert told <= {"", unwrapped(form["Body"])} | {form.get(name, "").removeprefix("whatsapp:") for name in NEEDED}
    assert {passed.channel, inbound.channel, inbound.kind, inbound.opted} <= OUR_WORDS


NEEDED = ("From", "To", "MessageSid", "Body", "ButtonPayload", "ListId")
OUR_WORDS = {"sms", "whatsapp", "text", "media", "place", "", "out", "other"}


class Fields(dict[str, str]):
    """A form in which no field is repeated."""

    def getlist(self, name: str) -> list[str]:
        """All values of a field."""
        return [self[name]] if name in self else []


def person_of(payload: dict[str, Any], app: Any) -> Person:
    """Whoever sends this form; of a status, whoever got the message."""
    form = payload["form"]
    address = form["From"] if "Body" in form else form["To"]
    channel = "whatsapp" if address.startswith("whatsapp:") else "sms"
    return Person(app.test_client(), channel, address.removeprefix("whatsapp:"))


def what_happens(payload: dict[str, Any], person: Person, store: Any, config: Any, library: Any) -> dict[str, Any]:
    """The answer, where the person stands afterwards, and the kinds of keys that are new in the store."""
    before = set(store.scan_iter())
    person.clock.passes(seconds=20)
    status, body = post(person.client, payload["path"], payload["form"].items())
    new = set(store.scan_iter()) - before
    assert all(store.ttl(key) > 0 for key in store.scan_iter()), "a key that never expires"
    session = known(config, person).session
    return {
        "status": status,
        "reply": message_in(body) if body else None,
        "place": place(config, person, library),
        "locale": session.locale if session else None,
        "keys": sorted(key.decode().partition(":")[0] for key in new),
    }


def test_every_address_that_twilio_posts_to_has_a_payload():
    assert {json.loads(path.read_text(encoding="utf-8"))["path"] for path in FILES} == {INBOUND, STATUS, FALLBACK}
