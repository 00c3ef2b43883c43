"""`init`: what people answer is what is written, twice as once, and what would not check is not written at all."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from bot.bill import ordinary
from bot.cli import cli
from bot.content.library import check_folder
from bot.content.segments import parts
from bot.envfile import read
from bot.init.forecast import MONTHS, forecast
from bot.init.organisation import known
from bot.init.questions import QUESTIONS
from bot.prices import CENTS_A_PART
from bot.transcript import Talk, opener
from tests.content.catalogue import sound_content
from tests.test_bill import AT

ANSWERS = {
    "--name": "Springfield rights", "--line": "+17185550142", "--hours": "mon-fri 9:00-17:00, sat 10:00-14:00",
    "--legal-team": "+17185550143", "--privacy-contact": "privacy@example.org", "--budget": "50",
    "--public-url": "https://line.example.org",
}  # fmt: skip
GIVEN = [word for pair in ANSWERS.items() for word in pair]


@pytest.fixture
def content(tmp_path):
    """Small content that says "Legal help" somewhere, in two languages."""
    folder = sound_content(tmp_path / "content")
    for locale, label in (("en", "Legal help"), ("es", "Ayuda legal")):
        path = folder / "messages" / locale / "menu.yml"
        lines = path.read_text(encoding="utf-8")
        assert re.search(r"lawyer: \{label: [^,}]+", lines)
        path.write_text(re.sub(r"(lawyer: \{label: )[^,}]+", rf"\g<1>{label}", lines), encoding="utf-8")
    return folder


def init(content, *arguments, said=""):
    """Exit status and everything shown."""
    env = {"HOTLINE_CONTENT": str(content), "HOTLINE_ENV": str(content / "line.env"),
           "HOTLINE_DATA": str(content / "data")}  # fmt: skip
    done = CliRunner().invoke(cli, ("init", *arguments), env=env, input=said, prog_name="python3 -m bot")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, done.output


def everything(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_answers_of_a_script_are_written_and_a_second_run_changes_nothing(content):
    status, shown = init(content, "--yes", *GIVEN)
    assert status == 0, shown
    written = everything(content)

    library = check_folder(content).library()
    own = next(referral for referral in library.release.referrals if referral.name == "own_line")
    assert (library.organisation.name, library.organisation.line, own.phone) == (
        "Springfield rights", "own_line", "718-555-0142"
    )  # fmt: skip
    assert library.messages.text("referrals.own_line.what", "es") == "Ayuda legal"
    assert "718-555-0142" in (content / "flows/fallback.json").read_text(encoding="utf-8")
    settings = read(content / "line.env")
    assert (settings["PUBLIC_URL"], settings["MONTHLY_BUDGET"]) == ("https://line.example.org", "50")
    assert len(settings["HOTLINE_SECRET"]) == 64
    assert settings["HOTLINE_SECRET"] not in shown

    assert init(content, "--yes")[0] == 0
    assert init(content, "--yes", *GIVEN)[0] == 0
    assert everything(content) == written


def test_a_person_is_asked_and_keeps_what_is_there_by_pressing_return(content):
    said = "\n".join(["Springfield rights", *[""] * (len(QUESTIONS) - 2), "y"]) + "\n"
    status, shown = init(content, said=said)

    assert status == 0, shown
    asked = [question for question in QUESTIONS if question.name != "hours"]  # no own number: no hours
    assert all(question.ask in shown for question in asked)
    organisation = (content / "flows/organisation.yaml").read_text(encoding="utf-8")
    assert organisation.startswith("name: Springfield rights\ncity: Springfield\n")
    assert "own_line" not in organisation


def test_an_answer_that_cannot_be_is_asked_for_again_with_the_cure(content):
    said = "\n".join(["", "", "", "", "", "", "555", "none", *[""] * 5]) + "\n"
    status, shown = init(content, said=said)

    assert status == 0, shown
    assert "A number of ten digits" in shown


def test_a_person_who_names_what_is_not_there_is_told_what_is_and_asked_again(content):
    said = "\n".join(["", "", "mars", "", "", "", "english", *[""] * 8]) + "\n"
    status, shown = init(content, said=said)

    assert status == 0, shown
    assert f"There are: {', '.join(sorted(known(content)['area']))}." in shown
    assert "There are: en, es." in shown


def test_numbers_and_addresses_are_taken_as_people_write_them(content):
    given = ("--line", "(718) 555-0142", "--hours", "always", "--public-url", "https://line.example.org/")
    status, shown = init(content, "--yes", *given)

    assert status == 0, shown
    assert '"+17185550142"' in (content / "flows/referrals.yaml").read_text(encoding="utf-8")
    assert read(content / "line.env")["PUBLIC_URL"] == "https://line.example.org"


@pytest.mark.parametrize(
    ("option", "answer"),
    [
        ("--line", "718 555"),
        ("--hours", "nine to five"),
        ("--public-url", "http://line.example.org"),
        ("--budget", "0"),
    ],
)
def test_a_wrong_answer_of_a_script_is_refused_and_nothing_is_written(content, option, answer):
    before = everything(content)
    status, shown = init(content, "--yes", *GIVEN, option, answer)

    assert status == 2
    assert f"{option} {answer}" in shown
    assert everything(content) == before


@pytest.mark.parametrize(("option", "answer"), [("--area", "mars"), ("--default-locale", "xx"), ("--line", "nobody")])
def test_what_would_not_check_is_not_written(content, option, answer):
    before = everything(content)
    status, shown = init(content, "--yes", option, answer)

    assert status == 1
    assert answer in shown
    assert everything(content) == before


def test_a_file_that_only_an_editor_can_change_is_left_alone(content):
    path = content / "flows/organisation.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("name: The line", "name: >-\n  The\n  line"), encoding="utf-8"
    )
    referrals = content / "flows/referrals.yaml"
    assert init(content, "--yes", *GIVEN)[0] == 0
    own = next(line for line in referrals.read_text(encoding="utf-8").splitlines() if "own_line" in line)
    in_lines = (
        own.replace("own_line: {", "own_line:\n    ")
        .replace(", phone", "\n    phone")
        .replace(", needs", "\n    needs")
    )
    in_lines = re.sub(r", (area|languages|hours|status|sources_until|checked|recheck|sources):", r"\n    \1:", in_lines)
    text = referrals.read_text(encoding="utf-8").replace(own, in_lines.removesuffix("}"))
    referrals.write_text(text, encoding="utf-8")
    before = everything(content)

    assert init(content, "--yes")[0] == 0
    status, shown = init(content, "--yes", "--line", "+17185550144")
    assert (status, "Change the number and the hours there" in shown) == (1, True), shown
    assert everything(content) == before


def test_a_forecast_is_the_mean_of_what_talks_cost(content):
    """Counted again by hand, on the replies of one language."""
    library = check_folder(content).library()
    totals = []
    for flow in library.release.flows:
        if opener(library, "en", flow):
            talk = Talk(library, "sms", AT)
            heard = [(one.said, talk.hears(one.said) or "") for one in ordinary(library, flow, "en", "sms", AT)]
            totals.append(sum(parts(said) + parts(reply) for said, reply in heard))
    row = next(line for line in forecast(library, AT).splitlines() if line.startswith("en "))
    mean = sum(totals) / len(totals)

    dollars = [f"{count * mean * CENTS_A_PART / 100:,.2f}" for count in MONTHS]
    assert row.split()[3:6] == dollars


def test_a_budget_says_how_many_conversations_it_pays(content):
    library = check_folder(content).library()
    row = next(line for line in forecast(library, AT, 50).splitlines() if line.startswith("es "))

    assert float(row.split()[3].replace(",", "")) * int(row.split()[-1].replace(",", "")) == pytest.approx(
        5000, rel=0.02
    )
