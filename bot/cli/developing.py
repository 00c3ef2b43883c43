"""Commands for whoever changes the program.

Apart because nobody else needs them: volunteers and operators never run these.
"""

from __future__ import annotations

import subprocess
import sys

import click

from bot.config import CHECKOUT, content_folders


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Set up and pass the tests, on every core. Arguments go to pytest, or name a program in tests/."""
    wanted = arguments or ("-n", "auto")
    program = f"tests.{wanted[0]}" if (CHECKOUT / "tests" / wanted[0] / "__main__.py").is_file() else ""
    command = [program, *wanted[1:]] if program else ["pytest", *wanted]
    sys.exit(subprocess.call([sys.executable, "-m", *command], cwd=CHECKOUT))


@click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure what a text costs, and how that grows."""
    if not (CHECKOUT / "tests" / "bench").is_dir():
        click.echo("There is no tests/bench beside this program: benchmarks run from a checkout.", err=True)
        sys.exit(2)
    sys.exit(subprocess.call([sys.executable, "-m", "tests.bench", *arguments], cwd=CHECKOUT))


@click.command()
def schema() -> None:
    """Write *.schema.json: the format, for editors."""
    from bot.content.schema import schemas, written

    for file, content in schemas().items():
        (CHECKOUT / file).write_text(written(content), encoding="utf-8")
        click.echo(f"Written: {file}")


@click.command()
def fallback() -> None:
    """Write flows/fallback.json: said when nothing else works."""
    from bot.content.fallback import FILE, written
    from bot.content.library import check_folder
    from bot.reply import fallback_texts

    path = content_folders()[-1] / FILE
    path.write_text(written(fallback_texts(check_folder(content_folders()).library())), encoding="utf-8")
    click.echo(f"Written: {FILE}")


COMMANDS = (test, bench, schema, fallback)
