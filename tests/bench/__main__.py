"""`python3 -m bot bench NAME`: measure the line on this machine, and say what is not measured."""

from __future__ import annotations

import sys

import click

from tests.bench.measure import NotHere, must_be_linux


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
@messages
@click.option("--lines", default=40, show_default=True, help="How many functions are shown.")
def inside(messages: int, lines: int) -> None:
    """Where the time of a text goes, function by function."""
    from tests.bench.inside import inside as measured

    click.echo(measured(messages, lines))


if __name__ == "__main__":
    main(prog_name="python3 -m bot bench")
