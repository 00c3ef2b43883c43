"""The promises under fire: real processes, real deliveries over HTTP, and something that dies in the middle.

Whoever is answered here is checked against the pure engine (`tests/faults/model.py`): every reply must be one that the
engine would give from a place where this person can be, or the fallback text. Thousands of texts and a thousand faults:
`python3 -m bot test faults`.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from redis import Redis, RedisError

from bot.config import Config, embedded_socket
from bot.content.fallback import read_fallbacks
from bot.content.library import Library
from bot.live import Served
from bot.publishing.acts import Wish, publish_folder
from bot.store.client import connect
from tests.conftest import at_a_desk
from tests.faults.model import Model, Moment
from tests.processes import is_alive, until
from tests.twilio_forms import message_id, sms
from tests.web import PROMISED_SECONDS, SECRET, Running, children, post, reply_in, settings_of

TEXTS = ("1", "1", "1", "2", "3", "8", "0", "agents are outside my house", "they took my husband", "what", "99")
"""What people text here: mostly digits, which are what can be counted for the wrong question. Never DELETE or STOP: no
place is told from their answers."""
PEOPLE = 50
TEXTS_EACH = 9
"""Below the dozen a minute at which the engine takes somebody for a machine."""


@pytest.fixture
def model(library: Library, config: Config) -> Callable[[], Model]:
    """Makes a model of one person."""
    fallbacks = frozenset(read_fallbacks(config.content).values())
    served = Served(library.numbered(1))
    return lambda: Model(lambda: [Moment(served, datetime.now(UTC))], fallbacks)


@pytest.fixture
def two_webs(config: Config, store: Redis, tmp_path: Path) -> Iterator[list[Running]]:
    """Two web processes that know of each other only through the store, with the shipped content."""
    publish_folder(config.content, at_a_desk(config), Wish())
    webs = [Running(tmp_path, HOTLINE_SECRET=SECRET, **settings_of(config)) for _ in range(2)]
    yield [web.up() for web in webs]
    for web in webs:
        web.end()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Running]:
    """The whole line as `python3 -m bot` runs it: its own Valkey, web and worker."""
    running = Running(tmp_path, "-m", "bot", HOTLINE_DATA=str(tmp_path / "data"))
    running.up(30)
    until(lambda: _is_ready(running.port), 30)  # the content is read while the web process starts
    yield running
    running.end(politely=True)


def texted(port: int, form: dict[str, str]) -> str | None:
    """The reply to a form."""
    return reply_in(post(port, form))


def at_once(jobs: list[Callable[[], str | None]]) -> list[str | None]:
    """Results of jobs that begin in the same moment."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], str | None]) -> str | None:
        gate.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_one_delivery_fifty_times_over_two_processes_is_one_move_and_fifty_equal_replies(two_webs, model):
    person = model()
    assert person.hears("agents are outside my house", reply_in(post(two_webs[0].port, sms(TEXTS[7]))))
    form = sms("1")

    replies = at_once([partial(texted, two_webs[number % 2].port, form) for number in range(50)])

    assert len(set(replies)) == 1
    assert person.hears("1", replies[0])
    assert person.hears("1", reply_in(post(two_webs[1].port, sms("1")))), "it moved more than once, or not at all"


@pytest.mark.parametrize("texts", [("1", "2"), ("1", "1"), ("8", "1"), ("agents are at the door", "they took my son")])
def test_two_texts_of_one_person_at_once_are_two_orderly_turns(two_webs, model, texts):
    """Either comes first; the other is answered from where the first one led."""
    start = reply_in(post(two_webs[0].port, sms("agents are outside my house")))
    first, second = at_once([partial(texted, web.port, sms(text)) for text, web in zip(texts, two_webs, strict=True)])

    def fits(order: list[tuple[str, str | None]]) -> bool:
        person = model()
        return all(person.hears(text, reply) for text, reply in [("agents are outside my house", start), *order])

    one_way, other_way = [(texts[0], first), (texts[1], second)], [(texts[1], second), (texts[0], first)]
    assert fits(one_way) or fits(other_way), (first, second)


def test_many_texts_of_one_person_at_once_are_all_taken_in_some_order(two_webs, model):
    """Ten times the same digit: whichever order they came in, the ten replies are those of ten turns."""
    sequence = model()
    start = reply_in(post(two_webs[0].port, sms("menu")))
    assert sequence.hears("menu", start)
    replies = at_once([partial(texted, two_webs[number % 2].port, sms("1")) for number in range(8)])

    left = list(replies)
    while left:
        before = sequence.places
        for reply in left:
            if sequence.hears("1", reply):
                left.remove(reply)
                break
            sequence.places = before
        else:
            pytest.fail(f"no order of turns gives these replies: {left}")


@dataclass
class Talk:
    """One person's talk with the line, and what went wrong with it."""

    model: Model
    number: int
    answered: int = 0
    fallbacks: int = 0
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def go_on(self, port: int, stop: threading.Event | None = None) -> None:
        """Text, wait for the answer, read it, text again."""
        chance = random.Random(self.number)
        sender = f"+1202555{self.number:04d}"
        for _ in range(TEXTS_EACH):
            text = chance.choice(TEXTS)
            began = time.monotonic()
            try:
                reply = reply_in(post(port, sms(text, sender=sender)))
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.wrong.append(f"no answer to {text!r}: {type(error).__name__}")
                return
            self.longest = max(self.longest, time.monotonic() - began)
            if not self.model.hears(text, reply):
                self.wrong.append(f"{text!r} got an answer from nowhere: {reply!r}")
                return
            self.answered += 1
            self.fallbacks += reply in self.model.fallbacks
            time.sleep(chance.uniform(0.05, 0.4))


