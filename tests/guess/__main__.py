"""`python3 -m bot test guess`: how long it takes to try every number in the United States, measured here."""

from __future__ import annotations

import click
import phonenumbers

from bot.privacy import KEY_DAYS
from tests.guess.attack import IN_AN_AREA, area_codes, guesses_in_a_second

CHANNELS = 2


@click.command()
def main() -> None:
    """Time one guess of a telephone number, by somebody with the disk and the secret, and say what all would take."""
    areas, a_second = len(area_codes()), guesses_in_a_second()
    numbers, version = areas * IN_AN_AREA, phonenumbers.__version__
    once = numbers / a_second
    for figure, what in (
        (f"{numbers:,}", f"numbers: {areas} area codes (phonenumbers {version}), {IN_AN_AREA:,} each"),
        (f"{a_second:,.0f}", "guesses a second, on one core"),
        (f"{once:,.0f}", "seconds for one channel and the key of one day"),
        (f"{once * CHANNELS * KEY_DAYS:,.0f}", f"seconds for both channels and the keys of {KEY_DAYS} days"),
        (f"{2.0**256 / a_second:.0e}", "seconds for one number, without the secret or without the key of the day"),
    ):
        click.echo(f"{figure:>15} {what}")


if __name__ == "__main__":
    main(prog_name="python3 -m bot test guess")
