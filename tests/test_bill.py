"""What a talk costs: the counts are those of the replies that people get, and both directions are paid."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.bill import MOST_TEXTS, bill, ordinary, talks
from bot.content.change import Refused
from bot.content.segments import parts
from bot.prices import CENTS_A_PART, SEEN
from bot.transcript import Transcript, replay

AT = datetime(2026, 11, 23, 20, 15)


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_every_flow_with_words_is_talked_about_in_every_language_and_ends_at_a_number(library, channel):
    for locale in library.release.locales:
        started = {p.means for p in (*library.release.vocabulary.triggers, *library.release.vocabulary.interrupts)
                   if p.locale in (locale, library.release.language_of(locale))}  # fmt: skip
        held = {talk.flow: talk for talk in talks(library, locale, channel, AT)}

        assert set(held) == started
        for talk in held.values():
            ways = [exchange for exchange in talk.exchanges if exchange.said != "9"]
            assert len(ways) <= 3 + MOST_TEXTS
            numbers = [r.phone for r in library.release.referrals if r.phone]
            said = "".join(exchange.heard or "" for exchange in talk.exchanges[len(ways) - 1 :])
            assert any(_shown(phone) in said for phone in numbers), (locale, talk.flow, said)


def _shown(phone):
    return phone if len(phone) < 7 else phone[-4:]


def test_a_talk_is_one_that_somebody_could_have(library):
    held = ordinary(library, "home_door", "es", "sms", AT)
    heard = replay(Transcript(channel="sms", at=AT, exchanges=held), library)

    assert heard.exchanges == held
    assert len(held) > 2


def test_both_directions_are_paid_and_a_first_reply_is_the_first_one(library):
    talk = next(talk for talk in talks(library, "ar", "sms", AT) if talk.flow == "home_door")

    assert talk.first == parts(talk.exchanges[0].heard or "")
    assert talk.paid == sum(parts(e.said) + parts(e.heard or "") for e in talk.exchanges)
    assert talk.paid > len(talk.exchanges) + talk.first


def test_the_table_has_a_line_for_each_language_and_channel_and_says_when_the_price_was_seen(library):
    lines = bill(library, AT).splitlines()

    assert [line.split()[:2] for line in lines[1 : lines.index("")]] == [
        [locale, channel] for locale in library.release.locales for channel in ("sms", "whatsapp")
    ]
    assert SEEN in lines[-1]


def test_for_one_language_the_table_has_a_line_for_each_flow(library):
    lines = bill(library, AT, "zh-Hans").splitlines()
    door = next(line for line in lines if line.startswith("home_door"))
    _, first, texts, paid, cents = door.split()

    assert int(first) <= int(paid) - int(texts)
    assert float(cents) == pytest.approx(int(paid) * CENTS_A_PART, abs=0.06)


def test_a_language_that_is_not_spoken_is_refused_with_those_that_are(library):
    with pytest.raises(Refused, match=r'"xx" is not a language of this line. Known: .*es'):
        bill(library, AT, "xx")
