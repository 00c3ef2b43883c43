"""`python3 -m bot connect` against Twilio's own documents: what is asked for, what stands there after, and the undo."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import connect
from bot.cli import cli
from bot.config import Config
from bot.twilio_account import AccountError, TwilioAccount, call_instead_of_twilio
from tests.twilio_forms import ACCOUNT, LINE, PUBLIC_URL, TOKEN
from tests.twilio_mock import TwilioMock
from tests.twilio_state import KEY, NUMBER_SID, SECRET, number

SERVICE_SID = "MG" + "2" * 32
OTHER_SID, OTHER = "PN" + "3" * 32, "+12025550177"
INBOUND = f"{PUBLIC_URL}/twilio/inbound{connect.OVERRIDES}"
FALLBACK = f"{PUBLIC_URL}/twilio/fallback"


@pytest.fixture
def twilio() -> Iterator[TwilioMock]:
    mock = TwilioMock(strict=True)
    call_instead_of_twilio(mock.url)
    yield mock
    call_instead_of_twilio(None)
    mock.close()
    assert mock.refused == []


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_KEY": KEY,
        "TWILIO_API_SECRET": SECRET,
        "HOTLINE_DATA": str(tmp_path),
    }


@pytest.fixture
def run(env: dict[str, str]) -> Callable[..., Result]:
    """`connect` with some options."""
    return lambda *options, answer="": CliRunner().invoke(cli, ["connect", *options], input=answer, env=env)


def test_a_number_leads_here_once_somebody_says_yes(twilio, run):
    said = run(answer="y\n")

    assert said.exit_code == 0, said.output
    assert f"-> {INBOUND}" in said.output
    assert "https://demo.twilio.com/welcome/sms/reply" in said.output
    found = twilio.state.numbers[NUMBER_SID]
    assert (found["sms_url"], found["sms_fallback_url"]) == (INBOUND, FALLBACK)
    assert found["voice_url"] == f"{PUBLIC_URL}/twilio/voice"
    assert len([asked for asked in twilio.requests if asked.startswith("POST")]) == 1


def test_without_a_yes_nothing_is_sent(twilio, run, tmp_path):
    before = deepcopy(twilio.state)

    assert run(answer="n\n").exit_code == 0
    assert run("--dry-run").exit_code == 0

    assert twilio.state == before
    assert not (tmp_path / connect.KEPT).exists()


def test_a_second_time_there_is_nothing_to_change(twilio, run):
    run("--yes")
    asked = len(twilio.requests)

    assert "Nothing has to change at Twilio." in run("--yes").output
    assert not [request for request in twilio.requests[asked:] if request.startswith("POST")]


def test_the_service_that_a_number_is_in_decides_and_is_set_too(twilio, run):
    twilio.state.add_service(SERVICE_SID, NUMBER_SID, use_inbound_webhook_on_number=True)

    run("--yes")

    service = twilio.state.services[SERVICE_SID]
    assert service["inbound_request_url"] == INBOUND
    assert service["status_callback"] == f"{PUBLIC_URL}/twilio/status"
    assert (service["validity_period"], service["use_inbound_webhook_on_number"]) == (600, False)


def test_a_whatsapp_sender_of_the_number_is_set_too(twilio, run):
    sid = "XE" + "4" * 32
    twilio.state.add_whatsapp(sid, callback_url="https://elsewhere.example.net/in", callback_method="POST")

    run("--yes")

    assert twilio.state.senders[sid]["webhook"]["callback_url"] == INBOUND


def test_a_fallback_on_another_host(twilio, run):
    elsewhere = "https://handler.twilio.com/twiml/EH" + "5" * 32

    run("--yes", "--fallback", elsewhere)

    assert twilio.state.numbers[NUMBER_SID]["sms_fallback_url"] == elsewhere
    assert "Nothing has to change at Twilio." in run("--yes").output


@pytest.mark.parametrize("options", [[], ["--service", "Rights line"], ["--service", SERVICE_SID]])
def test_undo_brings_back_exactly_what_was_there(options, twilio, run, tmp_path):
    if SERVICE_SID in options:
        twilio.state.add_service(SERVICE_SID, name="Old")
    before = deepcopy(twilio.state)

    connected = run("--yes", *options)
    changed = deepcopy(twilio.state)
    run("--yes", *options)  # a second time does not forget what was there before the first
    undone = run("--undo", "--yes")

    assert (connected.exit_code, undone.exit_code) == (0, 0), undone.output
    assert changed != before
    twilio.state.members = {sid: members for sid, members in twilio.state.members.items() if sid in before.services}
    assert twilio.state == before
    assert not (tmp_path / connect.KEPT).exists()


def test_a_service_that_is_not_there_is_made_with_the_number_in_it(twilio, run):
    assert run("--yes", "--service", "Rights line").exit_code == 0

    (sid,) = twilio.state.services
    assert twilio.state.members[sid] == [NUMBER_SID]
    assert twilio.state.services[sid]["inbound_request_url"] == INBOUND


def test_undo_leaves_alone_what_somebody_has_changed_since(twilio, run):
    run("--yes")
    twilio.state.numbers[NUMBER_SID]["sms_url"] = "https://another.example.net/in"

    said = run("--undo", "--yes")

    assert "https://another.example.net/in" in said.output
    assert "Changed since by somebody else; it stays." in said.output
    found = twilio.state.numbers[NUMBER_SID]
    assert (found["sms_url"], found["sms_fallback_url"]) == ("https://another.example.net/in", "")


def test_what_fails_half_way_can_be_undone(twilio, run, env):
    config = Config.from_env(env)
    twilio.state.add_service(SERVICE_SID, NUMBER_SID)
    before = deepcopy(twilio.state)
    account = TwilioAccount(config)
    changes = connect.plan(account, config, connect.Wish())
    del twilio.state.services[SERVICE_SID]  # meanwhile

    with pytest.raises(AccountError):
        connect.connect(account, config.data, changes)
    assert twilio.state.numbers != before.numbers
    run("--undo", "--yes")

    assert twilio.state.numbers == before.numbers


def test_what_is_kept_is_for_this_user_only_and_holds_no_password(twilio, run, tmp_path):
    twilio.state.numbers[NUMBER_SID]["sms_url"] = "https://operator:hunter2@old.example.net/in"

    said = run("--yes")

    kept = tmp_path / connect.KEPT
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "https://old.example.net/in" in said.output
    for secret in ("hunter2", TOKEN, SECRET, KEY):
        assert secret not in kept.read_text() + said.output
    assert json.loads(kept.read_text())[0]["before"]["sms_url"] == "https://old.example.net/in"


def test_of_several_numbers_one_has_to_be_named(twilio, run):
    twilio.state.numbers[OTHER_SID] = number(OTHER, OTHER_SID)

    said = run("--yes")
    assert (said.exit_code, f"{LINE}, {OTHER}" in said.output) == (1, True)
    assert run("--yes", "--number", "+12025550100").exit_code == 1
    assert run("--yes", "--number", OTHER).exit_code == 0
    assert twilio.state.numbers[OTHER_SID]["sms_url"] == INBOUND
    assert twilio.state.numbers[NUMBER_SID]["sms_url"] != INBOUND


def test_a_line_that_twilio_cannot_reach_is_not_connected(twilio, run, env):
    env["PUBLIC_URL"] = "http://127.0.0.1:8080"

    said = run("--yes")

    assert (said.exit_code, twilio.requests) == (1, [])
    assert "PUBLIC_URL is http://127.0.0.1:8080" in said.output


def test_nothing_was_connected_so_nothing_is_undone(twilio, run):
    assert "There is nothing to undo" in run("--undo", "--yes").output


@pytest.mark.parametrize("change", [{"tokens": set(), "keys": {}}, {}])
def test_twilios_refusal_ends_in_a_sentence(change, twilio, run, env):
    twilio.state = replace(twilio.state, **change)
    if not change:
        del env["TWILIO_AUTH_TOKEN"], env["TWILIO_API_KEY"], env["TWILIO_API_SECRET"]

    said = run("--yes")

    assert (said.exit_code, said.output) == (1, "Twilio refuses it (code 20003)\n")
