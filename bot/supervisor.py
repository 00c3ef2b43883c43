"""Keeps the whole line alive from one command: the embedded Valkey, the web process and the worker.

Apart because it must stay smaller than what it watches: it knows commands and exit codes, no texts and no sessions. An
organisation with a service manager of its own runs `python3 -m bot web` and `python3 -m bot worker` under that instead.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from bot.config import Config
from bot.embedded import DataLock, EmbeddedError, EmbeddedServer, die_with_parent
from bot.embedded import start as start_valkey

FIRST_PAUSE, LONGEST_PAUSE, STEADY_SECONDS = 0.2, 5.0, 10.0
"""A child that dies is started again after a pause; it doubles until the child has lived for the last of these."""

MOST_FAILURES = 3
"""Deaths before the line was ever up that show a mistake in the set-up. Once it was up, nothing makes us give up."""

STOP_SECONDS = 3.5
"""For web and worker; the studio ends at once. With Valkey's two, all have ended within Docker's ten seconds."""

PORT_SECONDS = 1.0
"""A web process that was just ended may hold the port a little longer."""

TICK_SECONDS = 0.1
HEALTH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Command:
    """One child process to keep alive. They start in the order in which they are given, and stop in the same order."""

    name: str
    argv: Sequence[str]
    needed: bool = True
    """The line is not up without it. One that is not needed may die as often as it likes."""


COMMANDS = (
    Command("web", (sys.executable, "-m", "bot", "web")),  # stops first: no new texts while the rest goes
    Command("worker", (sys.executable, "-m", "worker")),
)
STUDIO = Command("studio", (sys.executable, "-m", "bot", "studio"), needed=False)


def run(config: Config, publish: Callable[[], None]) -> int:
    """Serve until a signal says stop. Returns the exit code.

    Args:
        publish: Called once, when the store is up and before the address is told.
    """
    return supervise(config, publish, (*COMMANDS, STUDIO) if config.has_studio else COMMANDS)


def supervise(config: Config, publish: Callable[[], None], commands: Sequence[Command]) -> int:
    """`run` with other commands."""
    try:
        with DataLock(config.data) as lock, _signals() as signals:
            _wait_for_the_port(config.host, config.port)
            return _Supervisor(config, lock, signals).serve(publish, commands)
    except (EmbeddedError, PortTaken) as error:
        print(error, file=sys.stderr, flush=True)
        return 1


class PortTaken(Exception):
    """The web process could not listen. The text says what to do."""


@dataclass(slots=True)
class _Signals:
    """What arrived. `wake` is readable at once when a child ends or somebody wants us to stop."""

    wake: int
    stops: int = 0

    def wait(self, seconds: float) -> None:
        """Sleep for a while, or until something happens."""
        if select.select([self.wake], [], [], max(seconds, 0.0))[0]:
            os.read(self.wake, 512)


@contextlib.contextmanager
def _signals() -> Iterator[_Signals]:
    """Turn signals into something to wait for. A closed terminal (SIGHUP) stops us like Ctrl-C."""
    wake, write = os.pipe()
    os.set_blocking(write, False)
    state = _Signals(wake)

    def count(*_: object) -> None:
        state.stops += 1

    handlers = {number: signal.signal(number, count) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    # A handler that does nothing, since an ignored signal would not wake us.
    handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield state
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.close(wake)
        os.close(write)


@dataclass(slots=True)
class _Backoff:
    """When something that died may start again: after `first`, then after pauses that double while it keeps dying."""

    first: float = FIRST_PAUSE
    steady: float = STEADY_SECONDS
    pause: float | None = None
    due: float = 0.0
    started: float = 0.0

    def begin(self) -> None:
        """Note a start."""
        self.started = time.monotonic()

    def died(self) -> float:
        """Note a death. Returns the pause before the next start."""
        now = time.monotonic()
        if self.pause is None or now - self.started >= self.steady:
            self.pause = self.first
        else:
            self.pause = min(max(self.pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        self.due = now + self.pause
        return self.pause

    def is_due(self) -> bool:
        """Whether the pause is over."""
        return time.monotonic() >= self.due


@dataclass(slots=True)
class _Child:
    """A command, its process while it lives, and its pauses."""

    command: Command
    process: subprocess.Popen[bytes] | None = None
    backoff: _Backoff = field(default_factory=_Backoff)

    def tend(self) -> bool:
        """Start it where it is due. Returns whether it was found dead, which is then said."""
        if self.process is None and self.backoff.is_due():
            self.backoff.begin()
            self.process = subprocess.Popen(
                list(self.command.argv),
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us, who stop them in order; and a group can be ended whole
                preexec_fn=die_with_parent(),
            )
        elif self.process is not None and self.process.poll() is not None:
            code, pause = self.process.returncode, self.backoff.died()
            _end_group(self.process.pid)
            self.process = None
            _say(f"{self.command.name} ended ({_reason(code)}). Starting it again in {pause:g} s.", sys.stderr)
            return True
        return False

    def stop(self, signals: _Signals) -> None:
        """End it and everything it started. A second Ctrl-C means: without waiting."""
        if self.process is None:
            return
        self.process.terminate()
        limit, patience = time.monotonic() + STOP_SECONDS, max(signals.stops, 1)
        while self.process.poll() is None and time.monotonic() < limit and signals.stops <= patience:
            signals.wait(TICK_SECONDS)
        _end_group(self.process.pid)
        self.process.wait()
        self.process = None


class _Supervisor:
    """The loop: one thread, so that the kernel's wish to end the children with us lasts as long as we do."""

    def __init__(self, config: Config, lock: DataLock, signals: _Signals) -> None:
        self.config = config
        self.lock = lock
        self.signals = signals
        self.valkey: EmbeddedServer | None = None
        self.valkey_backoff = _Backoff(first=0.0, steady=1.0)
        self.children: list[_Child] = []
        self.announced = False
        self.failures = 0

    def serve(self, publish: Callable[[], None], commands: Sequence[Command]) -> int:
        """Start everything, keep it alive, stop it in order."""
        try:
            if self.config.embedded:
                self._start_valkey()
            # The children import while the content is read; nobody is told the address before both are done.
            self.children = [_Child(command) for command in commands]
            self._tend_children()
            publish()
            while not self.signals.stops:
                self._tend()
                if not self.announced and self.failures >= MOST_FAILURES:
                    _say("It does not come up; the reason stands above. Nothing is running now.", sys.stderr)
                    return 1
                self.signals.wait(TICK_SECONDS)
            return 0
        finally:
            for child in self.children:
                child.stop(self.signals)
            if self.valkey is not None:
                self.valkey.stop()

    def _tend(self) -> None:
        if self.config.embedded:
            self._tend_valkey()
        self._tend_children()
        if not self.announced and _answers(self.config):
            self.announced = True
            _say(_welcome(self.config))

    def _tend_children(self) -> None:
        for child in self.children:
            self.failures += child.tend() and child.command.needed

    def _start_valkey(self) -> None:
        self.valkey_backoff.begin()
        self.valkey = start_valkey(self.config.data, self.lock)

    def _tend_valkey(self) -> None:
        """Bring a dead Valkey back at once: everybody who texts now waits for it."""
        if self.valkey is not None and self.valkey.has_died():
            reason, self.valkey = _reason(self.valkey.process.returncode), None
            _say(f"Valkey ended ({reason}). Starting it again in {self.valkey_backoff.died():g} s.", sys.stderr)
        if self.valkey is None and self.valkey_backoff.is_due():
            try:
                self._start_valkey()
            except EmbeddedError as error:
                _say(f"{error}\nTrying again in {self.valkey_backoff.died():g} s.", sys.stderr)


