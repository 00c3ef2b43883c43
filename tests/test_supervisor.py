"""The supervisor with real processes: two small scripts stand where web and worker stand."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from bot.config import CHECKOUT, embedded_socket
from bot.supervisor import _Backoff
from tests.processes import is_alive, until

SUPERVISOR = """
import json, sys
from bot.config import Config
from bot.supervisor import Command, supervise
commands = [Command(name, argv, needed=name != "studio") for name, argv in json.loads(sys.argv[1])]
sys.exit(supervise(Config.from_env(), lambda: print("published", flush=True), commands))
"""

# Both note when they start and when they are told to stop, and whether Valkey still answered then.
CHILD = """
import os, signal, socket, sys, time
name, diary, valkey, port = sys.argv[1:5]
def note(what):
    with open(diary, "a") as file:
        file.write(f"{name} {what} {os.getpid()}\\n")
def stop(*_):
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(valkey)
    note("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
note("started")
server = socket.create_server(("127.0.0.1", int(port))) if name == "web" else None
while server:
    visitor, _ = server.accept()
    visitor.recv(4096)
    visitor.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
    visitor.close()
signal.pause()
"""


class Line:
    """A supervisor in a process group of its own, as under a terminal."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.diary = folder / "diary"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, child: str = CHILD, studio: str = "") -> subprocess.Popen[str]:
        tail = [str(self.diary), str(embedded_socket(self.data)), str(self.port)]
        commands = [(name, [sys.executable, "-I", "-c", child, name, *tail]) for name in ("web", "worker")]
        commands += [("studio", [sys.executable, "-I", "-c", studio])] if studio else []
        self.output = self.folder / f"output-{len(self.processes)}"
        with self.output.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", SUPERVISOR, json.dumps(commands)],
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
                cwd=CHECKOUT,
                env={"PATH": os.environ["PATH"], "HOTLINE_DATA": str(self.data), "PORT": str(self.port)},
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def up(self) -> subprocess.Popen[str]:
        """Start it and wait until it says so, and the worker has begun too."""
        process = self.start()
        until(lambda: "python3 -m bot chat" in self.output.read_text() and "worker" in self.pids("started"))
        return process

    def notes(self) -> list[list[str]]:
        return [line.split() for line in self.diary.read_text().splitlines()] if self.diary.exists() else []

    def pids(self, what: str) -> dict[str, int]:
        """The latest process of each name that noted this."""
        return {name: int(pid) for name, noted, pid in self.notes() if noted == what}

    def valkey(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(embedded_socket(self.data)), decode_responses=True)

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
            process.communicate()
        shutil.rmtree(embedded_socket(self.data).parent, ignore_errors=True)


@pytest.fixture
def line(tmp_path):
    line = Line(tmp_path)
    yield line
    line.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_web_then_worker_then_valkey(line, number):
    process = line.up()
    with line.valkey() as valkey:
        pid = valkey.info("server")["process_id"]
    os.killpg(process.pid, number)  # as a terminal does, to all that would listen
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    assert [note[:2] for note in line.notes()][-2:] == [["web", "stopped"], ["worker", "stopped"]]
    assert not is_alive(pid)


def test_it_publishes_first_and_then_says_what_to_know(line):
    line.up()
    published, address, *rest = line.output.read_text().splitlines()
    assert published == "published"
    assert address == f"The line is up: http://127.0.0.1:{line.port}"
    assert f"http://127.0.0.1:{line.port}/twilio/inbound" in rest[0]
    assert str(line.data) in rest[1]
    assert "refused until TWILIO_AUTH_TOKEN is set" in rest[2]
    assert "python3 -m bot chat" in rest[3]


def test_a_killed_valkey_comes_back_with_its_data_and_the_web_stays(line):
    line.up()
    with line.valkey() as valkey:
        valkey.set("session", "kept")
        killed = valkey.info("server")["process_id"]
        before = line.notes()
        began = time.monotonic()
        os.kill(killed, signal.SIGKILL)
        until(lambda: answers(valkey) and valkey.info("server")["process_id"] != killed)
        assert time.monotonic() - began < 2.0  # about 0.1 s where nothing else runs
        assert valkey.get("session") == "kept"
    assert line.notes() == before


def answers(valkey: redis.Redis) -> bool:
    try:
        return bool(valkey.ping())
    except redis.RedisError:
        return False


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_killed_child_is_started_again(line, name):
    line.up()
    killed = line.pids("started")
    os.kill(killed[name], signal.SIGKILL)
    until(lambda: line.pids("started")[name] != killed[name])
    other = "worker" if name == "web" else "web"
    assert line.pids("started")[other] == killed[other]


def test_a_second_one_is_refused(line):
    first = line.up()
    second = line.start()
    _, errors = second.communicate(timeout=10)
    assert second.returncode == 1
    assert errors == (
        f"Already running for the data in {line.data} (pid {first.pid}). "
        "Stop it, or set HOTLINE_DATA to another folder.\n"
    )
    assert first.poll() is None


def test_a_taken_port_is_named_with_another_one(line):
    with socket.create_server(("127.0.0.1", line.port)):
        process = line.start()
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{line.port} (Address already in use)" in errors
    assert f"PORT={line.port + 1} python3 -m bot" in errors
    assert line.notes() == []


def test_a_workshop_that_never_comes_up_leaves_the_line_alone(line):
    """It dies more often than would end everything, before the web process, which is slow today, is up."""
    slow = CHILD.replace('note("started")', 'time.sleep(2 * (name == "web"))\nnote("started")')
    line.start(slow, studio="import sys; sys.exit('a mistake of ours')")
    until(lambda: "The line is up" in line.output.read_text(), 15)

    assert line.processes[-1].poll() is None


def test_what_never_comes_up_is_given_up(line):
    process = line.start(child="import sys; sys.exit('a mistake in the settings')")
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "a mistake in the settings" in errors
    assert errors.endswith("It does not come up; the reason stands above. Nothing is running now.\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_nobody_outlives_a_killed_supervisor(line):
    process = line.up()
    with line.valkey() as valkey:
        pids = [valkey.info("server")["process_id"], *line.pids("started").values()]
    process.kill()
    until(lambda: not any(is_alive(pid) for pid in pids))
    line.up()  # and the next one finds everything free


def test_pauses_double_up_to_a_limit_and_begin_anew_after_a_steady_time():
    backoff = _Backoff()
    backoff.begin()
    assert [backoff.died() for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert not backoff.is_due()
    backoff.started -= 10
    assert backoff.died() == 0.2


def test_valkey_comes_back_at_once_but_not_in_a_tight_loop():
    backoff = _Backoff(first=0.0, steady=1.0)
    backoff.begin()
    assert [backoff.died() for _ in range(3)] == [0.0, 0.2, 0.4]
