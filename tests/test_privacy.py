"""What is left of a person: every byte of the store, of its files, of the jobs and of all output, searched.

Real processes, as an organisation runs them: a web process, a worker, an embedded Valkey with its append-only file. The
search is tested first: it must find each leak that is planted.
"""

from __future__ import annotations

import base64
import functools
import gc
import gzip
import hashlib
import json
import logging
import os
import re
import signal
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from redis import Redis

from bot.channel import INBOUND, SID, STATUS
from bot.config import Config, embedded_socket
from bot.embedded import running
from bot.held import sorted_out
from bot.privacy import DayKeys, NoAddresses, Registry
from bot.queue import DUE, Relay
from bot.store.client import connect
from bot.store.sessions import Sessions
from tests.conftest import NOON, Person, at_once, publish, settings
from tests.processes import until
from tests.real_line import Line, environment, line, process
from tests.traces import Search, stored, unpacked, written
from tests.twilio_forms import ACCOUNT, PERSON, sms, whatsapp

NAME = "Rosalba Quispe"
USER = "US.1A2B3C4D5E6F7G8H9I0J"
TEXTS = (
    "men with badges at my door, my husband Eleuterio hides",
    "¿Qué hago? Mi vecina Águeda llora en el pasillo",
    "他们在敲门，我叫王小明",
    "brooklyn zip 11220 please",
)
CITY, ZIP, PLACE = "BROOKLYN", "11220", ("40.74917", "-73.86902")
SECRETS = (PERSON, "+12025550177", USER, NAME, *TEXTS, *PLACE)


@pytest.fixture(scope="module")
def search() -> Search:
    """Looks for everything that the person told or that was told of them."""
    return Search(*SECRETS)


