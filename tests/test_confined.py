"""The whole line as an ordinary user in a tree that nobody can write to, but for its data: it answers all the same.

Apart from test_deploy.py, which reads in the files for servers and containers that it is to run so: here it does. What
is seen of the machine is what an image would hold: the system's programs, Python, and the checkout. Only Linux has such
trees, and only root may make one; elsewhere these tests are skipped.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from redis import Redis

from bot.channel import INBOUND
from bot.config import CHECKOUT, embedded_socket
from bot.queue import DUE
from bot.store.client import connect
from tests.conftest import first_line
from tests.processes import until
from tests.real_line import Line, environment
from tests.twilio_forms import message_in, sms
from tests.web import children, free_port

USER = 65534
"""Nobody: a user of whom no file of the machine is."""
ORDINARY = [f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs"]
POWERLESS = ["--bounding-set=-all", "--inh-caps=-all"]
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/dev")
ANNOUNCED = "python3 -m bot chat"
"""It says so when everything runs and the content is published."""
START_SECONDS = 120.0
"""A busy machine publishes slowly."""


def cannot_be_confined() -> str:
    """Why there can be no such tree here, or nothing."""
    if missing := [name for name in ("unshare", "setpriv", "chroot", "mount") if not shutil.which(name)]:
        return f"this machine has no {missing[0]}"
    needed = """
        mount -t tmpfs tree /mnt
        mkdir /mnt/proc
        mount --bind /proc /mnt/proc
        mount -o remount,bind,ro /mnt/proc
        mount -o remount,ro /mnt
        setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all true
        """
    tried = subprocess.run(["unshare", "--mount", "sh", "-ec", needed], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "this kernel, or who runs the tests, may make no such mounts or users"


pytestmark = pytest.mark.skipif(bool(cannot_be_confined()), reason=cannot_be_confined())


def confined(root: Path, data: Path, *command: str) -> str:
    """A shell script that runs a command there, in a room of mounts that ends with it."""
    shown = [Path(room) for room in (*SYSTEM, sys.base_prefix, os.path.realpath(sys.prefix), CHECKOUT)]
    steps: list[list[str | Path]] = [["mount", "-t", "tmpfs", "-o", "mode=755", "tree", root]]
    for room in (*filter(Path.is_dir, shown), data):
        inside = f"{root}{room}"
        steps += [["mkdir", "-p", inside], ["mount", "--bind", room, inside]]
        steps += [["mount", "-o", "remount,bind,ro", inside]] if room != data else []
    steps += [["mount", "-o", "remount,ro", root]]
    steps += [
        ["exec", "chroot", root, "setpriv", *ORDINARY, *POWERLESS, "sh", "-c", f'cd {CHECKOUT} && exec "$@"', "-"]
    ]
    return "\n".join(shlex.join(map(str, step)) for step in steps) + " " + shlex.join(command)


@dataclass(frozen=True)
class Confined:
    """The line in there."""

    line: Line
    data: Path
    pid: int

    def processes(self) -> list[Path]:
        """What the kernel tells of each of its processes."""
        found, new = [self.pid], children(self.pid)
        while new:
            found += new
            new = [pid for one in new for pid in children(one)]
        return [Path(f"/proc/{pid}") for pid in found]

    def store(self) -> Redis:
        """Its store, from outside."""
        mine = embedded_socket(self.data).parent.name.rpartition("-")[2]
        return connect(f"unix://{next(self.data.glob(f'run/*-{mine}/valkey.sock'))}")


@pytest.fixture(scope="module")
def there() -> Iterator[Confined]:
    """`python3 -m bot`, everything in one command, with its own store."""
    with tempfile.TemporaryDirectory(prefix="line-") as folder:  # pytest's own folders are closed to other users
        data, root, said = Path(folder) / "data", Path(folder) / "tree", Path(folder) / "said"
        for new in (data, data / "run", root):
            new.mkdir()
        os.chown(data, USER, USER)
        os.chown(data / "run", USER, USER)
        port = free_port()
        settings = environment("", data, PORT=str(port), TMPDIR=str(data / "run"), HOME=str(data))
        del settings["REDIS_URL"]
        with said.open("wb") as output:
            process = subprocess.Popen(
                ["unshare", "--mount", "sh", "-ec", confined(root, data, sys.executable, "-m", "bot")],
                env=settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            until(lambda: ANNOUNCED in said.read_text() or process.poll() is not None, START_SECONDS)
            assert process.poll() is None, said.read_text()
            yield Confined(Line(port, said), data, process.pid)
        finally:
            process.terminate()  # politely: its stores have sessions of their own
            process.wait(START_SECONDS)


def test_it_is_ready_answers_a_signed_text_and_the_worker_takes_what_is_to_be_deleted(there):
    ready = urlopen(f"http://127.0.0.1:{there.line.port}/readyz")
    text = sms("door")
    status, answer = there.line.post(INBOUND, text)

    assert (ready.status, status) == (200, 200)
    assert str(message_in(answer)).startswith(first_line("home_door.at_the_door"))
    until(lambda: there.store().zscore(DUE, text["MessageSid"]) is not None, START_SECONDS)


def test_no_process_of_it_is_root_or_could_be(there):
    told = [
        dict(re.findall(r"^(\w+):[\t ]*(.*)$", (one / "status").read_text(), re.MULTILINE)) for one in there.processes()
    ]

    assert len(told) > 4, "supervisor, store, web process and its parent, worker: this test would prove nothing"
    assert {user for one in told for user in one["Uid"].split()} == {str(USER)}
    assert {one["Groups"].strip() for one in told} == {""}
    assert {(one["CapPrm"], one["CapBnd"], one["NoNewPrivs"]) for one in told} == {("0" * 16, "0" * 16, "1")}


def test_it_can_write_nowhere_but_to_its_data(there):
    for one in there.processes():
        mounts = [line.split() for line in (one / "mountinfo").read_text().splitlines()]
        assert [where for _, _, _, _, where, how, *_ in mounts if "rw" in how.split(",")] == [str(there.data)]
