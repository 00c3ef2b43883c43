"""The ZIP codes of each area of flows/referrals.yaml, made from a table of all ZIP codes that others keep.

Apart from the test because it also prints the lines to copy: `.venv/bin/python -m tests.zips`. The table (the package
`zipcodes`, with states and counties) is a tool of developers: the line itself carries only the beginnings of ZIP codes
that come of it. A beginning that several areas share belongs to the smallest area around them all, so that nobody is
told a city's number for having texted three digits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import zipcodes

from bot.config import CHECKOUT
from bot.content.files import Files
from bot.content.form import Form
from bot.content.problem import Problems
from bot.content.referral_loader import REFERRALS, ReferralLoader
from bot.engine.referrals import Areas

SHORTEST, LONGEST = 3, 5
"""How many digits are asked for, and how many a whole ZIP code has."""
ELSEWHERE = "us"

BOROUGHS = {"New York County", "Kings County", "Queens County", "Bronx County", "Richmond County"}
LONG_ISLAND = {"Nassau County", "Suffolk County"}
LOS_ANGELES = (*(str(prefix) for prefix in range(900, 919)), "935")
HOUSTON = tuple(str(prefix) for prefix in range(770, 776))

Zip = Mapping[str, Any]

AREAS: dict[str, Callable[[Zip], bool]] = {
    "nyc": lambda zip_: zip_["state"] == "NY" and zip_["county"] in BOROUGHS,
    "long_island": lambda zip_: zip_["state"] == "NY" and zip_["county"] in LONG_ISLAND,
    "ny_state": lambda zip_: zip_["state"] == "NY",
    "fl": lambda zip_: zip_["state"] == "FL",
    "il": lambda zip_: zip_["state"] == "IL",
    "ca_los_angeles": lambda zip_: zip_["state"] == "CA" and zip_["zip_code"].startswith(LOS_ANGELES),
    "wa": lambda zip_: zip_["state"] == "WA",
    "tx_houston": lambda zip_: zip_["state"] == "TX" and zip_["zip_code"].startswith(HOUSTON),
    "tx": lambda zip_: zip_["state"] == "TX",
    "az": lambda zip_: zip_["state"] == "AZ",
    "co": lambda zip_: zip_["state"] == "CO",
}
"""Whether a ZIP code lies there; a smaller area stands before the one around it."""


def area_of_every_zip() -> dict[str, str]:
    """Each ZIP code in use, and the smallest area that it lies in. One whose county nobody wrote down tells nothing."""
    found = ((each["zip_code"], each) for each in zipcodes.list_all() if each["active"] and _is_placed(each))
    return {digits: next((area for area, holds in AREAS.items() if holds(each)), ELSEWHERE) for digits, each in found}


def shipped_areas() -> Areas:
    """The areas as flows/referrals.yaml has them."""
    form = Form(Problems())
    root = Files(CHECKOUT).read(REFERRALS, form.problems, {})
    assert root is not None, "it is part of the content"
    return ReferralLoader(form, ()).load(root)[0]


def prefixes(within: Mapping[str, str | None]) -> dict[str, list[str]]:
    """The fewest beginnings that tell the areas apart, as `zip:` writes them. `within`: what each area lies in."""
    by_area: dict[str, list[str]] = {area: [] for area in AREAS}
    for prefix, area in _told_apart(sorted(area_of_every_zip().items()), SHORTEST, ELSEWHERE, within):
        by_area.setdefault(area, []).append(prefix)
    return {area: list(_drawn_together(found)) for area, found in by_area.items()}


def _is_placed(zip_: Zip) -> bool:
    return bool(zip_["county"]) or zip_["state"] != "NY"


def _told_apart(
    zips: list[tuple[str, str]], length: int, inherited: str, within: Mapping[str, str | None]
) -> Iterator[tuple[str, str]]:
    for prefix, group in groupby(zips, key=lambda one: one[0][:length]):
        mine = list(group)
        area = _around({area for _, area in mine}, within)
        if area != inherited:
            yield prefix, area
        if length < LONGEST:
            yield from _told_apart(mine, length + 1, area, within)


def _around(areas: set[str], within: Mapping[str, str | None]) -> str:
    """The smallest area that all of these lie in."""
    chains = [list(_chain(area, within)) for area in sorted(areas)]
    return next(area for area in chains[0] if all(area in chain for chain in chains))


def _chain(area: str | None, within: Mapping[str, str | None]) -> Iterator[str]:
    while area:
        yield area
        area = within.get(area)


def _drawn_together(found: Iterable[str]) -> Iterator[str]:
    """Three digits after three digits become `100-104`."""
    runs: list[list[str]] = []
    for prefix in found:
        last = runs[-1][-1] if runs else ""
        if len(prefix) == len(last) == SHORTEST and int(prefix) == int(last) + 1:
            runs[-1].append(prefix)
        else:
            runs.append([prefix])
    for run in runs:
        yield run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}"


if __name__ == "__main__":
    for area, found in prefixes(shipped_areas().within).items():
        print(f"{area}: {json.dumps(found)}")
