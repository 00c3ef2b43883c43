"""Commands for whoever writes and tries flows: none of them touches what is live.

Apart from the other sections so that each is read on one screen; the order here is the order of the help.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click

from bot.cli.options import CONTENT
from bot.config import Config, content_folders
from bot.engine.events import CHANNELS


@click.command()
@click.option("--locale", help="Start in this language, as if it had been chosen.")
@click.option("--channel", type=click.Choice(CHANNELS), default="sms", show_default=True)
@click.option("--flow", help="Start with this flow instead of waiting for a text.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the talk here when it ends.")
def chat(locale: str | None, channel: str, flow: str | None, save: Path | None) -> None:
    """Talk to the folder in the terminal, never to what is live."""
    from bot.chat import talk

    sys.exit(talk(content_folders(), locale=locale, channel=channel, flow=flow, save=save))


@click.command()
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(text: str, as_json: bool) -> None:
    """Say what would happen to TEXT, and why. With - : one text a line in, one JSON line each out."""
    from bot.content.library import check_folder
    from bot.explain import explain as explained

    library = check_folder(content_folders()).library()
    if text != "-":
        found = explained(text, library)
        click.echo(json.dumps(found.as_json(), ensure_ascii=False) if as_json else str(found))
        return
    for line in sys.stdin.buffer:
        said = line.decode("utf-8", "replace").rstrip("\r\n")
        click.echo(json.dumps(explained(said, library).as_json(), ensure_ascii=False))


@click.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER]...", type=CONTENT)
@click.option("--format", "style", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--fix", is_flag=True, help="Mend what is safe, show the difference, and name the rest.")
@click.option("--since", default="HEAD", show_default=True, help="The commit after which steps may have gone.")
def check(folders: tuple[Path, ...], style: str, fix: bool, since: str) -> None:
    """Name every mistake in FOLDER: file, line and cure.

    Of several folders, each is laid over the one before.
    """
    from bot.content.history import committed
    from bot.content.library import check_folder
    from bot.content.mend import mend
    from bot.content.report import report

    content = folders or content_folders()
    before = committed(content, since)
    checked = check_folder(content, today=date.today(), before=before)
    for difference in mend(content, checked.files, checked.problems) if fix else ():
        click.echo(difference, nl=False, err=style != "text")
        checked = check_folder(content, today=date.today(), before=before)
    click.echo(report(checked.problems, style))
    sys.exit(any(problem.severity == "error" for problem in checked.problems))


@click.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER]...", type=CONTENT)
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the shortest failing talk here.")
@click.option("--hours", is_flag=True, help="Only show which line is offered in each hour of a week.")
def explore(folders: tuple[Path, ...], save: Path | None, hours: bool) -> None:
    """Prove the promises in every talk that FOLDER allows.

    On failure it prints the shortest conversation that shows it.
    """
    from bot.content.library import check_folder
    from bot.explore import explore as explored
    from bot.explore.hours import table

    library = check_folder(folders or content_folders()).library()
    if hours:
        click.echo(table(library.release))
        return
    found = explored(library, _progress if sys.stderr.isatty() else lambda met, waiting: None)
    click.echo(str(found))
    if save and found.failures:
        save.write_text(str(found.conversation(found.failures[0])), encoding="utf-8")
    sys.exit(bool(found.failures))


@click.command()
@click.argument("rev")
@click.option("--format", "style", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
def diff(rev: str, style: str) -> None:
    """Show what people got at git revision REV and get now."""
    from bot.diff import diff as difference

    click.echo(difference(content_folders(), rev, style=style, now=datetime.now(UTC)))


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--dry-run", is_flag=True, help="Show the difference, write nothing.")
def rename(old: str, new: str, dry_run: bool) -> None:
    """Rename a flow, a step or an option everywhere.

    A and B are written like home_door, home_door.has_paper or home_door.has_paper.judge.
    """
    from bot.rename import rename as renamed

    click.echo(renamed(content_folders(), old, new, dry_run=dry_run))


@click.command()
@click.argument("flow", required=False)
def law(flow: str | None) -> None:
    """Show how old the law is, what it rests on, and what is due."""
    from bot.content.library import check_folder
    from bot.law import report

    click.echo(report(check_folder(content_folders()), flow, today=date.today()))


@click.command()
@click.argument("locale", required=False)
def bill(locale: str | None) -> None:
    """Count parts and cents of an ordinary talk.

    In each language and channel; for LOCALE flow by flow.
    """
    from bot.bill import bill as counted
    from bot.content.library import check_folder

    click.echo(counted(check_folder(content_folders()).library(), datetime.now(), locale))


@click.command()
@click.option("--link", is_flag=True, help="Only print a new link into the workshop that runs.")
def studio(link: bool) -> None:
    """Run the volunteers' workshop alone, in a browser."""
    from bot.studio.app import serve
    from bot.studio.doors import Links

    config = Config.from_env()
    if link:
        click.echo(Links(config).make())
        return
    sys.exit(serve(config))


def _progress(met: int, waiting: int) -> None:
    click.echo(f"\r{met:,} situations, {waiting:,} to visit  ", nl=False, err=True)


COMMANDS = (chat, explain, check, explore, diff, rename, law, bill, studio)
