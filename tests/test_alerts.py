"""The operator is told once when something begins and once when it is over: by a real command, or a real server."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner

from bot.alerts import Alerts, deliver
from bot.cli import cli
from bot.config import ConfigError
from tests.conftest import NOON, settings

HOOK = "import os, sys; open(sys.argv[1], 'a').write(sys.stdin.read() + ','.join(sorted(os.environ)) + chr(10))"
"""Writes down what it is told, and what it can see of our settings."""
KEEPS_OUT = ("PATH", "HOME", "LANG", "TZ", "LC_CTYPE")


@pytest.fixture
def heard(tmp_path):
    return tmp_path / "heard.txt"


@pytest.fixture
def alerts(tmp_path, heard):
    script = tmp_path / "hook.py"
    script.write_text(HOOK)
    return Alerts(settings("unix:///nowhere", tmp_path / "data", ALERT_HOOK=f"{sys.executable} {script} {heard}"))


def told(heard) -> list[str]:
    return [line for line in heard.read_text().splitlines() if line.startswith("http")] if heard.exists() else []


def test_what_is_wrong_is_told_once_and_once_when_it_is_over(alerts, heard):
    for _ in range(3):
        alerts.tell({"answer": "The line does not answer."}, ["answer"], NOON)
    assert told(heard) == ["https://line.example.org: The line does not answer."]
    assert alerts.lasting() == {"answer": "2026-11-23 17:00 UTC"}

    for _ in range(3):
        alerts.tell({}, ["answer"], NOON)
    assert told(heard)[1:] == ["https://line.example.org: Over: what was told on 2026-11-23 17:00 UTC (answer)."]
    assert alerts.lasting() == {}


def test_what_nobody_looked_at_is_not_over(alerts, heard):
    alerts.tell({"worker": "The worker is gone."}, ["worker"], NOON)
    alerts.tell({}, ["answer"], NOON)

    assert len(told(heard)) == 1


def test_another_process_knows_what_was_told(alerts, heard, tmp_path):
    alerts.tell({"law": "Law is due."}, ["law"], NOON)
    Alerts(settings("unix:///nowhere", tmp_path / "data", ALERT_HOOK="cat")).tell({"law": "Law is due."}, ["law"], NOON)

    assert len(told(heard)) == 1


def test_a_command_sees_none_of_our_secrets(alerts, heard, monkeypatch):
    monkeypatch.setenv("HOTLINE_SECRET", "never to be seen")
    alerts.tell({"law": "Law is due."}, ["law"], NOON)
    names = heard.read_text().splitlines()[-1].split(",")

    assert "PATH" in names, "this test would prove nothing"
    assert set(names) <= set(KEEPS_OUT)


@pytest.mark.parametrize("hook", ["false", "/does/not/exist", "http://127.0.0.1:9/", "'", "http://"])
def test_what_the_hook_did_not_take_is_told_again(tmp_path, hook, caplog):
    config = replace(settings("unix:///nowhere", tmp_path), alert_hook=hook)
    Alerts(config).tell({"law": "Law is due."}, ["law"], NOON)

    assert Alerts(config).lasting() == {}
    assert "ALERT_HOOK did not take" in caplog.text
    Alerts(replace(config, alert_hook="cat")).tell({"law": "Law is due."}, ["law"], NOON)
    assert "law" in Alerts(config).lasting()


def test_a_broken_file_means_telling_again(alerts, heard, tmp_path):
    alerts.tell({"law": "Law is due."}, ["law"], NOON)
    (tmp_path / "data" / "alerts.json").write_text('["')
    alerts.tell({"law": "Law is due."}, ["law"], NOON)

    assert len(told(heard)) == 2


def test_an_address_gets_it_posted():
    bodies = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert deliver(f"http://127.0.0.1:{server.server_port}/hook", "Überfällig\n")
    server.shutdown()
    server.server_close()

    assert bodies == ["Überfällig\n".encode()]


@pytest.mark.parametrize("hook", ["no-such-command --x", "'unclosed"])
def test_a_hook_that_cannot_be_run_is_a_wrong_setting(tmp_path, hook):
    with pytest.raises(ConfigError, match="ALERT_HOOK is neither an address nor a command"):
        settings("unix:///nowhere", tmp_path, ALERT_HOOK=hook)


def test_the_hook_can_be_tried(tmp_path):
    env = {"ALERT_HOOK": "cat", "HOTLINE_DATA": str(tmp_path), "PATH": os.environ["PATH"]}

    assert CliRunner(env=env).invoke(cli, ["alert"]).exit_code == 0
    assert CliRunner(env=env | {"ALERT_HOOK": "false"}).invoke(cli, ["alert"]).exit_code == 1
    unset = CliRunner(env=env | {"ALERT_HOOK": ""}).invoke(cli, ["alert"])
    assert (unset.exit_code, "is not set" in unset.output) == (2, True)
