"""The smallest honest webhook that does what ours has to: the floor that ours is measured against.

Apart from the program, of which it uses only what both stand on: the web server and the connection to the store, so
that neither makes the difference. It checks the signature with Twilio's own library, reads what is stored of the
person, counts their texts, and writes that back in one atomic script that knows a delivery that came before. It
understands nothing, keeps the telephone number as it is, and says the same to everybody.
"""

from __future__ import annotations

import json
import sys

from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from bot.app import THREADS
from bot.channel import INBOUND
from bot.config import Config
from bot.server import WholeRequests, serve
from bot.store.client import connect

SECONDS = 7200
SEEN = 6
"""MessageSids that are remembered."""
SAYS = "Keep the door closed. Talk through the door.\n1 They show a paper\n2 No paper\n3 They came in\n0 Menu"

_WRITE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


def create(config: Config) -> Flask:
    """The whole application."""
    app = Flask(__name__, static_folder=None)
    validators = [RequestValidator(token) for token in config.auth_tokens]
    client = connect(config.redis_url)
    write = client.register_script(_WRITE)

    @app.post(INBOUND)
    def inbound() -> Response:
        url, signed = config.public_url + request.path, request.headers.get("X-Twilio-Signature", "")
        if not any(validator.validate(url, request.form, signed) for validator in validators):
            abort(403)
        key, message_id = f"floor:{request.form['From']}", request.form["MessageSid"]
        while True:
            stored = client.get(key) or b""
            count, seen = json.loads(stored) if stored else (0, [])
            if message_id in seen:
                return _says(None)
            changed = json.dumps([count + 1, [*seen, message_id][-SEEN:]])
            if write(keys=[key], args=[stored, changed, SECONDS]):
                return _says(SAYS)

    @app.get("/healthz")
    def health() -> str:
        return "ok\n"

    return app


def _says(text: str | None) -> Response:
    response = MessagingResponse()
    if text:
        response.message(text)
    return Response(str(response), mimetype="text/xml")


def served() -> WholeRequests:
    """What each web process serves."""
    return WholeRequests(create(Config.from_env()), THREADS)


if __name__ == "__main__":
    sys.exit(serve(Config.from_env(), "tests.bench.smallest:served"))
