"""The promises of the line, one test each, by number. Whoever wonders what may never break reads this page.

Apart from the files that prove the single parts: here a promise is seen whole, through the application, as a person or
a stranger would. Promises 3, 4 and 10 are proved where the content is walked, published
and checked (`tests/publishing/`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.app import create_app
from bot.channel import FALLBACK, INBOUND, STATUS, VOICE
from bot.config import CHECKOUT
from bot.content.fallback import read_fallbacks
from bot.content.files import Files
from bot.content.problem import Problems
from bot.content.segments import cheaper
from bot.privacy import DayKeys
from bot.reply import fallback_texts
from bot.store.outbox import Wanted
from bot.webhook import METRICS
from tests.conftest import Person, at_once, first_line, known, settings
from tests.traces import Search, stored
from tests.twilio_forms import PERSON, sms


def test_promise_1_a_repeated_reordered_or_concurrent_delivery_never_moves_a_session_twice(app, config, library):
    """And within two minutes it gets the same answer: here each of four texts comes three times, over two processes."""
    person, other = Person(app.test_client()), Person(create_app(config, Person.clock).test_client())
    person.pause = other.pause = 0
    forms = [person.form(text) for text in ("door", "1", "1", "2")]
    answers: list[str] = []
    for number, form in enumerate(forms):
        copies = [partial(who.posts, form) for who in (person, other, person)]
        late = [partial(other.posts, forms[number - 1])] if number else []
        first, *rest = at_once(*copies, *late)
        assert rest == [first, first, *answers[number - 1 : number]]
        answers.append(first)

    path = known(config, person).session.path
    assert [library.release.keys[one.step].partition(".")[2] for one in path] == [
        "at_the_door",
        "has_paper",
        "judge_check",
        "doubt",
    ]


def test_promise_2_nobody_is_ever_left_without_an_answer(config, store, clock):
    """With no release, no store, or a text that is nothing: a text with a human's number comes back, status 200.

    The five seconds are measured in test_outage.py, with servers that are killed, frozen, slow and full.
    """
    nothing_published = create_app(config, clock)
    no_store = create_app(settings("unix:///nowhere/valkey.sock", config.data), clock)
    for app in (nothing_published, no_store):
        texts = ("door", "", "\x00", "1", "🚪" * 1600)
        for reply in at_once(*(partial(Person(app.test_client()).says, text) for text in texts)):
            assert "800-566-7636" in str(reply)


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_promise_5_what_is_kept_is_known_to_the_byte(app, store, clock, channel):
    """No address, text or name, everything sealed, and no key without an end. The files and logs: test_privacy.py."""
    texts = ["men are at my door, says Eleuterio", "my zip is 11220 in Sunset Park", "puerta", "9"]
    person = Person(app.test_client(), channel)
    for text in texts:
        person.says(text)

    search = Search(PERSON, "Rosalba Quispe", *texts[:2])
    assert [hit for where, data in stored(store) for hit in search.found_in(where, data)] == []
    ends = {key: store.ttl(key) for key in store.scan_iter()}
    assert all(seconds > 0 for seconds in ends.values())
    assert all(seconds <= 2 * 3600 for key, seconds in ends.items() if key[:2] in (b"s:", b"r:", b"u:"))
    assert {key.partition(b":")[0] for key in ends} <= {b"s", b"r", b"u", b"o", b"tally", b"{release}", b"probe"}


def test_promise_5_the_key_of_a_day_is_gone_48_hours_after_the_day_began(tmp_path):
    days, midnight = DayKeys(tmp_path), datetime(2026, 11, 23, tzinfo=UTC)
    days.key(midnight.date())
    for hour in range(72):
        days.destroy_old((midnight + timedelta(hours=hour)).date())
        assert (tmp_path / "2026-11-23").exists() == (hour < 48)


def test_promise_5_no_list_of_people_is_kept_not_even_of_those_who_opted_out(app, store):
    """An hour's worth of people opts out in three ways: afterwards nothing tells that they were here."""
    for number in range(30):
        person = Person(app.test_client(), "whatsapp", f"+1202555{number:04}")
        person.says("door")
        person.says(("STOP", "no más", "DELETE")[number % 3])

    left = {key[:1] for key in store.scan_iter("[^{p]*")}
    assert left == {b"r", b"o"}, "replies for two minutes, and the ids of messages that Twilio is to forget"
    assert all(0 < store.ttl(key) <= 120 for key in store.scan_iter("r:*"))


