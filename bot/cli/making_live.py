"""Commands that say what is live, and change it.

Apart because only these reach people who are in the middle of a talk.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bot.cli.options import CONTENT
from bot.config import Config


@click.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER]...", type=CONTENT)
@click.option("--dry-run", is_flag=True, help="Say what would change for whom. Writes nothing.")
@click.option("--note", default="", help="Why, in a few words; kept with the release.")
@click.option("--by", default="", help="Who publishes. Left out: the name that git or the system knows.")
@click.option("--second", default="", help="Who else has checked a changed telephone number.")
@click.option("--unreviewed", metavar="ROLE", default="", help="Who answers for what nobody has reviewed:")
@click.option("--flow", "flows", multiple=True, help="a flow that no lawyer has signed (may be repeated),")
@click.option("--locale", "locales", multiple=True, help="a language that no speaker has read (may be repeated).")
@click.option("--withdraw-stale", is_flag=True, help="Do not say translations of an English that has changed.")
def publish(
    folders: tuple[Path, ...],
    dry_run: bool,
    unreviewed: str,
    flows: tuple[str, ...],
    locales: tuple[str, ...],
    **wish: Any,
) -> None:
    """Check FOLDER and make it live everywhere within two seconds."""
    from bot.publishing import told
    from bot.publishing.acts import Wish, propose, publish_folder
    from bot.publishing.gate import Override

    config = Config.from_env()
    wanted = Wish(override=Override(role=unreviewed, flows=flows, locales=locales), **wish)
    if not dry_run:
        click.echo(told.published(publish_folder(folders or config.layers, config, wanted)))
        return
    proposal = propose(folders or config.layers, config, wanted)
    click.echo(told.dry_run(proposal))
    sys.exit(bool(proposal.refusals))


@click.command()
def releases() -> None:
    """List what was published, newest first, by whom and why."""
    from bot.publishing import told
    from bot.publishing.acts import listed

    click.echo(told.releases(listed(Config.from_env())))


@click.command()
@click.argument("number", required=False, type=int)
@click.option("--by", default="", help="Who goes back. Left out: the name that git or the system knows.")
def rollback(number: int | None, by: str) -> None:
    """Make release NUMBER, or the one before, live again."""
    from bot.publishing import told
    from bot.publishing.acts import roll_back

    click.echo(told.published(roll_back(Config.from_env(), number, by=by)))


@click.command()
@click.argument("name", metavar="FLOW.STEP")
@click.option("--locale", "locales", multiple=True, help="Only in this language (may be repeated).")
@click.option("--reason", default="", help="What is wrong with it; kept with the release.")
@click.option("--by", default="", help="Who withdraws. Left out: the name that git or the system knows.")
@click.option("--undo", is_flag=True, help="Say it again.")
def withdraw(name: str, locales: tuple[str, ...], reason: str, by: str, undo: bool) -> None:
    """Take a wrong sentence out of what is live, at once."""
    from bot.publishing import told
    from bot.publishing.acts import withdraw as taken_out

    if not (reason or undo):
        raise click.UsageError("Say what is wrong with it: --reason TEXT")
    done = taken_out(Config.from_env(), name, locales=locales, reason=reason, by=by, undo=undo)
    click.echo(told.published(done))


COMMANDS = (publish, releases, rollback, withdraw)