LEAKS = {
    "as it is": lambda text: text.encode(),
    "upper case": lambda text: text.upper().encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "url": lambda text: quote(text).encode(),
    "json": lambda text: json.dumps({"to": [text]}).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64 inside": lambda text: base64.b64encode(f"to={text};".encode()),
    "base64 further inside": lambda text: base64.urlsafe_b64encode(f"to: {text} and more".encode()),
    "hex": lambda text: text.encode().hex().encode(),
    "zlib": lambda text: zlib.compress(b'{"to": "' + text.encode() + b'"}'),
    "zlib inside": lambda text: b"\x00\x01" + zlib.compress(text.encode(), 9) + b"\x02",
    "gzip": lambda text: gzip.compress(text.encode()),
    "deflate": lambda text: zlib.compress(text.encode(), wbits=-15),
    "md5": lambda text: hashlib.md5(text.encode()).hexdigest().encode(),
    "sha256": lambda text: hashlib.sha256(text.encode()).digest(),
    "sha256, cut": lambda text: hashlib.sha256(text.encode()).hexdigest()[:16].encode(),
    "sha1 in base64, cut": lambda text: base64.b64encode(hashlib.sha1(text.encode()).digest())[:12],
    "blake2b": lambda text: hashlib.blake2b(text.encode()).digest()[:16],
    "backwards": lambda text: text[::-1].encode(),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
@pytest.mark.parametrize("secret", SECRETS)
def test_the_search_finds_a_leak(search, leak, secret):
    assert search.found_in("here", b"before " * 3 + leak(secret) + b" after") or search.found_in("here", leak(secret))


NUMBERS = ["2025550143", "202-555-0143", "(202) 555-0143", "whatsapp:+12025550143", "12025550143"]


@pytest.mark.parametrize("written_as", NUMBERS)
def test_the_search_finds_a_number_however_it_is_written(search, written_as):
    assert search.found_in("here", f'{{"to":"{written_as}"}}'.encode())


def test_the_search_finds_a_number_as_a_number(search):
    assert search.found_in("here", b"x" + (12025550143).to_bytes(8, "big"))
    assert search.found_in("here", b"x" + (2025550143).to_bytes(8, "little"))


def test_the_search_finds_what_is_planted_in_a_server_and_in_its_file(search, tmp_path):
    """In a name, a value, a list, a hash, a set, a compressed bundle; and in the file after the key is gone."""
    with running(tmp_path):
        client = connect(f"unix://{embedded_socket(tmp_path)}")
        for plant in (
            lambda: client.set(f"s:{PERSON}", b""),
            lambda: client.set("s:1", TEXTS[0]),
            lambda: client.rpush("o:1", TEXTS[1].encode().hex()),
            lambda: client.hset("h", "profile", NAME),
            lambda: client.zadd("z", {PERSON: 1}),
            lambda: client.set("b", zlib.compress(TEXTS[2].encode())),
        ):
            client.flushall()
            plant()
            assert found(search, stored(client))
        client.flushall()
        assert not found(search, stored(client))
        client.config_set("appendfsync", "always")
        client.set("last", "1")
        assert found(search, written(tmp_path))


def found(search: Search, places: Iterator[tuple[str, bytes]]) -> list[str]:
    """Everything found in some places."""
    return [hit for where, data in places for hit in search.found_in(where, data)]


# ------------------------------------------------------------------------------------------- the whole line


@pytest.fixture(scope="module")
def remains(tmp_path_factory: pytest.TempPathFactory, checked) -> Iterator[tuple[Path, Redis]]:
    """What is left after conversations on each channel and everything that can go wrong in one."""
    folder = tmp_path_factory.mktemp("line")
    with running(folder) as server:
        publish(server.url, checked)
        client = connect(server.url)
        with line(server.url, folder) as web:
            for channel, address in (("sms", PERSON), ("whatsapp", "+12025550177"), ("whatsapp", USER)):
                for text in (*TEXTS, "1", "9", "lawyer", "11220", "STOP it please", "door", "DELETE", "puerta"):
                    web.says(text, address, channel)
                make = sms if channel == "sms" else whatsapp
                sender = address if channel == "sms" else f"whatsapp:{address}"
                web.post(INBOUND, make(TEXTS[0], sender), signed=False)
                web.post(INBOUND, make(TEXTS[0], sender, AccountSid="AC" + "b" * 32))
                web.post(INBOUND, make("x" * 40_000, sender))
                web.post(INBOUND, make("", sender, Latitude=PLACE[0], Longitude=PLACE[1], Address=TEXTS[1]))
                web.post(INBOUND, make("", sender, NumMedia="1", MediaUrl0=f"https://api.twilio.com/{NAME}"))
                status = {"AccountSid": ACCOUNT, "MessageSid": "SM" + "7" * 32, "MessageStatus": "delivered"}
                web.post(STATUS, status | {"To": sender, "From": "+12025550199", "ProfileName": NAME})
                _a_mistake_of_ours(web, client, folder, address, channel)
            os.kill(server.pid, signal.SIGSTOP)
            try:
                assert "800-566-7636" in str(web.says(TEXTS[0]))
            finally:
                os.kill(server.pid, signal.SIGCONT)
            until(lambda: web.says("door") is not None)
            _the_worker(server.url, folder, client)
            client.config_set("appendfsync", "always")
            client.set("probe", b"", ex=10)
        yield folder, client


def _a_mistake_of_ours(web: Line, client: Redis, folder: Path, address: str, channel: str) -> None:
    """A session in which an option is a number: the engine fails on it, and the person is answered all the same."""
    config = settings("unix:///nowhere", folder)
    contact = Registry(config.secrets, DayKeys(config.keys_folder)).contact(channel, address, datetime.now(UTC))
    plain = [[1, "en", 0, [], ["ask", [7]], 0, 29_000_000, 0, 1], ""]
    client.set(f"s:{{{contact.bucket}}}:{contact.id}", contact.seal(json.dumps(plain).encode(), purpose="s"), ex=60)
    assert "800-566-7636" in str(web.says(f"{TEXTS[0]} {NAME}", address, channel))


def _the_worker(redis_url: str, folder: Path, client: Redis) -> None:
    """The relay hands on what lies in the outboxes; a worker without credentials says so and does nothing."""
    said = folder / "worker.txt"
    env = {k: v for k, v in environment(redis_url, folder).items() if not k.startswith("TWILIO")}
    with process(["-m", "worker"], env, said):
        until(lambda: bool(client.exists(DUE)) and not list(client.scan_iter("o:*")), 20)
    client.zadd(DUE, {"SM" + "9" * 32: 1})
    Relay(client, client).run_once(2.0)  # leaves the job of a sweep in RQ, so that it is searched, too


def test_nothing_of_a_person_is_in_the_store_or_in_the_jobs(remains, search):
    _, client = remains
    kinds = {key.decode().partition(":")[0] for key in client.scan_iter()}
    assert kinds >= {"s", "r", "rq", "line", "{release}"}, "this test would prove nothing"

    assert found(search, stored(client)) == []


def test_every_key_is_of_a_kind_that_is_listed(remains):
    _, client = remains

    assert sorted_out(key.decode() for key in client.scan_iter()).unknown == ()


def test_nothing_of_a_person_is_in_any_file(remains, search):
    """The append-only file of the store, with all it ever wrote; logs and outputs of the web process and the worker."""
    folder, _ = remains
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert any(name.endswith(".incr.aof") for name in names), "this test would prove nothing"
    assert {"worker.txt", "valkey.log"} <= names

    assert found(search, written(folder)) == []


def test_what_went_wrong_was_logged_all_the_same(remains):
    """Or the test above would have searched an empty page."""
    folder, _ = remains
    said = "".join(path.read_text() for path in folder.glob("web-*.txt"))

    assert "refused an unsigned request to /twilio/inbound" in said
    assert "could not be answered (AttributeError at understand.py:" in said
    assert "the store does not answer" in said


def test_nothing_in_the_store_is_readable_but_what_we_publish_and_ids_of_messages(remains):
    """Whatever is not the release, a message id, a due time or a job's own words is sealed."""
    _, client = remains
    for key in client.scan_iter("[sr]:*"):
        record = client.get(key)
        assert record[0] == 1
        assert not any(part for _, part in unpacked(record) if len(part) > 20)
        assert len(set(record[19:])) > 0.5 * min(len(record) - 19, 200), "this looks like text"
    about = [id_.decode() for id_ in client.zrange(DUE, 0, -1)]
    assert len(about) > len(TEXTS), "this test would prove nothing"
    assert all(SID.fullmatch(id_) for id_ in about)


# ------------------------------------------------------------------------------------------- the memory


def test_no_cache_of_a_process_keeps_what_a_person_sent(app, clock):
    """A server that is taken while it runs may show what passes, not the words of last week. Two people do the same in
    words that nobody wrote before; the second leaves no more behind than the first."""
    sizes = []
    for number, words in enumerate(("وبالمرزوق", "وبالعبود")):
        clock.now = NOON  # what is open is said by the minute
        person = Person(app.test_client(), "whatsapp", f"+1202555017{number}")
        for sent in ({"text": "menu"}, {"text": words}, {"text": f"rosalba.quispe{number}.bronx"}):
            person.says(**sent)
        person.says("", ButtonPayload=f"rosalba.quispe{number}.queens")
        sizes.append(kept_in_caches())

    assert sizes[0] == sizes[1]
    assert any("Composer" in name for name, _ in sizes[0]), "this test would prove nothing"


def kept_in_caches() -> list[tuple[str, int]]:
    """Every cache of ours in this process, and how much is in it."""
    caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    ours = [one for one in caches if (one.__module__ or "").startswith("bot.")]
    return sorted((f"{one.__module__}.{one.__qualname__}", one.cache_info().currsize) for one in ours)


# ------------------------------------------------------------------------------------------- the keys of the day


def test_without_the_key_of_the_day_nothing_opens(person, config, store, tmp_path):
    """An old disk, backup or append-only file: with the secret and the address, but after the day's key is gone."""
    person.says("door")
    at = person.clock()
    assert read(store, config, config.keys_folder, at).session is not None

    elsewhere = tmp_path / "keys"
    assert read(store, config, elsewhere, at).session is None
    for key in store.scan_iter("s:*"):
        contact = Registry(config.secrets, DayKeys(elsewhere)).contact("sms", PERSON, at)
        assert contact.open(store.get(key), purpose="s") is None


def test_without_the_address_nothing_opens(person, config, store):
    """The server's secret, today's key and the record are not enough."""
    person.says("door")
    registry = Registry(config.secrets, DayKeys(config.keys_folder))
    (key,) = store.scan_iter("s:*")

    others = [f"+1202555{number:04}" for number in range(300) if number != 143]
    assert all(registry.contact("sms", one, person.clock()).open(store.get(key), purpose="s") is None for one in others)


def read(store: Redis, config: Config, folder: Path, at: datetime):
    """What is known of the person with a given folder of keys."""
    sessions = Sessions(store, Registry(config.secrets, DayKeys(folder)), idle_seconds=60, max_seconds=60)
    return sessions.read("sms", PERSON, "SM0", at)


def test_keys_of_days_that_are_over_are_overwritten_and_removed(tmp_path):
    """Yesterday's is kept until today is over: whoever texted before midnight is still known."""
    days, first = DayKeys(tmp_path), date(2026, 11, 20)
    for number in range(5):
        days.key(first + timedelta(days=number))
        days.destroy_old(first + timedelta(days=number))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-11-23", "2026-11-24"]


def test_a_destroyed_key_is_overwritten_on_the_disk(tmp_path):
    """Through another name of the same file, as a backup of the folder's blocks would see it."""
    days, first = DayKeys(tmp_path / "keys"), date(2026, 11, 20)
    key = days.key(first)
    os.link(tmp_path / "keys" / "2026-11-20", tmp_path / "other name")
    days.destroy_old(first + timedelta(days=2))

    assert (tmp_path / "other name").read_bytes() != key
    assert not (tmp_path / "keys" / "2026-11-20").exists()


def test_a_key_is_overwritten_before_its_name_goes(tmp_path, monkeypatch):
    """A file that is removed at once is never written: the disk would keep the key."""
    days, first = DayKeys(tmp_path), date(2026, 11, 20)
    key, path = days.key(first), tmp_path / "2026-11-20"
    kept, written_down = path.stat().st_ino, []
    monkeypatch.setattr(os, "fsync", lambda handle: written_down.append((os.fstat(handle).st_ino, path.read_bytes())))
    days.destroy_old(first + timedelta(days=2))

    ((inode, content),) = written_down
    assert inode == kept
    assert len(content) == len(key)
    assert content != key


def test_a_secret_that_a_power_cut_left_empty_is_made_anew_once(tmp_path):
    """Sealed with nothing, a record would be open to everybody; and two processes must not make two."""
    path = tmp_path / "2026-11-23"
    path.touch(0o600)
    made = at_once(*[lambda: DayKeys(tmp_path).key(date(2026, 11, 23))] * 8)

    assert len(made[0]) == 32
    assert set(made) == {path.read_bytes()}


def test_a_running_process_destroys_old_keys_by_itself(app, config, clock):
    """Nobody has to text for it."""
    config.keys_folder.mkdir(parents=True, exist_ok=True)
    old = config.keys_folder / "2026-11-01"
    old.write_bytes(b"x" * 32)

    until(lambda: not old.exists())


def test_a_key_of_the_day_is_made_once_for_all_processes_and_is_private(tmp_path):
    keys = {DayKeys(tmp_path).key(date(2026, 11, 23)) for _ in range(5)}

    assert len(keys) == 1
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


# ------------------------------------------------------------------------------------------- logs


@pytest.fixture
def line_of():
    """What the last net makes of a log line."""

    def filtered(message: str, *args: object, error: BaseException | None = None) -> str:
        info = (type(error), error, error.__traceback__) if error else None
        record = logging.LogRecord("any", logging.ERROR, __file__, 1, message, args, info)
        assert NoAddresses().filter(record)
        return logging.Formatter("%(message)s").format(record)

    return filtered


@pytest.mark.parametrize(
    "address", [PERSON, "whatsapp:+12025550143", f"whatsapp:{USER}", "(202) 555-0143", "202.555.0143"]
)
def test_a_library_that_logs_an_address_is_silenced(line_of, address):
    logged = line_of("sent to %s, code 21610", address)

    assert re.sub(r"\W*\(removed\)\W*", "|", logged) == "sent to|code 21610"


def test_of_an_exception_only_its_kind_and_place_are_logged(line_of):
    try:
        raise ValueError(f"{PERSON} wrote {TEXTS[0]}")
    except ValueError as error:
        logged = line_of("failed", error=error)

    assert logged.startswith("failed (ValueError at test_privacy.py:")
    assert "Eleuterio" not in logged


def test_a_log_line_that_cannot_be_written_does_not_stop_anybody(line_of):
    assert line_of("%d", "x") == "(a log line that cannot be written)"


def test_what_python_prints_of_a_contact_holds_no_key(config, clock):
    contact = Registry(config.secrets, DayKeys(config.keys_folder)).contact("sms", PERSON, clock())

    assert repr(contact) == f"Contact(id={contact.id!r}, bucket={contact.bucket!r}, key_id={contact.key_id!r})"


def test_two_people_with_two_phones_leave_the_same_kinds_of_traces(app, store):
    """Nothing but the sealed bytes and the names of the keys differs."""
    shapes = []
    for number in range(2):
        store.delete("-", *store.scan_iter("[sroul]:*"))
        Person(app.test_client(), address=f"+120255501{number}9").says("door")
        shapes.append(sorted((key[:1], len(key), store.type(key)) for key in store.scan_iter("[srou]:*")))

    assert shapes[0] == shapes[1]
