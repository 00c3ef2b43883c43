"""Who is offered, by need, area, language and hour; and the hotline in each of the 168 hours of a week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from bot.engine.referrals import DAY, HOTLINE, WEEK, Areas, Hours, Referral, fitting, hotline

MONDAY = datetime(2026, 11, 23)
MORNING = MONDAY + timedelta(hours=11)
AREAS = Areas(
    within={"nyc": "ny", "ny": "us", "nj": "us", "us": None},
    prefixes={
        "100": "nyc",
        "112": "nyc",
        "12": "ny",
        "120": "ny",
        "11004": "nyc",
        "110": "ny",
        "1100": "ny",
        "070": "nj",
    },
    elsewhere="us",
)
DAYTIME = Hours(tuple((day * DAY + 9 * 60, day * DAY + 17 * 60) for day in range(5)))
NIGHTS = Hours(tuple((day * DAY + 17 * 60, day * DAY + 24 * 60) for day in range(7)))
ALWAYS = Hours(always=True)
UNKNOWN = Hours()


def line(name: str, **differs: object) -> Referral:
    """A referral for legal help in all states, with interpreters, by day."""
    usual = Referral(
        name=name, title=name.title(), phone="+12025550100", website=None, needs=frozenset({"legal", HOTLINE}),
        area="us", languages=None, hours=DAYTIME, federal=False, weak=False,
    )  # fmt: skip
    return replace(usual, **differs)  # type: ignore[arg-type]


def names(*lines: Referral, area: str = "nyc", locale: str = "es", at: datetime = MORNING) -> list[str]:
    """Who is offered, best first."""
    found = fitting(lines, AREAS, need="legal", area=area, locale=locale, at=at)
    return [referral.name for referral in found]


NIGHT = MONDAY + timedelta(hours=23)
NEXT_DAY = MONDAY.date() + timedelta(days=1)
NEW_YORK, CHICAGO, PHOENIX = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago"), ZoneInfo("America/Phoenix")
JUST_AFTER_FIVE = datetime(2026, 11, 23, 17, 5, tzinfo=NEW_YORK)

BEST_FIRST = {
    "the order of the file where all is equal": ([line("one"), line("two")], {}, ["one", "two"]),
    "open before closed": ([line("day"), line("night", hours=NIGHTS)], {"at": NIGHT}, ["night", "day"]),
    "sooner before later": (
        [line("later", hours=Hours(((2 * DAY, 2 * DAY + 60),))), line("sooner")], {"at": NIGHT}, ["sooner", "later"]),
    "known hours before unknown ones": ([line("unknown", hours=UNKNOWN), line("day")], {"at": NIGHT}, ["day",
    "unknown"]),
    "one's own language before an open line": (
        [line("english", languages=frozenset({"en"}), hours=ALWAYS), line("spanish", languages=frozenset({"es"}))],
        {"at": NIGHT}, ["spanish", "english"]),
    "the state before the country": ([line("country"), line("state", area="ny")], {}, ["state", "country"]),
    "near before far": ([line("far"), line("near", area="nyc")], {}, ["near", "far"]),
    "open before near": ([line("near", area="nyc"), line("far", hours=ALWAYS)], {"at": NIGHT}, ["far", "near"]),
    "a telephone before a page": ([line("page", phone=None), line("phone")], {}, ["phone", "page"]),
    "the government last": ([line("federal", federal=True, hours=ALWAYS), line("human")], {"at": NIGHT}, ["human",
    "federal"]),
    "the larger areas too": (
        [line("state", area="ny"), line("all"), line("city", area="nyc")], {}, ["city", "state",
    "all"]),
    "never the smaller area": ([line("city", area="nyc"), line("state", area="ny")], {"area": "ny"}, ["state"]),
    "never another area": ([line("jersey", area="nj"), line("all")], {}, ["all"]),
    "never another need": ([line("pay", needs=frozenset({"pay"})), line("all")], {}, ["all"]),
    "weak ones never beside a better one as near": ([line("weak", weak=True), line("sound")], {}, ["sound"]),
    "nor beside a nearer one": ([line("weak", weak=True), line("sound", area="nyc")], {}, ["sound"]),
    "weak ones where the better one is farther": (
        [line("weak", weak=True, area="nyc"), line("sound")], {}, ["weak", "sound"]),
    "weak ones where no better one speaks the language": (
        [line("weak", weak=True), line("sound", languages=frozenset({"en"}))], {}, ["weak", "sound"]),
    "weak ones where the better one is a page": (
        [line("weak", weak=True), line("page", phone=None)], {}, ["weak", "page"]),
    "weak ones where the better one is the government": (
        [line("weak", weak=True), line("federal", federal=True)], {}, ["weak", "federal"]),
    "what is due for a look after what is not": (
        [line("old", recheck=MORNING.date(), hours=ALWAYS), line("fresh", recheck=NEXT_DAY, hours=NIGHTS)], {},
        ["fresh", "old"]),
    "what is due and speaks the language before what does not": (
        [line("foreign", languages=frozenset()), line("old", recheck=MORNING.date())], {}, ["old", "foreign"]),
    "whoever is open on their own clock": (
        [line("here"), line("far", hours=Hours(DAYTIME.spans, zone=CHICAGO))], {"at": JUST_AFTER_FIVE},
        ["far", "here"]),
    "weak ones where nothing better is left": ([line("weak", weak=True), line("jersey", area="nj")], {}, ["weak"]),
    "nobody": ([line("jersey", area="nj")], {}, []),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "asked", "offered"), BEST_FIRST.values(), ids=BEST_FIRST)
def test_the_best_is_offered_first(lines, asked, offered):
    assert names(*lines, **asked) == offered


ZIPS = [
    ("100", "nyc"), ("1002", "nyc"), ("10025", "nyc"), ("11004", "nyc"), ("11001", "ny"), ("1100", "ny"),
    ("110", "ny"),
    ("120", "ny"), ("07030", "nj"), ("900", "us"), ("000", "us"), ("10", None), ("1", None), ("", None),
    ("100256", None),
    ("1oo", None), ("10 ", None), ("-100", None),
]  # fmt: skip


@pytest.mark.parametrize(("digits", "area"), ZIPS)
def test_the_longest_zip_prefix_that_is_listed_counts(digits, area):
    assert AREAS.of_zip(digits) == area


def test_areas_lie_within_each_other_and_a_circle_ends():
    assert AREAS.chain("nyc") == ("nyc", "ny", "us")
    assert AREAS.chain("nowhere") == ("nowhere",)
    assert Areas({"a": "b", "b": "a"}, {}, "a").chain("a") == ("a", "b")


OPEN = [
    (DAYTIME, MONDAY + timedelta(hours=9), True), (DAYTIME, MONDAY + timedelta(hours=8, minutes=59), False),
    (DAYTIME, MONDAY + timedelta(hours=16, minutes=59), True), (DAYTIME, MONDAY + timedelta(hours=17), False),
    (DAYTIME, MONDAY + timedelta(days=5, hours=12), False),
    (NIGHTS, MONDAY + timedelta(days=6, hours=23, minutes=59), True),
    (NIGHTS, MONDAY, False), (ALWAYS, MONDAY, True), (UNKNOWN, MONDAY + timedelta(hours=12), False),
]  # fmt: skip


@pytest.mark.parametrize(("hours", "at", "is_open"), OPEN)
def test_a_line_is_open_from_its_first_minute_to_its_last(hours, at, is_open):
    assert hours.is_open(at) is is_open


OPENS = [
    (DAYTIME, MONDAY + timedelta(hours=8), MONDAY + timedelta(hours=9)),
    (DAYTIME, MONDAY + timedelta(hours=17), MONDAY + timedelta(days=1, hours=9)),
    (DAYTIME, MONDAY + timedelta(days=4, hours=18), MONDAY + timedelta(days=7, hours=9)),
    (DAYTIME, MONDAY + timedelta(days=6, hours=23, minutes=59, seconds=59), MONDAY + timedelta(days=7, hours=9)),
    (DAYTIME, MONDAY + timedelta(hours=10), None),
    (ALWAYS, MONDAY, None),
    (UNKNOWN, MONDAY, None),
]


@pytest.mark.parametrize(("hours", "at", "opens"), OPENS)
def test_a_closed_line_says_when_it_opens(hours, at, opens):
    assert hours.opens(at) == opens


ELSEWHERE = [
    (CHICAGO, (2026, 11, 23, 9, 30), False, "09:00 CST"), (CHICAGO, (2026, 11, 23, 10), True, "17:00 CST"),
    (CHICAGO, (2026, 11, 23, 17, 59), True, "17:00 CST"), (CHICAGO, (2026, 11, 23, 18), False, "09:00 CST"),
    (PHOENIX, (2026, 1, 12, 18, 30), True, "17:00 MST"), (PHOENIX, (2026, 7, 13, 19, 30), True, "17:00 MST"),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "at", "is_open", "changes"), ELSEWHERE)
def test_a_line_of_another_time_zone_keeps_its_own_clock(zone, at, is_open, changes):
    hours, moment = Hours(DAYTIME.spans, zone=zone), datetime(*at).replace(tzinfo=NEW_YORK)
    change = hours.closes(moment) or hours.opens(moment)

    assert hours.is_open(moment) is is_open
    assert f"{change:%H:%M %Z}" == changes


@pytest.mark.parametrize(
    ("recheck", "is_overdue"),
    [(None, False), (NEXT_DAY, False), (MORNING.date(), True), (date(2020, 1, 1), True)],
)
def test_a_number_is_overdue_from_the_day_on_which_somebody_was_to_look(recheck, is_overdue):
    assert line("one", recheck=recheck).is_overdue(MORNING) is is_overdue


def best_hotline(*lines: Referral, own: str = "", at: datetime = MORNING, area: str = "nyc") -> str:
    """The hotline number, by the name of its line."""
    found = hotline(lines, AREAS, own=own, area=area, locale="es", at=at)
    return found.name if found else ""


def test_the_organisations_own_line_comes_first_while_it_is_open():
    mine, other = line("mine", needs=frozenset()), line("other", hours=ALWAYS)

    assert best_hotline(mine, other, own="mine") == "mine"
    assert best_hotline(mine, other, own="mine", at=NIGHT) == "other"


def test_the_government_and_pages_are_never_the_hotline():
    federal, page = line("federal", federal=True, hours=ALWAYS), line("page", phone=None, hours=ALWAYS)

    assert best_hotline(federal, page) == ""
    assert best_hotline(federal, page, line("human"), at=NIGHT) == "human"
    assert best_hotline(federal, own="federal") == ""


def week() -> list[datetime]:
    """Every hour of a week, at half past, in New York."""
    begin = MONDAY.replace(tzinfo=NEW_YORK)
    return [begin + timedelta(hours=hour, minutes=30) for hour in range(WEEK // 60)]


@pytest.mark.parametrize("area", ["nyc", "long_island", "ny_state", "ca_los_angeles", "fl", "tx_houston", "us"])
@pytest.mark.parametrize("locale", ["en", "es", "zh-Hans", "ar"])
def test_in_every_hour_of_a_week_it_is_known_which_line_is_offered(library, locale, area):
    """A human's line in every one; open wherever any that speaks the language is open, else the one that opens next."""
    release = library.release
    assert len(week()) == 168
    for at in week():
        found = hotline(release.referrals, release.areas, own=release.line, area=area, locale=locale, at=at)
        assert found is not None
        assert found.phone
        assert not found.federal
        candidates = [
            r for r in release.referrals
            if HOTLINE in r.needs and r.phone and r.speaks(locale) and r.area in release.areas.chain(area)
        ]  # fmt: skip
        if any(r.hours.is_open(at) for r in candidates):
            assert found.hours.is_open(at), (at, found.name)
        else:
            opens = found.hours.opens(at)
            waits = [when for r in candidates if (when := r.hours.opens(at))]
            assert not waits or opens == min(waits), (at, found.name)


