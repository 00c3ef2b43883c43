"""python-i18n behind its wrapper: the right text or an exception, never another language, a key, or a file.

The traps themselves belong to python-i18n 0.3.9; what is promised here is that none of them reaches a reply.
"""

from __future__ import annotations

import gc
import sys
import threading

import i18n
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from i18n import config, resource_loader, translations

from bot.content.messages import Messages, MissingText

TEXTS = {
    "en": {"door": "Keep it closed.", "only_here": "English.", "dated": "Sources to %{date}.", "half": "50 %% off"},
    "es": {"door": "No abra.", "dated": "Fuentes hasta %{date}.", "half": "50 %% menos"},
}


@pytest.fixture
def messages():
    return Messages(TEXTS)


@pytest.mark.parametrize(
    ("key", "locale", "text"),
    [("door", "en", "Keep it closed."), ("door", "es", "No abra."), ("half", "en", "50 % off")],
)
def test_a_text_is_the_one_of_its_key_and_locale(messages, key, locale, text):
    assert messages.text(key, locale) == text


def test_a_placeholder_is_filled(messages):
    assert messages.text("dated", "es", date="2026-10-07") == "Fuentes hasta 2026-10-07."


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again(messages):
    assert messages.text("dated", "en", date="%{date} 50 %% %") == "Sources to %{date} 50 %% %."


def test_a_placeholder_that_nobody_fills_never_reaches_a_person(messages):
    with pytest.raises(KeyError):
        messages.text("dated", "en")


@pytest.mark.parametrize(("key", "locale"), [("only_here", "es"), ("nowhere", "en"), ("door", "fr"), ("", "en")])
def test_a_missing_text_is_neither_english_nor_its_key(messages, key, locale):
    assert not messages.has(key, locale)
    with pytest.raises(MissingText):
        messages.text(key, locale)


def test_the_locale_of_the_process_means_nothing(messages):
    before = config.get("locale")
    i18n.set("locale", "es")
    try:
        assert messages.text("door", "en") == "Keep it closed."
        assert config.get("locale") == "es", "asking for a text changed the language of all other threads"
    finally:
        i18n.set("locale", before)


def test_two_releases_live_side_by_side(messages):
    after = Messages({"en": {"door": "Changed."}})

    assert messages.text("door", "en") == "Keep it closed."
    assert after.text("door", "en") == "Changed."
    assert not after.has("dated", "en")


def test_the_texts_of_a_release_go_with_it():
    gc.collect()  # what other tests have left
    before = {locale: set(texts) for locale, texts in translations.container.items()}
    short_lived = Messages({"en": {"once": "Once."}, "ht": {"once": "Yon fwa."}})
    assert short_lived.text("once", "ht") == "Yon fwa."
    del short_lived
    gc.collect()

    assert {locale: set(texts) for locale, texts in translations.container.items() if texts} == {
        locale: texts for locale, texts in before.items() if texts
    }


def test_nothing_is_ever_read_from_a_file(messages, tmp_path, monkeypatch):
    (tmp_path / "door.en.yml").write_text("en:\n  from_a_file: surprise\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert i18n.load_path == []
    assert resource_loader.loaders == {}
    assert not messages.has("door.from_a_file", "en")
    with pytest.raises(MissingText):
        messages.text("door.from_a_file", "en")


@pytest.mark.parametrize("words", [("one", "other"), ("zero", "few", "many")])
def test_names_that_are_plural_forms_are_ordinary_keys(words):
    numbers = Messages({"en": {f"menu.{word}": word.upper() for word in words}})

    assert [numbers.text(f"menu.{word}", "en") for word in words] == [word.upper() for word in words]


@settings(max_examples=100, derandomize=True)
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_with_its_per_cent_signs_doubled_comes_out_as_it_was_written(text):
    assert Messages({"en": {"any": text.replace("%", "%%")}}).text("any", "en") == text


def test_no_thread_gets_the_wrong_language_while_releases_come_and_go():
    """Three threads read, each in its own language, while the release they read is replaced under them."""
    live = [Messages(TEXTS)]
    stop = threading.Event()
    wrong: list[str] = []

    def read(locale: str, expected: str) -> None:
        while not stop.is_set():
            try:
                if (text := live[0].text("door", locale)) != expected:
                    wrong.append(text)
            except Exception as error:
                wrong.append(repr(error))

    between = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=read, args=(loc, TEXTS[loc]["door"])) for loc in ("en", "es", "en")]
    for thread in threads:
        thread.start()
    for _ in range(200):
        live[0] = Messages(TEXTS)
    stop.set()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(between)

    assert wrong == []
