"""A deployment that is sound until a test breaks it: a real Valkey, the real application behind a real proxy with a
certificate, a small content that is signed and published, and a Twilio that leads to it.

Apart from the table of what can be broken, so that each of its rows is the break alone. The servers are started once;
what a row has changed is put back before the next.
"""

from __future__ import annotations

import logging
import shutil
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis import Redis
from werkzeug.serving import BaseWSGIServer, make_server

from bot import connect
from bot.app import create_app
from bot.config import Config, embedded_socket
from bot.content.fallback import FILE, written
from bot.content.layers import Folders
from bot.content.library import Checked, check_folder
from bot.doctor import examine
from bot.doctor.place import Place
from bot.embedded import options, running
from bot.reply import fallback_texts
from bot.store.client import connect as open_store
from bot.twilio_account import SERVICE, TwilioAccount
from tests.conftest import NOON, publish
from tests.publishing.small import DOOR, DOOR_WORDS, LAW, MENU, MENU_WORDS
from tests.releases import write_content
from tests.twilio_forms import ACCOUNT, TOKEN
from tests.twilio_mock import TwilioMock
from tests.twilio_state import KEY, NUMBER_SID, SECRET, TwilioState, number
from worker.__main__ import LineWorker

HOST = "line.rights.nyc"
SERVICE_SID = "MG" + "2" * 32
GOOD_SECRET = "b1946ac92492d2347c6235b4d2611184"
Wsgi = Callable[..., Any]
Front = Callable[[Wsgi, dict[str, Any], Wsgi], Any]


def passes(app: Wsgi, environ: dict[str, Any], start: Wsgi) -> Any:
    """A proxy that changes nothing."""
    return app(environ, start)


@dataclass
class Authority:
    """Signs certificates as a public authority does."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.file = self.folder / "authority.pem"
        self.file.write_bytes(self._signed("Authority", self.key, timedelta(days=365)).public_bytes(PEM))

    def context(self, host: str = HOST, lasts: timedelta = timedelta(days=90), *, own: bool = False) -> ssl.SSLContext:
        """What a server needs to show a certificate. `own`: signed by nobody but itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        file = self.folder / f"{time.monotonic_ns()}.pem"
        private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        signed = self._signed(host, key, lasts, signer=key if own else self.key, issuer=host if own else "Authority")
        file.write_bytes(private + signed.public_bytes(PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        lasts: timedelta,
        signer: ec.EllipticCurvePrivateKey | None = None,
        issuer: str = "Authority",
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(now, now + lasts) - timedelta(days=30))
            .not_valid_after(now + lasts)
            .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        )
        return builder.sign(signer or self.key, hashes.SHA256())


PEM = serialization.Encoding.PEM


@dataclass
class Servers:
    """What is started once."""

    folder: Path
    store: Redis
    url: str
    content: Path
    checked: Checked
    config: Config
    twilio: TwilioMock
    authority: Authority
    front: list[Front]
    """The proxy as it is now, in a list so that a row can exchange it."""
    direct_port: int
    front_port: int
    closing: ExitStack

    def serve(self, app: Wsgi, context: ssl.SSLContext | None) -> int:
        """Serve until the tests are over. Returns the port."""
        server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context)
        server.log = lambda *_, **__: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.closing.callback(server.shutdown)
        return int(server.server_port)

    def through_the_front(self, environ: dict[str, Any], start: Wsgi) -> Any:
        return self.front[0](self.app, environ, start)

    app: Wsgi = passes


