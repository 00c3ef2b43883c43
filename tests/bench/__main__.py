"""`python3 -m bot bench NAME`: measure the line on this machine, and say what is not measured."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.config import CHECKOUT
from tests.bench.measure import NotHere, machine, must_be_linux
from tests.bench.sender import SENDERS, waits

FOLDER = Path(__file__).parent
PARTS = ("sessions", "memory", "steps", "locales", "start")


class Benchmarks(click.Group):
    """What a machine cannot measure is said in a sentence."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotHere as error:
            click.echo(str(error), err=True)
            sys.exit(2)


@click.group(cls=Benchmarks)
def main() -> None:
    """Measure the line. Every figure is a median of rounds in turn; never part of the tests."""


messages = click.option("--messages", default=2000, show_default=True, help="Texts in a round.")
rounds = click.option("--rounds", default=7, show_default=True, help="Rounds of each contender.")


@main.command()
@messages
@rounds
def floor(messages: int, rounds: int) -> None:
    """Our webhook beside the smallest honest one."""
    must_be_linux()
    from tests.bench.floor import floor as measured

    click.echo(measured(messages, rounds))


@main.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@messages
@rounds
@click.option("--all", "all_", is_flag=True, help="A million sessions, too.")
@click.option("--small", is_flag=True, help="Only the smaller sizes, to see that it runs.")
@click.option("--charts", is_flag=True, help="Draw the figures into tests/bench/.")
def growth(parts: tuple[str, ...], messages: int, rounds: int, all_: bool, small: bool, charts: bool) -> None:
    """How a text's cost grows with people, steps and languages."""
    must_be_linux()
    from tests.bench import growth as measured
    from tests.bench.chart import drawn

    most = 2 if small else None
    sessions = (*measured.SESSIONS[:most], *([measured.MILLION] if all_ else []))
    how = {
        "sessions": lambda: measured.by_sessions(sessions, messages, rounds),
        "memory": lambda: measured.at_rest((*measured.RESTING[:most], *([measured.MILLION] if all_ else []))),
        "steps": lambda: measured.by_steps(measured.STEPS[:most], messages, rounds),
        "locales": lambda: measured.by_locales((1, len(measured.LOCALES)), messages, rounds),
        "start": lambda: measured.starting(rounds),
    }
    for part in parts or PARTS:
        for figure in how[part]():
            click.echo(figure.said)
            if charts and len(figure.points) > 1:
                (FOLDER / f"{figure.name}.svg").write_text(drawn(figure.title, figure.points), encoding="utf-8")
    click.echo(f"\nMade on: {machine()}.\n{measured.NOT_MEASURED}")


@main.command()
@click.option("--people", default=2000, show_default=True, help="How many people text, once each.")
@click.option("--crowd", default=700_000, show_default=True, help="For how many the servers are reckoned.")
@click.option("--minutes", default=60, show_default=True, help="Within which time those text.")
def raid(people: int, crowd: int, minutes: int) -> None:
    """Everybody texts at once: nothing lost, and how many servers."""
    must_be_linux()
    from tests.bench.raid import raid as measured

    click.echo(measured(people, crowd, minutes))


@main.command()
@click.option("--sender", type=click.Choice(tuple(SENDERS)), required=True, help="What the number is.")
@click.option("--people", default=50_000, show_default=True, help="How many people text at once.")
def queue(sender: str, people: int) -> None:
    """How long the last of them waits for a reply, by language."""
    from bot.content.library import check_folder
    from tests.conftest import NOON

    click.echo(waits(check_folder(CHECKOUT).library(), SENDERS[sender], people, NOON))


@main.command()
@messages
@click.option("--lines", default=40, show_default=True, help="How many functions are shown.")
def inside(messages: int, lines: int) -> None:
    """Where the time of a text goes, function by function."""
    from tests.bench.inside import inside as measured

    click.echo(measured(messages, lines))


@main.command()
@click.option("--rounds", default=7, show_default=True, help="How often each thing is saved.")
def save(rounds: int) -> None:
    """How long until a saved file is seen in the workshop, in a browser."""
    must_be_linux()
    from tests.bench.saving import saving as measured

    click.echo(measured(rounds))


if __name__ == "__main__":
    main(prog_name="python3 -m bot bench")
