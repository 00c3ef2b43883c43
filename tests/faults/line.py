"""The line as it is hurt: two servers, two web processes and a worker, each behind links of its own, and Twilio.

Apart from the faults, which only ask for parts of it. Every process reaches the servers through a proxy that belongs to
it alone, so that a command that passes says whose it was. Twilio's side is here, too: a text that gets no answer goes
to the fallback address of whoever is there.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from bot.channel import FALLBACK, INBOUND
from bot.live import POLL_SECONDS, Served
from bot.store.outbox import Outbox, Wanted
from tests.conftest import publish
from tests.faults.content import releases
from tests.faults.model import Moment
from tests.faults.proxy import Proxy
from tests.faults.servers import Valkey
from tests.faults.web import CLOCK, Clock
from tests.processes import is_alive, until
from tests.twilio_mock import TwilioMock
from tests.web import Running, children, free_port, is_up, post, reply_in

TWILIO_SECONDS = 15
"""Then Twilio hangs up, and the person gets nothing from this address."""
LATE_NEWS_SECONDS = 40 * POLL_SECONDS
"""How long a process that is hurt may go on with an earlier release, unless a session says that there is a newer."""
BEHIND = -300.0
"""Seconds: the web processes' clocks are behind, so that what is due in two minutes is due for the worker at once."""

Value = TypeVar("Value")


class History(Generic[Value]):
    """What held when."""

    def __init__(self, first: Value) -> None:
        self._entries = [(0.0, first)]

    def now(self, value: Value) -> None:
        """From now on this holds."""
        self._entries.append((time.monotonic(), value))

    def since(self, moment: float) -> list[Value]:
        """Everything that has held at any time since then."""
        entries = tuple(self._entries)  # another thread may add one
        ended = [start for start, _ in entries[1:]] + [time.monotonic()]
        return [value for (_, value), end in zip(entries, ended, strict=True) if end >= moment]


class Web:
    """One web process under its parent, which starts it again, with a link and a clock of its own."""

    def __init__(self, folder: Path, store: Valkey, number: int) -> None:
        self.link = Proxy(store.server.socket)
        self.clock = Clock(folder / f"clock-{number}")
        self.clock.jumps(BEHIND)
        self.offsets = History(BEHIND)
        self._folder, self.port = folder, free_port()
        self._running = self._started()
        self.pid = 0

    def _started(self) -> Running:
        settings = {"REDIS_URL": self.link.url, "PORT": str(self.port), CLOCK: str(self.clock.file)}
        return Running(self._folder, "-m", "tests.faults.web", HOTLINE_DATA=str(self._folder), **settings)

    def up(self) -> Web:
        """Wait until it answers."""
        self._running.up(30)
        self.pid = next(filter(is_alive, children(self._running.process.pid)))
        return self

    def jump(self, ahead: float) -> None:
        """Its clock is wrong from now on, or right again."""
        self.clock.jumps(ahead)
        self.offsets.now(ahead)

    def kill(self) -> None:
        """With -9, at once."""
        os.kill(self.pid, signal.SIGKILL)

    def back(self) -> None:
        """Wait until its parent has started it again; one that dies twice in a few seconds takes its parent with it,
        and then we do what the supervisor does."""
        until(lambda: not is_alive(self.pid), 10)
        until(lambda: self._is_back() or self._running.process.poll() is not None, 30)
        if self._running.process.poll() is not None:
            self._running = self._started()
        self.up()

    def _is_back(self) -> bool:
        return bool(children(self._running.process.pid)) and is_up(self.port)

    @property
    def said(self) -> str:
        """What it has logged."""
        return self._running.said

    def end(self) -> None:
        """For good."""
        self._running.end()
        self.link.close()


class Worker:
    """The worker, with a link to each server."""

    def __init__(self, folder: Path, store: Valkey, jobs: Valkey, twilio: TwilioMock) -> None:
        self.to_store, self.to_jobs = Proxy(store.server.socket), Proxy(jobs.server.socket)
        self._folder, self._twilio = folder, twilio
        self._running = self._started()

    def _started(self) -> Running:
        urls = {"REDIS_URL": self.to_store.url, "JOBS_REDIS_URL": self.to_jobs.url}
        return Running(
            self._folder, "-m", "tests.faults.worker", self._twilio.url, HOTLINE_DATA=str(self._folder), **urls
        )

    def kill(self) -> None:
        """With -9, at once."""
        self._running.process.kill()

    def back(self) -> None:
        """Start it again, as the supervisor would."""
        self._running.process.wait()
        self._running = self._started()

    def end(self) -> None:
        """For good."""
        self._running.end()
        self.to_store.close()
        self.to_jobs.close()


