"""Commands for an organisation that begins: who runs the line, its papers, its number at Twilio, what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from bot import envfile
from bot.config import Config, ConfigError, content_folders
from bot.init.questions import NONE, QUESTIONS, Question


def _answerable(command: click.Command) -> click.Command:
    """With an option for each question, for scripts."""
    command.params[:0] = [click.Option([question.option], help=f"{question.ask}.") for question in QUESTIONS]
    return command


@_answerable
@click.command()
@click.option("--yes", is_flag=True, help="Ask nothing: what is not given stays as it is.")
def init(yes: bool, **given: str | None) -> None:
    """Ask a few questions; write who runs this line.

    Into flows/organisation.yaml and a private file of settings. Runs again without harm.
    """
    from bot.init import organisation, settings, told

    content, file = content_folders(), envfile.path_in(os.environ)
    now = organisation.present(content[-1]) | settings.present(file)
    answers = _answers(now, given, yes, organisation.known(content))
    draft, library = organisation.drafted(content, answers, date.today())
    difference = draft.diff()
    click.echo(difference, nl=False)
    if difference and not yes:
        click.confirm("Write this?", abort=True, default=True)
    draft.write()
    written = settings.write(file, answers)
    click.echo(f"{file}: " + (f"{', '.join(written)} written." if written else "nothing has changed."))
    click.echo("Counting what a month costs, half a minute ...")
    config = Config.from_env(os.environ | envfile.read(file))
    budget = int(answers["budget"]) if answers["budget"].isdecimal() else 0
    click.echo("\n" + told.summary(library, config, file, at=datetime.now(), budget=budget))


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="registration")
@click.option("--number", default="", help="The number that people will text.")
@click.option("--website", default="", help="Where your pages will stand.")
def registration(folder: Path, number: str, website: str) -> None:
    """Write the papers that registering a number asks for.

    Into FOLDER: answers to the forms, HELP and STOP texts, the pages to publish.
    """
    from bot.content.library import check_folder
    from bot.init.organisation import present
    from bot.registration import Facts, papers, write

    content = content_folders()
    known = {name: value for name, value in present(content[-1]).items() if value != "none"}
    facts = Facts(
        number=number,
        website=website,
        legal_team=known.get("legal_team", ""),
        privacy_contact=known.get("privacy_contact", ""),
    )
    click.echo(write(folder, papers(check_folder(content).library(), facts, datetime.now())))


@click.command()
@click.option("--number", "numbers", multiple=True, metavar="+1...", help="Which number (may be repeated).")
@click.option(
    "--service", default="", metavar="NAME", help="The Messaging Service it is to be in; made if it is not there."
)
@click.option("--fallback", default="", metavar="URL", help="A fallback text on another host, such as a TwiML Bin.")
@click.option("--undo", is_flag=True, help="Bring back what stood at Twilio before.")
@click.option("--dry-run", is_flag=True, help="Show what would change. Changes nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def connect(undo: bool, dry_run: bool, yes: bool, **wish: Any) -> None:
    """Let your number at Twilio lead to this line.

    Shows what stands there now and what would, then asks.
    """
    from bot import connect as connecting
    from bot.twilio_account import AccountError, TwilioAccount

    config = Config.from_env()
    try:
        account = TwilioAccount(config)
        left: tuple[connecting.Change, ...] = ()
        if undo:
            changes, left = connecting.undoing(account, config.data)
        else:
            changes = connecting.plan(account, config, connecting.Wish(**wish))
        for change in left:
            click.echo(f"{change}\n  Changed since by somebody else; it stays.\n")
        click.echo("\n\n".join(map(str, changes)) or "Nothing has to change at Twilio.")
        if dry_run or not changes or not (yes or click.confirm("\nChange this at Twilio?")):
            return
        if undo:
            connecting.undo(account, config.data, changes)
        else:
            connecting.connect(account, config.data, changes)
        click.echo("\nDone." if undo else "\nDone. To undo it: python3 -m bot connect --undo")
    except (AccountError, connecting.NotConnected) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(as_json: bool) -> None:
    """Name what is wrong with this deployment, why, and the cure.

    Ends with 0 where nothing is but advice, 1 where a promise is broken, 2 where people get nothing.
    """
    from bot.doctor import examine, told, wrong_settings
    from bot.doctor.place import place_of

    try:
        findings = examine(place_of(Config.from_env()))
    except ConfigError as error:
        findings = wrong_settings(error)
    click.echo(told.as_json(findings) if as_json else told.told(findings))
    sys.exit(told.status(findings))


def _answers(
    now: dict[str, str], given: dict[str, str | None], yes: bool, known: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """An answer to each question: as given, else as asked; else as it is now. A person may only name what is known."""
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        answer = given[question.name] or now[question.name]
        asks = given[question.name] is None and not yes and question.wanted(answers)
        if asks:
            answer = click.prompt(question.ask, default=answer)
        while cure := _cure(question, answer := question.tidied(answer), known if asks else {}):
            if yes or given[question.name]:
                raise click.UsageError(f"{question.option} {answer}: {cure}")
            click.echo(cure)
            answer = click.prompt(question.ask, default=now[question.name])
        answers[question.name] = answer
    return answers


def _cure(question: Question, answer: str, known: Mapping[str, Collection[str]]) -> str:
    """What to answer instead; nothing where the answer can be."""
    if not question.allows(answer):
        return question.cure
    names = known.get(question.name, ())
    is_name = answer != NONE and not answer.startswith("+")
    unknown = [one for one in answer.replace(" ", "").split(",") if names and is_name and one not in names]
    return f"{question.cure} There are: {', '.join(sorted(names))}." if unknown else ""


COMMANDS = (init, registration, connect, doctor)
