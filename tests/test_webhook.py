"""HTTP: who is let in, what is refused, and that nothing a stranger sends costs more than a line of text.

Apart from test_channel.py, which needs no HTTP.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import webhook
from bot.app import create_app
from bot.channel import FALLBACK, INBOUND, STATUS
from bot.config import CHECKOUT
from bot.content.fallback import read_fallbacks
from bot.embedded import running
from bot.live import LiveRelease
from bot.store.client import connect
from bot.store.outbox import Wanted
from bot.webhook import MAX_BYTES
from tests.conftest import first_line, post
from tests.processes import until
from tests.twilio_forms import ACCOUNT, PUBLIC_URL, message_in, signature, sms, whatsapp

OPEN = {"/healthz", "/readyz", FALLBACK}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
STATUS_FORM = {"AccountSid": ACCOUNT, "MessageSid": "SM" + "7" * 32, "MessageStatus": "delivered"}


def everything(store):
    """Every key with its value: what a request may not change."""
    return {key: store.dump(key) for key in store.scan_iter()}


def test_every_route_but_health_readiness_and_the_constant_fallback_refuses_what_is_not_signed(app, store):
    """Walks the map of the application, so that a new route cannot be forgotten."""
    before, client = everything(store), app.test_client()
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert rules >= {INBOUND, STATUS} | OPEN

    for rule in rules - OPEN:
        for method in METHODS:
            for signed in ({}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": signature(PUBLIC_URL + "/", ())}):
                for form in (sms("door"), STATUS_FORM, {}):
                    response = client.open(rule, method=method, data=form, headers=signed)
                    assert response.status_code in (403, 405), (rule, method, response.status)

    assert everything(store) == before


def test_a_request_without_the_header_is_refused_and_is_no_error_of_ours(app):
    response = app.test_client().post(INBOUND, data=sms("door"))

    assert (response.status_code, response.text) == (403, "403 Forbidden\n")


def test_what_is_signed_for_one_route_is_refused_at_another(app, store):
    before, client = everything(store), app.test_client()
    signed = {"X-Twilio-Signature": signature(PUBLIC_URL + STATUS, STATUS_FORM.items())}

    assert client.post(INBOUND, data=STATUS_FORM, headers=signed).status_code == 403
    assert client.post(f"{STATUS}?a=1", data=STATUS_FORM, headers=signed).status_code == 403
    assert everything(store) == before


def test_what_a_proxy_claims_about_the_address_changes_nothing(app):
    """The signature is checked against the configured address, never against a header."""
    form = sms("door")
    headers = {
        "X-Twilio-Signature": signature(PUBLIC_URL + INBOUND, form.items()),
        "Host": "evil.example.net",
        "X-Forwarded-Host": "evil.example.net",
        "X-Forwarded-Proto": "http",
        "X-Original-URL": "/healthz",
    }

    assert app.test_client().post(INBOUND, data=form, headers=headers).status_code == 200


@pytest.mark.parametrize("query", ["a=1", "a=&b=%C3%A9", "u=https%3A%2F%2Fx%2Fy", "x=%20+%2B", "bodySHA256=00", "a=[1"])
def test_a_query_is_a_part_of_what_was_signed(app, query):
    client, form = app.test_client(), sms("door")

    assert post(client, INBOUND, form.items(), query=query)[0] == 200
    unsigned_query = client.post(
        f"{INBOUND}?{query}",
        data=form,
        headers={"X-Twilio-Signature": signature(PUBLIC_URL + INBOUND, form.items())},
    )
    assert unsigned_query.status_code == 403


@pytest.mark.parametrize("path", [INBOUND, STATUS])
def test_a_signed_form_of_another_account_is_refused_and_nothing_is_stored(app, store, path):
    before = everything(store)
    for form in (sms("door", AccountSid="AC" + "b" * 32), STATUS_FORM | {"AccountSid": ""}):
        assert post(app.test_client(), path, form.items()) == (400, "400 Bad Request\n")
    assert everything(store) == before


@pytest.mark.parametrize("path", [INBOUND, STATUS])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_huge_body_is_refused_unread(app, path, kind):
    response = app.test_client().post(path, data=b"Body=" + b"a" * MAX_BYTES, content_type=kind)

    assert (response.status_code, response.text) == (413, "413 Request Entity Too Large\n")


def test_the_largest_form_that_twilio_sends_fits(app):
    """1,600 characters of four bytes each, percent-encoded, with everything that is told of a sender."""
    form = whatsapp("\U0001f6aa" * 1600, ProfileName="\U0001f6aa" * 100, ReferralBody="é" * 500)
    assert len(urlencode(form)) < MAX_BYTES

    assert post(app.test_client(), INBOUND, form.items())[0] == 200


@pytest.mark.parametrize(
    "body", [b"Body=%FF%FE&From=%2B12025550143", b"\xff\xfe=\xff", b"&&&===&", b"%", b"Body=%ED%A0%80", b"\x00=\x00"]
)
def test_what_is_not_text_is_refused_and_is_no_error_of_ours(app, body):
    headers = {"X-Twilio-Signature": signature(PUBLIC_URL + INBOUND, ())}
    response = app.test_client().post(
        INBOUND, data=body, headers=headers, content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code in (400, 403)


values = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.sampled_from(
        ["", "0", "STOP", "door", "1", "\x00", "\u202e", "whatsapp:", "a.b.c", "99999999999999999999", "-1"]
    ),
)
fields = st.sampled_from(
    [*sms(""), *whatsapp(""), "OptOutType", "ButtonPayload", "ListId", "Latitude", "MediaUrl0", "MessageStatus", "Foo"]
)
stranger = settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@stranger
@given(st.sampled_from([INBOUND, STATUS]), st.dictionaries(fields, values, max_size=8), st.booleans())
def test_no_signed_form_is_answered_with_an_error_of_ours(app, path, changed, whole):
    """A 5xx would make Twilio keep the person's words. What is 200 is TwiML."""
    form = (sms("door") if whole else {}) | changed
    status, body = post(app.test_client(), path, form.items())

    assert status in (200, 204, 400)
    if status == 200:
        message_in(body)


