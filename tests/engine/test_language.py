"""The guess of a language: right where it is made, and not made where the text does not tell."""

from __future__ import annotations

import pytest

from bot.engine.language import guess
from bot.engine.text import words_of

TELLS = [
    ("en", "what should i do if they come to my house"), ("en", "please help me"),
    ("en", "the agents are at the door"),
    ("es", "que hago si vienen a mi casa"), ("es", "se llevaron a mi esposo"), ("es", "la migra esta en la puerta"),
    ("es", "necesito un abogado"), ("zh-Hans", "敲门"), ("zh-Hans", "ICE在门口"), ("zh-Hans", "我需要律师"),
    ("ar", "الهجرة عند الباب"), ("ar", "محامي"), ("ar", "ICE عند الباب"),
    ("ru", "Привет"), ("es", "hola, the migra esta aqui en mi casa"),
]  # fmt: skip
DOES_NOT_TELL = ["1", "911", "", "👍", "ICE", "I-200", "xyzzy", "สวัสดี", "hanoi", "www.example.org", "no"]


@pytest.mark.parametrize(("locale", "text"), TELLS)
def test_a_text_tells_its_language(library, locale, text):
    assert guess(words_of(text), library.release.vocabulary).locale == locale


@pytest.mark.parametrize("text", DOES_NOT_TELL)
def test_a_text_that_does_not_tell_is_not_guessed(library, text):
    assert guess(words_of(text), library.release.vocabulary).locale == ""


def test_a_guess_says_what_told_it(library):
    found = guess(words_of("se llevaron a mi esposo"), library.release.vocabulary)

    assert {"se", "a", "mi"} <= set(found.because)
    assert found.score > found.second