def test_valkey_dies_while_fifty_people_text(line, tmp_path, model, capsys):
    """An answer for everybody inside five seconds; the server is back by itself; everybody goes on where they were; and
    nobody's digit counts for a question that they never saw."""
    client = connect(f"unix://{embedded_socket(tmp_path / 'data')}")
    talks = [Talk(model(), number) for number in range(PEOPLE)]
    people = [threading.Thread(target=talk.go_on, args=(line.port,)) for talk in talks]
    for person in people:
        person.start()
    away = []
    for _ in range(2):
        time.sleep(0.8)
        killed = int(client.info("server")["process_id"])
        os.kill(killed, signal.SIGKILL)
        began = time.monotonic()
        until(lambda killed=killed: _is_another(client, killed), 10)  # type: ignore[misc]  # a loop's own value
        away.append(time.monotonic() - began)
    for person in people:
        person.join()
    with capsys.disabled():
        print(
            f"\n  {sum(talk.answered for talk in talks)} answers, {sum(talk.fallbacks for talk in talks)} of them the "
            f"fallback text, the slowest after {max(talk.longest for talk in talks):.2f} s; Valkey was back after "
            f"{' and '.join(f'{seconds:.2f}' for seconds in away)} s"
        )

    assert [talk.wrong for talk in talks if talk.wrong] == []
    assert sum(talk.answered for talk in talks) == PEOPLE * TEXTS_EACH
    assert max(talk.longest for talk in talks) < PROMISED_SECONDS


def _is_another(client: Redis, killed: int) -> bool:
    try:
        return int(client.info("server")["process_id"]) != killed
    except RedisError:
        return False


def test_a_conversation_outlives_the_server_that_keeps_it(line, tmp_path, model):
    """Killed between two texts: what was answered is kept."""
    person = model()
    assert person.hears("agents are outside my house", reply_in(post(line.port, sms(TEXTS[7]))))
    client = connect(f"unix://{embedded_socket(tmp_path / 'data')}")
    killed = int(client.info("server")["process_id"])
    os.kill(killed, signal.SIGKILL)
    until(lambda: _is_another(client, killed), 10)

    reply = reply_in(post(line.port, sms("1")))

    assert reply not in person.fallbacks
    assert person.hears("1", reply)


def test_a_store_that_hangs_costs_nobody_more_than_five_seconds(line, tmp_path, model):
    """Frozen and not dead: connections stay open and nothing comes. Fifty people text; then it moves again."""
    client = connect(f"unix://{embedded_socket(tmp_path / 'data')}")
    pid = int(client.info("server")["process_id"])
    people = [model() for _ in range(PEOPLE)]
    senders = [f"+1202555{number:04d}" for number in range(PEOPLE)]
    for person, sender in zip(people, senders, strict=True):
        assert person.hears("menu", reply_in(post(line.port, sms("menu", sender=sender))))
    os.kill(pid, signal.SIGSTOP)
    try:
        replies = at_once([partial(texted, line.port, sms("1", sender=sender)) for sender in senders])
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: _is_ready(line.port), 10)
    again = [reply_in(post(line.port, sms("1", sender=sender))) for sender in senders]

    assert set(replies) <= people[0].fallbacks
    for person, fallback, shown in zip(people, replies, again, strict=True):
        assert person.hears("1", fallback)
        assert person.hears("1", shown), "the first answer after a fallback text shows where they are"


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def test_a_web_process_killed_under_load_comes_back_and_the_other_goes_on(config, store, tmp_path):
    """Who was with the killed one gets nothing, and Twilio its fallback address; everybody after that is answered."""
    publish_folder(config.content, at_a_desk(config), Wish())
    web = Running(tmp_path, WEB_PROCESSES="2", **settings_of(config)).up()
    try:
        serving = children(web.process.pid)
        until(lambda: len(children(web.process.pid)) >= 2, 10)
        failed: list[float] = []
        stop = threading.Event()
        people = [threading.Thread(target=_text_until, args=(web.port, n, stop, failed)) for n in range(12)]
        for person in people:
            person.start()
        time.sleep(0.5)
        [killed] = [pid for pid in children(web.process.pid) if pid in serving][-1:]
        os.kill(killed, signal.SIGKILL)
        dead = time.monotonic()
        until(lambda: not is_alive(killed) and len(children(web.process.pid)) >= len(serving), 10)
        time.sleep(0.7)
        stop.set()
        for person in people:
            person.join()

        assert [seconds for began in failed if (seconds := began - dead) > 0.5] == []
        again = sms("menu", MessageSid=message_id())
        assert post(web.port, again) == post(web.port, again)
    finally:
        web.end()


def _text_until(port: int, number: int, stop: threading.Event, failed: list[float]) -> None:
    while not stop.is_set():
        began = time.monotonic()
        try:
            reply_in(post(port, sms("menu", sender=f"+1202555{number:04d}")))
        except (OSError, http.client.HTTPException, AssertionError):
            failed.append(began)
        time.sleep(0.02)