@pytest.mark.parametrize(
    ("at", "area", "name"),
    [
        (MORNING, "nyc", "moia"), (MONDAY + timedelta(hours=19), "nyc", "ona"),
        (MONDAY + timedelta(hours=23), "nyc", "ona"), (MONDAY + timedelta(days=6, hours=12), "nyc", "ona"),
        (MORNING, "ny_state", "ona"), (MONDAY + timedelta(hours=3), "nyc", "ona"),
    ],
)  # fmt: skip
def test_the_shipped_hotline_by_hour_and_area(library, at, area, name):
    release = library.release
    found = hotline(release.referrals, release.areas, own=release.line, area=area, locale="ar", at=at)

    assert found is not None
    assert found.name == name


AT_ELEVEN = MORNING.replace(tzinfo=NEW_YORK)
OFFERED = {
    "legal help in the city": (
        "legal",
        "nyc",
        "en",
        ["moia", "legal_services_nyc", "ona", "united_we_dream", "legal_directory"],
    ),
    "legal help on Long Island": (
        "legal",
        "long_island",
        "en",
        ["ona", "carecen", "united_we_dream", "legal_directory"],
    ),
    "legal help in Los Angeles": ("legal", "ca_los_angeles", "es", ["chirla", "united_we_dream", "legal_directory"]),
    "legal help in Illinois, from a list only where it is no worse": (
        "legal",
        "il",
        "en",
        ["icirr", "united_we_dream", "legal_directory"],
    ),
    "legal help in Houston": (
        "legal",
        "tx_houston",
        "es",
        ["houston_hotline", "raices", "united_we_dream", "legal_directory"],
    ),
    "legal help in Texas": ("legal", "tx", "es", ["raices", "united_we_dream", "legal_directory"]),
    "legal help in Washington State": (
        "legal",
        "wa",
        "ar",
        ["northwest_rights", "waisn", "united_we_dream", "legal_directory"],
    ),
    "legal help in Arizona": ("legal", "az", "en", ["florence_project", "united_we_dream", "legal_directory"]),
    "legal help in Colorado": ("legal", "co", "en", ["colorado_circ", "united_we_dream", "legal_directory"]),
    "legal help in Florida": ("legal", "fl", "ht", ["florida_raise", "united_we_dream", "legal_directory"]),
    "legal help elsewhere": ("legal", "us", "en", ["united_we_dream", "legal_directory"]),
    "legal help in Korean elsewhere": ("legal", "us", "ko", ["nakasec", "united_we_dream", "legal_directory"]),
    "legal help in Korean in the city": (
        "legal",
        "nyc",
        "ko",
        ["moia", "legal_services_nyc", "ona", "united_we_dream", "legal_directory"],
    ),
    "somebody taken in New York": ("detention", "ny_state", "es", ["ona", "legal_directory"]),
    "somebody taken elsewhere": ("detention", "us", "es", ["freedom_for_immigrants", "legal_directory"]),
    "a child in federal custody": ("parents", "nyc", "en", ["child_in_custody"]),
    "a complaint in New York": ("complaint", "nyc", "en", ["ny_attorney_general", "nyclu", "aclu"]),
    "a complaint elsewhere": ("complaint", "us", "en", ["aclu"]),
    "city services": ("city", "nyc", "en", ["nyc_311"]),
    "city services elsewhere: nobody": ("city", "long_island", "en", []),
    "unpaid work in New York": ("pay", "nyc", "en", ["state_labor", "federal_labor"]),
    "unpaid work elsewhere": ("pay", "us", "en", ["federal_labor"]),
    "plans for a family in the city": ("family_plan", "nyc", "en", ["nylag", "planning_with_parents"]),
    "giving in New York": ("donate", "nyc", "en", ["nyic", "legal_directory"]),
}


