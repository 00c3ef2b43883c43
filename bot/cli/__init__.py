"""Every command, on one screen. `python3 -m bot --help` lists them.

Apart because it is where the parts are put together for a terminal; each command is a few lines over a module that
knows nothing of terminals, and imports it only when it runs. A module for each section of the help.
"""

from __future__ import annotations

import os
import sys

import click

from bot import envfile
from bot.cli import beginning, developing, making_live, running, translating, writing
from bot.cli.sections import Sections
from bot.cli.starting import publish_if_it_checks, stop_a_hopeless_start
from bot.config import Config

SECTIONS = {
    "Write and try": writing.COMMANDS,
    "Translate": translating.COMMANDS,
    "Make live": making_live.COMMANDS,
    "Begin": beginning.COMMANDS,
    "Run": running.COMMANDS,
    "Develop": developing.COMMANDS,
}
"""Every command, below what it is for."""


@click.group(cls=Sections, sections=SECTIONS, invoke_without_command=True)
@click.pass_context
def cli(context: click.Context) -> None:
    """The rights line. Without a command: start everything and keep running."""
    if context.invoked_subcommand is None:
        from bot.supervisor import run

        config = Config.from_env()
        stop_a_hopeless_start(context, config)
        context.exit(run(config, lambda: publish_if_it_checks(config)))


def main() -> None:
    """The entry of `python3 -m bot`."""
    try:
        envfile.adopt(os.environ)
    except OSError:
        sys.exit(f"{envfile.path_in(os.environ)} cannot be read. Run this as the user that it belongs to.")
    cli(prog_name="python3 -m bot")
