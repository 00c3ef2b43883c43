"""What `init` shows: what will run, what it costs, what is kept, and what comes next.

Apart from `settings` and `organisation`, which write.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.config import Config
from bot.content.library import Library
from bot.init.forecast import forecast


def summary(library: Library, config: Config, file: Path, *, at: datetime, budget: int) -> str:
    """All of it, a paragraph each."""
    parts = (
        ("What will run", _runs(config)),
        ("What a month costs", [forecast(library, at, budget)]),
        ("What is kept, and for how long", _kept(config)),
        ("Next", _next(file)),
    )
    return "\n\n".join("\n".join([title, "", *lines]) for title, lines in parts)


def _runs(config: Config) -> Sequence[str]:
    store = "an embedded Valkey" if config.embedded else "nothing else: sessions are in your own Redis"
    return (
        f"python3 -m bot starts {config.web_processes} web process(es), a worker and {store}.",
        f"It listens on {config.host}:{config.port}; a proxy with a certificate passes {config.public_url} on to it.",
    )


def _kept(config: Config) -> Sequence[str]:
    idle, most = config.session_idle_seconds / 3600, config.session_max_seconds / 3600
    return (
        f"where somebody is in a conversation, sealed: {idle:g} hours after their last text, {most:g} hours at most",
        "the last replies, sealed: 2 minutes      the key of the day: destroyed within 48 hours",
        "Twilio's ids of messages that Twilio is to delete: until deleted, 16 days at most",
        "no telephone number, no name, nothing that anybody wrote. All of it: bot/PRIVACY.md",
    )


def _next(file: Path) -> Sequence[str]:
    return (
        f"Twilio's credentials go into {file.name}, which only you may read; it is kept by nobody else: back it up.",
        "DEPLOY.md leads on. Registration takes the longest: python3 -m bot registration",
    )