DOOR = {
    "en": "door", "es": "puerta", "zh-Hans": "门", "zh-Hant": "門", "ar": "الهجرة على باب بيتي", "bn": "দরজা",
    "fr": "ma porte", "ht": "pot", "ko": "문", "pl": "wali w drzwi", "ru": "дверь", "ur": "دروازه",
}  # fmt: skip
DELETE = {
    "en": "DELETE", "es": "BORRAR", "zh-Hans": "删除", "zh-Hant": "清除", "ar": "حذف", "bn": "মুছুন",
    "fr": "effacer", "ht": "efase", "ko": "삭제", "pl": "usuń", "ru": "удалить", "ur": "حذف",
}  # fmt: skip


def test_promise_6_delete_is_known_in_every_language_that_we_offer(library):
    assert set(DELETE) == set(library.release.languages)


@pytest.mark.parametrize(("locale", "word"), DELETE.items())
@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_promise_6_delete_erases_what_we_hold_and_asks_twilio_to_erase_its_copies(
    app, store, config, library, locale, word, channel
):
    person = Person(app.test_client(), channel)
    person.says(DOOR[locale])
    form = person.form(word)
    last = person.posts(form)

    bland = library.messages.text("common.deleted", locale)
    assert last == (cheaper(bland) if channel == "sms" else bland)
    assert not any(library.release.flow(flow).name.replace("_", " ") in last for flow in library.release.flows)
    assert list(store.scan_iter("[su]:*")) == []
    outboxes = [Wanted.of(entry) for key in store.scan_iter("o:*") for entry in store.lrange(key, 0, -1)]
    jobs = [job for job in outboxes if job.kind == "forget"]
    assert {job.about: job.due - int(person.clock().timestamp()) for job in jobs}[form["MessageSid"]] == 0
    assert len(jobs) == 2, "the text before it, too"


OPT_OUTS = {
    "en": ["please stop texting me", "leave me alone", "unsubscribe me"],
    "es": ["no más mensajes", "déjenme en paz", "quiero darme de baja"],
    "zh-Hans": ["不要再给我发短信了", "退订"],
    "ar": ["لا تراسلوني", "الغاء الاشتراك"],
}


def bare(text: str) -> str:
    """A text without accents, which SMS may leave out."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


OPT_OUT_TEXTS = [(locale, text) for locale, texts in OPT_OUTS.items() for text in texts]


@pytest.mark.parametrize(("locale", "text"), OPT_OUT_TEXTS)
def test_promise_7_opting_out_works_in_any_reasonable_words_in_every_language_that_we_offer(
    person, store, library, locale, text
):
    """One confirmation with a human's number and the way back; then nothing is kept; a later text is answered."""
    person.says(DOOR[locale])
    confirmed = person.says(text)

    assert bare(library.messages.text("common.opted_out", locale).splitlines()[0]) in bare(confirmed)
    assert re.search(r"\d{3}-\d{3}-\d{4}", confirmed)
    assert "START" in confirmed
    assert list(store.scan_iter("s:*")) == []
    assert person.says("door") is not None


def test_promise_7_where_the_carrier_has_answered_we_do_not_and_a_later_text_is_answered_every_time(person):
    for _ in range(3):
        assert person.says("STOP") is None
        assert person.says("Pare", OptOutType="STOP") is None
        assert person.says("door").startswith(first_line("home_door.at_the_door"))


