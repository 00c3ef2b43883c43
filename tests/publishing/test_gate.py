"""What needs a signature: a table of flows, locales and numbers, and of the overrides that name them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.publishing import gate
from bot.publishing.compare import NumberChange
from bot.publishing.gate import Override
from tests.conftest import settings
from tests.publishing.small import LAW, door

SIGNED = LAW.replace("{lawyer}", "immigration lawyer")
UNSIGNED = LAW.replace("{lawyer}", "none")
OWN_LAW = "      safe:\n        law: {lawyer: none, sources: [S-ONA-2026]}\n"


def unread(library, locale):
    return () if locale == "en" else ("door.knock.text", "door.safe.text")


@pytest.mark.parametrize(
    ("library", "flows"),
    [
        (door(top=SIGNED), ()),
        (door(top=UNSIGNED), ("door",)),
        (door(), ("door",)),
        (door(("      safe:\n        end", f"{OWN_LAW}        end"), top=SIGNED), ("door",)),
    ],
    ids=["signed", "unsigned", "no law at all", "a step that nobody signed"],
)
def test_a_flow_is_reviewed_when_a_lawyer_signed_all_of_its_law(library, flows):
    """The menu states no law and needs none."""
    assert gate.unreviewed(library, unread).flows == flows


LIBRARY = door(top=UNSIGNED, locales=("en", "es"))
FOUND = gate.unreviewed(LIBRARY, unread)


@pytest.mark.parametrize(
    ("override", "says"),
    [
        (Override(), ['flow "door"', "2 texts in es"]),
        (Override(role="coordinator", flows=("door",)), ["2 texts in es"]),
        (Override(role="coordinator", locales=("es",)), ['flow "door"']),
        (Override(role="coordinator", flows=("door",), locales=("es",)), []),
        (Override(flows=("door",), locales=("es",)), ["--unreviewed ROLE", 'flow "door"', "2 texts in es"]),
        (Override(role="coordinator", flows=("dor",), locales=("es",)), ["no flow dor", 'flow "door"']),
        (Override(role="coordinator", flows=("door",), locales=("fr", "es")), ["no language fr"]),
    ],
)
def test_what_no_override_names_is_refused_each_with_its_name_and_the_command(override, says):
    refusals = gate.refusals(FOUND, override, LIBRARY)

    assert len(refusals) == len(says)
    for refusal, words in zip(refusals, says, strict=True):
        assert words in refusal.text


def test_what_is_signed_is_never_called_unreviewed():
    everything = Override(role="coordinator", flows=("door", "menu"), locales=("en", "es"))

    assert gate.covered(FOUND, everything) == Override(role="coordinator", flows=("door",), locales=("es",))
    assert gate.covered(gate.unreviewed(door(top=SIGNED), unread), everything) == Override()


@pytest.mark.parametrize(
    ("by", "second", "refused"),
    [
        ("Ana", "", "one person alone"),
        ("Ana", " ana ", "is the one who publishes"),
        ("Ana", "Wei", ""),
    ],
)
def test_a_number_that_people_will_be_told_needs_two_people(by, second, refused):
    change = NumberChange("ona", "800-566-7636", "800-566-0000")
    found = gate.alone((change,), by, second)

    assert bool(found) == bool(refused)
    assert all(refused in one.text and "ona: 800-566-7636 -> 800-566-0000" in one.text for one in found)


def test_a_number_that_is_told_no_longer_needs_nobody_else():
    assert gate.alone((NumberChange("ona", "800-566-7636", ""),), "Ana", "") == ()


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        ({}, True),
        ({"PUBLIC_URL": "http://line.rights.nyc"}, False),
        ({"PUBLIC_URL": "https://127.0.0.1:8080"}, False),
        ({"PUBLIC_URL": "https://192.168.1.4"}, False),
        ({"PUBLIC_URL": "https://localhost"}, False),
        ({"PUBLIC_URL": "https://line.example.org"}, False),
        ({"TWILIO_AUTH_TOKEN": ""}, False),
    ],
    ids=str,
)
def test_the_gate_stands_where_texts_are_real(changes, stands, tmp_path: Path):
    real = {"PUBLIC_URL": "https://line.rights.nyc"} | changes
    assert gate.stands(settings("unix:///nowhere.sock", tmp_path, **real)) == stands
    assert not gate.stands(replace(settings("unix:///nowhere.sock", tmp_path, **real), account_sid=None))
