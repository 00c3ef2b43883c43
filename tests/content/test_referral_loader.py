"""Numbers, hours and areas as people write them become what the engine reckons with."""

from __future__ import annotations

import pytest

from bot.content.form import Form
from bot.content.problem import Problems
from bot.content.referral_loader import OrganisationLoader, ReferralLoader
from bot.content.source import Plain, from_plain
from bot.engine.referrals import DAY, Hours

REFERRAL: dict[str, Plain] = {
    "name": "Help",
    "phone": "+18005667636",
    "needs": ["hotline"],
    "area": "city",
    "languages": "any",
    "hours": "always",
    "status": "confirmed",
    "sources": ["https://example.org"],
}
AREAS: dict[str, Plain] = {"city": {"within": "us", "zip": ["100-102", "11004"]}, "us": {}}


def load(**changed: Plain):
    """One referral with other fields, its areas, and the codes of its problems."""
    problems = Problems()
    root = from_plain({"areas": AREAS, "referrals": {"help": {**REFERRAL, **changed}}}, "flows/referrals.yaml")
    areas, (referral,) = ReferralLoader(Form(problems), ["en", "es"]).load(root)
    return referral, areas, [problem.code for problem in problems.found]


@pytest.mark.parametrize(("typed", "dialled"), [("+18005667636", "800-566-7636"), ("911", "911"), ("741741", "741741")])
def test_a_number_is_shown_as_people_dial_it(typed, dialled):
    referral, _, problems = load(phone=typed)

    assert (referral.phone, problems) == (dialled, [])


@pytest.mark.parametrize("typed", ["8005667636", "+448005667636", "12", "1234567", "", "+1800LAWYER1", "٩١١"])
def test_what_is_no_number_of_this_country_is_refused(typed):
    assert load(phone=typed)[2] == ["phone"]


MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4 * DAY, 5 * DAY, 6 * DAY


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("always", Hours(always=True)),
        ("unknown", Hours()),
        ({"mon": "9:00-17:30"}, Hours(spans=((MONDAY + 540, MONDAY + 1050),))),
        ({"sat-sun": "0:00-24:00"}, Hours(spans=((SATURDAY, SUNDAY), (SUNDAY, 7 * DAY)))),
        (
            {"fri-mon": "10:00-11:00"},
            Hours(spans=tuple((day + 600, day + 660) for day in (MONDAY, FRIDAY, SATURDAY, SUNDAY))),
        ),
    ],
)
def test_opening_hours_are_minutes_of_the_week(typed, hours):
    referral, _, problems = load(hours=typed)

    assert (referral.hours, problems) == (hours, [])


@pytest.mark.parametrize(
    "typed",
    [{"monday": "9:00-17:00"}, {"mon": "9-17"}, {"mon": "9:00-17:75"}, {"mon": "17:00-9:00"}, {"mon": "0:00-24:01"},
     {"mon-": "9:00-17:00"}, {"": "9:00-17:00"}],
)  # fmt: skip
def test_what_are_no_opening_hours_is_refused(typed):
    referral, _, problems = load(hours=typed)

    assert (referral.hours, problems) == (Hours(), ["hours"])


@pytest.mark.parametrize(
    ("digits", "area"), [("100", "city"), ("10210", "city"), ("103", "us"), ("11004", "city"), ("110", "us")]
)
def test_a_zip_prefix_is_an_area(digits, area):
    assert load()[1].of_zip(digits) == area


@pytest.mark.parametrize(
    ("status", "weak"), [("confirmed", False), ("own_site", False), ("secondary", True), ("single", True)]
)
def test_a_number_that_only_lists_confirm_is_weak(status, weak):
    assert load(status=status)[0].weak is weak


def test_a_number_in_conflict_is_refused():
    assert load(status="conflict")[2] == ["status"]


def test_any_language_is_an_interpreter():
    assert load(languages="any")[0].speaks("ht")
    assert load(languages=["en", "zh-Hant"])[0].languages == {"en", "zh-Hant"}


ORGANISATION: dict[str, Plain] = {
    "name": "The line", "city": "Springfield", "area": "city", "default_locale": "en", "bilingual": ["en", "es"],
    "timezone": "America/New_York", "line": "help",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"line": "none"}, []),
        ({"line": "nobody"}, ["unknown-referral"]),
        ({"timezone": "America"}, ["timezone"]),
        ({"timezone": "../UTC"}, ["timezone"]),
        ({"timezone": ""}, ["timezone"]),
        ({"timezone": ["UTC"]}, ["text", "timezone"]),
        ({"default_locale": "fr"}, ["unknown-locale"]),
        ({"bilingual": "en"}, ["list"]),
        ({"area": "us", "line": "none"}, ["no-hotline"]),
        ({"area": "us"}, []),
    ],
)
def test_an_organisation_is_checked_against_its_referrals(changed, codes):
    referral, areas, _ = load()
    problems = Problems()
    root = from_plain({**ORGANISATION, **changed}, "flows/organisation.yaml")
    OrganisationLoader(Form(problems), ["en", "es"]).load(root, areas, (referral,))

    assert sorted(problem.code for problem in problems.found) == codes
