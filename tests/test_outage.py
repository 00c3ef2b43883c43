"""When things break while people text: everybody is answered inside five seconds, and nobody's digit counts unseen.

Real servers, killed, frozen and full; no mocks. The bound of five seconds is the one promise here that is timed.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bot import embedded
from bot.app import BUSY_SEATS, WAITING_SEATS, create_app
from bot.channel import STATUS
from bot.config import CHECKOUT
from bot.content.fallback import read_fallbacks
from bot.outage import Outage
from bot.privacy import Contact, DayKeys, Registry
from bot.store.client import connect
from bot.store.outbox import Wanted
from bot.store.sessions import Sessions, StoreDown
from tests.conftest import Person, at_once, first_line, known, place, post, publish, settings
from tests.processes import until
from tests.real_line import line
from tests.twilio_forms import ACCOUNT

FALLBACKS = read_fallbacks(CHECKOUT)
PROMISED_SECONDS = 5.0
AGAIN = f"There was a technical problem. You are here:\n{first_line('home_door.at_the_door')}"


class Broken:
    """An application with a server of its own, to be mistreated."""

    def __init__(self, folder: Path, checked, clock) -> None:
        self.folder = folder
        self.server = embedded.start(folder)
        publish(self.server.url, checked)
        self.config = settings(self.server.url, folder)
        self.app: Flask = create_app(self.config, clock)

    def person(self, number: int = 143, channel: str = "sms") -> Person:
        """Somebody who texts."""
        person = Person(self.app.test_client(), channel, f"+1202555{number:04}")
        person.pause = 1
        return person

    @property
    def client(self):
        """The server, spoken to directly."""
        return connect(self.server.url, answer_seconds=5)

    def dies(self) -> None:
        """As by `kill -9`, or by the kernel when memory is short."""
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.process.wait()

    def comes_back(self) -> None:
        """As the supervisor brings it back. From the main thread: the server ends with the thread that started it."""
        self.server.stop()
        self.server = embedded.start(self.folder)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It accepts connections and answers nothing."""
        os.kill(self.server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.server.pid, signal.SIGCONT)

    @contextmanager
    def full(self) -> Iterator[None]:
        """It answers questions and takes nothing."""
        self.client.config_set("maxmemory", "1")
        try:
            yield
        finally:
            self.client.config_set("maxmemory", "0")


@pytest.fixture
def broken(tmp_path, checked, clock) -> Iterator[Broken]:
    """An application with a server of its own."""
    made = Broken(tmp_path, checked, clock)
    yield made
    made.server.stop()


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """How long a call took, and what it returned."""
    started = time.monotonic()
    result = call()
    return time.monotonic() - started, result


def fifty_at_once(broken: Broken, text: str = "door") -> list[tuple[float, Any]]:
    """Fifty people text at the same moment."""
    people = [broken.person(number) for number in range(50)]
    return at_once(*(partial(timed, partial(person.says, text)) for person in people))


def is_fallback(reply: object) -> bool:
    """Whether this is the constant text, in whatever language."""
    return reply in FALLBACKS.values()


def test_fifty_people_who_text_while_the_store_hangs_are_all_answered_inside_five_seconds(broken):
    with broken.frozen():
        answers = fifty_at_once(broken)

    assert all(is_fallback(reply) for _, reply in answers)
    assert max(seconds for seconds, _ in answers) < PROMISED_SECONDS


def test_fifty_people_who_text_while_the_store_is_dead_are_all_answered_inside_five_seconds(broken):
    broken.dies()
    answers = fifty_at_once(broken)

    assert all(is_fallback(reply) for _, reply in answers)
    assert max(seconds for seconds, _ in answers) < PROMISED_SECONDS
    assert sum(seconds < 1 for seconds, _ in answers) >= 50 - WAITING_SEATS, "a few wait for the store, never all"


@pytest.mark.slow
def test_fifty_people_who_text_while_the_store_is_full_are_all_answered_inside_five_seconds(broken):
    with broken.full():
        answers = fifty_at_once(broken)

    assert all(is_fallback(reply) for _, reply in answers)
    assert max(seconds for seconds, _ in answers) < PROMISED_SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("milliseconds", [300, 700])
def test_a_store_that_is_slow_at_every_command_delays_nobody_beyond_five_seconds(broken, milliseconds):
    """Below the time-out, so that no single command fails: the sum has to be bounded."""
    stop = threading.Event()

    def slow() -> None:
        while not stop.is_set():
            os.kill(broken.server.pid, signal.SIGSTOP)
            stop.wait(milliseconds / 1000)
            os.kill(broken.server.pid, signal.SIGCONT)
            time.sleep(0.002)

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        answers = fifty_at_once(broken)
    finally:
        stop.set()
        thread.join()

    assert all(reply for _, reply in answers)
    assert max(seconds for seconds, _ in answers) < PROMISED_SECONDS