def _wait_for_the_port(host: str, port: int) -> None:
    """Make sure that the web process will be able to listen, since its own words about it would repeat for ever."""
    limit = time.monotonic() + PORT_SECONDS
    while problem := _why_not_listen(host, port):
        taken = problem.errno == errno.EADDRINUSE
        if not taken or time.monotonic() > limit:
            other = f"Take another: PORT={port % 65535 + 1} python3 -m bot"
            cure = other if taken else "Set HOST and PORT to what this machine allows."
            raise PortTaken(f"Cannot listen on {host}:{port} ({problem.strerror}). {cure}")
        time.sleep(TICK_SECONDS)


def _why_not_listen(host: str, port: int) -> OSError | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error
    return None


def _answers(config: Config) -> bool:
    """Whether the web process is up."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)
    connection = http.client.HTTPConnection(host, config.port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(config: Config) -> str:
    data = f"{config.data.resolve()} (embedded Valkey)" if config.embedded else "the Redis of REDIS_URL"
    lines = [
        f"The line is up: http://{config.host}:{config.port}",
        f"  Twilio posts to   {config.public_url}/twilio/inbound",
        f"  Sessions are in   {data}",
    ]
    if not config.auth_tokens:
        lines.append("  Texts from Twilio are refused until TWILIO_AUTH_TOKEN is set.")
    lines.append("  Talk to it now    python3 -m bot chat")
    lines.append("  Stop it           Ctrl-C")
    return "\n".join(lines)


def _end_group(pid: int) -> None:
    """End whatever a child started and left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _reason(code: int) -> str:
    return f"code {code}" if code >= 0 else signal.Signals(-code).name


def _say(text: str, file: TextIO | None = None) -> None:
    with contextlib.suppress(OSError):  # that nobody reads us any more is no reason to leave those who text
        print(text, file=file, flush=True)
