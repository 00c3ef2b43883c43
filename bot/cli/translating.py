"""Commands for whoever translates, or reads translations.

Apart because a speaker of a language needs these two and no others.
"""

from __future__ import annotations

from datetime import date

import click

from bot.config import content_folders


@click.command()
@click.argument("locale", required=False)
def translations(locale: str | None) -> None:
    """Show what is missing, stale or read by nobody, by language."""
    from bot.content.library import check_folder
    from bot.translations import report

    click.echo(report(check_folder(content_folders()).translations, locale))


@click.command()
@click.argument("locale")
@click.argument("texts", nargs=-1, metavar="[FLOW[.STEP[.OPTION]]]...")
@click.option("--by", required=True, metavar="ROLE", help='Who read: "native speaker, teacher", never a name.')
def reviewed(locale: str, texts: tuple[str, ...], by: str) -> None:
    """Record that somebody has read translations.

    One whose English has changed is recorded as still holding. Without FLOW: every text of LOCALE.
    """
    from bot.translations import record

    click.echo(record(content_folders(), locale, texts, by=by, today=date.today()))


COMMANDS = (translations, reviewed)
