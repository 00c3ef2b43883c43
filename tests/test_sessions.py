"""One person's place: moved once by each message, in order, whatever overtakes what, and gone when it should be.

Against a real server and through the whole application; what is stored is opened with the keys that only tests have.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from bot.app import create_app
from bot.engine.session import Session, to_plain
from bot.privacy import HEADER, DayKeys, Registry
from bot.store.outbox import Wanted
from bot.store.sessions import Sessions
from tests.conftest import Person, at_once, first_line, known, place

DAY, IDLE = 86400, 7200


def keys(store, kind="*"):
    """The names of the keys of one kind: session, reply, unsure, outbox."""
    return sorted(key.decode() for key in store.scan_iter(f"{kind}:{{??}}*"))


# ------------------------------------------------------------------------------------------- the same message again


def test_a_delivery_repeated_at_once_gets_the_same_answer_and_moves_nobody(person, config, library):
    form = person.form("door")
    first = person.posts(form)
    stood = known(config, person)

    assert person.posts(form) == first
    assert known(config, person).session == stood.session


def test_fifty_deliveries_of_one_message_at_the_same_time_are_one_move_and_fifty_equal_answers(
    app, store, config, library
):
    person = Person(app.test_client())
    person.says("door")
    form = person.form("1")
    fifty = [Person(app.test_client()) for _ in range(50)]
    for copy in fifty:
        copy.pause = 0

    replies = at_once(*(partial(copy.posts, form) for copy in fifty))

    assert len(set(replies)) == 1
    assert replies[0].startswith(first_line("home_door.has_paper"))
    assert place(config, person, library) == "home_door.has_paper"
    session = known(config, person).session
    assert [library.release.keys[place.step] for place in session.path] == [
        "home_door.at_the_door",
        "home_door.has_paper",
    ]
    (outbox,) = keys(store, "o")
    assert store.llen(outbox) == 4, "one job for each of the two messages, and one count of what they cost"


def test_two_texts_of_one_person_at_the_same_time_are_two_orderly_turns(app, config, library):
    """Whichever is first: the other one answers what the first one showed."""
    for number in range(20):
        person = Person(app.test_client(), address=f"+1202555{number:04}")
        person.says("door")
        two = at_once(partial(person.says, "1"), partial(person.says, "1"))
        steps = [library.release.keys[place.step] for place in known(config, person).session.path]
        assert steps == ["home_door.at_the_door", "home_door.has_paper", "home_door.judge_check"]
        assert len(set(two)) == 2


def test_a_delivery_that_was_overtaken_gets_its_own_answer(person, config, library):
    """The first message comes again after the second one: its own answer, and nobody moves back."""
    forms = [person.form("door"), person.form("1"), person.form("2")]
    answers = [person.posts(form) for form in forms]
    stood = known(config, person).session

    assert [person.posts(form) for form in reversed(forms)] == answers[::-1]
    assert known(config, person).session == stood


def test_a_delivery_that_is_repeated_after_two_minutes_gets_an_empty_answer(person, config, store, clock):
    form = person.form("door")
    person.posts(form)
    stood = known(config, person).session
    clock.passes(seconds=100)

    assert person.posts(form) is None
    assert known(config, person).session == stood


def test_an_answer_that_the_store_has_forgotten_is_an_empty_answer(person, config, store):
    form = person.form("door")
    person.posts(form)
    stood = known(config, person).session
    store.delete(*keys(store, "r"))

    assert person.posts(form) is None
    assert known(config, person).session == stood


def test_the_last_six_messages_are_remembered(person, config):
    person.pause = 0
    forms = [person.form(text) for text in ("door", "1", "8", "1", "8", "1")]
    for form in forms:
        person.posts(form)
    stood = known(config, person).session

    assert [person.posts(form) is None for form in forms] == [True, True, True, False, False, False]
    assert known(config, person).session == stood


# ------------------------------------------------------------------------------------------- the write


@pytest.fixture
def sessions(config, store):
    """The store's own door, without the application."""
    registry = Registry(config.secrets, DayKeys(config.keys_folder))
    return Sessions(store, registry, idle_seconds=IDLE, max_seconds=DAY)


