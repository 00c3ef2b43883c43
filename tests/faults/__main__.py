"""`python3 -m bot test faults`: hurt a whole line while people text, and say what became of them."""

from __future__ import annotations

import sys

import click

from tests.faults.run import run


@click.command()
@click.option("--messages", default=1000, show_default=True, help="How many texts are sent.")
@click.option("--people", default=24, show_default=True, help="How many people text at the same moment.")
@click.option("--seed", default=1, show_default=True, help="Another number, another run.")
def main(messages: int, people: int, seed: int) -> None:
    """Hurt a whole line while people text. Ends with 1 where a promise was broken."""
    report = run(messages, people, seed, _progress if sys.stderr.isatty() else lambda line: None)
    click.echo(str(report))
    sys.exit(not report.is_good)


def _progress(line: str) -> None:
    click.echo(f"\r{line}  ", nl=False, err=True)


if __name__ == "__main__":
    main(prog_name="python3 -m bot test faults")