@pytest.mark.slow
def test_a_store_that_comes_and_goes_delays_nobody_beyond_five_seconds(broken):
    """It lives just long enough to answer the probe, again and again."""
    stop = threading.Event()

    def flap() -> None:
        while not stop.is_set():
            broken.client.config_set("maxmemory", "1")
            stop.wait(0.3)
            broken.client.config_set("maxmemory", "0")
            time.sleep(0.06)
        broken.client.config_set("maxmemory", "0")

    thread = threading.Thread(target=flap)
    thread.start()
    try:
        answers = fifty_at_once(broken)
    finally:
        stop.set()
        thread.join()

    assert all(reply for _, reply in answers)
    assert max(seconds for seconds, _ in answers) < PROMISED_SECONDS


@pytest.mark.parametrize("fault", ["dead", "frozen", "full"])
def test_a_short_fault_is_bridged_and_the_conversation_goes_on_where_it_was(broken, library, fault):
    """Half a second: the person waits, and gets their answer and nothing else."""
    person = broken.person()
    person.says("door")
    broken.client.config_set("appendfsync", "always")
    broken.client.set("probe", b"")
    with ThreadPoolExecutor(1) as texting:
        if fault == "dead":
            broken.dies()
            answer = texting.submit(person.says, "1")
            time.sleep(0.5)
            broken.comes_back()
        else:
            with broken.frozen() if fault == "frozen" else broken.full():
                answer = texting.submit(person.says, "1")
                time.sleep(0.5)
    reply = answer.result()

    assert reply.startswith(first_line("home_door.has_paper"))
    assert place(broken.config, person, library) == "home_door.has_paper"


slow = pytest.mark.slow


@pytest.mark.parametrize("fault", ["dead", pytest.param("frozen", marks=slow), pytest.param("full", marks=slow)])
def test_after_the_fallback_text_the_next_answer_does_not_count_and_the_step_is_shown_again(broken, library, fault):
    """Nobody's "1" counts for a question they never saw: the message before may have been carried out."""
    person = broken.person()
    person.says("door")
    broken.client.config_set("appendfsync", "always")
    broken.client.set("probe", b"")
    if fault == "dead":
        broken.dies()
        assert is_fallback(person.says("1"))
        broken.comes_back()
    else:
        with broken.frozen() if fault == "frozen" else broken.full():
            assert is_fallback(person.says("1"))
    assert broken.app.test_client().get("/readyz").status_code == 200

    reply = person.says("2")
    assert AGAIN in reply
    assert place(broken.config, person, library) == "home_door.at_the_door"
    assert person.says("1").startswith(first_line("home_door.has_paper")), "and the one after that counts"


@pytest.mark.slow
def test_the_step_is_shown_again_by_another_process_too(broken, library, clock):
    """Who got the fallback text is told to the store before anybody goes on."""
    person = broken.person()
    person.says("door")
    with broken.full():
        assert is_fallback(person.says("1"))
    until(lambda: any(broken.client.scan_iter("u:*")))

    other = Person(create_app(broken.config, clock).test_client(), "sms", person.address)
    assert AGAIN in other.says("1")
    assert not any(broken.client.scan_iter("u:*"))


def test_a_status_that_came_while_the_store_was_away_is_not_lost(broken):
    """Twilio reports it once: without it our reply's copy would stay there."""
    ids = [f"SM{number:032x}" for number in range(1, 4)]
    form = {"AccountSid": ACCOUNT, "MessageStatus": "delivered"}
    with broken.full():
        for message_id in ids[:2]:
            assert post(broken.app.test_client(), STATUS, (form | {"MessageSid": message_id}).items())[0] == 204
    until(lambda: broken.app.test_client().get("/readyz").status_code == 200)
    time.sleep(0.2)
    assert post(broken.app.test_client(), STATUS, (form | {"MessageSid": ids[2]}).items())[0] == 204

    wanted = [entry for key in broken.client.scan_iter("o:*") for entry in broken.client.lrange(key, 0, -1)]
    assert sorted(Wanted.of(entry).about for entry in wanted) == ids


@pytest.mark.slow
def test_a_repeated_delivery_of_a_message_that_was_carried_out_gets_its_answer_after_the_fault(broken):
    person = broken.person()
    form = person.form("door")
    first = person.posts(form)
    broken.client.config_set("appendfsync", "always")
    broken.client.set("probe", b"")
    broken.dies()
    assert is_fallback(person.posts(form))
    broken.comes_back()
    until(lambda: broken.app.test_client().get("/readyz").status_code == 200)

    assert person.posts(form) == first


