"""Real ZIP codes lead to their areas: the prefixes of flows/referrals.yaml are those that a kept table gives."""

from __future__ import annotations

import pytest

from tests import zips

IN_USE = zips.area_of_every_zip()


def test_the_prefixes_are_those_of_the_table(library):
    """Else copy the lines that `.venv/bin/python -m tests.zips` prints."""
    areas = library.release.areas
    made = zips.prefixes(areas.within)
    listed: dict[str, set[str]] = {area: set() for area in made}
    for prefix, area in areas.prefixes.items():
        listed[area].add(prefix)

    assert listed == {area: set(_spelled_out(found)) for area, found in made.items()}
    assert set(areas.within) == {*made, zips.ELSEWHERE}


def test_every_zip_code_in_use_leads_to_its_area(library):
    assert len(IN_USE) > 40_000
    wrong = {digits: area for digits, area in IN_USE.items() if library.release.areas.of_zip(digits) != area}
    assert wrong == {}


def test_three_digits_never_lead_into_a_smaller_area_than_all_their_zip_codes_lie_in(library):
    areas = library.release.areas
    for digits, area in IN_USE.items():
        assert areas.of_zip(digits[:3]) in areas.chain(area), digits


REAL = {
    "Manhattan": ("10001", "nyc"), "Manhattan, three digits": ("100", "nyc"), "Wall Street": ("10268", "nyc"),
    "the Bronx": ("10451", "nyc"), "Brooklyn": ("11201", "nyc"), "Queens, Flushing": ("11354", "nyc"),
    "Queens, Jamaica": ("11432", "nyc"), "Queens, Far Rockaway": ("11691", "nyc"), "Staten Island": ("10301", "nyc"),
    "Queens, on the border of Nassau": ("11004", "nyc"), "Queens, one more there": ("11005", "nyc"),
    "Nassau, the next number": ("11001", "long_island"), "both of them": ("110", "ny_state"),
    "Hempstead": ("11550", "long_island"), "Brentwood": ("11717", "long_island"),
    "Fishers Island, among the numbers of Connecticut": ("06390", "long_island"),
    "Connecticut beside it": ("06385", "us"),
    "Holtsville, the lowest of all": ("00501", "long_island"), "Yonkers": ("10701", "ny_state"),
    "Ithaca": ("14850", "ny_state"), "Buffalo": ("14201", "ny_state"), "Pennsylvania beside it": ("15001", "us"),
    "Newark": ("07102", "us"), "New Haven": ("06510", "us"), "Boston": ("02108", "us"), "the capital": ("20001", "us"),
    "Miami": ("33101", "fl"), "Chicago": ("60601", "il"), "Los Angeles": ("90012", "ca_los_angeles"),
    "Lancaster, California": ("93534", "ca_los_angeles"), "San Francisco": ("94103", "us"),
    "Seattle": ("98101", "wa"),
    "Austin": ("73301", "tx"), "El Paso": ("79901", "tx"), "El Paso, too": ("88510", "tx"),
    "Texhoma, Texas": ("73960", "tx"), "Texhoma, Oklahoma": ("73949", "us"), "Houston": ("77002", "tx_houston"),
    "Phoenix": ("85001", "az"), "Denver": ("80202", "co"), "Puerto Rico": ("00901", "us"), "Guam": ("96910", "us"),
    "soldiers in Europe": ("09001", "us"), "soldiers in the Americas": ("34001", "us"),
    "soldiers in the Pacific": ("96201", "us"), "no ZIP code": ("00000", "us"),
}  # fmt: skip


@pytest.mark.parametrize(("digits", "area"), REAL.values(), ids=REAL)
def test_a_real_zip_code_leads_to_its_area(library, digits, area):
    assert library.release.areas.of_zip(digits) == area


def _spelled_out(found: list[str]) -> list[str]:
    """`100-102` as 100, 101 and 102."""
    spans = (each.partition("-") for each in found)
    return [
        prefix
        for first, _, last in spans
        for prefix in ([first] if not last else [f"{number:03}" for number in range(int(first), int(last) + 1)])
    ]
