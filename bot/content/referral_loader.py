"""`flows/referrals.yaml` and `flows/organisation.yaml`: the only places where a phone number stands.

Apart from the flows because these are facts with a source and a date, read by other people than those who write steps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from bot.content.problem import did_you_mean, listed
from bot.content.source import Form, Node
from bot.engine.referrals import DAY, HOTLINE, Areas, Hours, Referral

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STATUSES = ("confirmed", "own_site", "secondary", "single")
OFFERED = ("confirmed", "own_site")

REFERRAL = {
    "name": True, "run_by": False, "phone": False, "text": False, "website": False, "needs": True, "area": True,
    "languages": True, "hours": True, "federal": False, "status": True, "sources_until": False, "checked": False,
    "recheck": False, "sources": True, "note": False,
}  # fmt: skip
ORGANISATION = {
    "name": True, "city": True, "area": True, "default_locale": True, "bilingual": True, "timezone": True,
    "line": False, "legal_team": False, "privacy_contact": False,
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


class ReferralLoader:
    """Reads referrals and the organisation."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def areas(self, root: Node) -> Areas:
        """The areas and their ZIP prefixes."""
        fields = self.form.fields(root, what="referrals.yaml", known={"areas": True, "referrals": True})
        nodes = self.form.fields(fields["areas"], what="areas") if "areas" in fields else {}
        within: dict[str, str | None] = {}
        prefixes: dict[str, str] = {}
        for name, node in nodes.items():
            area = self.form.fields(node, what=f'the area "{name}"', known={"within": False, "zip": False})
            within[name] = self.form.text(area["within"], what="within") if "within" in area else None
            if "within" in area and within[name] not in nodes:
                self._add(
                    "unknown-area", area["within"], f'there is no area "{within[name]}".', f"Areas: {listed(nodes)}."
                )
            for item in self.form.items(area["zip"], what="zip") if "zip" in area else ():
                for prefix in self._prefixes(item):
                    prefixes.setdefault(prefix, name)
        elsewhere = next((name for name, larger in within.items() if larger is None), "")
        return Areas(within=within, prefixes=prefixes, elsewhere=elsewhere)

    def referrals(self, root: Node, areas: Areas, locales: frozenset[str]) -> tuple[Referral, ...]:
        """All referrals that may be offered, in the order of the file."""
        fields = root.value.get("referrals") if isinstance(root.value, dict) else None
        nodes = self.form.fields(fields, what="referrals") if fields else {}
        return tuple(self._referral(name, node, areas, locales) for name, node in nodes.items())

    def organisation(self, root: Node, areas: Areas, locales: frozenset[str], names: frozenset[str]) -> Organisation:
        """Who runs this number, from `flows/organisation.yaml`. `names`: of all referrals."""
        fields = self.form.fields(root, what="organisation.yaml", known=ORGANISATION)
        texts = {name: self.form.text(node, what=name) for name, node in fields.items() if name != "bilingual"}
        if "area" in fields and texts["area"] not in areas.within:
            self._add(
                "unknown-area",
                fields["area"],
                f'there is no area "{texts["area"]}".',
                f"Areas: {listed(areas.within)}.",
            )
        zone = texts.get("timezone", "UTC")
        if zone not in available_timezones():
            self._add("timezone", fields["timezone"], f'"{zone}" is not a time zone.', "For example: America/New_York.")
            zone = "UTC"
        bilingual = self.form.texts(fields["bilingual"], what="bilingual") if "bilingual" in fields else ()
        for locale in (*bilingual, texts.get("default_locale", "")):
            if locale not in locales:
                self._add(
                    "unknown-locale", root, f'there are no messages in "{locale}".', f"Folders: {listed(locales)}."
                )
        line = texts.get("line", "none")
        if line != "none" and line not in names:
            self._add("unknown-referral", fields["line"], f'there is no referral "{line}".{did_you_mean(line, names)}',
                      "Write the line into flows/referrals.yaml, and its name here; or none.")  # fmt: skip
        return Organisation(
            name=texts.get("name", ""),
            city=texts.get("city", ""),
            area=texts.get("area", areas.elsewhere),
            default_locale=texts.get("default_locale", ""),
            bilingual=bilingual,
            timezone=ZoneInfo(zone),
            line="" if line == "none" else line,
        )

    def _referral(self, name: str, node: Node, areas: Areas, locales: frozenset[str]) -> Referral:
        fields = self.form.fields(node, what=f'the referral "{name}"', known=REFERRAL)
        text = {
            n: self.form.text(f, what=n)
            for n, f in fields.items()
            if n not in ("needs", "hours", "languages", "sources")
        }
        federal = text.get("federal") == "true"
        status = text.get("status", "single")
        if status not in STATUSES:
            self._add("status", fields["status"], f'a referral with the status "{status}" may not be offered.',
                      f"Known: {listed(STATUSES)}. Take out what is in conflict or unconfirmed.")  # fmt: skip
        if "area" in fields and text["area"] not in areas.within:
            self._add(
                "unknown-area", fields["area"], f'there is no area "{text["area"]}".', f"Areas: {listed(areas.within)}."
            )
        if not {"phone", "text", "website"} & fields.keys():
            self._add("no-contact", node, f'the referral "{name}" has no phone, text or website.', "Add one of them.")
        needs = frozenset(self.form.texts(fields["needs"], what="needs")) if "needs" in fields else frozenset()
        if federal and HOTLINE in needs:
            self._add("federal", fields["needs"], "a line of the federal government is never the hotline number.",
                      f'Take "{HOTLINE}" out of its needs.')  # fmt: skip
        if "sources" in fields and not self.form.items(fields["sources"], what="sources"):
            self._add(
                "no-source", fields["sources"], f'the referral "{name}" has no source.', "Name where the number stands."
            )
        number = "phone" if "phone" in fields else "text"
        hours = self._hours(fields["hours"]) if "hours" in fields else Hours()
        return Referral(
            name=name,
            title=text.get("name", ""),
            phone=self._phone(fields[number]) if number in fields else None,
            website=text.get("website"),
            needs=needs,
            area=text.get("area", areas.elsewhere),
            languages=self._languages(fields["languages"], locales) if "languages" in fields else None,
            hours=hours,
            hours_confirmed=hours.always or bool(hours.spans),
            federal=federal,
            weak=status not in OFFERED,
        )

    def _languages(self, node: Node, locales: frozenset[str]) -> frozenset[str] | None:
        if node.value == "any":
            return None
        return frozenset(self.form.texts(node, what="languages"))

    def _phone(self, node: Node) -> str:
        """A number as people dial it: 911, 741741 or 800-566-7636."""
        phone = self.form.text(node, what="phone")
        if re.fullmatch(r"\d{3,6}", phone):
            return phone
        if re.fullmatch(r"\+1\d{10}", phone):
            if phonenumbers.is_valid_number(phonenumbers.parse(phone)):
                return f"{phone[2:5]}-{phone[5:8]}-{phone[8:]}"
        self._add("phone", node, f'"{phone}" is not a telephone number of this country.',
                  'Write it in quotes with +1 and ten digits, "+18005551234", or a short number such as "911".')  # fmt: skip
        return phone

    def _hours(self, node: Node) -> Hours:
        if node.value == "always":
            return Hours(always=True)
        if node.value == "unknown":
            return Hours()
        spans: list[tuple[int, int]] = []
        for days, span in self.form.fields(node, what="hours").items():
            first, _, last = days.partition("-")
            match = re.fullmatch(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)", self.form.text(span, what="hours"))
            if first not in DAYS or (last or first) not in DAYS or match is None:
                self._add(
                    "hours", span, f'"{days}: {span.value}" are not opening hours.', "For example: mon-fri: 9:00-17:00."
                )
                continue
            opens, closes = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
            if not 0 <= opens < closes <= DAY:
                self._add("hours", span, "it closes before it opens.", "Two lines for hours past midnight.")
                continue
            for day in range(DAYS.index(first), DAYS.index(last or first) + 1):
                spans.append((day * DAY + opens, day * DAY + closes))
        return Hours(spans=tuple(sorted(spans)))

    def _prefixes(self, node: Node) -> tuple[str, ...]:
        text = self.form.text(node, what="zip")
        first, _, last = text.partition("-")
        if not (re.fullmatch(r"\d{3,5}", first) and re.fullmatch(r"(\d{3})?", last)):
            self._add(
                "zip",
                node,
                f'"{text}" is not the beginning of a ZIP code.',
                'For example: "112", "112-114" or "11004".',
            )
            return ()
        if not last:
            return (first,)
        return tuple(f"{number:03}" for number in range(int(first), int(last) + 1))

    def _add(self, code: str, node: Node, what: str, cure: str) -> None:
        self.form.problems.add(code, node.named_at or node.place, what, cure)