def a_session(clock, **more):
    """Somebody who texted for the first time just now."""
    return Session(started=int(clock().timestamp() // 60), touched=int(clock().timestamp() // 60), **more)


def test_a_write_that_was_overtaken_changes_nothing(sessions, store, clock):
    old = sessions.read("sms", "+12025550143", "SM1", clock())
    assert sessions.commit(old, a_session(clock, locale="es"), "SM1", "uno", (), clock())
    before = {key: store.dump(key) for key in store.scan_iter()}

    assert not sessions.commit(old, a_session(clock, locale="en"), "SM2", "two", (Wanted("forget", "SM2", 1),), clock())
    assert {key: store.dump(key) for key in store.scan_iter()} == before


def test_the_same_write_twice_is_one_write(sessions, store, clock):
    """As after a connection that broke between the write and its answer."""
    record, wanted = sessions.read("sms", "+12025550143", "SM1", clock()), (Wanted("forget", "SM1", 1),)
    assert sessions.commit(record, a_session(clock), "SM1", "hello", wanted, clock())
    assert not sessions.commit(record, a_session(clock), "SM1", "hello", wanted, clock())

    again = sessions.read("sms", "+12025550143", "SM1", clock())
    assert (again.duplicate, again.reply) == (True, "hello")
    assert [store.llen(key) for key in keys(store, "o")] == [1]


def test_a_write_that_arrives_after_the_fallback_text_changes_nothing(sessions, clock):
    """Nobody waited for it any more, and its person was told to text again; twice, and it still does not count."""
    for _ in range(2):
        late = sessions.read("sms", "+12025550143", "SM1", clock())
        sessions.mark_unsure([late.contact])

        assert not sessions.commit(late, a_session(clock, locale="es"), "SM1", "uno", (), clock())
        assert sessions.read("sms", "+12025550143", "SM2", clock()).unsure


def test_the_jobs_are_in_the_same_write(sessions, store, clock):
    """In the bucket of the person: the same slot of a cluster."""
    record = sessions.read("sms", "+12025550143", "SM1", clock())
    sessions.commit(record, a_session(clock), "SM1", "hello", (Wanted("forget", "SM1", 7),), clock())

    assert store.lrange(f"o:{{{record.contact.bucket}}}", 0, -1) == [b'["forget","SM1",7]']


def test_every_key_of_one_person_lies_in_one_slot_of_a_cluster(app, store):
    for channel in ("sms", "whatsapp"):
        for number in range(20):
            store.delete("-", *keys(store))
            person = Person(app.test_client(), channel, f"+1202555{number:04}")
            person.says("door")
            assert len({key.partition("{")[2].partition("}")[0] for key in keys(store)}) == 1


def test_people_are_spread_over_256_buckets(config):
    registry = Registry(config.secrets, DayKeys(config.keys_folder))
    at = datetime(2026, 11, 23, tzinfo=UTC)

    buckets = {registry.contact("sms", f"+1202{number:07}", at).bucket for number in range(4000)}

    assert buckets == {f"{number:02x}" for number in range(256)}


def test_the_same_number_on_two_channels_is_two_people(person, whatsapp_person, config, library):
    person.says("door")
    whatsapp_person.says("work")

    assert [place(config, one, library) for one in (person, whatsapp_person)] == [
        "home_door.at_the_door",
        "work.stay_calm",
    ]


# ------------------------------------------------------------------------------------------- time


def test_a_session_ends_two_hours_after_the_last_text(person, store):
    person.says("door")
    store.expire(keys(store, "s")[0], 5)
    person.says("1")

    assert IDLE - 2 <= store.ttl(keys(store, "s")[0]) <= IDLE


@pytest.mark.parametrize(("hours", "seconds"), [(1, IDLE), (21.9, IDLE), (23, 3600), (23.9, 360)])
def test_a_session_ends_a_day_after_its_first_text_whatever_happens(person, store, clock, hours, seconds):
    person.says("door")
    clock.passes(hours=hours)
    person.says("1")

    assert seconds - 60 <= store.ttl(keys(store, "s")[0]) <= seconds


def test_a_session_that_should_be_over_is_not_prolonged(person, store, clock):
    person.says("door")
    clock.passes(hours=25)
    person.says("1")

    assert not keys(store, "s") or store.ttl(keys(store, "s")[0]) <= 1


def test_every_key_expires_whatever_people_do(app, store, clock):
    for number, text in enumerate(
        ["door", "1", "9", "LANGUAGE", "help me", "", "A-204613587", "DELETE", "STOP", "hola"]
    ):
        for channel in ("sms", "whatsapp"):
            person = Person(app.test_client(), channel, f"+1202555{number:04}")
            person.says("lawyer")
            person.says(text)
    app.test_client().get("/readyz")

    lives = {key: store.ttl(key) for key in store.scan_iter()}
    assert len(lives) > 30
    assert [key for key, seconds in lives.items() if seconds < 0] == []
    kinds = {"s": IDLE, "r": 120, "o": 7 * DAY, "u": IDLE, "probe": 10, "{release}": 90 * DAY}
    assert [key for key, seconds in lives.items() if seconds > kinds[key.decode().partition(":")[0]]] == []


def test_at_midnight_a_person_stays_where_they_are_under_the_new_key(person, config, store, library, clock):
    person.says("door")
    before = keys(store, "s")
    clock.passes(days=1, hours=-17.5)  # New York's clock does not matter: the key's day is UTC
    clock.now = datetime(2026, 11, 24, 0, 0, 5, tzinfo=UTC)

    assert person.says("1").startswith(first_line("home_door.has_paper"))
    after = keys(store, "s")
    assert (len(before), len(after), set(before) & set(after)) == (1, 1, set())
    assert place(config, person, library) == "home_door.has_paper"


@pytest.fixture
def late(clock):
    """Ten seconds before midnight, where keys are counted."""
    clock.now = datetime(2026, 11, 23, 23, 59, 30, tzinfo=UTC)
    return clock


def test_a_delivery_repeated_across_midnight_gets_the_same_answer(person, config, store, late):
    form = person.form("door")
    first = person.posts(form)
    late.passes(seconds=10)

    assert person.posts(form) == first
    assert person.posts(form) == first


def test_deleted_before_midnight_is_deleted_after_it(person, store, late):
    person.says("door")
    late.now = late.now.replace(second=10)
    form = person.form("DELETE")
    bland = person.posts(form)
    late.passes(seconds=20)

    assert person.posts(form) == bland
    assert keys(store, "s") == []


def test_two_texts_around_midnight_are_two_orderly_turns(sessions, store, clock):
    """One process is still in yesterday, one in today already. Neither overwrites the other."""
    evening, morning = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 0, 0, 1, tzinfo=UTC)
    clock.now = evening
    first = sessions.read("sms", "+12025550143", "SM0", evening)
    sessions.commit(first, a_session(clock, locale="en"), "SM0", "hello", (), evening)

    today = sessions.read("sms", "+12025550143", "SM2", morning)
    yesterday = sessions.read("sms", "+12025550143", "SM1", evening)
    assert sessions.commit(yesterday, a_session(clock, locale="es"), "SM1", "uno", (), evening)
    assert not sessions.commit(today, a_session(clock, locale="fr"), "SM2", "deux", (), morning)

    again = sessions.read("sms", "+12025550143", "SM2", morning)
    assert again.session.locale == "es"


def test_two_first_texts_around_midnight_make_one_session(sessions, store, clock):
    """Nobody is known in two places: one would stay behind, and outlive DELETE."""
    evening, morning = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 0, 0, 1, tzinfo=UTC)
    today = sessions.read("sms", "+12025550143", "SM2", morning)
    yesterday = sessions.read("sms", "+12025550143", "SM1", evening)

    assert sessions.commit(today, a_session(clock, locale="fr"), "SM2", "deux", (), morning)
    assert not sessions.commit(yesterday, a_session(clock, locale="es"), "SM1", "uno", (), evening)
    assert len(keys(store, "s")) == 1