@pytest.mark.slow
def test_whoever_was_put_off_while_the_probe_finished_is_not_put_off_for_ever(broken, library):
    """The store is told of them by whichever comes first, and their own next answer clears it."""
    person = broken.person()
    person.says("door")
    with broken.full():
        fifty = at_once(*(partial(person.says, "1") for _ in range(30)))
    assert any(is_fallback(reply) for reply in fifty)
    until(lambda: broken.app.test_client().get("/readyz").status_code == 200)
    person.clock.passes(minutes=5)

    replies = [person.says("0"), person.says("1"), person.says("1")]
    assert place(broken.config, person, library) == "home_door.has_paper", replies


@pytest.mark.slow
def test_the_fallback_text_is_in_the_language_of_the_text_where_that_is_clear(broken):
    people = [broken.person(number) for number in range(len(LANGUAGES))]
    with broken.full():
        said = at_once(*(partial(one.says, text) for one, text in zip(people, LANGUAGES, strict=True)))

    assert said == [FALLBACKS[locale] for locale in LANGUAGES.values()]


LANGUAGES = {
    "la migra está en la puerta": "es",
    "移民局在敲门": "zh-Hans",
    "الهجرة على الباب": "ar",
    "door": "en",
    "1": "",
}


def test_the_fallback_text_offers_no_digit_and_always_a_number_and_a_way_back():
    for text in FALLBACKS.values():
        assert "800-566-7636" in text
        assert not any(row.startswith(tuple("0123456789")) and row[1:2] == " " for row in text.splitlines())


def test_when_nothing_is_published_everybody_gets_the_fallback_text(store, config, clock):
    app = create_app(config, clock)

    assert Person(app.test_client()).says("la migra está en la puerta") == FALLBACKS[""]


# A record in which an option is a number: it opens, and the engine cannot go on with it.
BUG = b'[[1,"en",0,[],["ask",[7]],0,29000000,0,1],""]'


def test_when_the_engine_fails_the_person_gets_the_fallback_text(app, person, config, store):
    person.says("door")
    contact = known(config, person).contact
    (key,) = store.scan_iter("s:*")
    store.set(key, contact.seal(BUG, purpose="s"), ex=60)

    assert person.says("agents are outside") == FALLBACKS["en"]
    assert person.says("MENU") is not None


def test_when_the_engine_fails_for_one_person_the_others_are_answered(app, person, config, store):
    person.says("door")
    contact = known(config, person).contact
    (key,) = store.scan_iter("s:*")
    store.set(key, contact.seal(BUG, purpose="s"), ex=60)

    assert is_fallback(person.says("agents are outside"))
    assert (
        Person(app.test_client(), address="+12025550188").says("door").startswith(first_line("home_door.at_the_door"))
    )


def test_when_the_folder_of_the_keys_cannot_be_used_the_person_gets_the_fallback_text(
    config, store, checked, tmp_path, clock
):
    """A full or broken disk at midnight: no key of the day, so no place; the text and the number all the same."""
    publish(config.redis_url, checked)
    (tmp_path / "keys").write_text("this is a file")
    app = create_app(settings(config.redis_url, tmp_path), clock)

    assert Person(app.test_client()).says("door") == FALLBACKS["en"]


@pytest.mark.slow
def test_more_people_at_once_than_seats_are_answered_too(broken):
    """A raid day: more than a hundred at the same moment."""
    people = [broken.person(number) for number in range(2 * BUSY_SEATS)]
    answers = at_once(*(partial(timed, partial(person.says, "door")) for person in people))

    assert all(reply for _, reply in answers)
    assert max(seconds for seconds, _ in answers) < PROMISED_SECONDS


@pytest.mark.slow
def test_the_watch_survives_a_release_that_cannot_be_read(broken, checked, library):
    """Whatever lies in the store: the last good release stays, and the next one is served without a restart."""
    client = broken.client
    for live, bundle in (
        ("2 b", b"not packed"),
        ("3 c", None),
        ("what?", None),
        ("4 d", b"x\x9c\x03\x00\x00\x00\x00\x01"),
    ):
        client.set("{release}:live", live)
        if bundle:
            client.set(f"{{release}}:{live[-1]}", bundle)
        time.sleep(0.7)
        assert broken.person().says("door").startswith(first_line("home_door.at_the_door"))
    client.delete("{release}:live")
    for number in range(5):
        client.set("{release}:live", f"{number} e")
    client.set("{release}:live", "6 f")
    publish(broken.server.url, checked, after=6)

    until(lambda: known(broken.config, talked(broken)).session.release == 7, 30)