@pytest.mark.parametrize(("channel", "text"), [("whatsapp", "STOP"), ("sms", "leave me alone"), ("whatsapp", "退订")])
def test_promise_7_who_opts_out_again_and_again_is_told_so_once_in_two_minutes(app, store, channel, text):
    """Two machines that refuse each other's texts end here; DELETE is answered every time."""
    person = Person(app.test_client(), channel)
    confirmed = person.says(text)
    assert "START" in confirmed

    assert [person.says(text) for _ in range(5)] == [None] * 5
    assert list(store.scan_iter("s:*")) == []
    assert person.says(text) == confirmed, "two minutes later"
    bland = person.says("DELETE")
    assert person.says("DELETE") == bland is not None
    assert person.says("door") is not None
    assert person.says(text) is not None, "there was a talk to end"


def test_promise_8_every_route_but_health_readiness_and_the_fallback_refuses_what_is_not_signed(app, store):
    """Whatever the method and the path, with a slash more, in capitals, or a path that does not exist."""
    client, before = app.test_client(), sorted(store.scan_iter())
    rules = {rule.rule for rule in app.url_map.iter_rules()} - {"/healthz", "/readyz", FALLBACK}
    assert rules == {INBOUND, STATUS, METRICS, VOICE}

    for rule in rules:
        for path in (rule, f"{rule}/", rule.upper(), f"/{rule}", f"{rule}?x=1", f"{rule};x", f"{rule}%00"):
            for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
                assert client.open(path, method=method, data=sms("door")).status_code in (308, 400, 403, 404, 405)
    assert sorted(store.scan_iter()) == before


NUMBER = re.compile(r"(?<![\dA-Za-z-])\+?1?[ .-]?\(?[2-9]\d{2}\)?[ .-]?\d{3}[ .-]?\d{4}(?![\d-])")


def told_from() -> list[str]:
    """Every file from which a person could be told a number."""
    patterns = ("flows/*", "messages/*/*", "bot/**/*.py", "worker/**/*.py")
    return sorted(
        path.relative_to(CHECKOUT).as_posix() for p in patterns for path in CHECKOUT.glob(p) if path.is_file()
    )


def test_promise_9_a_phone_number_that_a_person_is_told_stands_in_exactly_one_place():
    """flows/referrals.yaml. The fallback text is generated from it, and compared with it by the next test."""
    holders = {
        file: NUMBER.findall((CHECKOUT / file).read_text(encoding="utf-8"))
        for file in told_from()
        if file not in ("flows/referrals.yaml", "flows/fallback.json") and not file.endswith(".md")
    }
    held = {file: numbers for file, numbers in holders.items() if numbers}

    assert NUMBER.search("call 800-566-7636 now"), "this test would prove nothing"
    assert NUMBER.search("call (212) 555 0143"), "this test would prove nothing"
    assert held == EXAMPLES


EXAMPLES = {
    "bot/channel.py": ["+15005550006"],  # Twilio's number for tests, which the worker's own texts come from
    "bot/content/referral_loader.py": ["+18005667636", "800-566-7636"],  # how numbers are written, in two sentences
    "bot/init/questions.py": ["1 (718) 555.0142", "+17185550142"],  # made up: how people write one, and how it is kept
    "bot/surge.py": ["+12025550143"],  # a made-up number, in an example
    "bot/voice.py": ["800-566-7636"],  # how a number is read out, in an example
}


def test_promise_9_the_fallback_text_says_what_the_referrals_say(library):
    assert read_fallbacks(CHECKOUT) == fallback_texts(library)


def test_promise_9_no_number_stands_there_twice(library):
    phones = [referral.phone for referral in library.release.referrals if referral.phone]

    assert sorted(set(phones)) == sorted(phones)


def test_promise_9_every_number_stands_there_with_its_source_and_its_date():
    node = Files(CHECKOUT).read("flows/referrals.yaml", Problems(), {})
    assert node is not None
    for name, referral in json.loads(json.dumps(node.plain))["referrals"].items():
        assert referral.get("sources"), name
        assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?|undated", referral["sources_until"]), name
