"""Broken deployments, and what `doctor` calls each of them: all of its findings, and no other.

`python -m tests.test_doctor` prints the table. What is broken is real: a real Valkey is set wrong, a real proxy drops
what it should pass on, a real certificate has run out; Twilio is the mock, which holds us to Twilio's own documents.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.config import CHECKOUT, Config, ConfigError
from bot.content.library import check_folder
from bot.doctor import against_a_start, examine, told, wrong_settings
from bot.doctor.finding import KINDS, WEIGHTS, found
from bot.embedded import running
from bot.queue import DUE
from bot.store.client import connect
from bot.store.outbox import FORGET, Outbox, Wanted
from bot.twilio_account import call_instead_of_twilio
from tests.broken_line import HOST, SERVICE_SID, Deployment, Servers, servers
from tests.conftest import NOON
from tests.twilio_forms import TOKEN
from tests.twilio_mock import NOT_ALLOWED
from tests.twilio_state import NUMBER_SID, SECRET

Break = Callable[[Deployment], object]
ELSEWHERE = "https://elsewhere.example.net/sms"
HERE = f"https://{HOST}/twilio/inbound"


def setting(**env: str) -> Break:
    """Other settings; an empty one is not set."""
    return lambda line: line.env.update(env)


def store(**options: str | int) -> Break:
    """Another setting of the Valkey."""
    return lambda line: [line.store.config_set(name.replace("_", "-"), value) for name, value in options.items()]


def answers(status: str, body: bytes = b"", *headers: tuple[str, str], only: str = "/") -> Break:
    """A proxy that answers by itself."""

    def front(app: Any, environ: dict[str, Any], start: Any) -> Any:
        if not environ["PATH_INFO"].startswith(only):
            return app(environ, start)
        start(status, [("Content-Type", "text/html"), *headers])
        return [body]

    return lambda line: line.front(front)


def changes(**environ: Any) -> Break:
    """A proxy that changes a request."""

    def front(app: Any, asked: dict[str, Any], start: Any) -> Any:
        return app({name: value for name, value in {**asked, **environ}.items() if value is not None}, start)

    return lambda line: line.front(front)


def slowly(app: Any, environ: dict[str, Any], start: Any) -> Any:
    """A proxy that thinks for a while."""
    time.sleep(1.2)
    return app(environ, start)


def certificate(host: str = HOST, days: int = 90, *, own: bool = False) -> Break:
    """Another certificate."""
    return lambda line: line.show(line.servers.authority.context(host, timedelta(days=days), own=own))


def ends_soon(line: Deployment) -> None:
    certificate(days=5)(line)
    line.now = datetime.now(UTC)
    line.servers.twilio.ahead = 0


def readable(name: str) -> Break:
    """A file that everybody on the machine may read."""

    def open_up(line: Deployment) -> None:
        path = line.data / name
        path.touch()
        path.chmod(0o644 if path.is_file() else 0o755)

    return open_up


def limited_user(line: Deployment) -> None:
    line.store.execute_command("ACL", "SETUSER", "limited", "on", ">word", "~*", "&*", "+@all", "-config")
    line.env["REDIS_URL"] = line.env["REDIS_URL"].replace("unix://", "unix://limited:word@")


def nearly_full(line: Deployment) -> None:
    used: dict[str, Any] = line.store.info("memory")
    line.store.config_set("maxmemory", int(used["used_memory"] / 0.9))


def on_a_network(line: Deployment) -> None:
    line.store.config_set("bind", "127.0.0.2")
    line.store.config_set("port", 0)
    line.store.config_set("port", 21379)


def lost_folder(line: Deployment) -> None:
    """A Valkey whose folder is gone: what it wants to write, it cannot."""
    folder = Path(line.servers.closing.enter_context(tempfile.TemporaryDirectory(prefix="lost-")))
    server = line.servers.closing.enter_context(running(folder))
    client = connect(server.url)
    shutil.rmtree(folder / "valkey")
    client.bgsave()
    while client.info("persistence")["rdb_bgsave_in_progress"]:
        time.sleep(0.01)
    line.env["JOBS_REDIS_URL"] = server.url


def service(**fields: Any) -> Break:
    return lambda line: line.twilio.services[SERVICE_SID].update(fields)


def alone(name: str = "", **fields: Any) -> Break:
    return lambda line: line.alone(name, **fields)


def toll_free(status: str) -> Break:
    def named(line: Deployment) -> None:
        line.alone()
        line.twilio.verifications[0]["status"] = status

    return named


def account(**values: Any) -> Break:
    return lambda line: vars(line.twilio).update(values)


def campaign(line: Deployment) -> None:
    line.twilio.campaigns[SERVICE_SID][0]["campaign_status"] = "IN_PROGRESS"


def later(line: Deployment) -> None:
    """The content as it is a hundred years from now."""
    line.now = NOON.replace(year=2101)
    line.servers.twilio.ahead = line.now.timestamp() - time.time()
    line.checked = lambda folder, today: check_folder(folder, today=today)


def edited(file: str, old: str, new: str) -> Break:
    """A file of the content, changed since it was published."""

    def edit(line: Deployment) -> None:
        path = line.servers.content / file
        before = path.read_text("utf-8")
        assert old in before
        path.write_text(before.replace(old, new), "utf-8")
        try:
            checked = check_folder(line.servers.content)
        finally:
            path.write_text(before, "utf-8")
        line.checked = lambda *_: checked

    return edit


def nothing_published(line: Deployment) -> None:
    for key in line.store.scan_iter("{release}:*"):
        line.store.delete(key)


def worker_dead(line: Deployment) -> None:
    for key in line.store.scan_iter("rq:worker*"):
        line.store.delete(key)


def undeleted(line: Deployment) -> None:
    line.store.zadd(DUE, {"SM" + "1" * 32: int(NOON.timestamp()) - 7200})


def no_relay(line: Deployment) -> None:
    worker_dead(line)
    Outbox(line.store).put(Wanted(FORGET, "SM" + "1" * 32, int(NOON.timestamp())))


def off_by_an_hour(line: Deployment) -> None:
    line.servers.twilio.ahead += 3600


def disk(free: int, used: int) -> Break:
    def fill(line: Deployment) -> None:
        line.disk = lambda _: (free + used, used, free)

    return fill


def new_token(line: Deployment) -> None:
    """Twilio and the settings have another than the one that the line was started with."""
    line.env["TWILIO_AUTH_TOKEN"] = "e" * 32
    line.twilio.tokens.add("e" * 32)


def no_whatsapp(line: Deployment) -> None:
    line.twilio.add_whatsapp("XE" + "4" * 32, status="OFFLINE", callback_url=HERE)


def whatsapp_elsewhere(line: Deployment) -> None:
    line.twilio.add_whatsapp("XE" + "4" * 32, callback_url=ELSEWHERE)


def twilio_silent(line: Deployment) -> None:
    line.servers.twilio.always = replace(NOT_ALLOWED, status=503, code=None, raw="busy")


BROKEN: dict[str, tuple[Break, set[int]]] = {
    "no public address": (setting(PUBLIC_URL=""), {102, 508}),
    "an address of the house": (setting(PUBLIC_URL="https://192.168.1.20"), {102, 508}),
    "http instead of https": (setting(PUBLIC_URL=f"http://{HOST}"), {103, 410, 513, 522}),
    "no auth token": (setting(TWILIO_AUTH_TOKEN=""), {104}),
    "no API key": (setting(TWILIO_API_KEY="", TWILIO_API_SECRET=""), {105}),
    "a rotation that was never finished": (setting(TWILIO_AUTH_TOKEN=f"{TOKEN},{'f' * 32}"), {106}),
    "a secret that repeats itself": (setting(HOTLINE_SECRET="abcdefgh" * 4), {201}),
    "an example secret": (setting(HOTLINE_SECRET="replace-me-with-random-characters-1"), {202}),
    "the secret of the tests": (setting(HOTLINE_SECRET="tests-only-3f9a8c1e5d7b2460-tests-only"), {202}),
    "one secret for two things": (setting(HOTLINE_SECRET=f"{SECRET}-b1946ac9"), {204}),
    "a settings file that all may read": (readable("line.env"), {203}),
    "a secret file that all may read": (readable("secret"), {203}),
    "a data folder that all may enter": (readable("."), {203}),
    "Redis is not there": (setting(REDIS_URL="unix:///nowhere/redis.sock"), {301}),
    "Redis on another machine, in the clear": (setting(REDIS_URL="redis://127.0.0.2:1"), {301, 309}),
    "the jobs' Redis is not there": (setting(JOBS_REDIS_URL="unix:///nowhere/redis.sock"), {301}),
    "Redis wants a password": (store(requirepass="word"), {302}),
    "Redis is a replica": (lambda line: line.store.replicaof("127.0.0.1", 1), {303, 413}),
    "Redis is full": (store(maxmemory=1), {303, 413}),
    "Redis evicts": (store(maxmemory_policy="allkeys-lru"), {304}),
    "Redis keeps nothing": (store(appendonly="no"), {305}),
    "Redis cannot write to its disk": (lost_folder, {306, 704}),
    "Redis keeps slow commands": (store(slowlog_log_slower_than=10000), {307}),
    "Redis is open to the network": (on_a_network, {308}),
    "Redis is nearly full": (nearly_full, {310}),
    "Redis makes snapshots": (store(save="3600 1"), {311}),
    "Redis tells no settings": (limited_user, {313}),
    "a name without an address": (lambda line: line.ways.update({f"{HOST}:443": ("nowhere.invalid", 443)}), {401}),
    "a closed port": (lambda line: line.ways.update({f"{HOST}:443": ("127.0.0.1", 1)}), {402}),
    "a certificate of its own": (certificate(own=True), {403}),
    "a certificate that has ended": (certificate(days=-1), {403}),
    "a certificate of another name": (certificate("other.rights.nyc"), {403}),
    "a proxy that leads to www": (answers("301 Moved", b"", ("Location", f"https://www.{HOST}/")), {405}),
    "a proxy with its own page": (answers("200 OK", b"<h1>It works!</h1>"), {406}),
    "a proxy without the line": (answers("502 Bad Gateway"), {407}),
    "a proxy that drops the signature": (changes(HTTP_X_TWILIO_SIGNATURE=None), {408}),
    "a proxy that drops the body": (changes(CONTENT_LENGTH="0"), {408}),
    "a proxy that drops the query": (changes(QUERY_STRING=""), {409}),
    "a line that runs with an old token": (new_token, {410}),
    "a proxy that says yes to everything": (answers("200 OK", only="/twilio/inbound"), {408, 411}),
    "a slow proxy": (lambda line: line.front(slowly), {412}),
    "a proxy that keeps the fallback back": (answers("404 Not Found", only="/twilio/fallback"), {414}),
    "a wrong auth token": (setting(TWILIO_AUTH_TOKEN="d" * 32), {410, 501}),
    "a wrong API secret": (setting(TWILIO_API_SECRET="of-another-key"), {502}),
    "Twilio is away": (twilio_silent, {503}),
    "a suspended account": (account(status="suspended"), {504}),
    "a trial account": (account(is_trial=True), {505}),
    "no money": (account(balance="-0.35"), {506}),
    "little money": (account(balance="3.20"), {507}),
    "no number": (account(numbers={}, services={}, members={}), {508}),
    "a number that leads elsewhere": (alone(sms_url=ELSEWHERE), {508}),
    "a number that leads here by http": (alone(sms_url=HERE.replace("https", "http")), {509}),
    "a number with an application": (alone(sms_application_sid="AP" + "9" * 32), {510}),
    "a number that posts by GET": (alone(sms_method="GET"), {511}),
    "a number without a fallback": (alone(sms_fallback_url=""), {512}),
    "a number that calls elsewhere": (alone(voice_url="https://demo.twilio.com/welcome/voice/"), {522}),
    "a number that is tried once": (alone(sms_url=HERE), {521}),
    "a service that leads elsewhere": (service(inbound_request_url=ELSEWHERE), {513}),
    "a service that sends late": (service(validity_period=36000), {514}),
    "Twilio keeps messages": (lambda line: line.twilio.keep_message(), {515}),
    "toll-free, not verified": (toll_free("IN_REVIEW"), {516}),
    "a campaign that is not registered yet": (campaign, {517}),
    "a long code in no campaign": (alone("+12025550199"), {517}),
    "WhatsApp is offline": (no_whatsapp, {518}),
    "WhatsApp leads elsewhere": (whatsapp_elsewhere, {519}),
    "a number for calls only": (
        lambda line: line.twilio.numbers[NUMBER_SID].update(capabilities={"sms": False, "voice": True}),
        {520},
    ),
    "content with a mistake": (edited("flows/door.yaml", "judge: safe", "judge: saef"), {601}),
    "a flow that nobody signed": (edited("flows/door.yaml", "lawyer: counsel", "lawyer: none"), {602, 607}),
    "law that is due": (later, {404, 604, 605}),
    "nothing published": (nothing_published, {606}),
    "content changed since it was published": (edited("messages/en/door.yml", "Good.", "Well."), {607}),
    "still the demonstration": (
        edited("flows/organisation.yaml", "Door to door", "Door to door (demonstration)"),
        {607, 608},
    ),
    "nobody to ask": (edited("flows/organisation.yaml", "privacy@line.rights.nyc", "none"), {607, 609}),
    "a clock that is an hour off": (off_by_an_hour, {701}),
    "a full disk": (disk(free=1_000_000, used=10**11), {702}),
    "a disk that fills": (disk(free=10**9, used=10**11), {703}),
    "a dead worker": (worker_dead, {704}),
    "messages that stay at Twilio": (undeleted, {705}),
    "a dead relay": (no_relay, {704, 707}),
}
"""What is broken, and all that is found. Some breaks are seen from two sides."""
NOT_BROKEN_HERE = {
    101: "test_settings_that_cannot_work_are_findings_too",
    312: "needs an old server",
    603: "needs a second language: its own test",
    706: "root may write everywhere; the supervisor's own message is tested in tests/test_embedded.py",
}


@pytest.fixture(scope="module")
def sound() -> Iterator[Servers]:
    with servers() as found_here:
        yield found_here


@pytest.fixture
def line(sound: Servers) -> Iterator[Deployment]:
    """A sound deployment, to be broken."""
    deployment = Deployment(sound)
    yield deployment
    _mend(deployment)


def _mend(line: Deployment) -> None:
    """What a sound deployment does not put back by itself."""
    line.store.config_set("requirepass", "")
    line.store.replicaof("NO", "ONE")
    line.close()


def test_a_sound_deployment_has_no_finding(line, sound):
    assert line.codes() == set()
    assert sound.twilio.refused == []


@pytest.mark.parametrize(("name"), BROKEN)
def test_a_broken_deployment_is_called_what_it_is(name, line, sound):
    break_it, codes = BROKEN[name]

    break_it(line)

    assert line.codes() == codes
    assert sound.twilio.refused == []


def test_every_finding_is_made_by_something_broken():
    made = set().union(*(codes for _, codes in BROKEN.values()))

    assert made | NOT_BROKEN_HERE.keys() == KINDS.keys()
    assert made & NOT_BROKEN_HERE.keys() == set()


def test_a_certificate_that_ends_within_two_weeks(line):
    ends_soon(line)

    assert 404 in line.codes()


def test_nothing_is_stored_and_nobody_answered_by_looking(line):
    before = {key for key in line.store.scan_iter("*")}

    line.codes()

    assert {key for key in line.store.scan_iter("*")} - before <= {b"probe"}


def test_settings_that_cannot_work_are_findings_too(line):
    line.env["PORT"] = "eighty"
    with pytest.raises(ConfigError) as error:
        Config.from_env(line.env)

    (finding,) = wrong_settings(error.value)

    assert (finding.code, finding.cause) == (101, "PORT is not a whole number from 1 to 65535.")
    assert finding.cure.startswith("The port to listen on.")


def test_the_command_tells_and_ends_as_bad_as_it_is(line):
    line.env["PORT"] = "eighty"

    said = CliRunner().invoke(cli, ["doctor", "--json"], env=line.env)
    words = CliRunner().invoke(cli, ["doctor"], env=line.env)

    assert (said.exit_code, words.exit_code) == (2, 2)
    assert [finding["code"] for finding in json.loads(said.output)["findings"]] == [101]
    assert words.output.startswith("People get nothing, or only the fallback text:\n  101  PORT is not")


@pytest.mark.parametrize(("codes", "status"), [((), 0), ((703,), 0), ((703, 704), 1), ((606, 704), 2)])
def test_the_exit_status_is_that_of_the_worst(codes, status):
    findings = [found(code, path="/data", percent=95) for code in codes]

    assert told.status(findings) == status
    assert (told.told(findings) == "Nothing is wrong.") == (not codes)


def test_the_guide_has_the_step_that_a_finding_names():
    headings = re.findall(r"(?m)^## (.+)$", (CHECKOUT / "DEPLOY.md").read_text("utf-8"))

    assert {kind.step for kind in KINDS.values()} <= set(headings)


@pytest.mark.parametrize("code", KINDS)
def test_a_finding_says_cause_and_cure_in_plain_sentences(code):
    kind = KINDS[code]

    assert kind.weight in WEIGHTS
    if code != 101:
        assert kind.cause[-1] in ".?"
        assert kind.cure


def test_a_wrong_token_keeps_a_line_from_its_first_start_only(line):
    line.env["TWILIO_AUTH_TOKEN"] = "d" * 32
    assert {finding.code for finding in against_a_start(line.place())} == {501}

    keys = Config.from_env(line.env).keys_folder
    keys.mkdir(parents=True)
    (keys / "2026-11-23").write_bytes(b"k" * 32)  # somebody has texted
    assert against_a_start(line.place()) == ()


@pytest.mark.parametrize("name", ["Twilio is away", "Redis is not there", "an example secret", "no public address"])
def test_what_waiting_mends_keeps_no_line_from_starting(name, line):
    BROKEN[name][0](line)

    assert against_a_start(line.place()) == ()


def test_a_hopeless_start_ends_with_the_reason(line, sound):
    line.env["TWILIO_AUTH_TOKEN"] = "d" * 32
    call_instead_of_twilio(sound.twilio.url)
    try:
        said = CliRunner().invoke(cli, [], env=line.env)
    finally:
        call_instead_of_twilio(None)

    assert said.exit_code == 1
    assert "501  Twilio does not accept TWILIO_AUTH_TOKEN" in said.stderr
    assert said.stderr.endswith("The line was not started.\n")


def main() -> None:
    """Break one after another, and print what each is called."""
    with servers() as started:
        logging.disable()  # what the broken lines say themselves
        named = 0
        for name, (break_it, codes) in BROKEN.items():
            line = Deployment(started)
            break_it(line)
            findings = examine(line.place())
            _mend(line)
            is_named = {finding.code for finding in findings} == codes
            named += is_named
            print(f"{'named ' if is_named else 'MISSED'}  {name}")
            for finding in findings:
                print(f"          {finding.code} {finding.cause}\n              -> {finding.cure}")
        print(f"\n{named} of {len(BROKEN)} broken deployments are called what they are.")


if __name__ == "__main__":
    main()
