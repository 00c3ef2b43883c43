"""The answers in the environment file, with a secret made once and the places for what Twilio gives later.

Apart from `envfile`, which writes any settings: here is which ones a new line needs.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from bot import envfile
from bot.config import HELP
from bot.init.questions import NONE

FROM_TWILIO = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET")
"""Empty until somebody has an account; an empty setting is none."""
ANSWERED = {"public_url": "PUBLIC_URL", "budget": "MONTHLY_BUDGET"}
"""The settings that are asked for, by the name of the question."""


def present(path: Path) -> dict[str, str]:
    """The answers that the file holds now."""
    kept = envfile.read(path)
    return {question: kept.get(name) or NONE for question, name in ANSWERED.items()}


def write(path: Path, answers: Mapping[str, str]) -> list[str]:
    """Write the file. Returns the names of what was new or changed: a secret that is there is never made again."""
    kept = envfile.read(path)
    wanted = {name: _setting(answers[question]) for question, name in ANSWERED.items()}
    wanted |= {name: kept.get(name, "") for name in FROM_TWILIO}
    wanted["HOTLINE_SECRET"] = kept.get("HOTLINE_SECRET") or secrets.token_hex(32)
    changed = {name: value for name, value in wanted.items() if kept.get(name) != value}
    if changed:
        envfile.write(path, changed, HELP)
    path.chmod(0o600)
    return list(changed)


def _setting(answer: str) -> str:
    return "" if answer == NONE else answer
