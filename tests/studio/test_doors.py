"""Who may come in: every route walked, the link that opens once, the password, forged forms, what browsers are told."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.studio import doors
from bot.studio.app import create_studio
from bot.studio.doors import HEADERS, OPEN, Links, hash_password
from bot.studio.tries import MOST_TRIES, WITHIN_SECONDS, Tries
from tests.studio.conftest import Visitor, studio_settings


def paths(app):
    """Every way in that exists, with something in the place of every part."""
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<{name}>", "x").replace(f"<path:{name}>", "x")
        for method in rule.methods - {"HEAD"}:
            yield rule.endpoint, method, path


def test_every_route_refuses_who_is_not_in(stranger):
    walked = [(endpoint, method, path) for endpoint, method, path in paths(stranger.app) if endpoint not in OPEN]

    assert len(walked) > 5
    for endpoint, method, path in walked:
        answer = stranger.client.open(path, method=method, base_url=stranger.base)

        assert answer.status_code == 403, endpoint
        assert "form_token" not in answer.text, endpoint


def test_every_form_is_refused_without_the_token_of_this_visit(visitor):
    for endpoint, method, path in paths(visitor.app):
        if method == "POST":
            for token in ("", "another"):
                answer = visitor.client.post(path, data={"form_token": token}, base_url=visitor.base)

                assert answer.status_code == 403, endpoint


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_page_is_refused(visitor, headers):
    data = {"form_token": visitor.token(), "text": "ice at my door"}

    assert visitor.client.post("/phone/text", data=data, headers=headers, base_url=visitor.base).status_code == 403


def test_another_name_for_this_machine_is_refused(visitor):
    assert visitor.client.get("/", base_url="http://made-up.example:8081").status_code == 421


def test_a_link_opens_once(stranger):
    link = Links(stranger.config).make()
    path = link.removeprefix(stranger.base)

    assert stranger.client.get(path, base_url=stranger.base).status_code == 200
    assert stranger.client.get("/", base_url=stranger.base).status_code == 200
    assert stranger.app.test_client().get(path, base_url=stranger.base).status_code == 403


def test_a_new_link_takes_the_place_of_the_one_before(stranger):
    earlier, newer = Links(stranger.config).make(), Links(stranger.config).make()

    assert not Links(stranger.config).take(earlier.partition("=")[2])
    assert Links(stranger.config).take(newer.partition("=")[2])


def copied(person, other):
    """Another browser, with the cookie of this one."""
    name = person.app.config["SESSION_COOKIE_NAME"]
    cookie = person.client.get_cookie(name, domain="127.0.0.1")
    assert cookie
    thief = other.app.test_client()
    thief.set_cookie(name, cookie.value, domain="127.0.0.1")
    return thief


def test_who_leaves_is_out_and_so_is_whoever_has_a_copy_of_the_cookie(visitor):
    thief = copied(visitor, visitor)
    other = Visitor(visitor.app, visitor.config).comes_in()

    assert thief.get("/problems", base_url=visitor.base).status_code == 200
    visitor.client.post("/leave", data={"form_token": visitor.token()}, base_url=visitor.base)
    for client in (visitor.client, thief):
        assert client.get("/", base_url=visitor.base).status_code == 403
    assert other.gets("/problems")


def test_what_is_kept_of_visits_that_were_left_goes_with_their_cookies(visitor):
    left = visitor.config.data / "studio" / "left"
    left.mkdir(parents=True, exist_ok=True)
    (left / "of-yesterday").touch()
    os.utime(left / "of-yesterday", times=(0, 0))
    visitor.client.post("/leave", data={"form_token": visitor.token()}, base_url=visitor.base)

    assert not (left / "of-yesterday").exists()
    assert any(left.iterdir())


def test_a_visit_ends_after_twelve_hours_whatever_is_done_meanwhile(visitor, monkeypatch):
    monkeypatch.setattr(doors, "STAYS", timedelta(seconds=-1))
    late = Visitor(visitor.app, visitor.config).comes_in()

    assert late.client.get("/problems", base_url=late.base).status_code == 403


def test_browsers_are_told_to_be_strict(visitor):
    for path in ("/", "/problems", "/static/workshop.css", "/nowhere"):
        with visitor.client.get(path, base_url=visitor.base) as answer:
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_the_cookie_is_for_this_site_and_for_no_script(stranger):
    link = Links(stranger.config).make()
    answer = stranger.client.get(link.removeprefix(stranger.base), base_url=stranger.base)

    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Strict" in answer.headers["Set-Cookie"]


@pytest.fixture
def guarded(practice_store, valkey, tmp_path):
    """Makes workshops over one folder of content, each with a password."""
    config = studio_settings(tmp_path, valkey, STUDIO_PASSWORD_HASH=hash_password("correct horse"))

    def with_hash(password_hash=config.studio_password_hash):
        changed = replace(config, studio_password_hash=password_hash)
        return Visitor(create_studio(changed, f"{practice_store}?db=3"), changed)

    return with_hash


def logs_in(person, password):
    page = person.client.get("/login", base_url=person.base).text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    data = {"form_token": token, "password": password}
    return person.client.post("/login", data=data, base_url=person.base).status_code


def test_a_password_opens_and_no_other_word_does(guarded):
    person = guarded()

    assert person.client.get("/", base_url=person.base).headers["Location"] == "/login"
    assert logs_in(person, "wrong") == 403
    assert logs_in(person, "correct horse") == 200
    assert person.gets("/problems")


def test_another_password_ends_the_visits_of_the_one_before(guarded):
    person = guarded()
    logs_in(person, "correct horse")
    later = guarded(hash_password("correct horse"))  # the same word, salted anew
    later.client = copied(person, later)

    assert later.client.get("/problems", base_url=later.base).headers["Location"] == "/login"


def test_whoever_tries_all_the_time_keeps_out_nobody_who_was_in_before(guarded):
    owner = guarded()
    logs_in(owner, "correct horse")
    owner.client.post("/leave", data={"form_token": owner.token()}, base_url=owner.base)
    stranger = Visitor(owner.app, owner.config)
    tried = [logs_in(stranger, "guess") for _ in range(MOST_TRIES + 1)]

    assert tried == [403] * MOST_TRIES + [429]
    assert logs_in(Visitor(owner.app, owner.config), "correct horse") == 429
    assert logs_in(owner, "correct horse") == 200


def test_whoever_is_at_the_machine_is_never_kept_out(guarded):
    person = guarded()
    for _ in range(MOST_TRIES):
        logs_in(person, "guess")
    link = Links(person.config).make().removeprefix(person.base)

    assert person.client.get(link, base_url=person.base).status_code == 200
    assert person.gets("/problems")


def test_tries_come_back_after_a_minute_and_a_right_one_does_not_count():
    now = [0.0]
    tries = Tries(lambda: now[0])
    for _ in range(3 * MOST_TRIES):
        assert tries.may("a browser")
        tries.held("a browser")
    assert [tries.may("a browser") for _ in range(MOST_TRIES + 1)] == [True] * MOST_TRIES + [False]
    now[0] = WITHIN_SECONDS

    assert tries.may("a browser")


@pytest.mark.parametrize(("env", "there"), [({}, False), ({"STUDIO_PASSWORD_HASH": hash_password("x")}, True)])
def test_with_an_own_redis_there_is_a_workshop_only_where_somebody_may_log_in(valkey, tmp_path, env, there):
    assert studio_settings(tmp_path, valkey, **env).has_studio is there
