"""Every kind of key is listed, and what is of no kind is named: `python3 -m bot data`."""

from __future__ import annotations

from click.testing import CliRunner

from bot.cli import cli
from bot.config import CHECKOUT
from bot.held import KINDS, sorted_out
from bot.queue import Relay
from bot.store.counts import Counts
from tests.conftest import NOON, Person


def test_every_key_of_a_line_that_has_done_everything_is_of_a_listed_kind(app, store):
    person = Person(app.test_client())
    person.says("door")
    app.test_client().post("/twilio/inbound", data={})
    store.set("u:{7f}:" + "A" * 16, b"", ex=60)
    app.extensions["meter"].look()
    Counts(store).beat(worker=1)
    waiting = sorted_out(key.decode() for key in store.scan_iter())
    Relay(store, store).run_once(NOON.timestamp() + 3600)
    done = sorted_out(key.decode() for key in store.scan_iter())

    assert (waiting.unknown, done.unknown) == ((), ())
    seen = set(waiting.counts) | set(done.counts)
    assert {kind.shape for kind in KINDS} - seen == {"line:tries", "line:pause"}, "kinds that nothing makes any more"


def test_a_key_of_no_kind_is_named_and_fails(valkey, store, tmp_path):
    store.set("s:+12025550143", b"")
    store.set("phones", b"")
    env = {
        "REDIS_URL": valkey,
        "HOTLINE_SECRET": "tests-only-3f9a8c1e5d7b2460-tests-only",
        "HOTLINE_DATA": str(tmp_path),
    }
    result = CliRunner(env=env).invoke(cli, ["data"])

    assert result.exit_code == 1
    assert "NOT LISTED: 'phones'" in result.output
    assert "NOT LISTED: 's:+12025550143'" in result.output
    store.flushall()
    assert CliRunner(env=env).invoke(cli, ["data"]).exit_code == 0


def test_the_paper_on_privacy_names_every_kind_of_key():
    paper = (CHECKOUT / "bot" / "PRIVACY.md").read_text("utf-8")

    assert [kind.shape for kind in KINDS if f"`{kind.shape}`" not in paper] == []