def talked(broken: Broken) -> Person:
    """Somebody who has just texted."""
    person = broken.person()
    person.says("MENU")
    person.clock.passes(minutes=2)
    return person


# ------------------------------------------------------------------------------------------- the parts


class Scripted(Sessions):
    """A store that does what it is told: an odd failure of the network cannot be had from a real one."""

    def __init__(self, *results: BaseException | None) -> None:
        self.results, self.told, self.probed = list(results), list[Contact](), 0

    def probe(self) -> None:
        """Fail as told, then succeed."""
        self.probed += 1
        if self.results and (error := self.results.pop(0)):
            raise error

    def mark_unsure(self, contacts: Sequence[Contact]) -> None:
        """Remember who was named."""
        self.told += contacts


def test_the_probe_survives_every_kind_of_failure():
    """Without it this process would never go back to the store."""
    sessions = Scripted(StoreDown(), OSError("odd"), ValueError("odder"))
    outage = Outage(sessions, waiting_seats=1)
    outage.failed()

    assert outage.bridged(time.monotonic() + 3)
    assert sessions.probed == 4


def test_whoever_is_put_off_while_the_others_are_named_is_named_too(config, clock):
    """In the moment between telling the store and letting everybody go on."""
    registry = Registry(config.secrets, DayKeys(config.keys_folder))
    first, second = (registry.contact("sms", address, clock()) for address in ("+12025550101", "+12025550102"))

    class Meanwhile(Scripted):
        def mark_unsure(self, contacts: Sequence[Contact]) -> None:
            super().mark_unsure(contacts)
            if second not in self.told and not outage.was_put_off(second):
                outage.put_off(second)

    sessions = Meanwhile()
    outage = Outage(sessions, waiting_seats=1)
    outage.failed()
    outage.put_off(first)

    until(lambda: not outage.is_down and not outage.was_put_off(second))
    assert [contact.id for contact in sessions.told] == [first.id, second.id]


def test_a_real_answer_ends_being_put_off(config, clock):
    registry = Registry(config.secrets, DayKeys(config.keys_folder))
    contact = registry.contact("sms", "+12025550101", clock())
    outage = Outage(Scripted(*[StoreDown()] * 1000), waiting_seats=1)
    outage.failed()
    outage.put_off(contact)
    assert outage.was_put_off(contact)

    outage.answered(contact)
    assert not outage.was_put_off(contact)


def test_nobody_waits_longer_than_they_have():
    outage = Outage(Scripted(*[StoreDown()] * 1000), waiting_seats=1)
    outage.failed()
    started = time.monotonic()

    assert not outage.bridged(started + 0.1)
    assert time.monotonic() - started < 1


def test_only_a_few_wait_and_the_others_are_told_at_once():
    outage = Outage(Scripted(*[StoreDown()] * 1000), waiting_seats=2)
    outage.failed()
    until_then = time.monotonic() + 1
    waits = at_once(*(partial(timed, partial(outage.bridged, until_then)) for _ in range(6)))

    assert sum(seconds > 0.5 for seconds, _ in waits) == 2


@pytest.mark.slow
def test_a_whole_line_survives_the_death_of_its_store_while_fifty_people_text(tmp_path, checked):
    """Real processes: kill -9 in the middle, back after a second; everybody answered inside five, nobody misled."""
    server = embedded.start(tmp_path)
    try:
        publish(server.url, checked)
        with line(server.url, tmp_path) as web:
            addresses = [f"+1202555{number:04}" for number in range(50)]
            at_once(*(partial(web.says, "door", address) for address in addresses))
            time.sleep(1.2)  # what is younger than a second may be lost with the server
            os.kill(server.pid, signal.SIGKILL)
            server.process.wait()
            with ThreadPoolExecutor(1) as texting:
                said = [partial(timed, partial(web.says, "1", address)) for address in addresses]
                waiting = texting.submit(at_once, *said)
                time.sleep(1)
                server.stop()
                server = embedded.start(tmp_path)
                answers = waiting.result()
            assert max(seconds for seconds, _ in answers) < PROMISED_SECONDS
            for address, (_, reply) in zip(addresses, answers, strict=True):
                again = web.says("1", address)
                if is_fallback(reply):
                    assert AGAIN in again
                else:
                    assert reply.startswith(first_line("home_door.has_paper"))
                    assert again.startswith(first_line("home_door.judge_check"))
    finally:
        server.stop()
