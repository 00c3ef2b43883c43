"""Replies as people get them: pages, languages, last words, opening hours, the fallback.

Apart from the engine's tests because only whole replies show how pieces become a text. That all replies of all talks
fit, and keep what they promise, test_explore.py proves.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.config import CHECKOUT
from bot.content.fallback import EVERYBODY, read_fallbacks
from bot.content.library import Library, check_folder
from bot.content.segments import MAX_PARTS, parts
from bot.engine.events import EndedQuietly, Erased, Inbound, KeptSilent, OptedOut
from bot.engine.referrals import HOTLINE
from bot.engine.run import turn
from bot.engine.session import Said, Session, from_plain, to_plain
from bot.engine.text import words_of
from bot.pages import WHATSAPP_LIMIT, fits, paged
from bot.reply import Composer, fallback_texts
from bot.transcript import Talk
from tests.content.catalogue import sound_content
from tests.releases import library_of

LOCALES = ("en", "es", "zh-Hans", "ar")
CHANNELS = ("sms", "whatsapp")


# ------------------------------------------------------------------------------------------------------- pages


LONG = {
    "menu": """
        steps:
          choose:
            ask: {first: ended, second: ended}
          ended: {refer: {need: legal}}
        """
}


def long_library(lines: int) -> Library:
    """A menu whose text has so many lines of sixty letters."""
    text = "\n".join(f"    {'Line' + str(number):-<60}" for number in range(lines))
    messages = f"""
keywords: [topics]
choose:
  text: |-
{text}
  first: {{label: First}}
  second: {{label: Second}}
