"""Commands for the machine that a line runs on, and for whoever looks after it.

Apart from those that begin a line: these are for every day after.
"""

from __future__ import annotations

import os
import sys

import click

from bot.config import Config


@click.command()
def web() -> None:
    """Run the web process alone."""
    from bot.server import serve

    sys.exit(serve(Config.from_env()))


@click.command()
def worker() -> None:
    """Run the worker alone."""
    os.execv(sys.executable, [sys.executable, "-m", "worker"])


@click.command()
@click.password_option(prompt="A password for the workshop")
def password(password: str) -> None:
    """Make STUDIO_PASSWORD_HASH, for a workshop with a login."""
    from bot.studio.doors import hash_password

    click.echo(f"STUDIO_PASSWORD_HASH='{hash_password(password)}'")


@click.command()
def alert() -> None:
    """Try ALERT_HOOK: the operator is told that it works."""
    from bot.alerts import deliver

    config = Config.from_env()
    if not config.alert_hook:
        raise click.UsageError("ALERT_HOOK is not set: nobody would be told.")
    sys.exit(not deliver(config.alert_hook, f"{config.public_url}: a try. Whoever reads this would be told.\n"))


@click.command()
def data() -> None:
    """List the kinds of keys in the store: why, how long, how many."""
    from bot.held import counted, table

    found = counted(Config.from_env())
    click.echo(table(found))
    sys.exit(bool(found.unknown))


COMMANDS = (web, worker, password, alert, data)
