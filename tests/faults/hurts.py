"""Every way in which the line is hurt, as a table: a name, and what is done.

Apart from the run because this is the list that one reads to know what was tried. Each fault ends with the line whole
again, so that one is hurt at a time: what two at once may cost is said in the README.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.faults.line import BEHIND, Line, Web, Worker
from tests.faults.proxy import Breakpoint, Proxy, When

POINT_SECONDS = 2.0
"""How long a breakpoint is waited for; somebody texts all the time."""
READ, WRITE = b"MGET", b"EVALSHA"
Fault = Callable[[Line, random.Random], bool]
"""Whether it happened: a command that was waited for may not have come."""


def pause(chance: random.Random, most: float) -> None:
    """Some time goes by."""
    time.sleep(chance.uniform(most / 10, most))


def store_killed(line: Line, chance: random.Random) -> bool:
    """With -9; its disk is there."""
    line.store.kill()
    pause(chance, 1.5)
    line.store.start()
    return True


def store_lost(line: Line, chance: random.Random) -> bool:
    """With -9, and its disk is empty."""
    line.kill_the_store_with_its_disk()
    pause(chance, 1.0)
    line.lose_the_store()
    return True


def store_frozen(line: Line, chance: random.Random) -> bool:
    """Connections stay open, and nothing comes."""
    with line.store.frozen():
        pause(chance, 4.0)
    return True


def store_full(line: Line, chance: random.Random) -> bool:
    """It can be read, and nothing can be written."""
    with line.store.full():
        pause(chance, 1.5)
    return True


def links_slow(line: Line, chance: random.Random) -> bool:
    """Every command takes longer, up to more than is waited for."""
    for web in line.webs:
        web.link.delay = chance.choice((0.02, 0.1, 0.3, 1.0))
    pause(chance, 1.5)
    for web in line.webs:
        web.link.delay = 0.0
    return True


def links_cut(line: Line, chance: random.Random) -> bool:
    """Nobody reaches the store."""
    with contextlib.ExitStack() as cut:
        for web in line.webs:
            cut.enter_context(web.link.cut())
        pause(chance, 2.0)
    return True


def web_killed(line: Line, chance: random.Random) -> bool:
    """With -9, at any moment."""
    web = chance.choice(line.webs)
    web.kill()
    web.back()
    return True


def web_killed_at(command: bytes, when: When, line: Line, chance: random.Random) -> bool:
    """With -9, when it has just asked for this, or got it."""
    web = chance.choice(line.webs)
    return _killed_at(web, web.link, command, when)


def worker_killed(line: Line, chance: random.Random) -> bool:
    """With -9, at any moment."""
    line.worker.kill()
    pause(chance, 0.5)
    line.worker.back()
    return True


def worker_killed_at(command: bytes, when: When, at_the_jobs: bool, line: Line, _: random.Random) -> bool:
    """With -9, when it has just asked one of the servers for this, or got it."""
    link = line.worker.to_jobs if at_the_jobs else line.worker.to_store
    return _killed_at(line.worker, link, command, when)


def _killed_at(process: Web | Worker, link: Proxy, command: bytes, when: When) -> bool:
    if not _met(link, Breakpoint(command, when, process.kill)):
        return False
    process.back()
    return True


def link_cut_at(command: bytes, when: When, line: Line, chance: random.Random) -> bool:
    """One connection breaks while this is under way."""
    return _met(chance.choice(line.webs).link, Breakpoint(command, when))


def write_held_back(line: Line, chance: random.Random) -> bool:
    """A write arrives when nobody waits for it any more, and its person may have texted again."""
    held = chance.uniform(1.0, 4.0)
    happened = _met(chance.choice(line.webs).link, Breakpoint(WRITE, When.ASKED, held=held))
    time.sleep(held)
    return happened


def _met(link: Proxy, breakpoint_: Breakpoint) -> bool:
    """Whether it has acted. A command may come in time, and its answer only later: nothing may act behind our back."""
    link.watch_for(breakpoint_)
    breakpoint_.met.wait(POINT_SECONDS)
    return link.gives_up() and breakpoint_.met.wait(POINT_SECONDS)


def jobs_killed(line: Line, chance: random.Random) -> bool:
    """The jobs' server, with -9; its disk is there."""
    line.jobs.kill()
    pause(chance, 1.5)
    line.jobs.start()
    return True


def jobs_frozen(line: Line, chance: random.Random) -> bool:
    """The jobs' server says nothing."""
    with line.jobs.frozen():
        pause(chance, 2.0)
    return True


def clock_jumps(line: Line, chance: random.Random) -> bool:
    """One web process's clock is ahead or behind by up to half an hour, and then as before."""
    web = chance.choice(line.webs)
    line.jumped = time.monotonic()
    web.jump(BEHIND + chance.choice((-1800.0, -60.0, 60.0, 1800.0)))
    pause(chance, 1.0)
    web.jump(BEHIND)
    line.jumped = time.monotonic()
    return True


def midnight(line: Line, chance: random.Random) -> bool:
    """For one web process it is tomorrow already, for the other not yet; then the first is set back."""
    now = datetime.now(UTC)
    tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    to_midnight = (tomorrow - now).total_seconds()
    ahead, behind = chance.sample(line.webs, 2)
    line.jumped = time.monotonic()
    behind.jump(to_midnight - 30)
    ahead.jump(to_midnight + 5)
    pause(chance, 1.0)
    ahead.jump(to_midnight - 30)
    pause(chance, 1.0)
    for web in line.webs:
        web.jump(BEHIND)
    line.jumped = time.monotonic()
    return True


FAULTS: dict[str, Fault] = {
    "store killed": store_killed,
    "store lost its disk": store_lost,
    "store frozen": store_frozen,
    "store full": store_full,
    "links slow": links_slow,
    "links cut": links_cut,
    "link cut before the read": partial(link_cut_at, READ, When.ASKED),
    "link cut after the read": partial(link_cut_at, READ, When.DONE),
    "link cut before the write": partial(link_cut_at, WRITE, When.ASKED),
    "link cut after the write": partial(link_cut_at, WRITE, When.DONE),
    "write held back": write_held_back,
    "web killed": web_killed,
    "web killed before the read": partial(web_killed_at, READ, When.ASKED),
    "web killed after the read": partial(web_killed_at, READ, When.DONE),
    "web killed before the write": partial(web_killed_at, WRITE, When.ASKED),
    "web killed after the write": partial(web_killed_at, WRITE, When.DONE),
    "web killed before the answer": partial(web_killed_at, WRITE, When.HEARD),
    "worker killed": worker_killed,
    "worker killed with the outbox in hand": partial(worker_killed_at, b"LRANGE", When.HEARD, False),
    "worker killed after handing on": partial(worker_killed_at, b"ZADD", When.DONE, True),
    "worker killed before the removal": partial(worker_killed_at, b"EVALSHA", When.ASKED, False),
    "worker killed after the removal": partial(worker_killed_at, b"EVALSHA", When.DONE, False),
    "jobs' server killed": jobs_killed,
    "jobs' server frozen": jobs_frozen,
    "clock jumps": clock_jumps,
    "midnight for one of two": midnight,
}
