"""Twilio's REST API on this machine: a real HTTP server that checks each request against Twilio's own OpenAPI document.

Apart from the tests because several need it. The document is taken at test time from the npm package of Twilio's own
command line, and only the paths of messages are kept of it. Where npm or the network is missing, the tests that need
the document are skipped; everything else uses the same server without it.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tarfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest

PACKAGE = "@twilio/cli-core@8.3.2"
DOCUMENT = "package/src/services/twilio-api/twilio_api_v2010.json"
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages"
TWILIO = "https://api.twilio.com"
NPM_SECONDS = 60
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

    def __init__(self, document: dict[str, Any] | None = None, *, latency: float = 0.0) -> None:
        self._openapi = OpenAPI.from_dict(document) if document else None
        self.latency = latency
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

            def do_DELETE(self) -> None:  # the library's name
                mock._handle(self)

            def do_POST(self) -> None:  # the library's name
                mock._handle(self)

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
        message_id = request.path.rpartition("/")[2].removesuffix(".json")
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(secret).decode().partition(":")
        problem = self._problem(request, body)
        with self._lock:
            self.asked.append(message_id)
            if kind == "Basic":
                self.credentials.add((user, password))
            if problem:
                self.refused.append(problem)
                return Answer(422, 422)
            if self.script[message_id]:
                answer = self.script[message_id].pop(0)
            elif self.always:
                answer = self.always
            else:
                answer = GONE if message_id in self.deleted else DELETED
            if answer.status == 204 and not answer.hangs:
                self.deleted.add(message_id)
        return answer

    def _problem(self, request: BaseHTTPRequestHandler, body: bytes) -> str | None:
        if self._openapi is None:
            return None
        kind = (request.headers.get("Content-Type") or "application/x-www-form-urlencoded").partition(";")[0]
        seen = MockRequest(
            TWILIO, request.command.lower(), request.path, headers=dict(request.headers), data=body, content_type=kind
        )
        try:
            self._openapi.validate_request(seen)
        except Exception as error:
            return f"{request.command} {request.path}: {type(error).__name__} {error.__cause__}"
        return None


def openapi_document(folder: Path) -> dict[str, Any]:
    """The paths of messages out of Twilio's own document, fetched once and kept in `folder`.

    Skips the test where it cannot be had.
    """
    kept = folder / "messages.json"
    if not kept.exists():
        draft = kept.with_name(f"{os.getpid()}.json")
        draft.write_text(json.dumps(_cut(_fetched(folder))), encoding="utf-8")
        draft.rename(kept)
    document: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return document


def _fetched(folder: Path) -> dict[str, Any]:
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("Twilio's OpenAPI document comes from npm, and there is no npm here (apt install npm)")
    place = folder / f"npm-{os.getpid()}"
    place.mkdir(exist_ok=True)
    try:
        command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(place)]
        done = subprocess.run(command, cwd=place, capture_output=True, timeout=NPM_SECONDS)
        packages = list(place.glob("*.tgz"))
        if done.returncode or not packages:
            pytest.skip(f"npm does not have {PACKAGE} with Twilio's OpenAPI document, or there is no network")
        with tarfile.open(packages[0]) as package:
            file = package.extractfile(DOCUMENT)
            assert file is not None
            document: dict[str, Any] = json.load(file)
            return document
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not deliver {PACKAGE} within {NPM_SECONDS} seconds")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _cut(document: dict[str, Any]) -> dict[str, Any]:
    """Without the other 119 paths, and without the schemas that only those use: 0.1 s to load instead of 3."""
    paths = {path: document["paths"][path] for path in (f"{MESSAGES}.json", f"{MESSAGES}/{{Sid}}.json")}
    known, schemas = document["components"]["schemas"], dict[str, Any]()
    wanted = _references(paths)
    while new := wanted - schemas.keys():
        for name in new:
            schemas[name] = known[name]
            wanted |= _references(known[name])
    components = {"schemas": schemas, "securitySchemes": document["components"]["securitySchemes"]}
    return {name: document[name] for name in ("openapi", "info", "servers")} | {
        "security": document.get("security", []),
        "paths": paths,
        "components": components,
    }


def _references(part: object) -> set[str]:
    if isinstance(part, dict):
        own = {str(part["$ref"]).rpartition("/")[2]} if "$ref" in part else set()
        return own.union(*map(_references, part.values()))
    if isinstance(part, list):
        return set[str]().union(*map(_references, part))
    return set()
