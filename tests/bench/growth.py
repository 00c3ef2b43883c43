"""How the cost of a text grows: with people, with steps, with languages; and what memory and starting cost.

Apart from `floor`, which measures one line: here several lines that differ in one thing take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from bot.config import CHECKOUT
from bot.content.library import Checked, check_folder, open_bundle
from bot.content.memory import Memory
from bot.conversation import utc_now
from bot.embedded import running
from bot.privacy import DayKeys, Registry
from bot.store.client import connect
from bot.store.sessions import Record, Sessions, Version
from bot.transcript import Talk
from tests.bench.line import ROOM, TALKS, WARM, compared, line, people
from tests.bench.measure import cpu_seconds, proportional_bytes
from tests.conftest import settings
from tests.grown import grown

SESSIONS, STEPS = (1, 1000, 100_000), (10, 1000, 10_000)
RESTING = (1000, 20_000, 100_000)
MILLION = 1_000_000
LOCALES = ("en", "ar", "bn", "es", "fr", "ht", "ko", "pl", "ru", "ur", "zh-Hans", "zh-Hant")
MADE_UP = (("wordfa", "1", "1", "0"),)
"""What people text to content of `tests.grown`."""
FEW_STEPS = 50
NOT_MEASURED = (
    "Not measured: a server whose memory is full; content of volunteers with ten thousand steps (these are made up,\n"
    "each flow with words of its own); languages that differ (here all of them say the same)."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure at several sizes."""

    name: str
    title: str
    points: tuple[tuple[str, float], ...]
    said: str
    """The ratio first, where there is one."""


def by_sessions(sizes: Iterable[int], messages: int, rounds: int) -> list[Figure]:
    """The cost of a text with so many live sessions."""
    checked = check_folder(CHECKOUT)
    fill = {count: partial(_fill, checked, count) for count in sorted(sizes)}
    with ExitStack() as lines:
        mine = {f"{count:,}": lines.enter_context(line(checked=checked, fill=fill[count])) for count in fill}
        found, stores = compared(mine, messages, rounds)
    first, *_, last = mine
    store = median(stores[last]) / median(stores[first])
    points = tuple((name, found.median(name)) for name in mine)
    said = f"{found.ratio(last, first)} of a text's CPU with {last} sessions beside {first}; in the store {store:.2f}"
    return [Figure("sessions", "Live sessions: microseconds of CPU a text", points, said)]


def at_rest(sizes: Iterable[int]) -> list[Figure]:
    """What the store holds for each of so many live sessions."""
    checked, points = check_folder(CHECKOUT), []
    for count in sorted(sizes):
        with TemporaryDirectory(prefix="bench-") as name, running(Path(name)) as server:
            client = connect(server.url)
            client.config_set("maxmemory", ROOM)
            _fill(checked, WARM, server.url, Path(name))  # what a server holds once, for its client and its script
            before = client.info("memory")["used_memory"]
            _fill(checked, count, server.url, Path(name))
            points.append((f"{count:,}", (client.info("memory")["used_memory"] - before) / count))
            client.close()
    each = ", ".join(f"{size}: {held:.0f}" for size, held in points)
    said = f"Bytes in the store for each live session at rest, by their number: {each} (aim 300, gate 400)"
    return [Figure("memory", "Live sessions: bytes of each in the store, at rest", tuple(points), said)]


def _fill(checked: Checked, count: int, url: str, data: Path) -> None:
    """Sessions of people who said something a moment ago and have been still for two minutes."""
    config, client, now = settings(url, data), connect(url), utc_now()
    registry = Registry(config.secrets, DayKeys(config.keys_folder))
    sessions = Sessions(
        client, registry, idle_seconds=config.session_idle_seconds, max_seconds=config.session_max_seconds
    )
    held = [Talk(checked.library(), "sms", now) for _ in TALKS]
    for talk, said in zip(held, TALKS, strict=True):
        for text in said[:3]:
            talk.hears(text)
    for number, person in enumerate(people(count)):
        version = Version(registry.contact("sms", person, now), b"", b"")
        session = held[number % len(held)].session
        sessions.commit(Record(versions=(version,), session=None), session, f"SM{number:032x}", None, (), now)
    replies = list(client.scan_iter(match="r:*", count=1000))
    for at in range(0, len(replies), 1000):
        client.delete(*replies[at : at + 1000])
    client.close()


def by_steps(sizes: Iterable[int], messages: int, rounds: int) -> list[Figure]:
    """The cost of a text with content of so many steps; and what publishing and loading it takes."""
    made = {f"{size:,}": partial(grown, size) for size in sorted(sizes)}
    return _by_content("steps", made, messages, rounds)


def by_locales(counts: Iterable[int], messages: int, rounds: int) -> list[Figure]:
    """The same with content in so many languages."""
    made = {f"{count}": partial(grown, FEW_STEPS, LOCALES[:count]) for count in sorted(counts)}
    return _by_content("locales", made, messages, rounds)


def _by_content(what: str, made: Mapping[str, Callable[[], Checked]], messages: int, rounds: int) -> list[Figure]:
    checked, published, loaded = {}, {}, {}
    for name, make in made.items():
        began = process_time()
        checked[name] = make()
        published[name] = process_time() - began
        began = process_time()
        open_bundle(checked[name].bundle, memory=Memory())
        loaded[name] = process_time() - began
    with ExitStack() as lines:
        mine = {name: lines.enter_context(line(checked=one, said=MADE_UP)) for name, one in checked.items()}
        found, _ = compared(mine, messages, rounds)
    first, *_, last = mine
    points = tuple((name, found.median(name)) for name in mine)
    seconds = ", ".join(f"{name}: {published[name]:.2f} and {loaded[name]:.2f}" for name in mine)
    return [
        Figure(
            what,
            f"{what.capitalize()}: microseconds of CPU a text",
            points,
            f"{found.ratio(last, first)} of a text's CPU with {last} {what} beside {first}",
        ),
        Figure(
            f"load-{what}",
            f"{what.capitalize()}: seconds of CPU to load a release",
            tuple(loaded.items()),
            f"Seconds of CPU to check a folder and to load its release, by {what}: {seconds}",
        ),
    ]


def starting(starts: int) -> list[Figure]:
    """From nothing to the first answered text, and what the processes then hold, with the shipped content."""
    checked = check_folder(CHECKOUT)
    seconds, cpu, memory = [], [], []
    for _ in range(starts):
        with line(checked=checked) as ours:
            seconds.append(ours.start_seconds)
            cpu.append(cpu_seconds(ours.web))
            ours.texted(WARM)
            memory.append([proportional_bytes([pid]) / 1e6 for pid in ours.web])
    each = ", ".join(f"{median(held):.0f}" for held in zip(*memory, strict=True))
    said = (
        f"{median(seconds):.2f} s [{min(seconds):.2f}-{max(seconds):.2f}] from the start to the first answered text, "
        f"{median(cpu):.2f} of CPU (aim 0.35, gate 0.6)\n"
        f"{each} MB of memory: the web process, and those that it starts; a page that they share counts for its part"
    )
    return [Figure("start", "Seconds of CPU to the first answered text", (("shipped", median(cpu)),), said)]