def test_a_clock_that_is_set_back_over_midnight_loses_nobody(person, config, store, library, late):
    late.passes(seconds=60)
    person.says("door")
    late.passes(seconds=-60)

    assert person.says("1").startswith(first_line("home_door.has_paper"))
    assert len(keys(store, "s")) == 1


def test_the_fallback_text_before_midnight_is_remembered_after_it(sessions, clock):
    """Whatever day the clock said of the process that gave it."""
    evening, morning = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 0, 0, 1, tzinfo=UTC)
    known = sessions.read("sms", "+12025550143", "SM0", evening)
    sessions.commit(known, a_session(clock, locale="en"), "SM0", "hello", (), evening)
    sessions.mark_unsure([sessions.read("sms", "+12025550143", "SM1", morning).contact])

    assert sessions.read("sms", "+12025550143", "SM2", morning).unsure


# ------------------------------------------------------------------------------------------- secrets and formats


def test_a_person_stays_where_they_are_when_the_secret_changes(person, config, store, clock, checked, library):
    """The new secret first, the old one behind it; then the old one goes."""
    person.says("door")
    new = replace(config, secrets=(b"another-secret-0123456789-another-secret", *config.secrets))
    again = Person(create_app(new, clock).test_client())

    assert again.says("1").startswith(first_line("home_door.has_paper"))
    assert place(new, person, library) == "home_door.has_paper"
    assert place(replace(new, secrets=new.secrets[:1]), person, library) == "home_door.has_paper"
    assert place(config, person, library) is None
    assert len(keys(store, "s")) == 1


def test_without_the_old_secret_a_person_starts_anew(person, config, library, clock):
    person.says("door")
    new = replace(config, secrets=(b"another-secret-0123456789-another-secret",))
    again = Person(create_app(new, clock).test_client())
    again.says("1")

    assert place(new, again, library) is None


