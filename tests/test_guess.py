"""Who has our disk, our secret, or both: what trying every telephone number tells them. The rows of PRIVACY.md.

Apart from test_privacy.py, which searches for what must not be there: here what is there is attacked.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner

from bot.app import create_app
from bot.config import Config, embedded_socket
from bot.embedded import running
from bot.privacy import DayKeys, Registry
from bot.store.client import connect
from tests.conftest import Clock, Person, place, publish, settings
from tests.guess.__main__ import main
from tests.guess.attack import Attack, area_codes
from tests.traces import written
from tests.twilio_forms import PERSON

THEIRS = int(PERSON.removeprefix("+1"))
AROUND = range(THEIRS - 500, THEIRS + 500)


@pytest.fixture
def day_key(config, clock):
    """The key of the day, as it lies on the disk."""

    def lies_there():
        return (config.keys_folder / clock().date().isoformat()).read_bytes()

    return lies_there


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_whoever_has_disk_secret_and_key_of_the_day_finds_who_texts_and_where_they_are(
    app, store, config, library, day_key, channel
):
    """So nobody may have all three: this is why the secret and the keys lie apart from the data."""
    person = Person(app.test_client(), channel)
    person.says("door")

    attack = Attack(config.secrets[0], day_key(), store.scan_iter("s:*"), channel)
    assert list(attack.found(AROUND)) == [THEIRS]
    assert place(config, person, library) == "home_door.at_the_door"


@pytest.mark.parametrize("missing", ["secret", "key of the day"])
def test_without_the_secret_or_without_the_key_of_the_day_the_right_number_finds_nobody(
    person, store, config, day_key, missing
):
    person.says("door")

    secret = os.urandom(32) if missing == "secret" else config.secrets[0]
    key = os.urandom(32) if missing == "key of the day" else day_key()
    assert list(Attack(secret, key, store.scan_iter("s:*")).found(AROUND)) == []


def test_what_was_deleted_lies_in_the_append_only_file_until_the_key_of_its_day_is_destroyed(tmp_path, checked, clock):
    """What the paper says of a disk that is taken today, and of the same disk in two days."""
    config = settings(f"unix://{embedded_socket(tmp_path)}", tmp_path)
    with running(tmp_path):
        connect(config.redis_url).config_set("appendfsync", "always")
        publish(config.redis_url, checked)
        person = Person(create_app(config, clock).test_client())
        person.says("door")
        person.says("DELETE")
        assert not list(connect(config.redis_url).scan_iter("s:*"))
    records = [record for name, data in written(tmp_path) if name.endswith(".aof") for record in records_in(data)]
    names, today = [name for name, _ in records], clock().date()

    assert list(Attack(config.secrets[0], DayKeys(config.keys_folder).key(today), names).found(AROUND)) == [THEIRS]
    assert opened(config, clock, records) == [True]
    DayKeys(config.keys_folder).destroy_old(today + timedelta(days=2))
    assert list(config.keys_folder.iterdir()) == []
    assert opened(config, clock, records) == [False]


def records_in(file: bytes) -> list[tuple[bytes, bytes]]:
    """Every session that an append-only file holds: its key's name, and its record."""
    return [
        (found[1], file[found.end() : found.end() + int(found[2])])
        for found in re.finditer(rb"(s:\{[0-9a-f]{2}\}:[\w-]{16})\r\n\$(\d+)\r\n", file)
    ]


def opened(config: Config, clock: Clock, records: list[tuple[bytes, bytes]]) -> list[bool]:
    """Whether these can be opened by somebody who knows whose they are. A key that is gone is made anew."""
    contact = Registry(config.secrets, DayKeys(config.keys_folder)).contact("sms", PERSON, clock())
    return [contact.open(record, purpose="s") is not None for _, record in records]


def test_the_numbers_that_are_counted_are_those_of_the_united_states():
    areas = set(area_codes())

    assert {212, 718, 347, 917, 213} <= areas
    assert not areas & {416, 809, 787, 800, 900, 911, 555}, "Toronto, Santo Domingo, San Juan, and nobody's"


def test_the_program_says_how_long_all_of_them_take():
    said = CliRunner().invoke(main).output

    assert re.search(r"[\d,]+ numbers: \d{3} area codes", said)
    assert re.search(r"^ +[\d,]+ seconds for one channel and the key of one day$", said, re.MULTILINE)
