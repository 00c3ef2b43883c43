"""The public address, asked from outside the process: whether what Twilio sends arrives as Twilio sent it.

Apart from `twilio`, which is asked what it is set to. No text is sent: a signed form of another account gets as far as
the signature and no further, so nobody is answered and nothing is stored. The same form goes to the process on this
machine directly: what only that way takes, the proxy has changed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from bot.channel import FALLBACK, INBOUND, Signatures
from bot.config import Config
from bot.doctor.finding import Finding, found
from bot.doctor.place import Place
from bot.publishing.gate import is_public

PATIENCE_SECONDS = 5.0
SLOW_SECONDS = 1.0
SOON = timedelta(days=14)
FORM = {"MessageSid": "SM" + "0" * 32, "AccountSid": "AC" + "0" * 32, "From": "doctor", "Body": ""}
"""Of an account that nobody has: refused after the signature (400) and not for it (403)."""
QUERY = "?from=doctor"
TAKEN, UNSIGNED = 400, 403
HEALTHY = b"ok\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    certificate_ends: datetime | None = None


@dataclass(slots=True)
class Way:
    """One way to the line: through the public address, or straight to the process."""

    base: str
    place: Place
    context: ssl.SSLContext | None = field(init=False)

    def __post_init__(self) -> None:
        secure = self.base.startswith("https://")
        self.context = ssl.create_default_context(cafile=self.place.authorities) if secure else None

    def ask(self, path: str, form: Mapping[str, str] | None = None, signature: str = "") -> Answer:
        """One request. Raises what sockets raise."""
        parts = urlsplit(self.base)
        host, port = parts.hostname or "", parts.port or (443 if self.context else 80)
        begun = time.monotonic()
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
        connection.sock = socket.create_connection(
            self.place.ways.get(f"{host}:{port}", (host, port)), PATIENCE_SECONDS
        )
        try:
            ends = None
            if self.context:
                connection.sock = secured = self.context.wrap_socket(connection.sock, server_hostname=host)
                ends = _ends(secured)
            headers = {"X-Twilio-Signature": signature} if signature else {}
            if form is None:
                connection.request("GET", path, headers=headers)
            else:
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", path, urlencode(form), headers | kind)
            answer = connection.getresponse()
            return Answer(
                status=answer.status,
                headers=dict(answer.getheaders()),
                body=answer.read(),
                seconds=time.monotonic() - begun,
                certificate_ends=ends,
            )
        finally:
            connection.close()


def look(place: Place) -> Iterator[Finding]:
    """Everything wrong with the way from Twilio to the line."""
    config = place.config
    host = urlsplit(config.public_url).hostname or ""
    if not is_public(host):
        return  # the settings say so
    way, direct = Way(config.public_url, place), Way(_local(config), place)
    try:
        first = way.ask("/healthz")
    except socket.gaierror:
        yield found(401, host=host)
        return
    except ssl.SSLCertVerificationError as error:
        yield found(403, host=host, why=error.verify_message)
        return
    except (OSError, http.client.HTTPException) as error:
        yield found(402, url=config.public_url, why=str(error) or type(error).__name__)
        return
    if first.certificate_ends and first.certificate_ends < place.now + SOON:
        yield found(404, host=host, day=first.certificate_ends.date())
    if wrong := _wrong(first, config):
        yield wrong
        return
    try:
        yield from _through(way, direct, place, first)
    except (OSError, http.client.HTTPException) as error:
        yield found(402, url=config.public_url, why=str(error) or type(error).__name__)


def _wrong(answer: Answer, config: Config) -> Finding | None:
    """Why this is not our line that answers."""
    url, local = config.public_url, _local(config)
    if 300 <= answer.status < 400:
        return found(405, url=url, to=answer.headers.get("Location", "nowhere"))
    if answer.status in (502, 503, 504):
        return found(407, url=url, local=local, status=answer.status)
    return None if answer.body == HEALTHY and answer.status == 200 else found(406, url=url, local=local)


def _through(way: Way, direct: Way, place: Place, first: Answer) -> Iterator[Finding]:
    config = place.config
    url, local = config.public_url, _local(config)
    ready = way.ask("/readyz")
    if ready.status == 503:
        yield found(413, url=url, what=ready.body.decode("ascii", "replace").strip().removeprefix("no "))
    fallback = way.ask(FALLBACK)
    if fallback.status != 200:
        yield found(414, url=url, status=fallback.status)
    unsigned = way.ask(INBOUND, FORM)
    if unsigned.status != UNSIGNED:
        yield found(411, url=url, local=local, status=unsigned.status)
    if config.auth_tokens:
        yield from _signed(way, direct, config)
    quick = _seconds(direct)
    if quick is not None:
        slow = min(first.seconds, ready.seconds, unsigned.seconds)
        if slow > SLOW_SECONDS + quick:
            yield found(412, slow=f"{slow:.1f}", quick=f"{quick:.1f}")


def _signed(way: Way, direct: Way, config: Config) -> Iterator[Finding]:
    if _take(way, config, INBOUND):
        if not _take(way, config, INBOUND + QUERY):
            yield found(409, url=config.public_url)
        return
    try:
        is_ours = _take(direct, config, INBOUND)
    except (OSError, http.client.HTTPException):
        is_ours = False
    yield found(408 if is_ours else 410, url=config.public_url, local=_local(config))


def _take(way: Way, config: Config, path: str) -> bool:
    """Whether a form that Twilio would have signed is taken for one."""
    signature = Signatures(config.auth_tokens).sign(config.public_url + path, FORM)
    return way.ask(path, FORM, signature).status == TAKEN


def _seconds(direct: Way) -> float | None:
    """How long the process itself takes; None: it is not on this machine."""
    try:
        return direct.ask("/healthz").seconds
    except (OSError, http.client.HTTPException):
        return None


def _local(config: Config) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config.host, config.host)
    return f"http://{host}:{config.port}"


def _ends(secured: ssl.SSLSocket) -> datetime | None:
    until = (secured.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(until)), UTC) if until else None
