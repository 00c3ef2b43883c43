"""Where generosity ends: other forms and slips of the finger are forgiven, other words are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.likeness import FORM, SLIP, Likeness, is_slip

KNOWN = (
    "door", "agents", "lawyer", "house", "puerta", "tocando", "abogado", "stop", "ice", "work", "detained", "help",
    "محامي", "البيت", "اعتقلوا", "门",
)  # fmt: skip

ALIKE = [
    ("door", "door", 1.0), ("doors", "door", FORM), ("dooor", "door", FORM), ("heeelp", "help", FORM),
    ("agent", "agents", FORM), ("lawyers", "lawyer", FORM), ("laywer", "lawyer", SLIP), ("layer", "lawyer", SLIP),
    ("hpuse", "house", SLIP), ("tocan", "tocando", FORM), ("abogada", "abogado", FORM), ("avogado", "abogado", SLIP),
    ("detaned", "detained", SLIP), ("بيت", "البيت", FORM), ("للمحامي", "محامي", FORM), ("بيتي", "البيت", FORM),
]  # fmt: skip
UNLIKE = ["shop", "rice", "nice", "word", "dog", "hour", "们", "12345", "doctor", "puente", "i", "", "door2"]


@pytest.mark.parametrize(("typed", "known", "alike"), ALIKE)
def test_another_form_or_one_slip_is_the_word(typed, known, alike):
    assert Likeness(KNOWN).of(typed)[known] == alike


@pytest.mark.parametrize("typed", UNLIKE)
def test_a_coincidence_is_not(typed):
    assert Likeness(KNOWN).of(typed) == {}


@pytest.mark.parametrize(
    ("typed", "known", "slip"),
    [
        ("docter", "doctor", True), ("languge", "language", True), ("mneu", "menu", False), ("shop", "stop", False),
        ("12345", "12346", False), ("stop", "stop", False), ("deleet", "delete", True), ("abcde", "fghij", False),
    ],
)  # fmt: skip
def test_one_slip_is_one_letter_more_less_other_or_swapped(typed, known, slip):
    assert is_slip(typed, known) is slip


letters = st.text("abcdeا", min_size=5, max_size=8)


@given(letters, st.lists(letters, max_size=40))
@settings(derandomize=True, max_examples=400, deadline=None)
def test_no_slip_is_missed_among_many_words(typed, known):
    """A word is looked for among those that begin or end as it does. Those that are one slip away all do."""
    slipped = [word for word in sorted(set(known)) if is_slip(typed, word)][:3]

    found = Likeness(known).of(typed)
    assert typed in known or set(found.values()) == {FORM} or [w for w in found if found[w] == SLIP] == slipped