@pytest.mark.parametrize("spoil", [
    lambda record: b"\x02" + record[1:],
    lambda record: record[:1] + b"\x00\x00" + record[3:],
    lambda record: record[:-1] + bytes([record[-1] ^ 1]),
    lambda record: record[: HEADER + 3],
    lambda record: record[:5],
    lambda record: b"\x01",
    lambda record: b"something else entirely, and long enough for a header",
], ids=["another format", "another key", "broken", "cut", "cut in the header", "one byte", "foreign"])  # fmt: skip
def test_a_record_that_cannot_be_read_is_replaced_and_the_person_starts_anew(person, store, config, library, spoil):
    person.says("door")
    (key,) = keys(store, "s")
    store.set(key, spoil(store.get(key)), ex=IDLE)

    assert person.says("2") is not None
    assert place(config, person, library) is None
    assert person.says("2") is not None


def test_a_record_of_a_shape_that_we_do_not_know_is_replaced(person, store, config, library, clock):
    """Written by other code under the same format: as good as none."""
    person.says("door")
    (key,) = keys(store, "s")
    contact = known(config, person).contact
    for plain in (b"[]", b"{}", b"null", b'[["x"],""]', b"[[1,2,3],7]", b"not json"):
        store.set(key, contact.seal(plain, purpose="s"), ex=IDLE)
        assert person.says("hello") is not None


def test_a_record_of_somebody_else_opens_nothing(app, store, config, library):
    """Moved from one key to another it is refused: a record is bound to its person and its purpose."""
    one, other = (Person(app.test_client(), address=f"+120255501{number}") for number in (43, 44))
    one.says("door")
    (first,) = keys(store, "s")
    other.says("work")
    (second,) = (key for key in keys(store, "s") if key != first)
    store.set(second, store.get(first), ex=IDLE)

    assert known(config, other).session is None


def test_what_is_stored_of_a_session_is_small(person, store, config):
    """At rest: the sealed record. The key, the server's own and the tag come on top: 400 bytes is the gate for all.
    Each option on the screen is six of them, however many the content has there."""
    for text in ("door", "1", "1", "2"):
        person.says(text)

    options = len(known(config, person).session.screen.choices)
    assert store.strlen(keys(store, "s")[0]) < 176 + 6 * options


def test_a_session_survives_being_stored_as_it_is(sessions, clock, person, config):
    person.says("door")
    session = known(config, person).session
    record = sessions.read("sms", "+12025550100", "SM1", clock())
    sessions.commit(record, session, "SM1", "x", (), clock())

    assert to_plain(sessions.read("sms", "+12025550100", "SM2", clock()).session) == to_plain(session)


# ------------------------------------------------------------------------------------------- DELETE


def test_delete_leaves_its_own_answer_for_two_minutes_and_nothing_else(person, store, config):
    for text in ("door", "1", "2"):
        person.says(text)
    form = person.form("DELETE")
    bland = person.posts(form)
    left = [key for key in keys(store) if not key.startswith("o:")]

    assert [key[0] for key in left] == ["r"]
    assert store.ttl(left[0]) <= 120
    assert [text for _, text, _ in known(config, person).replies] == [bland]
    assert person.posts(form) == bland


def test_delete_wants_the_copy_at_twilio_gone_at_once(person, store, clock):
    form = person.form("DELETE")
    person.posts(form)
    (outbox,) = keys(store, "o")

    assert store.lindex(outbox, -2) == Wanted("forget", form["MessageSid"], int(clock().timestamp())).plain.encode()


def test_after_delete_a_person_is_nobody_we_know(person, config, library):
    person.says("puerta")
    person.says("BORRAR")

    assert known(config, person).session is None
    person.says("1")
    assert place(config, person, library) is None


# ------------------------------------------------------------------------------------------- keys of the day


def test_the_names_of_keys_change_with_the_day_and_the_bucket_does_not(config):
    registry = Registry(config.secrets, DayKeys(config.keys_folder))
    monday, tuesday = (registry.contact("sms", "+12025550143", datetime(2026, 11, day, tzinfo=UTC)) for day in (23, 24))

    assert monday.id != tuesday.id
    assert monday.bucket == tuesday.bucket


def test_a_contact_id_is_the_same_in_every_process_that_shares_the_keys(config, clock):
    ids = {
        Registry(config.secrets, DayKeys(config.keys_folder)).contact("sms", "+12025550143", clock()).id
        for _ in range(3)
    }

    assert len(ids) == 1
    assert len(base64.urlsafe_b64decode(ids.pop())) == 12
