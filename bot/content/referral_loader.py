"""`flows/referrals.yaml` and `flows/organisation.yaml`: the only places where a phone number stands.

Apart from the flows because these are facts with a source and a date, read by other people than those who write steps.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from bot.content.form import Form
from bot.content.law_loader import NOBODY, read_date
from bot.content.problem import did_you_mean
from bot.content.source import Node
from bot.engine.referrals import DAY, HOTLINE, Areas, Hours, Referral

REFERRALS, ORGANISATION = "flows/referrals.yaml", "flows/organisation.yaml"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STATUSES = ("confirmed", "own_site", "secondary", "single")
OFFERED = ("confirmed", "own_site")
SHORT_NUMBER, LONG_NUMBER = r"[0-9]{3,6}", r"\+1[0-9]{10}"
PHONE = 'Write it in quotes with +1 and ten digits, "+18005667636", or a short one: "911"'
WEBSITE = r"https?://[\w-]+(\.[\w-]+)+(/\S*)?"
ZIP_PREFIX, ZIP_PREFIXES = r"[0-9]{3,5}", r"([0-9]{3})-([0-9]{3})"
FROM_TO = r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})"
SPOKEN = r"[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?"
UNTIL = r"undated|[0-9]{4}(-[0-9]{2}){0,2}"

REFERRAL_WORDS = {
    "name": True, "run_by": False, "phone": False, "text": False, "website": False, "needs": True, "area": True,
    "languages": True, "hours": True, "timezone": False, "federal": False, "status": True,
    "sources_until": False, "checked": False, "recheck": False, "sources": True, "note": False,
}  # fmt: skip
ORGANISATION_WORDS = {
    "name": True, "city": True, "area": True, "default_locale": True, "bilingual": True, "languages": False,
    "timezone": True, "line": False, "numbers": False, "legal_team": False, "privacy_contact": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who runs this number."""

    name: str
    city: str
    area: str
    default_locale: str
    bilingual: tuple[str, ...]
    timezone: ZoneInfo
    line: str
    """Its own telephone line, by its name among the referrals; empty: it has none."""
    numbers: Mapping[str, str]
    """The numbers that people text which were made known in one language, each with that locale."""


