"""The settings and secrets of this machine: what can be said of them without asking anybody.

Apart from `config`, which refuses what cannot work at all: this is what works and harms.
"""

from __future__ import annotations

import math
import stat
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.doctor.finding import Finding, found
from bot.doctor.place import Place
from bot.envfile import path_in
from bot.publishing.gate import is_public

ENOUGH_BITS = 100
"""Of a secret, by how often its characters come. 32 random hexadecimal digits have about 115."""
EXAMPLES = ("example", "changeme", "change-me", "change_me", "replace", "password", "secret", "tests-only", "your-")


def look(place: Place) -> Iterator[Finding]:
    """Everything wrong with the settings."""
    config = place.config
    if not is_public(urlsplit(config.public_url).hostname):
        yield found(102, url=config.public_url)
    elif not config.public_url.startswith("https://"):
        yield found(103)
    if not (config.account_sid and config.auth_tokens):
        yield found(104)
    elif not config.api_key:
        yield found(105)
    yield from _secrets(place)
    yield from _private(place)


def _secrets(place: Place) -> Iterator[Finding]:
    config = place.config
    for secret in (given.decode() for given in config.secrets):
        if word := next((word for word in EXAMPLES if word in secret.lower()), ""):
            yield found(202, word=word)
        elif _bits(secret) < ENOUGH_BITS:
            yield found(201)
        others = {"TWILIO_AUTH_TOKEN": config.auth_tokens, "TWILIO_API_SECRET": (config.api_secret,)}
        for name, values in others.items():
            if any(value and value in secret for value in values):
                yield found(204, other=name)


def _bits(secret: str) -> float:
    """How hard a secret is to guess, by what it is made of; one that repeats itself counts once."""
    once = next(secret[:length] for length in range(1, len(secret) + 1) if (secret[:length] * 64).startswith(secret))
    counts = Counter(once)
    return -sum(count * math.log2(count / len(once)) for count in counts.values())


def _private(place: Place) -> Iterator[Finding]:
    """Files that only the line's own user may read."""
    data = place.config.data
    settings = path_in(place.env)
    for path, mode in ((data, "700"), (data / "secret", "600"), (place.config.keys_folder, "700"), (settings, "600")):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield found(203, path=path, mode=mode)
