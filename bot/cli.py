"""Every command, on one screen. `python3 -m bot --help` lists them.

Apart because it is where the parts are put together for a terminal; each command is a few lines over a module that
knows nothing of terminals. What a person may get wrong ends in a sentence here, never in a traceback.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from bot import envfile
from bot.config import CHECKOUT, Config, ConfigError, content_folders
from bot.engine.events import CHANNELS
from bot.init.questions import QUESTIONS

STAYS = "Nothing was published. The release that was live is still live."
CONTENT = click.Path(exists=True, file_okay=False, path_type=Path)
WRITES = frozenset({"publish", "rollback", "withdraw"})
"""Commands that make a release live."""


SECTIONS = {
    "Write and try": ("chat", "explain", "check", "explore", "diff", "rename", "law", "bill", "studio"),
    "Translate": ("translations", "reviewed"),
    "Make live": ("publish", "releases", "rollback", "withdraw"),
    "Begin": ("init", "registration", "connect", "doctor"),
    "Run": ("web", "worker", "password", "alert", "data"),
    "Develop": ("test", "schema", "fallback"),
}
"""Every command, below what it is for."""


class _Ordered(click.Group):
    """Commands by what they are for; wrong settings, content that does not check, a silent store."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for names in SECTIONS.values() for name in names]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Commands alone: one screen has no room for `--help`, which whoever reads this has found."""
        widest = max(map(len, self.commands))
        for section, names in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl(
                    [(f"{name:<{widest}}", self.commands[name].get_short_help_str(limit=80)) for name in names]
                )

    def invoke(self, ctx: click.Context) -> object:
        from bot.content.change import Refused
        from bot.content.problem import ContentError
        from bot.publishing.refusal import NotPublished
        from bot.store.releases import Overtaken
        from bot.store.sessions import StoreDown

        try:
            return super().invoke(ctx)
        except ConfigError as error:
            click.echo(f"Some settings are wrong:\n{error}", err=True)
            ctx.exit(2)
        except (ContentError, NotPublished, Overtaken, Refused) as error:
            click.echo(str(error), err=True)
        except StoreDown:
            click.echo("The store does not answer. Is it running, and is REDIS_URL right?", err=True)
        if ctx.invoked_subcommand in WRITES:
            click.echo(f"\n{STAYS}", err=True)
        ctx.exit(1)


@click.group(cls=_Ordered, invoke_without_command=True)
@click.pass_context
def cli(context: click.Context) -> None:
    """The rights line. Without a command: start everything and keep running."""
    if context.invoked_subcommand is None:
        from bot.supervisor import run

        config = Config.from_env()
        _stop_a_hopeless_start(context, config)
        context.exit(run(config, lambda: _publish_if_it_checks(config)))


@cli.command()
@click.option("--locale", help="Start in this language, as if it had been chosen.")
@click.option("--channel", type=click.Choice(CHANNELS), default="sms", show_default=True)
@click.option("--flow", help="Start with this flow instead of waiting for a text.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the talk here when it ends.")
def chat(locale: str | None, channel: str, flow: str | None, save: Path | None) -> None:
    """Talk to the folder in the terminal, never to what is live."""
    from bot.chat import talk

    sys.exit(talk(content_folders(), locale=locale, channel=channel, flow=flow, save=save))


@cli.command()
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


@cli.command()
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


@cli.command()
@click.argument("locale", required=False)
def translations(locale: str | None) -> None:
    """Show what is missing, stale or read by nobody, by language."""
    from bot.content.library import check_folder
    from bot.translations import report

    click.echo(report(check_folder(content_folders()).translations, locale))


@cli.command()
@click.argument("flow", required=False)
def law(flow: str | None) -> None:
    """Show how old the law is, what it rests on, and what is due."""
    from bot.content.library import check_folder
    from bot.law import report

    click.echo(report(check_folder(content_folders()), flow, today=date.today()))


