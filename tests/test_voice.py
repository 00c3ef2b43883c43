"""Who calls the number hears what to text and a human's number twice, and nothing else happens."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from bot.app import create_app
from bot.channel import VOICE
from bot.config import CHECKOUT
from bot.content.fallback import read_fallbacks
from bot.engine.run import reader_of
from bot.voice import VOICES, digits, heard
from tests.conftest import post
from tests.twilio_forms import ACCOUNT, LINE, PERSON

CALL = {
    "AccountSid": ACCOUNT, "CallSid": "CA" + "7" * 32, "From": PERSON, "Caller": PERSON, "To": LINE, "Called": LINE,
    "CallStatus": "ringing", "Direction": "inbound", "ApiVersion": "2010-04-01", "CallerCity": "BROOKLYN",
    "CallerZip": "11220", "CallerState": "NY", "CallerCountry": "US", "StirVerstat": "TN-Validation-Passed-A",
}  # fmt: skip

MENU = {
    "en": "MENU", "es": "MENU", "fr": "MENU", "pl": "MENU", "ru": "МЕНЮ", "ko": "메뉴", "zh-Hans": "菜单",
    "zh-Hant": "選單", "ar": "القائمة",
}  # fmt: skip


def said(answer: str) -> list[tuple[str, str]]:
    """Voice and sentence of everything said."""
    return [
        (say.get("language") or say.get("voice") or "", say.text or "") for say in ET.fromstring(answer).iter("Say")
    ]


def test_each_language_with_a_voice_says_what_to_text_and_the_number_twice(app, library):
    status, answer = post(app.test_client(), VOICE, CALL.items())
    number = digits(next(r.phone for r in library.release.referrals if r.name == "ona"))

    assert status == 200
    for locale, voice in VOICES.items():
        sentences = [sentence for spoken, sentence in said(answer) if spoken == voice]
        assert len(sentences) == 2, locale
        assert [number in sentence for sentence in sentences] == [True, True]
        assert MENU[locale] in sentences[0]
        assert reader_of(library.release).read(MENU[locale], None).ref == "menu"
    assert [voice for voice, _ in said(answer)][:4] == ["en-US", "en-US", "es-MX", "es-MX"]


def test_nothing_is_recorded_nobody_is_connected_and_nothing_is_kept(app, store):
    before = {key: store.dump(key) for key in store.scan_iter()}
    _, answer = post(app.test_client(), VOICE, CALL.items())

    assert {element.tag for element in ET.fromstring(answer)} == {"Say", "Pause", "Hangup"}
    assert PERSON not in answer
    assert {key: store.dump(key) for key in store.scan_iter()} == before


@pytest.mark.parametrize("wrong", [{"AccountSid": "AC" + "b" * 32}, {"CallSid": "SM" + "7" * 32}, {"CallSid": ""}])
def test_a_form_that_is_no_call_of_ours_is_refused(app, wrong):
    assert post(app.test_client(), VOICE, (CALL | wrong).items()) == (400, "400 Bad Request\n")


def test_before_anything_is_published_a_caller_hears_the_fallback_text_twice(config, store, clock):
    _, answer = post(create_app(config, clock).test_client(), VOICE, CALL.items())

    fallbacks = read_fallbacks(CHECKOUT)
    assert said(answer)[:2] == [("en-US", fallbacks["en"])] * 2


def test_a_release_from_before_there_was_such_a_text_opens_and_says_the_fallback_text(library):
    """As published then: without the text in any language."""
    messages = library.messages
    old = type(messages)(
        {
            locale: {key: messages.raw(key, locale) for key in messages.keys(locale) if key != "common.voice"}
            for locale in library.release.locales
        }
    )
    assert heard(replace(library, messages=old), {"en": "Call."}) == [("en-US", "Call.")] * 2