@stranger
@given(
    st.binary(max_size=200),
    st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json",
            "",
            "text/plain; charset=utf-7",
        ]
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
)
def test_no_unsigned_request_is_answered_with_an_error_of_ours(app, body, kind, signed):
    client = app.test_client()
    for path in (INBOUND, STATUS):
        response = client.post(path, data=body, content_type=kind, headers={"X-Twilio-Signature": signed})
        assert response.status_code == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_fallback_says_the_same_to_everybody(app, store, method):
    """In the organisation's languages, with a human's number and no digits to answer with; and it stores nothing."""
    before, client = everything(store), app.test_client()
    answers = {
        client.open(FALLBACK, method=method, data=form).text
        for form in ({}, sms("door"), sms("STOP"), {"Body": "x" * 9999})
    }

    assert [message_in(answer) for answer in answers] == [read_fallbacks(CHECKOUT)[""]]
    assert everything(store) == before


def test_an_answer_sets_no_cookie_and_names_no_software(app):
    """Twilio would keep a cookie for a pair of numbers."""
    for path in ("/healthz", FALLBACK, "/nowhere"):
        headers = app.test_client().get(path).headers
        assert {name for name, _ in headers} <= {"Content-Type", "Content-Length"}


@pytest.mark.parametrize(
    "path", ["/twilio//inbound", "/twilio/inbound/", "/twilio/./inbound", "/TWILIO/inbound", "/twilio/inbound%20", "//"]
)
def test_an_address_that_is_almost_one_of_ours_leads_nowhere(app, path):
    """A redirect would send Twilio, with the person's words, wherever a header says that we are."""
    response = app.test_client().post(path, data=sms("door"), headers={"Host": "evil.example.net"})

    assert (response.status_code, response.text) == (404, "404 Not Found\n")