class ReferralLoader:
    """Reads areas and referrals. `locales`: the folders of `messages/`."""

    def __init__(self, form: Form, locales: Collection[str]) -> None:
        self.form, self.locales = form, locales

    def load(self, root: Node) -> tuple[Areas, tuple[Referral, ...]]:
        """`referrals.yaml`: the areas, and all referrals in the order of the file."""
        fields = self.form.fields(root, what="referrals.yaml", known={"areas": True, "referrals": True})
        areas = self._areas(fields["areas"]) if "areas" in fields else Areas({}, {}, "")
        nodes = self.form.fields(fields["referrals"], what="referrals") if "referrals" in fields else {}
        return areas, tuple(self._referral(name, node, areas) for name, node in nodes.items())

    # ------------------------------------------------------------------------------------------- areas

    def _areas(self, root: Node) -> Areas:
        nodes = self.form.fields(root, what="areas")
        within: dict[str, str | None] = {}
        prefixes: dict[str, str] = {}
        for name, node in nodes.items():
            area = self.form.fields(node, what=f'the area "{name}"', known={"within": False, "zip": False})
            within[name] = self._area(area["within"], nodes) or None if "within" in area else None
            for item in self.form.items(area["zip"], what="zip") if "zip" in area else ():
                for prefix in self._prefixes(item):
                    prefixes.setdefault(prefix, name)
        found = Areas(within, prefixes, next((name for name, larger in within.items() if larger is None), ""))
        for name, node in nodes.items():
            if within[name] and within[found.chain(name)[-1]]:
                self.form.wrong("area-round", node, f'the area "{name}" lies within itself.',
                                "One area must be the largest: a line without `within`.")  # fmt: skip
        return found

    def _area(self, node: Node, areas: Collection[str]) -> str:
        return self.form.one_of("unknown-area", node, areas, what="the area", cure="Areas in flows/referrals.yaml:")

    def _prefixes(self, node: Node) -> tuple[str, ...]:
        """One ZIP prefix of three to five digits, or all of three digits from one to another."""
        text = self.form.text(node, what="zip")
        if re.fullmatch(ZIP_PREFIX, text):
            return (text,)
        if (span := re.fullmatch(ZIP_PREFIXES, text)) and span[1] <= span[2]:
            return tuple(f"{number:03}" for number in range(int(span[1]), int(span[2]) + 1))
        self.form.wrong("zip", node, f'"{text}" is not the beginning of a ZIP code.',
                        'For example: "112", "112-114" or "11004".')  # fmt: skip
        return ()

    # ------------------------------------------------------------------------------------------- one referral

    def _referral(self, name: str, node: Node, areas: Areas) -> Referral:
        fields = self.form.fields(node, what=f'the referral "{name}"', known=REFERRAL_WORDS)
        for part in ("run_by", "note"):
            if part in fields:
                self.form.text(fields[part], what=part)
        needs = frozenset(self.form.texts(fields["needs"], what="needs")) if "needs" in fields else frozenset()
        federal = "federal" in fields and self.form.is_true(fields["federal"], what="federal")
        if federal and HOTLINE in needs:
            self.form.wrong("federal", fields["needs"], "a line of the federal government is never the hotline number.",
                            f'Take "{HOTLINE}" out of its needs.')  # fmt: skip
        if not {"phone", "text", "website"} & fields.keys():
            self.form.wrong("no-contact", node, f'the referral "{name}" has no phone, text or website.',
                            "Add a line with one of them.")  # fmt: skip
        recheck = self._provenance(name, fields)
        numbers = [self._phone(fields[kind]) for kind in ("phone", "text") if kind in fields]
        zone = read_timezone(self.form, fields["timezone"]) if "timezone" in fields else None
        hours = self._hours(fields["hours"], zone) if "hours" in fields else Hours()
        return Referral(
            name=name,
            title=self.form.text(fields["name"], what="name") if "name" in fields else "",
            phone=numbers[0] if numbers else None,
            by_text="phone" not in fields and "text" in fields,
            website=self._website(fields["website"]) if "website" in fields else None,
            needs=needs,
            area=self._area(fields["area"], areas.within) if "area" in fields else areas.elsewhere,
            languages=self._languages(fields["languages"]) if "languages" in fields else None,
            hours=hours,
            federal=federal,
            weak="status" in fields and self._status(fields["status"]) not in OFFERED,
            recheck=recheck,
        )

    def _provenance(self, name: str, fields: dict[str, Node]) -> date | None:
        """Where a number stands, how old that is, and when to look again: that day, or None where none is named."""
        if "sources" in fields and not self.form.texts(fields["sources"], what="sources"):
            self.form.wrong("no-source", fields["sources"], f'the referral "{name}" has no source.',
                            "Name the page where its number stands: sources: [https://...]")  # fmt: skip
        if "sources_until" in fields:
            until = self.form.text(fields["sources_until"], what="sources_until")
            if not re.fullmatch(UNTIL, until):
                self.form.wrong("date", fields["sources_until"], f'sources_until "{until}" is not a date.',
                                "Write 2026-10-07, 2026-10, 2026, or undated.")  # fmt: skip
        days = {
            part: read_date(self.form, fields[part], what=part)
            for part in ("checked", "recheck")
            if part in fields and fields[part].value != NOBODY
        }
        return days.get("recheck")

    def _status(self, node: Node) -> str:
        return self.form.one_of("status", node, STATUSES, what="the status",
                                cure="Take out what is in conflict or unconfirmed. Known:")  # fmt: skip

    def _languages(self, node: Node) -> frozenset[str] | None:
        """Locales, or None for any: somebody there or an interpreter speaks them."""
        if node.value == "any":
            return None
        for item in self.form.items(node, what="languages"):
            if isinstance(item.value, str) and not re.fullmatch(SPOKEN, item.value):
                self.form.unknown("unknown-locale", item, item.value, self.locales, what="the language",
                                  cure="Write any, or short names such as:")  # fmt: skip
        return frozenset(self.form.texts(node, what="languages"))

    def _phone(self, node: Node) -> str:
        """A number as people dial it: 911, 741741 or 800-566-7636."""
        phone = self.form.text(node, what="phone")
        if re.fullmatch(SHORT_NUMBER, phone):
            return phone
        if re.fullmatch(LONG_NUMBER, phone) and phonenumbers.is_valid_number(phonenumbers.parse(phone)):
            return f"{phone[2:5]}-{phone[5:8]}-{phone[8:]}"
        self.form.wrong("phone", node, f'"{phone}" is not a telephone number of this country.', PHONE)
        return phone

    def _website(self, node: Node) -> str:
        website = self.form.text(node, what="website")
        if not re.fullmatch(WEBSITE, website):
            self.form.wrong("website", node, f'"{website}" is not the address of a page.',
                            "Copy it from the browser: https://example.org")  # fmt: skip
        return website

    # ------------------------------------------------------------------------------------------- hours

    def _hours(self, node: Node, zone: ZoneInfo | None) -> Hours:
        if node.value in ("always", "unknown"):
            return Hours(always=node.value == "always")
        spans: list[tuple[int, int]] = []
        for days, span in self.form.fields(node, what="hours").items():
            minutes = self._minutes(days, span)
            spans += [(day * DAY + opens, day * DAY + closes) for opens, closes in minutes for day in _days(days)]
        return Hours(spans=tuple(sorted(spans)), zone=zone)

    def _minutes(self, days: str, node: Node) -> list[tuple[int, int]]:
        """When it opens and closes on such a day, in minutes from midnight; nothing where that cannot be read."""
        said = self.form.text(node, what="hours")
        match = re.fullmatch(FROM_TO, said)
        if not _days(days) or match is None or int(match[2]) > 59 or int(match[4]) > 59:
            self.form.wrong("hours", node, f'"{days}: {said}" are not opening hours.',
                            "For example: mon-fri: 9:00-17:00")  # fmt: skip
            return []
        opens, closes = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if not opens < closes <= DAY:
            self.form.wrong("hours", node, "it closes before it opens, or after midnight.",
                            "Count to 24:00, and write a second line for the hours past midnight.")  # fmt: skip
            return []
        return [(opens, closes)]