@pytest.mark.parametrize(("need", "area", "locale", "offered"), OFFERED.values(), ids=OFFERED)
def test_the_shipped_referrals_by_need_area_and_language(library, need, area, locale, offered):
    release = library.release
    found = fitting(release.referrals, release.areas, need=need, area=area, locale=locale, at=AT_ELEVEN)

    assert [referral.name for referral in found] == offered


CITY_ONLY = {"moia", "nyc_311", "legal_services_nyc", "nylag", "safe_horizon"}


def test_nobody_outside_the_city_is_told_a_number_of_the_city(library):
    release = library.release
    for area in release.areas.within:
        for need in {need for referral in release.referrals for need in referral.needs}:
            told = fitting(release.referrals, release.areas, need=need, area=area, locale="en", at=AT_ELEVEN)
            assert area == "nyc" or not {referral.name for referral in told} & CITY_ONLY, (area, need)


def test_a_number_from_lists_is_offered_only_where_no_better_one_is_as_near(library):
    """At every area, for every need, in every language that some line names, at two hours."""
    release = library.release
    locales = {"bn", "ht"}.union(*(referral.languages or () for referral in release.referrals))
    for need, area, locale, at in product(
        {need for referral in release.referrals for need in referral.needs},
        release.areas.within,
        sorted(locales),
        (AT_ELEVEN, AT_ELEVEN.replace(hour=23)),
    ):
        told = fitting(release.referrals, release.areas, need=need, area=area, locale=locale, at=at)
        chain = release.areas.chain(area)
        for weak in (referral for referral in told if referral.weak):
            assert not [
                sound.name for sound in told
                if not sound.weak and sound.phone and not sound.federal and sound.speaks(locale)
                and chain.index(sound.area) <= chain.index(weak.area)
            ], (need, area, locale, weak.name)  # fmt: skip