def test_health_answers_without_the_store_and_readiness_says_what_it_needs(app):
    client = app.test_client()

    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ok\n")


def test_readiness_names_a_missing_release(config, store, clock):
    response = create_app(config, clock).test_client().get("/readyz")

    assert (response.status_code, response.text) == (503, "no release\n")


def test_a_mistake_of_ours_in_readiness_is_seen_by_a_load_balancer(config, store, clock, monkeypatch):
    """The fallback text with its 200 is for people."""

    def bug(*_: object) -> None:
        raise RuntimeError

    client = create_app(config, clock).test_client()
    monkeypatch.setattr(LiveRelease, "refresh", bug)
    response = client.get("/readyz")

    assert (response.status_code, response.text) == (503, "broken\n")


def test_a_mistake_of_ours_outside_the_conversation_ends_in_the_fallback_text(config, store, clock, monkeypatch):
    """What Twilio sees of a bug is 200 and a human's number."""

    def bug(*_: object) -> None:
        raise RuntimeError("agents are at my door")

    app = create_app(config, clock)
    monkeypatch.setattr(webhook, "arrived", bug)
    status, body = post(app.test_client(), INBOUND, sms("door").items())

    assert (status, message_in(body)) == (200, read_fallbacks(CHECKOUT)[""])


def test_whoever_got_the_fallback_text_has_their_text_deleted_too(config, tmp_path, clock):
    """Nothing is published, so no turn is written; by Twilio's own fallback URL as well, where it is signed.

    On a store of its own: applications of other tests may still hand on what they remember.
    """
    texts = [sms("door"), sms("my husband was taken")]
    with running(tmp_path) as server:
        app = create_app(replace(config, redis_url=server.url), clock)
        store: Any = connect(server.url)
        for path, form in zip((INBOUND, FALLBACK), texts, strict=True):
            status, body = post(app.test_client(), path, form.items())
            assert (status, message_in(body)) == (200, read_fallbacks(CHECKOUT)[""])
            assert f'statusCallback="{PUBLIC_URL}{STATUS}"' in body  # how the reply's own id is learned

        def wanted() -> set[str]:
            jobs = [Wanted.of(entry) for key in store.scan_iter("o:*") for entry in store.lrange(key, 0, -1)]
            return {job.about for job in jobs if job.kind == "forget"}

        until(lambda: wanted() == {form["MessageSid"] for form in texts}, 30)


def test_whoever_hears_from_the_fallback_address_is_shown_their_step_before_an_answer_counts(person):
    """A process that dies between its write and its answer: the text has counted, and its person cannot know."""
    person.says("door")
    unheard = person.form("1")
    person.posts(unheard)
    status, body = post(person.client, FALLBACK, unheard.items())
    assert (status, message_in(body)) == (200, read_fallbacks(CHECKOUT)[""])

    shown = person.says("1")

    assert first_line("home_door.has_paper") in shown.splitlines(), "the digit counted for what was never seen"


def test_a_status_wants_the_copy_deleted_and_keeps_nothing_but_the_id(app, store, clock):
    assert post(app.test_client(), STATUS, STATUS_FORM.items()) == (204, "")

    (key,) = [key for key in store.scan_iter("o:*")]
    assert json.loads(store.lrange(key, 0, -1)[0]) == ["forget", "SM" + "7" * 32, int(clock().timestamp()) + 120]


def test_a_body_in_a_strange_charset_is_refused(app):
    response = app.test_client().post(
        INBOUND,
        data=os.urandom(100),
        content_type="multipart/form-data; boundary=x; charset=utf-16",
        headers={"X-Twilio-Signature": "x"},
    )

    assert response.status_code == 403
