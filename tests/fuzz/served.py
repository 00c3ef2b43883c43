"""The two applications, with a store behind them: any request at any route, and forms from the workshop's own pages.

Apart from `targets` because they need a server and cost a hundred times more. What the conversation catches and answers
with the fallback text is a defect here: it was to be understood.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, quote

from flask import Flask
from flask.testing import FlaskClient

from bot.app import create_app
from bot.channel import FALLBACK, INBOUND, STATUS
from bot.config import Config
from bot.content.fallback import FILE, written
from bot.content.library import check_folder
from bot.reply import fallback_texts
from bot.studio.app import create_studio
from bot.studio.doors import Links
from tests.conftest import publish, settings
from tests.fuzz.guided import Target
from tests.fuzz.strange import OF_FORMS, OF_PEOPLE, OF_YAML
from tests.fuzz.targets import CHANNEL_FORMS, FORM, KINDS, NOW
from tests.twilio_forms import PUBLIC_URL, message_in, signature

METHODS = (
    "POST",
    "POST",
    "POST",
    "POST",
    "POST",
    "GET",
    "HEAD",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "x",
)
PATHS = (
    INBOUND,
    INBOUND,
    INBOUND,
    STATUS,
    FALLBACK,
    "/healthz",
    "/readyz",
    "/twilio/",
    "//twilio/inbound",
    "/%00",
    "/",
)
TRICKS: tuple[dict[str, str], ...] = (
    {}, {}, {},
    {"Host": "evil.example.net", "X-Forwarded-Host": "evil.example.net", "X-Forwarded-Proto": "http"},
    {"X-Original-URL": "/healthz", "X-Rewrite-URL": "/healthz"},
    {"X-HTTP-Method-Override": "GET", "Content-Encoding": "gzip"},
    {"Transfer-Encoding": "chunked"},
    {"Content-Length": "-1"},
    {"Content-Length": "99999999999999999999"},
    {"Cookie": "a=b; session=x", "Authorization": "Basic Og==", "Range": "bytes=0-"},
    {"X-Twilio-Signature": "=?utf-8?q?x?="},
)  # fmt: skip
"""Headers that have moved other programs to believe something."""
PAGES = (b"channel=sms&locale=es&text=door&about=a+talk", b"name=choose.text&value=Hola&seen=x&note=a&by=b&number=1")
"""Fields of the workshop's forms, enough for each of them."""

NAMES = {"flow": "menu", "step": "choose", "locale": "es", "file": "menu", "filename": "style.css"}
"""What there is, for addresses that name something."""
NOT_HERE = ("/enter", "/login", "/leave", "/events")
"""The ways in and out of the workshop, after which the visit is over, and the page that never ends."""


def with_servers(folder: Path, store: str, data: Path) -> tuple[Target, ...]:
    """Both of them. `folder`: content that checks, which the workshop may change. `store`: an empty server."""
    line = replace(settings(store, data), layers=(folder,))
    desk = replace(line, redis_url=f"{store}?db=1")
    pages = tuple(bytes([number]) + PAGES[number % 2] for number in range(30))
    return (
        Target(name="web", weight=13, meet=Web(line), seeds=_requests(), pieces=(*OF_FORMS, *OF_PEOPLE)),
        Target(
            name="studio", weight=1, meet=Workshop(desk, f"{store}?db=2"), seeds=pages, pieces=(*OF_FORMS, *OF_YAML)
        ),
    )


def _requests() -> tuple[bytes, ...]:
    """A form of each kind to each route: three bytes that choose, then the body."""
    return tuple(bytes([0, path, 0, 0]) + form for form in CHANNEL_FORMS for path in (0, 3, 4))


class Web:
    """The application that Twilio posts to."""

    def __init__(self, config: Config) -> None:
        self._now = NOW
        checked = check_folder(config.content)
        fallbacks = fallback_texts(checked.library())
        (config.content / FILE).write_text(written(fallbacks), "utf-8")
        publish(config.redis_url, checked)
        self._app = create_app(config, lambda: self._now)
        self._client = self._app.test_client()
        self._fallbacks = frozenset(fallbacks.values())

    def __call__(self, data: bytes) -> None:
        """Nothing is answered with an error of ours; what is not signed is refused; what is repeated gets the same."""
        which, where, trick, kind = ((data + bytes(4))[at] for at in range(4))
        self._now += timedelta(seconds=20)
        method, path, body = METHODS[which % len(METHODS)], PATHS[where % len(PATHS)], data[4:]
        headers = dict(TRICKS[trick % len(TRICKS)])
        query = "a=%00&b" if kind & 64 else ""
        told = KINDS[kind % len(KINDS)]
        signed = kind < 192
        if signed and told == FORM:
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
            url = f"{PUBLIC_URL}{path}" + (f"?{query}" if query else "")
            headers["X-Twilio-Signature"] = signature(url, pairs)
        first = self._ask(method, path, query, headers, body, told)
        if first[0] == 200 and path == INBOUND:
            assert (method, signed) == ("POST", True), "let in without a signature"
            assert message_in(first[1]) not in self._fallbacks, "something failed on the way, and was bridged"
            assert self._ask(method, path, query, headers, body, told) == first, "a repeated text is answered otherwise"

    def _ask(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes, kind: str
    ) -> tuple[int, str]:
        answer = self._client.open(
            path, method=method, query_string=query, headers=headers, data=body, content_type=kind
        )  # fmt: skip
        status, text = answer.status_code, answer.text
        assert status < 500, f"{status} to a stranger"
        assert {name for name, _ in answer.headers} <= {"Content-Type", "Content-Length", "Allow"}, "a header too many"
        if status == 200 and answer.mimetype == "text/xml" and method != "HEAD":
            message_in(text)
        return status, text


class Workshop:
    """The volunteers' application: every page and form of it, asked for by somebody who is in."""

    def __init__(self, config: Config, practice_store: str) -> None:
        self._app: Flask = create_studio(config, practice_store, lambda: NOW, config.data / "conversations")
        self._base = f"http://127.0.0.1:{config.studio_port}"
        self._client: FlaskClient = self._app.test_client()
        self._client.get(Links(config).make().removeprefix(self._base), base_url=self._base)
        with self._client.session_transaction(base_url=self._base) as visit:
            self._token: str = visit["form_token"]
        rules = sorted((rule.rule, sorted(rule.methods or ())) for rule in self._app.url_map.iter_rules())
        self._asks = [(rule, method) for rule, methods in rules for method in methods if rule not in NOT_HERE]

    def __call__(self, data: bytes) -> None:
        """A page or a reason comes back, and never an error of ours."""
        which, body = data[0] if data else 0, data[1:]
        rule, method = self._asks[which % len(self._asks)]
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        fields = dict(pairs) | {"form_token": self._token}
        path = "/".join(self._part(part, body) for part in rule.split("/"))
        where = {"query_string" if method in ("GET", "HEAD") else "data": fields}
        answer = self._client.open(path, method=method, base_url=self._base, **where)  # type: ignore[arg-type]
        assert answer.status_code < 500, f"{answer.status_code} at {method} {rule}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff", f"headers at {rule}"
        answer.close()

    def _part(self, part: str, body: bytes) -> str:
        """A piece of an address; in the place of a name one that there is, or, one time in eight, anything."""
        if not part.startswith("<"):
            return part
        name = part.strip("<>").rpartition(":")[2]
        return quote(body[:40]) if sum(body) % 8 == 0 else NAMES.get(name, "x")
