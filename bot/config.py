"""Every setting, read from the environment once, into one frozen object.

Apart from everything else so that a wrong setting is found at the start and not by the person texting: all mistakes are
reported together, each with its cure. Nothing else in the project reads our settings from the environment.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parent.parent

ONE_SERVER = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel")
CLUSTERS = ("redis+cluster", "rediss+cluster")
"""How the address of a store may begin. RQ, which has the jobs, cannot use a cluster."""

MINIMUM_SECRET = 32
"""Characters. A shorter one can be guessed; `python3 -c "import secrets; print(secrets.token_hex())"` makes one."""

SESSION_IDLE_SECONDS = 2 * 3600
SESSION_MAX_SECONDS = 24 * 3600
"""How long a session lives after its last and after its first text, unless a setting says otherwise."""

HELP: dict[str, str] = {
    "PUBLIC_URL": "The address Twilio posts to, as typed into its console, without a path: https://line.example.org",
    "TWILIO_ACCOUNT_SID": "Twilio console, Account Info: AC and 32 characters. Texts of other accounts are refused.",
    "TWILIO_AUTH_TOKEN": "Twilio console, Account Info. During a rotation: the new and the old, with a comma between.",
    "TWILIO_API_KEY": "Twilio console, API keys: SK and 32 characters. Only the worker uses it.",
    "TWILIO_API_SECRET": "Shown once when the API key was made. Needed together with TWILIO_API_KEY.",
    "REDIS_URL": "redis://, rediss:// or unix:// of the sessions; redis+sentinel://HOST:PORT,HOST:PORT/NAME; or "
    "redis+cluster://HOST:PORT,HOST:PORT. Unset: the embedded Valkey, kept in HOTLINE_DATA.",
    "JOBS_REDIS_URL": "The Redis of the jobs: one server or Sentinels, no cluster. Unset: the one of the sessions.",
    "HOTLINE_SECRET": f"At least {MINIMUM_SECRET} random characters; a list with commas, the new one first. "
    "Unset with the embedded Valkey: made and kept in HOTLINE_DATA.",
    "HOTLINE_DATA": "The folder of the embedded Valkey, the made secret and the keys of the day. Unset: .hotline",
    "HOTLINE_CONTENT": "The folder that holds flows/ and messages/; or several with commas, later ones laid over "
    "earlier ones. Unset: this checkout.",
    "HOST": "The address to listen on. Unset: 127.0.0.1",
    "PORT": "The port to listen on. Unset: 8080",
    "WEB_PROCESSES": "Web processes. Unset: 1",
    "STUDIO_PORT": "The port of the volunteers' workshop, on this machine only. Unset: the one after PORT",
    "STUDIO_URL": "The workshop's address in a browser, where a proxy stands in front of it: https://workshop.example.org",
    "STUDIO_PASSWORD_HASH": "Whoever knows the password may open the workshop; `python3 -m bot password` makes this. "
    "Unset: with the embedded Valkey a link opens it, with REDIS_URL there is none.",
    "MONTHLY_BUDGET": "Whole dollars for texts in a month. When they are spent, only emergencies and the first replies "
    "of urgent flows go out. Unset: no limit",
    "ALERT_HOOK": "What is wrong is told here: a command that gets the text on its input, or an address to post it to. "
    "`python3 -m bot alert` tries it.",
    "METRICS_TOKEN": f"At least {MINIMUM_SECRET} characters; who sends them gets /metrics. Unset: nobody does",
    "NEW_TALKS_ABROAD": "New talks answered in an hour from any one country but +1, by each web process; an emergency "
    "always. Unset: 100",
    "SESSION_IDLE_SECONDS": "A session ends this long after the last text. Unset: 7200 (two hours)",
    "SESSION_MAX_SECONDS": "A session ends this long after its first text, whatever happens. Unset: 86400 (a day)",
    "RELEASE_KEEP_SECONDS": "A release nobody serves is forgotten after this long. Unset: 7776000 (90 days)",
}


class ConfigError(Exception):
    """One or more settings are wrong. `problems` holds a sentence and a cure for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings. An object that exists is valid; secrets do not appear in its `repr`."""

    public_url: str
    account_sid: str | None
    auth_tokens: tuple[str, ...]
    api_key: str | None
    api_secret: str | None
    redis_url: str
    jobs_redis_url: str
    embedded: bool
    secrets: tuple[bytes, ...]
    data: Path
    layers: tuple[Path, ...]
    """The content folders; later ones lie over earlier ones."""
    host: str
    port: int
    web_processes: int
    studio_port: int
    studio_url: str
    studio_password_hash: str | None
    monthly_budget: int
    alert_hook: str | None
    metrics_token: str | None
    new_talks_abroad: int
    session_idle_seconds: int
    session_max_seconds: int
    release_keep_seconds: int

    def __repr__(self) -> str:
        return f"Config(public_url={self.public_url!r}, embedded={self.embedded}, port={self.port})"

    @property
    def keys_folder(self) -> Path:
        """Where the keys of the day lie: apart from the sessions, so that an old backup of those opens nothing."""
        return self.data / "keys"

    @property
    def content(self) -> Path:
        """The organisation's own content folder, on top of all others: what programs write, they write here."""
        return self.layers[-1]

    @property
    def has_studio(self) -> bool:
        """Whether the volunteers' workshop runs: not beside an organisation's own Redis, unless somebody may log in."""
        return self.embedded or self.studio_password_hash is not None

    @property
    def can_call_twilio(self) -> bool:
        """Whether the worker has credentials for Twilio's REST API."""
        return bool(self.account_sid and ((self.api_key and self.api_secret) or self.auth_tokens))

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Config:
        """Read the settings.

        Raises:
            ConfigError: listing every wrong setting at once.
        """
        return _Reader(os.environ if env is None else env).read()