ended: {{text: The end.}}
"""
    return library_of(LONG, {"menu": messages})


def test_choices_stand_on_the_last_page_only_and_digits_count_only_there():
    talk = Talk(long_library(14), "sms", datetime(2026, 11, 23, 20, 15))

    first = talk.hears("hi") or ""
    assert "9 More" in first
    assert "1 First" not in first
    too_early = talk.hears("1") or ""
    assert "The end." not in too_early
    assert "1 First" in too_early, "the choices are shown before they count"
    assert "The end." in (talk.hears("1") or "")


def test_more_shows_exactly_what_the_page_before_left_out():
    library = long_library(20)
    talk = Talk(library, "sms", datetime(2026, 11, 23, 20, 15))
    pages = [talk.hears("hi") or ""]
    while "9 More" in pages[-1]:
        pages.append(talk.hears("more") or "")

    lines = [line for page in pages for line in page.splitlines() if line.startswith("Line")]
    assert lines == library.messages.text("menu.choose.text", "en").splitlines()
    assert "2 Second" in pages[-1]
    assert all(parts(page) <= MAX_PARTS for page in pages)


def test_more_after_the_last_page_shows_the_step_again():
    talk = Talk(long_library(1), "sms", datetime(2026, 11, 23, 20, 15))
    first = talk.hears("hi")

    assert talk.hears("9") == first


def test_the_same_text_is_one_message_on_whatsapp():
    assert "9 More" not in (Talk(long_library(14), "whatsapp", datetime(2026, 11, 23, 20, 15)).hears("hi") or "")


@pytest.mark.parametrize("size", [1, 500, 5000])
def test_a_line_without_a_space_is_cut_rather_than_sent_too_long(size):
    text = "x" * size

    pages = paged([text], tail="0 Menu", more="9 More", channel="sms")

    assert "".join(page.splitlines()[0] for page in pages) == text
    assert all(fits(page, "sms") for page in pages)


# --------------------------------------------------------------------------------------------------- languages


def test_a_text_in_no_known_language_gets_every_language_and_a_number_in_the_languages_of_the_organisation(library):
    talk = Talk(library, "whatsapp", datetime(2026, 11, 23, 20, 15))

    reply = talk.hears("zzzz") or ""

    for locale in library.organisation.bilingual:
        assert library.messages.text("common.language_question", locale) in reply
    for locale in library.release.languages:
        assert library.messages.text("common.language.name", locale) in reply
    assert "800-566-7636" in reply


# ------------------------------------------------------------------------------------------------- other events


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_the_last_words_are_one_text_each_that_fits(library, locale, channel):
    composer = Composer(library)
    hotline = next(r for r in library.release.referrals if HOTLINE in r.needs)
    said = (Said("notice", "opted_out"), Said("hotline", f"{hotline.name}@29000000"))

    for event in (Erased(locale), EndedQuietly(locale, ""), OptedOut(locale, said)):
        session, text = composer.reply(None, (event,), channel)
        assert session is None
        assert text
        assert fits(text, channel)
        assert "%{" not in text
    assert hotline.phone in (composer.reply(None, (OptedOut(locale, said),), channel)[1] or "")


def test_delete_and_the_quiet_end_say_nothing_of_what_the_line_is_for(library):
    """Whoever looks at the phone sees a text that could be about anything."""
    for locale in LOCALES:
        for event in (Erased(locale), EndedQuietly(locale, "")):
            text = Composer(library).reply(None, (event,), "sms")[1] or ""
            assert not re.search(r"ICE|immigra|inmigra|移民|هجرة|lawyer|abogad|律师|محام|\d{3}", text), text


def test_silence_is_no_text_at_all(library):
    assert Composer(library).reply(Session(), (KeptSilent(),), "sms") == (Session(), None)
    assert Composer(library).reply(None, (OptedOut("en"),), "sms") == (None, None)


def test_an_event_that_nobody_reads_is_an_error(library):
    with pytest.raises(AssertionError, match="nobody reads"):
        Composer(library).reply(Session(), (object(),), "sms")  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------- what is said of hours


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (datetime(2026, 11, 23, 11, 0), "Open"),
        (datetime(2026, 11, 23, 23, 40), "Closed. Opens Tue 8am."),
        (datetime(2026, 11, 22, 6, 30), "Closed. Opens Sun 9am."),
        (datetime(2026, 11, 28, 17, 0), "Closed. Opens Sun 9am."),
        (datetime(2026, 11, 27, 20, 0), "Closed. Opens Sat 9am."),
    ],
)
def test_the_hotline_says_whether_it_is_open_and_else_when_it_opens(library, at, says):
    talk = Talk(library, "whatsapp", at)

    reply = talk.hears("lawyer") or ""

    assert "800-566-7636" in reply
    assert says in reply


def test_a_line_of_the_government_is_named_as_such_before_its_number(library):
    talk = Talk(library, "whatsapp", datetime(2026, 11, 23, 11, 0))
    talk.hears("they took my wife")
    reply = talk.hears("3") or ""

    assert reply.index("This is the US government.") < reply.index("800-898-7180")


def test_the_english_words_to_say_stand_beside_the_number_in_other_languages(library):
    for locale in ("es", "zh-Hans", "ar"):
        talk = Talk(library, "whatsapp", datetime(2026, 11, 23, 11, 0))
        talk.hears(library.messages.text("common.language.name", locale))
        reply = talk.hears("5") or ""
        english = library.messages.text("common.language.english", locale)
        assert f"{english}, please" in reply


# ------------------------------------------------------------------------------------------------------- fallback


def test_the_shipped_fallback_file_says_what_the_content_says(library):
    """After a change of the hotline: `python3 -m bot fallback`."""
    assert read_fallbacks(CHECKOUT) == fallback_texts(library)


def test_the_fallback_has_a_number_no_choices_and_the_word_menu_in_every_language(library):
    menus = [words for words, found in library.release.vocabulary.commands.items() if found[0].means == "menu"]
    for locale, text in fallback_texts(library).items():
        assert "800-566-7636" in text, locale
        assert any(words_of(text)[at : at + len(menu)] == menu for menu in menus for at in range(200)), locale
        assert not re.search(r"(?m)^\d ", text), locale
        assert locale == EVERYBODY or fits(text, "sms"), locale


def test_the_fallback_names_the_organisations_own_line_where_it_has_one(library):
    """As everywhere else: not whichever stands first in the file."""
    own = replace(library.release.referrals[0], name="ours", title="Our Own Line", phone="+12125550100")
    release = replace(library.release, referrals=(*library.release.referrals, own), line="ours")

    for text in fallback_texts(replace(library, release=release)).values():
        assert "Our Own Line" in text
        assert "800-566-7636" not in text


def test_a_page_stays_the_same_while_the_hours_go_on(library):
    """MORE after closing time shows the rest of what was said, not another list."""
    talk = Talk(library, "sms", datetime(2026, 11, 23, 17, 58))
    talk.hears("محامي")
    first = talk.hears("١١٢")
    later = talk.session
    assert later is not None
    again, events = turn(later, Inbound(channel="sms", text="9"), library.release, talk.now + timedelta(hours=1))
    _, page = Composer(library).reply(again, events, "sms")
    same, events = turn(from_plain(to_plain(later)), Inbound(channel="sms", text="9"), library.release, talk.now)

    assert page == Composer(library).reply(same, events, "sms")[1]
    assert page
    assert page != first
    assert len(page) <= WHATSAPP_LIMIT


@pytest.mark.parametrize("late", ["", "_overdue"])
def test_saying_that_nobody_has_reviewed_it_takes_no_more_room_than_saying_no_lawyer(library, late):
    """The first reply of a situation has one part: an override must not cost the words of the act."""
    for locale in library.release.locales:
        usual, unreviewed = (
            library.messages.text(f"common.honest{kind}{late}", locale, date="2026-10-07")
            for kind in ("", "_unreviewed")
        )
        assert len(unreviewed) <= len(usual), locale


def test_a_text_may_name_the_organisation_and_its_translations_must(tmp_path):
    folder = sound_content(tmp_path)
    set_in(folder, "flows/organisation.yaml", "name", "name: 100% Our Line")
    english, spanish = (folder / "messages" / locale / "door.yml" for locale in ("en", "es"))
    for path, text in ((english, "This is %{organisation}."), (spanish, "Somos nosotros.")):
        path.write_text(re.sub(r"(?m)^knock:\n  text: .*$", f'knock:\n  text: "{text}"', path.read_text()))

    missing = [problem for problem in check_folder(folder).problems if problem.code == "placeholder"]
    assert [problem.place.file for problem in missing] == ["messages/es/door.yml"]

    spanish.write_text(spanish.read_text().replace("Somos nosotros", "Esto es %{organisation}"))
    talk = Talk(check_folder(folder).library(), "sms", datetime(2026, 11, 23, 20, 15))
    assert (talk.hears("door") or "").startswith("This is 100% Our Line.\n")


def set_in(folder, file, field, line):
    path = folder / file
    path.write_text(re.sub(rf"(?m)^{field}: .*$", line, path.read_text()))