@cli.command()
@click.argument("locale")
@click.argument("texts", nargs=-1, metavar="[FLOW[.STEP[.OPTION]]]...")
@click.option("--by", required=True, metavar="ROLE", help='Who read: "native speaker, teacher", never a name.')
def reviewed(locale: str, texts: tuple[str, ...], by: str) -> None:
    """Record that somebody has read translations.

    One whose English has changed is recorded as still holding. Without FLOW: every text of LOCALE.
    """
    from bot.translations import record

    click.echo(record(content_folders(), locale, texts, by=by, today=date.today()))


@cli.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--dry-run", is_flag=True, help="Show the difference, write nothing.")
def rename(old: str, new: str, dry_run: bool) -> None:
    """Rename a flow, a step or an option everywhere.

    A and B are written like home_door, home_door.has_paper or home_door.has_paper.judge.
    """
    from bot.rename import rename as renamed

    click.echo(renamed(content_folders(), old, new, dry_run=dry_run))


@cli.command()
@click.argument("locale", required=False)
def bill(locale: str | None) -> None:
    """Count parts and cents of an ordinary talk.

    In each language and channel; for LOCALE flow by flow.
    """
    from bot.bill import bill as counted
    from bot.content.library import check_folder

    click.echo(counted(check_folder(content_folders()).library(), datetime.now(), locale))


