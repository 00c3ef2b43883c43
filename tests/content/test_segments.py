"""How many SMS parts a text costs: as many as Twilio says, and the cheaper spelling never loses a letter.

`segment_vectors.json` was made once with Twilio's own sms-segments-calculator 1.3.0 (npm), 320 texts of all kinds.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.segments import BASIC, EXTENDED, cheaper, is_gsm, parts

VECTORS = json.loads(Path(__file__).with_name("segment_vectors.json").read_text(encoding="utf-8"))


def test_every_text_has_as_many_parts_as_twilio_counts():
    wrong = [(one["text"], one["parts"], parts(one["text"])) for one in VECTORS if parts(one["text"]) != one["parts"]]

    assert len(VECTORS) >= 300
    assert wrong == []


def test_every_text_has_the_alphabet_that_twilio_finds():
    assert [one["text"] for one in VECTORS if is_gsm(one["text"]) != (one["encoding"] == "GSM-7")] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 459, 3),
        ("a" * 460, 4),
        ("敲" * 70, 1),
        ("敲" * 201, 3),
        ("敲" * 202, 4),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # a letter that counts twice is never cut
        ("敲" * 66 + "😀" + "敲" * 66, 3),
        ("é" * 160, 1),
        ("í" * 71, 2),
    ],
)
def test_parts_of_a_text(text, count):
    assert parts(text) == count


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("Aquí", "Aquí"),  # one part either way: nothing is gained
        ("Aquí" * 30, "Aqui" * 30),
        ("“¿Qué pasó?”" * 12, '"¿Qué paso?"' * 12),
        ("不要开门。" * 30, "不要开门。" * 30),
        ("ä" * 200, "ä" * 200),
        ("Proszę nie otwierać drzwi. " * 3, "Prosze nie otwierac drzwi. " * 3),
        ("Ça va, où est-ce que vous êtes? " * 3, "Ça va, où est-ce que vous etes? " * 3),  # "ou" is another word
        ("Pa louvri pòt la. Yo dwe fè sa. " * 3, "Pa louvri pòt la. Yo dwe fè sa. " * 3),
        ("ő" + "a" * 100, "ő" + "a" * 100),  # no plainer spelling is known: left alone
    ],
)
def test_the_cheaper_spelling(text, spelt):
    assert cheaper(text) == spelt


@settings(max_examples=200, derandomize=True)
@given(text=st.text(max_size=500))
def test_a_text_never_costs_more_in_the_cheaper_spelling(text):
    assert parts(cheaper(text)) <= parts(text)
    assert cheaper(cheaper(text)) == cheaper(text)


@settings(max_examples=200, derandomize=True)
@given(text=st.text(st.sampled_from("aeiou áéíóúñü“”’.€"), max_size=300))
def test_the_cheaper_spelling_changes_accents_and_quotes_only(text):
    spelt = cheaper(text)
    plain = {"“": '"', "”": '"', "’": "'"}

    def bare(letter: str) -> str:
        return plain.get(letter, unicodedata.normalize("NFD", letter)[0])

    assert [bare(letter) for letter in spelt] == [bare(letter) for letter in text]


@settings(max_examples=100, derandomize=True)
@given(text=st.text(max_size=300), more=st.characters(exclude_categories=["Cs"]))
def test_a_longer_text_never_has_fewer_parts(text, more):
    assert parts(text + more) >= parts(text)


def test_the_alphabet_is_the_standard_one():
    assert len(BASIC) == 127  # 128 septets, one of them the way to the extended ones
    assert len(EXTENDED) == 10
    assert set() == BASIC & EXTENDED
