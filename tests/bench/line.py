"""A line to be measured: a server of its own, a web process on a core of its own, and people who text it.

Apart from the benchmarks, which only compare lines, and from `tests.faults`, whose lines are there to be hurt. The web
process is the one that runs in production, with its settings. There is no worker: what it does costs a web process
nothing, and it would share the core of whoever texts.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.content.library import Checked
from bot.embedded import running
from bot.store.client import connect
from tests.bench.load import Answer, send, talks
from tests.bench.measure import Rounds, cores, cpu_seconds, in_turn, on, tree
from tests.conftest import publish
from tests.web import Running

OURS: tuple[str, ...] = ()
"""The arguments of our own web process: `python3 -m bot web`."""
FLOOR = ("-m", "tests.bench.smallest")
ROOM = "4gb"
"""What a server may hold here: a million sessions are more than the embedded one allows itself."""
TALKS = (
    ("agents are outside my house", "they have a paper", "2", "4"),
    ("la migra esta en mi puerta", "1", "2", "0"),
    ("hello", "1", "1", "8"),
    ("我需要律师", "1", "8", "0"),
)
"""What people text, with the shipped content: a sentence, an answer in words, digits; another for every person."""
PATIENCE_SECONDS = 600.0
"""A machine that is busy with something else takes its time to start a web process."""
WARM = 400
"""Texts before the first round: caches fill, threads start."""

_people = itertools.count(1)


def people(count: int) -> list[str]:
    """So many numbers that nobody in this run has had, all within the United States."""
    return [f"+1202{next(_people):07d}" for _ in range(count)]


@dataclass
class Line:
    """One line that runs."""

    folder: Path
    port: int
    url: str
    web: list[int]
    """The web process and its children."""
    store: int
    start_seconds: float
    """From its start to the first answered text."""
    said: Sequence[Sequence[str]] = TALKS
    answers: list[Answer] = field(default_factory=list)
    """Of the last round."""

    def texted(self, messages: int, *, rate: float = 0.0) -> tuple[float, float, float]:
        """New people text it. Returns the CPU microseconds of a text in the web process and in the server, and the
        seconds of CPU that all of it took, the people included."""
        longest = max(map(len, self.said))
        prepared = talks(people(max(1, messages // longest)), self.said)
        before = [cpu_seconds(self.web), cpu_seconds([self.store]), cpu_seconds([os.getpid()])]
        with on(cores()[1]):
            self.answers = send(self.port, prepared, rate=rate)
        web, store, mine = (
            now - then
            for now, then in zip(
                [cpu_seconds(self.web), cpu_seconds([self.store]), cpu_seconds([os.getpid()])], before, strict=True
            )
        )
        assert all(answer.is_good for answer in self.answers), "somebody got no answer: this measures nothing"
        return 1e6 * web / len(prepared), 1e6 * store / len(prepared), web + store + mine


@contextlib.contextmanager
def line(
    program: tuple[str, ...] = OURS,
    checked: Checked | None = None,
    said: Sequence[Sequence[str]] = TALKS,
    fill: Callable[[str, Path], None] = lambda url, data: None,
    **settings: str,
) -> Iterator[Line]:
    """A line with this content. `fill` is given the address of its server and its data folder before it starts."""
    measured, loading = cores()
    with TemporaryDirectory(prefix="bench-") as name, on(loading), running(Path(name)) as server:
        folder = Path(name)
        client = connect(server.url)
        client.config_set("maxmemory", ROOM)
        client.close()
        if checked is not None:
            publish(server.url, checked)
        fill(server.url, folder)
        with on(measured):
            env = {"REDIS_URL": server.url, "HOTLINE_DATA": name, "HOTLINE_ENV": os.devnull, **settings}
            began = time.monotonic()
            web = Running(folder, *program, **env)
        try:
            web.up(PATIENCE_SECONDS)
            send(web.port, talks(people(1), (said[0][:1],)))
            started = time.monotonic() - began
            yield Line(folder, web.port, server.url, tree(web.process.pid), server.pid, started, said)
        finally:
            web.end()


def compared(lines: Mapping[str, Line], messages: int, rounds: int) -> tuple[Rounds, dict[str, list[float]]]:
    """CPU microseconds of a text in the web process of each, in turn; and in its server."""
    stores: dict[str, list[float]] = {name: [] for name in lines}

    def one(name: str) -> Callable[[], tuple[float, float]]:
        def texted() -> tuple[float, float]:
            web, store, used = lines[name].texted(messages)
            stores[name].append(store)
            return web, used

        return texted

    for each in lines.values():
        each.texted(min(messages, WARM))
    found = in_turn({name: one(name) for name in lines}, rounds)
    return found, stores