@contextmanager
def servers() -> Iterator[Servers]:
    """Everything of a sound deployment."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doctor-")))
        stack.enter_context(running(folder / "store"))
        url = f"unix://{embedded_socket(folder / 'store')}"
        content = folder / "content"
        content.mkdir()
        law = LAW.replace("{lawyer}", "counsel").replace("2026-12-23", "2099-01-01")
        write_content(
            content,
            {"menu": MENU, "door": f"    {law}\n{DOOR}"},
            {"menu": MENU_WORDS, "door": DOOR_WORDS},
            name="Door to door",
            privacy_contact="privacy@line.rights.nyc",
        )
        checked = check_folder(content)
        (content / FILE).write_text(written(fallback_texts(checked.library())), "utf-8")
        twilio = TwilioMock(strict=True)
        stack.callback(twilio.close)
        config = Config.from_env(environment(url, folder / "data", content, 1))
        found = Servers(
            folder=folder,
            store=open_store(url),
            url=url,
            content=content,
            checked=checked,
            config=config,
            twilio=twilio,
            authority=Authority(folder),
            front=[passes],
            direct_port=0,
            front_port=0,
            closing=stack,
        )
        publish(url, checked)
        found.app = create_app(config, lambda: NOON)
        found.direct_port = found.serve(found.app, None)
        found.front_port = found.serve(found.through_the_front, found.authority.context())
        yield found


def environment(url: str, data: Path, content: Path, port: int) -> dict[str, str]:
    """The settings of a sound deployment."""
    return {
        "PUBLIC_URL": f"https://{HOST}",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_KEY": KEY,
        "TWILIO_API_SECRET": SECRET,
        "REDIS_URL": url,
        "HOTLINE_SECRET": GOOD_SECRET,
        "HOTLINE_DATA": str(data),
        "HOTLINE_CONTENT": str(content),
        "HOTLINE_ENV": str(data / "line.env"),
        "PORT": str(port),
    }


class Deployment:
    """One deployment: everything that a row of the table may break."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.store = servers.store
        self.data = Path(tempfile.mkdtemp(dir=servers.folder))
        self.env = environment(servers.url, self.data, servers.content, servers.direct_port)
        self.now = NOON
        self.ways = {f"{HOST}:443": ("127.0.0.1", servers.front_port), f"{HOST}:80": ("127.0.0.1", servers.direct_port)}
        self.disk: Callable[[Path], tuple[int, int, int]] = lambda _: (100_000_000_000, 40_000_000_000, 60_000_000_000)
        self.checked: Callable[[Folders, date], Checked] = lambda *_: servers.checked
        servers.front[0] = passes
        self._sound_store()
        self.twilio = self._sound_twilio()

    def _sound_store(self) -> None:
        for name, value in options(Path("unused"), Path("unused")).items():
            if name in ("appendonly", "maxmemory-policy", "maxmemory", "slowlog-log-slower-than", "save", "port"):
                self.store.config_set(name, value)
        self.store.config_set("bind", "127.0.0.1")
        self.store.flushall()
        publish(self.servers.url, self.servers.checked)
        LineWorker(self.store).register_birth()

    def _sound_twilio(self) -> TwilioState:
        mock = self.servers.twilio
        mock.state, mock.always = TwilioState(), None
        mock.ahead = NOON.timestamp() - time.time()
        wanted = connect.wanted(SERVICE, self.servers.config)
        service = {**wanted, "validity_period": 600, "use_inbound_webhook_on_number": False}
        mock.state.add_service(SERVICE_SID, NUMBER_SID, **service)
        mock.state.register(SERVICE_SID, "VERIFIED")
        self.set_number()
        return mock.state

    def set_number(self, **fields: Any) -> None:
        """How the number is set, besides what `connect` would set."""
        right = connect.wanted("number", self.servers.config)
        self.servers.twilio.state.numbers[NUMBER_SID] = number(**{**right, **fields})

    def alone(self, name: str = "", **fields: Any) -> None:
        """The number is in no Messaging Service: its own addresses count. A toll-free one, verified, unless named."""
        state = self.servers.twilio.state
        state.services, state.members, state.campaigns = {}, {}, {}
        self.set_number(**fields)
        state.numbers[NUMBER_SID]["phone_number"] = name or "+18335550100"
        if not name:
            state.verify("TWILIO_APPROVED")

    def front(self, change: Front) -> None:
        """Put another proxy before the line."""
        self.servers.front[0] = change

    def show(self, context: ssl.SSLContext) -> None:
        """Let the proxy show another certificate."""
        port = self.servers.serve(self.servers.through_the_front, context)
        self.ways[f"{HOST}:443"] = ("127.0.0.1", port)

    def place(self) -> Place:
        """As `doctor` sees it."""
        config = Config.from_env(self.env)
        return Place(
            config=config,
            env=self.env,
            now=self.now,
            account=TwilioAccount(config, base_url=self.servers.twilio.url) if config.can_call_twilio else None,
            ways=self.ways,
            authorities=str(self.servers.authority.file),
            disk=self.disk,
            checked=self.checked,
        )

    def codes(self) -> set[int]:
        """What `doctor` finds."""
        return {finding.code for finding in examine(self.place())}

    def close(self) -> None:
        """Take away what this deployment kept."""
        shutil.rmtree(self.data, ignore_errors=True)