def _days(text: str) -> tuple[int, ...]:
    """The days of `sat`, `mon-fri` or `fri-mon`, from Monday 0; nothing where it is none of these.

    >>> _days("mon-wed"), _days("sat-mon"), _days("someday")
    ((0, 1, 2), (5, 6, 0), ())
    """
    first, dash, last = text.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        return ()
    start, end = DAYS.index(first), DAYS.index(last or first)
    return tuple(day % 7 for day in range(start, end + 1 + (7 if end < start else 0)))


class OrganisationLoader:
    """Reads `organisation.yaml`: who runs this number."""

    def __init__(self, form: Form, locales: Collection[str]) -> None:
        self.form, self.locales = form, locales

    def load(self, root: Node, areas: Areas, referrals: tuple[Referral, ...]) -> Organisation:
        """Who runs this number. There must be a hotline number for them."""
        fields = self.form.fields(root, what="organisation.yaml", known=ORGANISATION_WORDS)
        for part in ("legal_team", "privacy_contact"):
            if part in fields:
                self.form.text(fields[part], what=part)
        for node in self.form.items(fields["languages"], what="languages") if "languages" in fields else ():
            self._locale(node)
        found = Organisation(
            name=self.form.text(fields["name"], what="name") if "name" in fields else "",
            city=self.form.text(fields["city"], what="city") if "city" in fields else "",
            area=self.form.one_of("unknown-area", fields["area"], areas.within, what="the area",
                                  cure="Areas in flows/referrals.yaml:") if "area" in fields else "",
            default_locale=self._locale(fields["default_locale"]) if "default_locale" in fields else "",
            bilingual=tuple(
                locale
                for node in (self.form.items(fields["bilingual"], what="bilingual") if "bilingual" in fields else ())
                if (locale := self._locale(node))
            ),
            timezone=read_timezone(self.form, fields["timezone"]) if "timezone" in fields else ZoneInfo("UTC"),
            line=self._line(fields["line"], referrals) if "line" in fields else "",
            numbers=self._numbers(fields["numbers"]) if "numbers" in fields else {},
        )  # fmt: skip
        hotlines = [r for r in referrals if r.phone and not r.federal and HOTLINE in r.needs and r.area == found.area]
        if found.area and not found.line and not hotlines and not self.form.problems.faulty(REFERRALS):
            self.form.wrong("no-hotline", fields["area"], f'the area "{found.area}" has no hotline number.',
                            f"A referral there with a phone gets: needs: [{HOTLINE}]")  # fmt: skip
        if "bilingual" in fields and fields["bilingual"].value in ("", ()):
            self.form.wrong("missing-word", fields["bilingual"], "bilingual names no language.",
                            "Name one or two: bilingual: [en, es]")  # fmt: skip
        return found

    def _locale(self, node: Node) -> str:
        return self.form.one_of("unknown-locale", node, self.locales, what="the language", cure="Folders of messages/:")

    def _numbers(self, node: Node) -> dict[str, str]:
        found = {}
        for number, locale in self.form.fields(node, what="numbers").items():
            if not re.fullmatch(f"{LONG_NUMBER}|{SHORT_NUMBER}", number):
                self.form.wrong("phone", locale, f'"{number}" is not a telephone number of this country.', PHONE)
            elif known := self._locale(locale):
                found[number] = known
        return found

    def _line(self, node: Node, referrals: tuple[Referral, ...]) -> str:
        if node.value == NOBODY:
            return ""
        return self.form.one_of("unknown-referral", node, [r.name for r in referrals if r.phone], what="the line",
                                cure="Write none, or the name of a referral with a phone:")  # fmt: skip


def read_timezone(form: Form, node: Node) -> ZoneInfo:
    """A clock."""
    zone = form.text(node, what="timezone")
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # not there, not a name, a folder of zones
        pass
    form.wrong("timezone", node, f'"{zone}" is not a time zone.{did_you_mean(zone, available_timezones())}',
               "For example: America/New_York")  # fmt: skip
    return ZoneInfo("UTC")
