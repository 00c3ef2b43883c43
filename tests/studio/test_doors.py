"""Who may come in: every route walked, the link that opens once, the password, forged forms, what browsers are told."""

from __future__ import annotations

import pytest

from bot.studio.app import create_studio
from bot.studio.doors import HEADERS, OPEN, Links, hash_password
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


def test_who_leaves_is_out(visitor):
    visitor.client.post("/leave", data={"form_token": visitor.token()}, base_url=visitor.base)

    assert visitor.client.get("/", base_url=visitor.base).status_code == 403


def test_browsers_are_told_to_be_strict(visitor):
    for path in ("/", "/problems", "/static/workshop.css", "/nowhere"):
        with visitor.client.get(path, base_url=visitor.base) as answer:
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_the_cookie_is_for_this_site_and_for_no_script(stranger):
    link = Links(stranger.config).make()
    answer = stranger.client.get(link.removeprefix(stranger.base), base_url=stranger.base)

    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Strict" in answer.headers["Set-Cookie"]


def test_beside_an_own_redis_only_a_password_opens(practice_store, valkey, tmp_path):
    config = studio_settings(tmp_path, valkey, STUDIO_PASSWORD_HASH=hash_password("correct horse"))
    person = Visitor(create_studio(config, f"{practice_store}?db=3"), config)

    assert person.client.get("/", base_url=person.base).headers["Location"] == "/login"
    assert person.client.get(Links(config).make().removeprefix(person.base), base_url=person.base).status_code == 403
    page = person.gets("/login")
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    for password, status in (("wrong", 403), ("correct horse", 200)):
        data = {"form_token": token, "password": password}

        assert person.client.post("/login", data=data, base_url=person.base).status_code == status
    assert person.gets("/problems")


@pytest.mark.parametrize(("env", "there"), [({}, False), ({"STUDIO_PASSWORD_HASH": hash_password("x")}, True)])
def test_with_an_own_redis_there_is_a_workshop_only_where_somebody_may_log_in(valkey, tmp_path, env, there):
    assert studio_settings(tmp_path, valkey, **env).has_studio is there