@dataclass(frozen=True)
class Answer:
    """What Twilio got for one delivery."""

    reply: str | None
    answered: bool
    seconds: float


class Line:
    """All of it."""

    def __init__(self, folder: Path) -> None:
        self.twilio = TwilioMock()
        self.store, self.jobs = Valkey(folder / "store"), Valkey(folder / "jobs")
        self._contents = releases()
        self._made = [checked.library() for checked in self._contents]
        self.published = 0
        self._number = 0
        self.losses: list[float] = []
        """When the store has lost everything: after its death, before its return."""
        self.waited: set[str] = set()
        """The deletions that outboxes wanted when their disk was lost."""
        self.going: list[tuple[float, float]] = []
        """From when those were looked at until their server was dead."""
        self.jumped = 0.0
        self.publish_next()
        self.webs = [Web(folder, self.store, number) for number in range(2)]
        self.worker = Worker(folder, self.store, self.jobs, self.twilio)
        for web in self.webs:
            web.up()

    def publish_next(self) -> None:
        """The next of the releases goes live."""
        self.published += 1
        self._publish()

    def kill_the_store_with_its_disk(self) -> None:
        """The server dies with -9, and what its outboxes want is noted: it is lost."""
        looked = time.monotonic()
        entries = [entry for _, some in Outbox(self.store.client).waiting() for entry in some]
        self.store.kill()
        self.going.append((looked, time.monotonic()))
        self.waited |= {Wanted.of(entry).about for entry in entries}

    def may_have_gone(self, began: float, ended: float) -> bool:
        """Whether what was wanted in this time may have come into an outbox after it was looked at."""
        return any(began <= dead and looked <= ended for looked, dead in self.going)

    def lose_the_store(self) -> None:
        """The server has died, and its disk is empty; somebody publishes again."""
        self.losses.append(time.monotonic())
        self.store.lose()
        self._number = 0
        self._publish()

    def _publish(self) -> None:
        number = self._number + 1
        served = Served(self._made[self.published - 1].numbered(number))
        if not self._number and self.published == 1:
            self._served = History(served)
        else:
            self._served.now(served)
        self._number = publish(self.store.url, self._contents[self.published - 1], self._number)
        assert self._number == number

    def moments(self, since: float) -> Sequence[Moment]:
        """What may have answered somebody since then."""
        ago = timedelta(seconds=time.monotonic() - since)
        offsets = {offset for web in self.webs for offset in web.offsets.since(since)}
        ends = {datetime.now(UTC) - back + timedelta(seconds=ahead) for ahead in offsets for back in (ago, timedelta())}
        times = {end.replace(second=0, microsecond=0): end for end in ends}
        served = self._served.since(since - LATE_NEWS_SECONDS)
        return [Moment(one, now) for one in served for now in times.values()]

    def deliver(self, form: dict[str, str], chance: random.Random) -> Answer:
        """As Twilio does, behind a proxy that passes on what nobody takes: to one address, and where that gives no
        good answer, to the fallback address."""
        first, second = chance.sample(self.webs, 2)
        began, taken = time.monotonic(), False
        for web, path in ((first, INBOUND), (second, INBOUND), (second, FALLBACK), (first, FALLBACK)):
            if path == INBOUND and taken:
                continue
            try:
                reply = reply_in(post(web.port, form, path, TWILIO_SECONDS))
                return Answer(reply, True, time.monotonic() - began)
            except ConnectionRefusedError:
                continue
            except (OSError, http.client.HTTPException, AssertionError):
                taken = True
        return Answer(None, False, time.monotonic() - began)

    def parts(self) -> Iterator[Web | Worker | Valkey]:
        """Everything that has to be ended, the servers last."""
        yield from self.webs
        yield self.worker
        yield from (self.store, self.jobs)

    def end(self) -> None:
        """For good."""
        for part in self.parts():
            part.end()
        self.twilio.close()
