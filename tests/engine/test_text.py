"""Folding: what does not change a word is forgiven, in every script; another word never is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine import text
from bot.engine.text import MAX_LENGTH, fold, words, words_of

SAME = [
    ("SÍ", "si"), ("Señora", "senora"), ("MENÚ", "menu"), ("Ｍｅｎｕ", "menu"), ("１２３", "123"), ("1️⃣", "1"),
    ("①", "1"),
    ("١٢٣", "123"), ("۱۲۳", "123"), ("১২৩", "123"), ("१२३", "123"), ("l’avocat", "l'avocat"), ("ʻokina", "ʻokina"),
    ("  a \n b\t c ", "a b c"), ("a\u200bb", "ab"), ("\u202eabc", "abc"), ("محامٍ", "محام"), ("أحمد", "احمد"),
    ("مدرسة", "مدرسه"),
    ("کار", "كار"), ("straße", "strasse"), ("Łódź", "lodz"), ("ﷺ"[:0], ""), ("👍🏽", "👍"), ("فيـــــن", "فين"),
    ("ﻻ", "لا"),
    ("ĐÔNG", "dong"), ("Ação", "acao"), ("ΓΕΙΆ", "γεια"), ("Ёлка", "елка"),
]  # fmt: skip
"""As typed, and folded."""

DIFFERENT = [("si", "so"), ("stop", "shop"), ("يد", "بد"), ("কি", "কী"), ("门", "们"), ("нет", "нёс"), ("1", "7")]

WORDS = [
    ("don't open!", ("dont", "open")), ("敲门", ("敲", "门")), ("ICE在门口", ("ice", "在", "门", "口")), ("1)",
    ("1",)),
    ("#1", ("1",)), ("i-200", ("i", "200")), ("👍", ("👍",)), ("...", ()), ("", ()), ("''", ()), ("yes/no",
    ("yes", "no")),
    ("¿qué?", ("que",)), ("محامي؟", ("محامي",)), ("a_b", ("a_b",)), ("½", ("1", "2")),
    ("door 敲门 문을 now", ("door", "敲", "门", "문", "을", "now")),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "folded"), SAME)
def test_what_does_not_change_a_word_is_forgiven(typed, folded):
    assert fold(typed) == folded


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_word_stays_another_word(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize(("text", "found"), WORDS)
def test_a_text_is_cut_into_words(text, found):
    assert words_of(text) == found


@given(st.text(max_size=700))
@settings(derandomize=True, max_examples=400)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
@settings(derandomize=True, max_examples=400)
def test_no_text_is_too_strange(text):
    """Lone surrogates, control characters, letters of no script."""
    folded = fold(text)

    assert len(folded) <= MAX_LENGTH
    assert all(word and " " not in word for word in words(folded))


def test_a_very_long_text_is_looked_at_from_its_beginning():
    assert words_of("ice at my door " + "x " * 10_000)[:4] == ("ice", "at", "my", "door")


def test_whoever_texts_every_character_there_is_does_not_fill_the_memory():
    """What is not remembered is folded all the same."""
    upper = text._ByCharacter(str.upper)
    everything = "".join(map(chr, range(0x110000)))

    assert everything.translate(upper) == "".join(map(str.upper, everything))
    assert len(upper) == text.REMEMBERED
