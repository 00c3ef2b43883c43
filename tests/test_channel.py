"""The door to Twilio, rule by rule: whose form is it, what does it say, and does the answer parse.

Apart from test_payloads.py, where whole forms go through the whole application.
"""

from __future__ import annotations

import base64
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from bot.channel import MAX_CHARACTERS, STOP_WORDS, NotOurs, Signatures, arrived, finished, sendable, twiml, unwrapped
from tests.twilio_forms import ACCOUNT, PUBLIC_URL, TOKEN, message_in, signature, sms, whatsapp

URL = f"{PUBLIC_URL}/twilio/inbound"
OURS = Signatures((TOKEN,))
few = settings(max_examples=150, derandomize=True, deadline=None)

# ------------------------------------------------------------------------------------------- signatures

CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
REPEATED = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
EXPLAINED = [
    ("Digits", "1234"),
    ("To", "+18005551212"),
    ("From", "+14158675310"),
    ("Caller", "+14158675310"),
    ("CallSid", "CA1234567890ABCDE"),
]
PUBLISHED = {
    "https": ("https://mycompany.com/myapp.php?foo=1&bar=2", CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    "a field that comes twice": (
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        REPEATED,
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    ),
    "signed with :443": ("https://mycompany.com/myapp.php?foo=1&bar=2", CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    "signed with :80": ("http://mycompany.com/myapp.php?foo=1&bar=2", CALL, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    "another port": ("http://mycompany.com:1234/myapp.php?foo=1&bar=2", CALL, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    "the page that explains it": (
        "https://example.com/myapp.php?foo=1&bar=2",
        EXPLAINED,
        "L/OH5YylLD5NRKLltdqwSvS0BnU=",
    ),
}
"""Signatures with the token 12345 that Twilio published: its webhooks-security page and the tests of its library."""


@pytest.mark.parametrize(("url", "form", "signed"), PUBLISHED.values(), ids=PUBLISHED)
def test_a_signature_that_twilio_published_is_accepted(url, form, signed):
    assert Signatures(("12345",)).valid(url, MultiDict(form), signed)


@pytest.mark.parametrize(("url", "form", "signed"), PUBLISHED.values(), ids=PUBLISHED)
def test_a_signature_that_twilio_published_is_refused_for_another_token(url, form, signed):
    assert not Signatures(("12346",)).valid(url, MultiDict(form), signed)


def test_both_tokens_count_while_one_replaces_the_other():
    form = sms("door")
    both = Signatures(("new" * 10, TOKEN))

    assert [both.valid(URL, MultiDict(form), signature(URL, form.items(), token)) for token in ("new" * 10, TOKEN)] == [
        True,
        True,
    ]


@pytest.mark.parametrize("header", [None, "", "=", "å", "\x00", signature(URL, ())])
def test_a_missing_or_odd_signature_is_refused_without_an_error(header):
    assert not OURS.valid(URL, MultiDict(sms("door")), header)


def test_without_a_token_nothing_is_signed():
    assert not Signatures(()).valid(URL, MultiDict(), signature(URL, (), ""))


def test_one_flipped_bit_is_refused_at_every_position():
    """Of every name, every value, the address and the signature itself."""
    form = [("Body", "¿Qué hago?"), ("From", "+12025550143"), ("Blank", "")]
    good = signature(URL, form)

    def refused(url: str, pairs: Iterable[tuple[str, str]], signed: str) -> bool:
        return not OURS.valid(url, MultiDict(pairs), signed)

    assert not refused(URL, form, good)
    assert all(refused(flipped, form, good) for flipped in flips(URL))
    assert all(refused(URL, form, flipped) for flipped in flips(good))
    for at, (name, value) in enumerate(form):
        rest = form[:at] + form[at + 1 :]
        assert all(refused(URL, [*rest, (flipped, value)], good) for flipped in flips(name))
        assert all(refused(URL, [*rest, (name, flipped)], good) for flipped in flips(value))


def flips(text: str) -> list[str]:
    """The text with each of its characters changed a little."""
    return [text[:at] + chr(ord(char) ^ 1) + text[at + 1 :] for at, char in enumerate(text)]


names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
values = st.text(st.characters(codec="utf-8"), max_size=30)


@few
@given(
    st.lists(st.tuples(names, values), max_size=12),
    st.sampled_from(["", "?a=1", "?b=%C3%A9&c=", "?url=https%3A%2F%2Fx"]),
)
def test_any_form_that_was_signed_is_accepted(form, query):
    """Repeated and blank fields, any text, any query: counted as Twilio counts them."""
    assert OURS.valid(URL + query, MultiDict(form), signature(URL + query, form))


# ------------------------------------------------------------------------------------------- whose form


def test_a_form_of_another_account_is_not_ours():
    with pytest.raises(NotOurs):
        arrived(MultiDict(sms("door", AccountSid="AC" + "b" * 32)), ACCOUNT)


@pytest.mark.parametrize("message_id", ["", "SM", "SM" + "0" * 31, "SM" + "0" * 33, "XX" + "0" * 32, "SM" + "g" * 32])
def test_a_form_without_a_message_id_is_not_ours(message_id):
    with pytest.raises(NotOurs):
        arrived(MultiDict(sms("door") | {"MessageSid": message_id, "SmsMessageSid": message_id}), ACCOUNT)


def test_a_form_that_names_two_messages_is_not_ours():
    """Twilio says the id twice; a text that was cut into fields cannot say both."""
    with pytest.raises(NotOurs):
        arrived(MultiDict(sms("door") | {"SmsMessageSid": "SM" + "f" * 32}), ACCOUNT)


SENDERS = {
    "+12025550143": ("sms", "+12025550143"),
    "54321": ("sms", "54321"),
    "ACME Bank": ("sms", "ACME Bank"),
    "whatsapp:+12025550143": ("whatsapp", "+12025550143"),
    "whatsapp:US.1A2B3C4D5E6F7G8H9I0J": ("whatsapp", "US.1A2B3C4D5E6F7G8H9I0J"),
    "whatsapp:MX.13491208655302741918": ("whatsapp", "MX.13491208655302741918"),
    "whatsapp:US.ENT.11815799212886844830": ("whatsapp", "US.ENT.11815799212886844830"),
    f"whatsapp:US.{'9Z' * 64}": ("whatsapp", f"US.{'9Z' * 64}"),
}


@pytest.mark.parametrize(("sender", "expected"), SENDERS.items())
def test_an_address_is_taken_as_it_is_with_or_without_a_number(sender, expected):
    found = arrived(MultiDict(sms("door", sender)), ACCOUNT)

    assert (found.channel, found.address) == expected


@pytest.mark.parametrize(
    "sender", ["", "whatsapp:", "+", "+1202555014x", "whatsapp:whatsapp:+1202555014", "a" * 12, "\n+120"]
)
def test_an_address_without_the_shape_of_one_is_not_ours(sender):
    with pytest.raises(NotOurs):
        arrived(MultiDict(sms("door", sender)), ACCOUNT)


def test_what_is_printed_of_a_message_does_not_tell_who_wrote_it():
    printed = repr(arrived(MultiDict(sms("agents at my door")), ACCOUNT))

    assert "2025550143" not in printed
    assert "door" not in printed


TWILIO_NAMES = (
    *sms(""), *whatsapp(""), "Latitude", "Longitude", "Label", "ListId", "ListTitle", "ButtonPayload", "ButtonText",
    "MessagingServiceSid", "OptOutType", "MediaUrl0", "MediaContentType0", "Forwarded", "ParentExternalUserId",
)  # fmt: skip
TRAPS = (
    "hi From+19995550100",
    "SmsMessageSidSM" + "e" * 32,
    "From+1AccountSidAC" + "b" * 32,
    "xMessageSidSM" + "e" * 32,
)


def joined(pairs: Iterable[tuple[str, str]]) -> str:
    """What is signed of a form."""
    return "".join(name + value for name, value in sorted(set(pairs)))


@pytest.mark.parametrize("make", [sms, whatsapp])
@pytest.mark.parametrize("trap", ["hello", *TRAPS])
def test_a_signed_form_that_is_cut_elsewhere_never_changes_who_wrote_what_where(make, trap):
    """The signed string has no marks between names and values. All cuttings with one or two other cuts are tried:
    each is validly signed, and each is refused or names the same sender, message and account."""
    sender = "whatsapp:US.1A2B3C4D5E" if make is whatsapp else "+12025550143"
    form = make(trap, sender, MessagingServiceSid="MG" + "7" * 32)
    form |= {"ProfileName": trap} if make is whatsapp else {}
    signed, honest = joined(form.items()), arrived(MultiDict(form), ACCOUNT)
    good = signature(URL, form.items())
    cuttings = 0
    for pairs in other_cuttings(signed, form):
        cuttings += 1
        assert OURS.valid(URL, MultiDict(pairs), good), "this test would prove nothing"
        try:
            found = arrived(MultiDict(pairs), ACCOUNT)
        except NotOurs:
            continue
        assert (found.channel, found.address, found.message_id) == (
            honest.channel,
            honest.address,
            honest.message_id,
        ), pairs
    assert cuttings > 50


def other_cuttings(signed: str, form: dict[str, str]) -> Iterable[list[tuple[str, str]]]:
    """Other forms with the same signed string: names moved into values, values into names, fields joined and split."""
    marks = sorted({(m.start(), name) for name in TWILIO_NAMES for m in re.finditer(name, signed)})
    own, at = [], 0
    for name, value in sorted(set(form.items())):
        own.append((at, name))
        at += len(name) + len(value)
    strange = [(start, signed[start : start + size]) for start, _ in own for size in (6, 16, 20, 46, 50)]
    more = [mark for mark in {*marks, *strange} if mark not in own]
    for added, dropped in itertools.product(
        [(), *((m,) for m in more)], [(), *((m,) for m in own), *itertools.combinations(own, 2)]
    ):
        chosen = sorted({*own, *added} - set(dropped))
        if chosen and chosen[0][0] == 0 and (pairs := cut(signed, chosen)) and joined(pairs) == signed:
            yield pairs


def cut(signed: str, marks: list[tuple[int, str]]) -> list[tuple[str, str]]:
    """The fields that begin at these marks; nothing where two of them overlap."""
    ends = [start for start, _ in marks[1:]] + [len(signed)]
    if any(start + len(name) > end for (start, name), end in zip(marks, ends, strict=True)):
        return []
    return [(name, signed[start + len(name) : end]) for (start, name), end in zip(marks, ends, strict=True)]


ME, OTHER = "+12025550143", "+11111111111"
CRAFTED = {
    "the sender twice": [("Body", "hi "), ("From", OTHER), ("From", ME)],
    "the sender as a name": [("Body", "hi "), ("From", OTHER), (f"From{ME}", "")],
    "the sender as a value": [("Body", "hi "), ("From", f"{OTHER}From{ME}")],
}


@pytest.mark.parametrize("pairs", CRAFTED.values(), ids=CRAFTED)
def test_a_text_that_was_written_to_be_cut_does_not_change_the_sender(pairs):
    """What the person wrote was "hi From+11111111111", and Twilio signed that."""
    rest = {name: value for name, value in sms("", ME).items() if name not in ("Body", "From")}
    good = signature(URL, [("Body", f"hi From{OTHER}"), ("From", ME), *rest.items()])
    assert OURS.valid(URL, MultiDict([*pairs, *rest.items()]), good), "this test would prove nothing"

    with pytest.raises(NotOurs):
        arrived(MultiDict([*pairs, *rest.items()]), ACCOUNT)


# ------------------------------------------------------------------------------------------- what it says


@pytest.mark.parametrize("word", sorted(STOP_WORDS))
def test_a_stop_word_that_the_carrier_takes_is_an_opt_out_that_was_answered_on_sms_only(word):
    texts = (word, word.lower(), f" {word.title()}\n")

    assert {arrived(MultiDict(sms(text)), ACCOUNT).inbound.opted for text in texts} == {"out"}
    assert {arrived(MultiDict(whatsapp(text)), ACCOUNT).inbound.opted for text in texts} == {""}


@pytest.mark.parametrize("text", ["stop it", "stop.", "please stop", "stopp", "END IT", "no"])
def test_a_text_that_only_holds_a_stop_word_was_answered_by_nobody(text):
    assert arrived(MultiDict(sms(text)), ACCOUNT).inbound.opted == ""


@pytest.mark.parametrize(
    ("kind", "expected"), [("STOP", "out"), ("stop", "out"), ("START", "other"), ("HELP", "other")]
)
def test_what_advanced_opt_out_has_answered_is_known_on_every_channel(kind, expected):
    for make in (sms, whatsapp):
        assert arrived(MultiDict(make("Pare", OptOutType=kind)), ACCOUNT).inbound.opted == expected


@pytest.mark.parametrize("text", ["www.example.com", "U.S.A", "i.c.e", "1.2.3", "home_door.at_the_door.paper"])
def test_a_text_message_with_two_dots_is_a_text_and_no_button(text):
    assert arrived(MultiDict(sms(text)), ACCOUNT).inbound.choice == ""


@pytest.mark.parametrize(("status", "done"), [
    ("queued", False), ("sending", False), ("sent", False), ("delivered", True), ("undelivered", True),
    ("failed", True), ("read", True), ("canceled", True), ("", False), ("made up", False),
])  # fmt: skip
def test_a_status_says_whether_twilio_is_done_with_the_message(status, done):
    message_id = "SM" + "7" * 32
    form = {"AccountSid": ACCOUNT, "MessageSid": message_id, "MessageStatus": status}

    assert finished(MultiDict(form), ACCOUNT) == (message_id, done)


LONG = "They say they have a paper from a judge and that I must open the door. ¿Qué hago? 我该怎么办？"


def test_a_long_text_that_was_wrapped_is_unwrapped():
    assert unwrapped(base64.b64encode(LONG.encode()).decode()) == LONG


@pytest.mark.parametrize("text", [
    "",
    "short",
    base64.b64encode(b"too short to be wrapped").decode(),
    "a" * 60,
    "A" * 64,
    "abcdefghij" * 8,
    base64.b64encode(bytes(range(256))).decode(),
    base64.b64encode("Ω12345678".encode() * 9).decode(),
    LONG,
])  # fmt: skip
def test_any_other_text_stays_as_it_is(text):
    assert unwrapped(text) == text


@few
@given(st.text(max_size=300))
def test_unwrapping_never_fails(text):
    assert isinstance(unwrapped(text), str)


# ------------------------------------------------------------------------------------------- the answer

anything = st.text(st.characters(), max_size=80)  # lone surrogates and all
odd = st.sampled_from(
    [
        *map(chr, range(32)),
        "\x7f",
        "\x85",
        "\ud800",
        "\udfff",
        "\ufffe",
        "\uffff",
        "\ufdd0",
        "\U0001fffe",
        "]]>",
        "&",
        "<!--",
        "\u2028",
        "\ufeff",
    ]
)


@few
@given(st.lists(st.one_of(anything, odd), max_size=12).map("".join))
def test_an_answer_is_xml_whatever_it_says(text):
    """Parsed as strictly as XML is; Twilio would report an error that holds the person's words otherwise."""
    sent = message_in(twiml(text, status_url=f"{PUBLIC_URL}/twilio/status"))

    assert sent == (sendable(text) or None)
    twiml(text).encode("utf-8")


def test_an_answer_keeps_every_character_that_a_person_can_read():
    text = '¿Qué? <b>&amp;</b> "1️⃣" 👍🏽 العربية 简体中文\n\tend'

    assert message_in(twiml(text)) == text


@pytest.mark.parametrize("length", [MAX_CHARACTERS - 1, MAX_CHARACTERS, MAX_CHARACTERS + 1, 40_000])
def test_an_answer_is_never_longer_than_twilio_takes(length):
    assert message_in(twiml("é" * length)) == "é" * min(length, 1600)


def test_no_answer_is_an_empty_response():
    assert [child.tag for child in ET.fromstring(twiml(None))] == []


def test_twilio_is_told_where_to_report_on_our_answer():
    """The only way to learn its id, and so to have the copy deleted."""
    (message,) = ET.fromstring(twiml("hello", status_url=f"{PUBLIC_URL}/twilio/status"))

    assert message.attrib == {"statusCallback": f"{PUBLIC_URL}/twilio/status"}
