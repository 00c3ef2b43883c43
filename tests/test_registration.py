"""The papers for a registration: complete, in every language, and true of what the line does."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from bot.bill import ordinary
from bot.cli import cli
from bot.content.library import check_folder
from bot.registration import MISSING, PAPERS, Facts, papers
from tests.content.catalogue import sound_content
from tests.test_bill import AT

FACTS = Facts(
    number="+1 202 555 0199",
    website="https://line.example.org",
    legal_team="+12025550143",
    privacy_contact="privacy@example.org",
)
ONLY_THEY_KNOW = {"10dlc.md": 1}
"""Their tax number."""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Small content in two languages."""
    return check_folder(sound_content(tmp_path_factory.mktemp("content"))).library()


def test_every_gap_is_filled_from_the_content_and_from_what_was_given(small):
    made = papers(small, FACTS, AT)

    assert tuple(made) == PAPERS
    left = {name: text.count(MISSING.partition("{")[0]) for name, text in made.items()}
    assert {name: count for name, count in left.items() if count} == ONLY_THEY_KNOW
    assert [name for name, text in made.items() if "$" in text or small.organisation.name not in text] == []


def test_the_samples_are_replies_that_people_get(small):
    reply = ordinary(small, "door", "es", "sms", AT)[0].heard or ""  # the first situation of the menu
    quoted = "\n".join(f"> {line}" for line in reply.split("\n"))

    made = papers(small, FACTS, AT)
    assert [name for name in ("toll-free.md", "10dlc.md", "short-code.md") if quoted not in made[name]] == []


def test_the_opt_in_is_as_long_as_twilio_lets_it_be_and_says_what_carriers_want(small):
    made = papers(small, FACTS, AT)["10dlc.md"]
    described = next(line for line in made.splitlines() if line.startswith("> People text"))

    assert 40 <= len(described) <= 2049
    for wanted in ("rates may apply", "HELP", "STOP", FACTS.website, "sold or shared"):
        assert wanted in described


def test_help_and_stop_hold_a_humans_number_in_every_language(small):
    made = papers(small, FACTS, AT)["help-and-stop.md"]
    sections = re.split(r"^## ", made, flags=re.MULTILINE)[1:]

    assert [section.partition("\n")[0] for section in sections] == ["English (en)", "Spanish (es)"]
    for section in sections:
        answers = section.split("STOP:\n")
        assert [answer.count("800-566-7636") for answer in answers] == [1, 1]
    assert small.messages.text("common.opted_out", "es").splitlines()[0] in sections[1]


def test_the_command_writes_them_and_says_what_is_left_to_fill_in(tmp_path):
    content = sound_content(tmp_path / "content")
    done = CliRunner().invoke(cli, ["registration", str(tmp_path / "made")], env={"HOTLINE_CONTENT": str(content)})

    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == sorted(PAPERS)
    assert re.search(r"privacy\.md  \(\d to fill in\)", done.output)