@cli.command()
@click.argument("rev")
@click.option("--format", "style", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
def diff(rev: str, style: str) -> None:
    """Show what people got at git revision REV and get now."""
    from bot.diff import diff as difference

    click.echo(difference(content_folders(), rev, style=style, now=datetime.now(UTC)))


@cli.command()
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


@cli.command()
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
    """Check FOLDER and make it live everywhere within a second."""
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


@cli.command()
def releases() -> None:
    """List what was published, newest first, by whom and why."""
    from bot.publishing import told
    from bot.publishing.acts import listed

    click.echo(told.releases(listed(Config.from_env())))


@cli.command()
@click.argument("number", required=False, type=int)
@click.option("--by", default="", help="Who goes back. Left out: the name that git or the system knows.")
def rollback(number: int | None, by: str) -> None:
    """Make release NUMBER, or the one before, live again."""
    from bot.publishing import told
    from bot.publishing.acts import roll_back

    click.echo(told.published(roll_back(Config.from_env(), number, by=by)))


@cli.command()
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


@cli.command()
def fallback() -> None:
    """Write flows/fallback.json: said when nothing else works."""
    from bot.content.fallback import FILE, written
    from bot.content.library import check_folder
    from bot.reply import fallback_texts

    path = content_folders()[-1] / FILE
    path.write_text(written(fallback_texts(check_folder(content_folders()).library())), encoding="utf-8")
    click.echo(f"Written: {FILE}")


@cli.command()
def schema() -> None:
    """Write *.schema.json: the format, for editors."""
    from bot.content.schema import schemas, written

    for file, content in schemas().items():
        (CHECKOUT / file).write_text(written(content), encoding="utf-8")
        click.echo(f"Written: {file}")


def _answerable(command: click.Command) -> click.Command:
    """With an option for each question, for scripts."""
    command.params[:0] = [click.Option([question.option], help=f"{question.ask}.") for question in QUESTIONS]
    return command


@_answerable
@cli.command()
@click.option("--yes", is_flag=True, help="Ask nothing: what is not given stays as it is.")
def init(yes: bool, **given: str | None) -> None:
    """Ask a few questions; write who runs this line.

    Into flows/organisation.yaml and a private file of settings. Runs again without harm.
    """
    from bot.init import organisation, settings, told

    content, file = content_folders(), envfile.path_in(os.environ)
    answers = _answers(organisation.present(content[-1]) | settings.present(file), given, yes)
    draft, library = organisation.drafted(content, answers, date.today())
    difference = draft.diff()
    click.echo(difference, nl=False)
    if difference and not yes:
        click.confirm("Write this?", abort=True, default=True)
    draft.write()
    written = settings.write(file, answers)
    click.echo(f"{file}: " + (f"{', '.join(written)} written." if written else "nothing has changed."))
    config = Config.from_env(os.environ | envfile.read(file))
    budget = int(answers["budget"]) if answers["budget"].isdecimal() else 0
    click.echo("\n" + told.summary(library, config, file, at=datetime.now(), budget=budget))


@cli.command()
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


def _answers(now: dict[str, str], given: dict[str, str | None], yes: bool) -> dict[str, str]:
    """An answer to each question: as given, else as asked; else as it is now."""
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        answer = given[question.name] or now[question.name]
        if given[question.name] is None and not yes and question.wanted(answers):
            answer = click.prompt(question.ask, default=answer)
        while not question.allows(answer):
            if yes or given[question.name]:
                raise click.UsageError(f"{question.option} {answer}: {question.cure}")
            click.echo(question.cure)
            answer = click.prompt(question.ask, default=now[question.name])
        answers[question.name] = answer
    return answers


@cli.command()
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


@cli.command()
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


@cli.command()
def web() -> None:
    """Run the web process alone."""
    from bot.server import serve

    sys.exit(serve(Config.from_env()))


@cli.command()
def worker() -> None:
    """Run the worker alone."""
    os.execv(sys.executable, [sys.executable, "-m", "worker"])


@cli.command()
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


@cli.command()
@click.password_option(prompt="A password for the workshop")
def password(password: str) -> None:
    """Make STUDIO_PASSWORD_HASH, for a workshop with a login."""
    from bot.studio.doors import hash_password

    click.echo(f"STUDIO_PASSWORD_HASH='{hash_password(password)}'")


@cli.command()
def alert() -> None:
    """Try ALERT_HOOK: the operator is told that it works."""
    from bot.alerts import deliver

    config = Config.from_env()
    if not config.alert_hook:
        raise click.UsageError("ALERT_HOOK is not set: nobody would be told.")
    sys.exit(not deliver(config.alert_hook, f"{config.public_url}: a try. Whoever reads this would be told.\n"))


@cli.command()
def data() -> None:
    """List every kind of key in the store: what for, how long, how many."""
    from bot.held import counted, table

    found = counted(Config.from_env())
    click.echo(table(found))
    sys.exit(bool(found.unknown))


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Set up and pass the tests, on every core. Arguments go to pytest, or name a program in tests/."""
    wanted = arguments or ("-n", "auto")
    program = f"tests.{wanted[0]}" if (CHECKOUT / "tests" / wanted[0] / "__main__.py").is_file() else ""
    command = [program, *wanted[1:]] if program else ["pytest", *wanted]
    sys.exit(subprocess.call([sys.executable, "-m", *command], cwd=CHECKOUT))


def main() -> None:
    """The entry of `python3 -m bot`."""
    try:
        envfile.adopt(os.environ)
    except OSError:
        sys.exit(f"{envfile.path_in(os.environ)} cannot be read. Run this as the user that it belongs to.")
    cli(prog_name="python3 -m bot")


def _progress(met: int, waiting: int) -> None:
    click.echo(f"\r{met:,} situations, {waiting:,} to visit  ", nl=False, err=True)


def _stop_a_hopeless_start(context: click.Context, config: Config) -> None:
    """Where real people are to text, and nobody has yet. Elsewhere a start does not wait for all that this imports."""
    if not (config.auth_tokens and config.public_url.startswith("https://")):
        return
    from bot.doctor import against_a_start, told
    from bot.doctor.place import place_of

    if findings := against_a_start(place_of(config)):
        click.echo(f"{told.told(findings)}\n\nThe line was not started.", err=True)
        context.exit(1)


def _publish_if_it_checks(config: Config) -> None:
    from bot.content.problem import ContentError
    from bot.publishing import told
    from bot.publishing.acts import Wish, publish_folder
    from bot.publishing.refusal import NotPublished
    from bot.store.releases import Overtaken
    from bot.store.sessions import StoreDown

    wish = Wish(note=f"start of {datetime.now():%Y-%m-%d %H:%M}", at_start=True)
    try:
        click.echo(told.published(publish_folder(config.layers, config, wish)))
    except ContentError as error:
        click.echo(f"{error}\n\nThe content folder does not check. The last good release stays live, if there is one.")
    except NotPublished as error:
        click.echo(
            f"{error}\n\nThe content folder was not published. The last good release stays live, if there is one."
        )
    except (Overtaken, StoreDown):
        click.echo("The content folder was not published: another start was publishing, or the store did not answer.")
