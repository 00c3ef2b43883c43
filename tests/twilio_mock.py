"""Twilio's REST API on this machine: a real HTTP server that checks requests against Twilio's own OpenAPI documents.

Apart from the tests because several need it, and from the account that it serves (`twilio_state`). The check costs some
milliseconds a request, so who deletes thousands of messages leaves it out.

    python -m tests.twilio_mock connect                 # any command of ours, with this server in Twilio's place
    python -m tests.twilio_mock --state twilio.json doctor    # with what a command before has left there
"""

from __future__ import annotations

import base64
import json
import re
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest

from tests.twilio_documents import documents
from tests.twilio_state import TwilioState

FORM = "application/x-www-form-urlencoded"
MESSAGE = re.compile(r"/2010-04-01/Accounts/\w+/Messages/(\w+)\.json")
HOSTS = {
    "2010-04-01": "https://api.twilio.com",
    "v1": "https://messaging.twilio.com",
    "v2": "https://messaging.twilio.com",
}
HANG_SECONDS = 20


@dataclass(frozen=True)
class Answer:
    """What the server says to one request. `raw`: this text instead of Twilio's JSON; `hangs`: nothing for a while."""

    status: int = 204
    code: int | None = None
    raw: str | None = None
    hangs: bool = False

    def body(self, path: str) -> str:
        """As Twilio words it, the address included: nothing of it may reach a log of ours."""
        if self.raw is not None:
            return self.raw
        if self.status == 204:
            return ""
        words = f"The resource {path} from +12025550143 saying 'they are at my door'"
        return json.dumps({"code": self.code, "message": words, "more_info": "https://x", "status": self.status})


DELETED = Answer()
GONE = Answer(404, 20404)
BUSY = Answer(409, 20009)
TOO_MANY = Answer(429, 20429)
NOT_ALLOWED = Answer(401, 20003)


class TwilioMock:
    """The server. A message can be deleted once; `script` says what else to answer, request by request."""

    def __init__(self, *, strict: bool = False, latency: float = 0.0) -> None:
        """`strict`: refuse whatever Twilio's own documents do not allow."""
        self._openapi = openapi() if strict else {}
        self.latency = latency
        self.ahead = 0.0
        """By how many seconds its clock is ahead of ours."""
        self.state = TwilioState()
        self.requests: list[str] = []
        """All but the deletes of messages: what was asked for, and the form."""
        self.script: dict[str, list[Answer]] = defaultdict(list)
        self.always: Answer | None = None
        self.asked: list[str] = []
        self.deleted: set[str] = set()
        self.credentials: set[tuple[str, str]] = set()
        self.refused: list[str] = []
        """Requests that the document does not allow, and why."""
        self.busy = self.busiest = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        mock = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:  # the library's name
                mock._handle(self)

            def do_DELETE(self) -> None:  # the library's name
                mock._handle(self)

            def do_POST(self) -> None:  # the library's name
                mock._handle(self)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return super().date_time_string((timestamp or time.time()) + mock.ahead)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """A client that has gone is not an event."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop; whoever hangs is let go."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        with self._lock:
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
        try:
            if self.latency:
                time.sleep(self.latency)
            answer = self._answer(request, body)
        finally:
            with self._lock:
                self.busy -= 1
        if answer.hangs:
            self._closing.wait(HANG_SECONDS)
        text = answer.body(request.path).encode()
        request.send_response(answer.status)
        if answer.status != 204:
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        if answer.status != 204:
            request.wfile.write(text)

    def _answer(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(secret).decode().partition(":")
        problem = self._problem(request, body)
        message = MESSAGE.fullmatch(request.path)
        with self._lock:
            if kind == "Basic":
                self.credentials.add((user, password))
            if problem:
                self.refused.append(problem)
                return Answer(422, 422)
            if request.command == "DELETE" and message:
                return self._deleted(message[1])
            self.requests.append(f"{request.command} {request.path}{_shown(body)}")
            if self.always:
                return self.always
            if not self.state.accepts(user, password, request.path):
                return NOT_ALLOWED
            return self._of_the_account(request, body)

    def _deleted(self, message_id: str) -> Answer:
        self.asked.append(message_id)
        if self.script[message_id]:
            answer = self.script[message_id].pop(0)
        elif self.always:
            answer = self.always
        else:
            answer = GONE if message_id in self.deleted else DELETED
        if answer.status == 204 and not answer.hangs:
            self.deleted.add(message_id)
        return answer

    def _of_the_account(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        is_json = request.headers.get("Content-Type") == "application/json"
        form = {} if is_json else dict(parse_qsl(body.decode(), keep_blank_values=True))
        said = json.loads(body) if is_json else {}
        status, found = self.state.answer(request.command, request.path, form, said)
        if status >= 400:
            return Answer(status, (found or {}).get("code", 20000 + status))
        return Answer(status, raw=json.dumps(found))

    def _problem(self, request: BaseHTTPRequestHandler, body: bytes) -> str | None:
        """Why Twilio's own document does not allow a request; a field that it does not name counts, too."""
        address = urlsplit(request.path)
        version = address.path.split("/")[1]
        if version not in self._openapi:
            return None
        kind = (request.headers.get("Content-Type") or FORM).partition(";")[0]
        seen = MockRequest(
            HOSTS[version],
            request.command.lower(),
            address.path,
            args=dict(parse_qsl(address.query)),
            headers=dict(request.headers),
            data=body,
            content_type=kind,
        )
        try:
            self._openapi[version].validate_request(seen)
            known = self._openapi[version].unmarshal_request(seen).body if kind == FORM and body else None
        except Exception as error:
            return f"{request.command} {request.path}: {type(error).__name__} {error.__cause__ or error}"
        unknown = {name for name, _ in parse_qsl(body.decode())} - known.keys() if isinstance(known, dict) else None
        return f"{request.command} {request.path}: unknown {sorted(unknown)}" if unknown else None


@cache
def openapi() -> dict[str, OpenAPI]:
    """Twilio's own documents, by how a path begins."""
    return {
        path.split("/")[1]: OpenAPI.from_dict(one) for one in documents().values() for path in list(one["paths"])[:1]
    }


def _shown(body: bytes) -> str:
    return f" {unquote_plus(body.decode())}" if body else ""


def main(arguments: list[str]) -> int:
    """Run a command of ours with this server in Twilio's place, and say what it was asked."""
    from bot.cli import cli
    from bot.twilio_account import call_instead_of_twilio

    mock = TwilioMock(strict=True)
    kept = Path(arguments[1]) if arguments[:1] == ["--state"] else None
    if kept:
        arguments = arguments[2:]
        mock.state = TwilioState.read(kept)
    call_instead_of_twilio(mock.url)
    try:
        code: int = cli(arguments, prog_name="python3 -m bot", standalone_mode=False) or 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        mock.close()
        if kept:
            mock.state.write(kept)
    print("\nTwilio was asked:", *mock.requests, *mock.refused, sep="\n  ")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
