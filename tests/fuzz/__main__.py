"""`python3 -m bot test fuzz`: a million inputs that nobody meant, counted, and what they broke.

Apart from the tests, which try a few thousand of the same (`tests/test_fuzz.py`). A defect is told when it is met, and
its input kept in a file; the end is 1 then. Mend it, and write its test beside the module that it is about.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from random import Random
from time import monotonic

import click

from bot.config import CHECKOUT
from bot.content.library import Library, check_folder
from bot.embedded import running
from tests.engine.small_line import FLOWS, MESSAGES
from tests.fuzz.guided import Defect, Guided, Target
from tests.fuzz.served import with_servers
from tests.fuzz.targets import without_a_server
from tests.releases import write_content

INPUTS = 1_000_000
ROUND = 2_000
"""Inputs between two lines of the report."""


@contextmanager
def targets(library: Library) -> Iterator[tuple[Target, ...]]:
    """All targets. The engine talks from this library; what reads files has a small line with every kind of step."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        home = Path(name)
        for room in ("read", "changed"):
            (home / room).mkdir()
            write_content(home / room, FLOWS, MESSAGES, locales=("en", "es"))
        with running(home / "store") as server:
            yield (
                *without_a_server(library, home / "read"),
                *with_servers(home / "changed", server.url, home / "data"),
            )


def tried(found: Iterable[Target], inputs: int, seed: int) -> Iterator[list[Guided]]:
    """Each target gets its share of the inputs, in rounds; what was met so far after each of them."""
    guided = [Guided(target, Random(f"{seed} {target.name}")) for target in found]
    shares, done = {one.target.name: inputs * one.target.weight // 1_000 for one in guided}, 0
    while done < inputs:
        done = min(inputs, done + ROUND)
        for one in guided:
            one.run(max(0, shares[one.target.name] * done // inputs - one.made))
        yield guided


def report(guided: list[Guided]) -> str:
    """What was tried, how far it reached, what took longest."""
    lines = [f"{'':10} {'inputs':>10} {'kept':>7} {'ways':>7} {'slowest':>10} {'defects':>8}"]
    lines += [
        f"{one.target.name:10} {one.tried:>10,} {len(one.corpus):>7,} {len(one.ways):>7,}"
        f" {one.slowest[0] * 1_000:>7.0f} ms {len(one.defects):>8}"
        for one in guided
    ]
    return "\n".join(lines)


def count(guided: Iterable[Guided]) -> int:
    """How many inputs were tried."""
    return sum(one.tried for one in guided)


def kept(defect: Defect, folder: Path) -> str:
    """What is to be told of a defect, and where its input lies."""
    path = folder / f"fuzz-{defect.target}-{sha256(defect.data).hexdigest()[:8]}"
    path.write_bytes(defect.data)
    return f"\n{defect.target}: {defect.why}\n    {defect.data[:200]!r}\n    kept in {path}"


@click.command()
@click.option("--inputs", default=INPUTS, show_default=True)
@click.option("--seed", default=0, show_default=True, help="The same seed makes the same inputs.")
def main(inputs: int, seed: int) -> None:
    """Give every door of the program inputs that nobody meant."""
    logging.disable()
    began, guided, told = monotonic(), list[Guided](), set[Defect]()
    with targets(check_folder(CHECKOUT).library()) as found, suppress(KeyboardInterrupt):
        for guided in tried(found, inputs, seed):
            click.echo(f"\r{count(guided):,} inputs  ", nl=False, err=True)
            new = [defect for one in guided for defect in one.defects if defect not in told]
            told.update(new)
            for defect in new:
                click.echo(kept(defect, Path(tempfile.gettempdir())))
    click.echo(err=True)
    click.echo(report(guided))
    click.echo(f"{count(guided):,} inputs, {len(told)} defects, {monotonic() - began:.0f} s, seed {seed}")
    sys.exit(bool(told))


if __name__ == "__main__":
    main(prog_name="python3 -m bot test fuzz")
