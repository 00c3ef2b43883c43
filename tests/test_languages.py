"""Twelve languages at once: who is answered in which, how people find theirs, and Latin letters."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.content.library import Library, check_folder
from bot.content.reviews import stale_keys, unread_keys
from bot.content.segments import MAX_PARTS, parts
from bot.engine.language import guess
from bot.engine.text import way_of, words_of
from bot.transcript import Talk
from tests.languages import MADE, in_twelve_languages

AT = datetime(2026, 11, 23, 20, 15)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return in_twelve_languages(tmp_path_factory.mktemp("twelve"))


@pytest.fixture(scope="module")
def twelve(folder) -> Library:
    return check_folder(folder).library()


@pytest.fixture
def talk(twelve):
    return Talk(twelve, "sms", AT)


def in_(twelve: Library, key: str, locale: str) -> str:
    return twelve.messages.text(key, locale)


# --------------------------------------------------------------------------------------------------- the guess

TOLD = [
    ("ru", "стучат к нам"), ("ru", "ICE у нас"), ("bn", "দরজায় ICE"), ("ko", "경찰이 왔어요"),
    ("zh-Hans", "他们在敲门"), ("zh-Hant", "他們在敲門"), ("zh-Hant", "警察喺門口"), ("zh-Hans", "警察"),
    ("ar", "الشرطة عند الباب"), ("ar", "ماذا أفعل"), ("ur", "دروازے پر پولیس ہے"), ("ur", "باہر کون ہے"),
    ("ur", "وکیل"),
    ("en", "what should i do if they come"), ("es", "que hago si vienen a mi casa"),
    ("fr", "ils sont dans les escaliers je fais quoi"), ("pl", "co mam robic policja jest przy drzwiach"),
    ("ht", "ki sa pou mwen fe yo nan kay la"),
    ("ru-Latn", "oni u nas na vhode"), ("bn-Latn", "amar baire police eseche"), ("ur-Latn", "bahar police hai kya"),
    ("ar-Latn", "ana 3end el jiran"), ("zh-Hans", "wo zenme ban"), ("ko", "sigan eopseoyo"),
    # a few shared words tell nothing
    ("", "el wad la bas hna"), ("", "na bian you ren la"), ("", "xyzzy"), ("", "1"),
]  # fmt: skip


@pytest.mark.parametrize(("locale", "text"), TOLD)
def test_a_text_tells_its_language_or_nothing(twelve, locale, text):
    assert guess(words_of(text), twelve.release.vocabulary, way_of(text)).locale == locale


def test_the_letters_decide_where_two_languages_share_a_keyword(talk, twelve):
    """A Chinese keyword of the one country, typed beside characters of the other."""
    assert in_(twelve, "door.knock.text", "zh-Hant") in (talk.hears("移民局敲門") or "")


# --------------------------------------------------------------------------------------------------- the languages


def test_nothing_understood_shows_every_language_and_a_human_in_three_parts(talk, twelve):
    reply = talk.hears("zzzz") or ""

    assert [line[0] for line in reply.splitlines() if line[0].isdigit() and line[1] == " "] == [*"1234567", "9", "0"]
    assert all(in_(twelve, "common.language.name", locale) in reply for locale in twelve.release.languages)
    assert "800-566-7636" in reply
    assert parts(reply) <= MAX_PARTS


def test_9_turns_to_the_next_languages_and_round(talk, twelve):
    names = twelve.release.languages
    talk.hears("zzzz")

    second = talk.hears("9") or ""
    assert second.index(f"1 {in_(twelve, 'common.language.name', names[7])}") > 0
    assert (talk.hears("9") or "").index(f"1 {in_(twelve, 'common.language.name', names[0])}") > 0

    talk.hears("9")
    assert in_(twelve, "menu.choose.text", names[8]) in (talk.hears("2") or "")


@pytest.mark.parametrize("locale", [locale for locale, made in MADE.items() if not made.letters_of])
@pytest.mark.parametrize("call", ["name", "english"])
def test_a_languages_name_works_at_once_and_everywhere(talk, twelve, locale, call):
    talk.hears("they knock")

    assert in_(twelve, "door.knock.text", locale) in (talk.hears(in_(twelve, f"common.language.{call}", locale)) or "")


def test_the_question_in_the_menu_turns_too(talk, twelve):
    talk.hears("english")
    talk.hears("3")

    assert f"3 {in_(twelve, 'common.language.name', twelve.release.languages[9])}" in (talk.hears("9") or "")
    assert in_(twelve, "menu.choose.text", twelve.release.languages[9]) in (talk.hears("3") or "")


# --------------------------------------------------------------------------------------------------- Latin letters

VARIANTS = {variant: made.letters_of for variant, made in MADE.items() if made.letters_of}


@pytest.mark.parametrize(("variant", "language"), VARIANTS.items())
def test_latin_letters_are_answered_in_the_script_and_offered_in_the_last_line(talk, twelve, variant, language):
    reply = talk.hears(MADE[variant].door[0]) or ""

    assert in_(twelve, "door.knock.text", language) in reply
    assert reply.splitlines()[-1] == "Latin? LATIN"
    assert "LATIN" not in (talk.hears(MADE[variant].door[0]) or ""), "said once"
    assert in_(twelve, "door.knock.text", variant) in (talk.hears("latin") or ""), "at the same step"
    assert in_(twelve, "door.knock.text", language) in (talk.hears(MADE[language].name) or "")


def test_who_writes_the_script_is_offered_nothing(talk):
    assert "LATIN" not in (talk.hears(MADE["bn"].door[0]) or "")


def test_what_a_variant_does_not_have_comes_from_its_language(talk, twelve):
    talk.hears(MADE["bn-Latn"].door[0])
    talk.hears("latin")

    assert in_(twelve, "menu.choose.text", "bn") in (talk.hears("menu") or "")
    assert in_(twelve, "door.knock.text", "bn-Latn") in (talk.hears(MADE["bn-Latn"].door[0]) or "")


def test_latin_means_nothing_where_no_such_language_is_spoken(talk):
    talk.hears("english")

    assert "text a number" in (talk.hears("latin") or "")


def test_a_variant_is_no_language_to_choose(twelve):
    assert not set(twelve.release.languages) & set(VARIANTS)
    assert set(twelve.release.locales) == {*twelve.release.languages, *VARIANTS}


def test_of_a_variant_its_own_texts_are_counted_and_all_that_people_get_must_be_read(twelve):
    own = twelve.translations["bn-Latn"]

    assert {key.partition(".")[0] for key in own.english} == {"common", "referrals", "door"}
    assert own.missing == ()
    assert "menu.choose.text" in unread_keys(twelve, "bn-Latn")
    assert "door.knock.text" in stale_keys(twelve, "bn-Latn")
    assert "common.letters" in unread_keys(twelve, "bn-Latn")
    assert "common.letters" not in twelve.translations["bn"].english


# --------------------------------------------------------------------------------------------------- what people type


@pytest.mark.parametrize("digit", ["2", "২", "۲", "٢", "２", "2️⃣"])
def test_a_digit_is_a_digit_in_every_script(talk, twelve, digit):
    talk.hears("they knock")

    assert in_(twelve, "door.safe.text", "en") in (talk.hears(digit) or "")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ko", "경찰이 문을 두드리고 있어요"), ("ko", "문을두드려요"), ("ko", "지금 문앞에 경찰들이 있어요"),
        ("zh-Hant", "移民局的人在敲門"), ("bn", "আমার দরজায় পুলিশ এসেছে"), ("ur", "میرے دروازے پر پولیس ہے"),
        ("ru", "к нам стучат в двери"), ("pl", "Pukają do drzwi!"), ("ht", "Yo ap frape pòt la"),
    ],
)  # fmt: skip
def test_endings_spaces_and_accents_do_not_matter(talk, twelve, locale, text):
    assert in_(twelve, "door.knock.text", locale) in (talk.hears(text) or "")


# --------------------------------------------------------------------------------------------------- right to left


@pytest.mark.parametrize("locale", [one for one in MADE if one not in VARIANTS])
def test_a_date_behind_words_from_right_to_left_keeps_its_order(talk, locale):
    """An Arabic letter before makes of 2026-10-07 three numbers, which change places; this mark keeps them one."""
    reply = talk.hears(MADE[locale].door[0]) or ""

    assert ("\u200e2026-10-07" in reply) == (locale in ("ar", "ur"))
    assert "2026-10-07" in reply