def content_folders(env: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """The content folders alone, for what needs no other setting; the organisation's own is the last.

    Raises:
        ConfigError: there is no content in one of them.
    """
    reader = _Reader(os.environ if env is None else env)
    folders = reader.content()
    if reader.problems:
        raise ConfigError(reader.problems)
    return folders


def embedded_socket(data: Path) -> Path:
    """The embedded Valkey's socket for a data folder. In the temporary folder: a path in a checkout may be too long.

    (Socket paths end at about 104 bytes on macOS.)
    """
    name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"hotline-{os.getuid()}-{name}" / "valkey.sock"


class _Reader:
    """Collects problems while it reads, so that one run names them all."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[str] = []

    def read(self) -> Config:
        redis_url = self._redis("REDIS_URL", *ONE_SERVER, *CLUSTERS)
        jobs_url = self._redis("JOBS_REDIS_URL", *ONE_SERVER)
        if redis_url and not jobs_url and redis_url.startswith(CLUSTERS):
            self._wrong("JOBS_REDIS_URL", "is missing: the jobs cannot lie in a cluster")
        data = Path(self._text("HOTLINE_DATA") or CHECKOUT / ".hotline")
        embedded = redis_url is None
        effective = redis_url or f"unix://{embedded_socket(data)}"
        host = self._text("HOST") or "127.0.0.1"
        port = self._whole("PORT", 8080, 1, 65535)
        studio_port = self._whole("STUDIO_PORT", port % 65535 + 1, 1, 65535)
        config = Config(
            public_url=(self._url("PUBLIC_URL", ("https", "http")) or f"http://{host}:{port}").rstrip("/"),
            account_sid=self._sid("TWILIO_ACCOUNT_SID", "AC"),
            auth_tokens=tuple(
                part.strip() for part in (self._text("TWILIO_AUTH_TOKEN") or "").split(",") if part.strip()
            ),
            api_key=self._sid("TWILIO_API_KEY", "SK"),
            api_secret=self._text("TWILIO_API_SECRET"),
            redis_url=effective,
            jobs_redis_url=jobs_url or effective,
            embedded=embedded,
            secrets=self._secrets(embedded, data),
            data=data,
            layers=self.content(),
            host=host,
            port=port,
            web_processes=self._whole("WEB_PROCESSES", 1, 1, 64),
            studio_port=studio_port,
            studio_url=(self._url("STUDIO_URL", ("https", "http")) or f"http://127.0.0.1:{studio_port}").rstrip("/"),
            studio_password_hash=self._password_hash(),
            monthly_budget=self._whole("MONTHLY_BUDGET", 0, 1, 1_000_000),
            alert_hook=self._hook(),
            metrics_token=self._token(),
            new_talks_abroad=self._whole("NEW_TALKS_ABROAD", 100, 0, 1_000_000),
            session_idle_seconds=self._whole("SESSION_IDLE_SECONDS", SESSION_IDLE_SECONDS, 60, 86400),
            session_max_seconds=self._whole("SESSION_MAX_SECONDS", SESSION_MAX_SECONDS, 60, 86400),
            release_keep_seconds=self._whole("RELEASE_KEEP_SECONDS", 90 * 86400, 86400, 366 * 86400),
        )
        if (config.api_key is None) != (config.api_secret is None):
            self._wrong("TWILIO_API_KEY", "needs TWILIO_API_SECRET beside it, and the other way round")
        if config.auth_tokens and not config.account_sid:
            self._wrong("TWILIO_ACCOUNT_SID", "is missing beside TWILIO_AUTH_TOKEN")
        if self.problems:
            raise ConfigError(self.problems)
        return config

    def _wrong(self, name: str, what: str) -> None:
        self.problems.append(f"{name} {what}.\n    {HELP[name]}")

    def _text(self, name: str) -> str | None:
        return self.env.get(name, "").strip() or None

    def _url(self, name: str, schemes: tuple[str, ...]) -> str | None:
        value = self._text(name)
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            self._wrong(name, f"is not an address that starts with {' or '.join(s + '://' for s in schemes)}")
        elif name in ("PUBLIC_URL", "STUDIO_URL") and (parts.path.strip("/") or parts.query or parts.username):
            self._wrong(name, "has a path, a query or a password in it; only the scheme and the host belong here")
        return value

    def _redis(self, name: str, *schemes: str) -> str | None:
        value = self._url(name, schemes)
        parts = urlsplit(value or "")
        if "+" in parts.scheme:
            servers = parts.netloc.rpartition("@")[2].split(",")
            if not all(re.fullmatch(r".+:\d+", server) for server in servers):
                self._wrong(name, "names a server without its port")
            if parts.scheme.endswith("sentinel") and not parts.path.strip("/"):
                self._wrong(name, "does not end with the name that the Sentinels know the server by")
        return value

    def _sid(self, name: str, prefix: str) -> str | None:
        value = self._text(name)
        if value and not (value.startswith(prefix) and len(value) == 34 and value.isalnum()):
            self._wrong(name, f"is not {prefix} followed by 32 letters and digits")
        return value

    def _password_hash(self) -> str | None:
        value = self._text("STUDIO_PASSWORD_HASH")
        if value and not re.fullmatch(r"scrypt:\d+:\d+:\d+\$[A-Za-z0-9]+\$[0-9a-f]{128}", value):
            self._wrong("STUDIO_PASSWORD_HASH", "is not what `python3 -m bot password` printed (quote it: it holds $)")
        return value

    def _hook(self) -> str | None:
        value = self._text("ALERT_HOOK")
        if value and not value.startswith(("https://", "http://")):
            try:
                found = shutil.which(shlex.split(value)[0])
            except ValueError:  # a quote that is not closed
                found = None
            if not found:
                self._wrong("ALERT_HOOK", "is neither an address nor a command that can be run here")
        return value

    def _token(self) -> str | None:
        value = self._text("METRICS_TOKEN")
        if value and len(value) < MINIMUM_SECRET:
            self._wrong("METRICS_TOKEN", "is too short to keep anybody out")
        return value

    def _whole(self, name: str, default: int, least: int, most: int) -> int:
        value = self._text(name)
        if value is None:
            return default
        if not value.isdecimal() or not least <= int(value) <= most:
            self._wrong(name, f"is not a whole number from {least} to {most}")
            return default
        return int(value)

    def content(self) -> tuple[Path, ...]:
        """The folders with flows/ and messages/, the lowest first."""
        named = self._text("HOTLINE_CONTENT") or str(CHECKOUT)
        folders = tuple(Path(part.strip()) for part in named.split(",") if part.strip())
        for folder in folders:
            if not (folder / "flows").is_dir():
                self._wrong("HOTLINE_CONTENT", f'names "{folder}", which is not a folder that holds flows/')
        if len({folder.resolve() for folder in folders}) < len(folders) or not folders:
            self._wrong("HOTLINE_CONTENT", "names a folder twice, or none")
        return folders

    def _secrets(self, embedded: bool, data: Path) -> tuple[bytes, ...]:
        given = [part.strip() for part in self.env.get("HOTLINE_SECRET", "").split(",") if part.strip()]
        if not given and embedded:
            return (_kept_secret(data / "secret"),)
        if not given:
            self._wrong("HOTLINE_SECRET", "is missing, and with REDIS_URL it is not made by itself")
        for secret in given:
            if len(secret) < MINIMUM_SECRET or len(set(secret)) < 8:
                self._wrong("HOTLINE_SECRET", "is too short or too simple to protect anybody")
        return tuple(secret.encode() for secret in given)


def _kept_secret(path: Path) -> bytes:
    """The embedded mode's secret: made once, readable by this user only."""
    return create_once(path, lambda: os.urandom(32).hex().encode())


def create_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of a private file, made by whichever process comes first; nobody ever reads half of it.

    Written under another name and linked into place: `link` fails where the file already exists, so one maker wins.
    """
    with contextlib.suppress(FileNotFoundError):  # then it is made
        return path.read_bytes() or _filled(path, make)
    with _draft(path, make()) as draft, contextlib.suppress(FileExistsError):  # another may be first; its secret counts
        os.link(draft, path)
    return path.read_bytes()


def replace_whole(path: Path, content: bytes) -> None:
    """Put a private file in the place of another, or where there was none; nobody ever reads half of it.

    Raises:
        OSError: it cannot be written; what stood there stands there still.
    """
    with _draft(path, content) as draft:
        draft.replace(path)


@contextlib.contextmanager
def _draft(path: Path, content: bytes) -> Iterator[Path]:
    """A private file beside the place of another, for as long as it is needed."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            _write_down(file, content)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def overwrite(path: Path, content: bytes) -> None:
    """Write over what a file holds, in its place on the disk: not into a new one while the old still lies there."""
    with path.open("r+b") as file:
        _write_down(file, content)


def _filled(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of a file that was found empty: a power cut may leave a name with nothing in it, and an empty secret
    is one that everybody knows. Whoever comes first fills it, the others wait."""
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = file.read()
        if not content:
            content = make()
            _write_down(file, content)
        return content


def _write_down(file: BinaryIO, content: bytes) -> None:
    """Write, and wait until the disk has it."""
    file.write(content)
    file.flush()
    os.fsync(file.fileno())
