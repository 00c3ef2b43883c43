"""`python3 -m bot registration`: the papers that a registration asks for, made from the organisation's own content.

Apart from DEPLOY.md, which says where they go. The samples are replies that people really get, and what the pages
promise is what the line does: whoever reviews a registration compares the two. The papers are texts with gaps, beside
this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from string import Template

from bot.content.library import Library
from bot.directory import Directory
from bot.engine.flow import Ask, flow_of
from bot.engine.referrals import Referral, constant_hotline
from bot.engine.release import MENU
from bot.transcript import Talk, opener

PAPERS = ("toll-free.md", "10dlc.md", "short-code.md", "whatsapp.md", "help-and-stop.md", "privacy.md", "terms.md",
          "opt-in.md")  # fmt: skip
"""What is written: a form's answers for each kind of sender, the texts to put into Twilio, and the pages to publish."""
SAMPLES = 3
"""In each of the organisation's languages; and so many words are named."""
MISSING = "[FILL IN: {}]"

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What stands in no file of the content. Empty: not known yet; the papers then say what to fill in."""

    number: str = ""
    website: str = ""
    legal_team: str = ""
    privacy_contact: str = ""


def papers(library: Library, facts: Facts, at: datetime) -> dict[str, str]:
    """All papers by name."""
    gaps = _gaps(library, facts, at)
    return {name: Template((_HERE / name).read_text(encoding="utf-8")).substitute(gaps) for name in PAPERS}


def write(folder: Path, made: Mapping[str, str]) -> str:
    """Write the papers. Returns which of them have gaps that only the organisation can fill."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
        left = text.count(MISSING.partition("{")[0])
        lines.append(f"{folder / name}" + (f"  ({left} to fill in)" if left else ""))
    return "\n".join(lines)


def opt_in(gaps: Mapping[str, str]) -> str:
    """How people come to text, as a registration wants it described: by a keyword, of their own accord."""
    return (
        f"People text {gaps['number']} themselves, to ask what to do: a word such as {gaps['words']} or a sentence. "
        f"The number stands on the website, cards and posters of {gaps['name']}, with: {gaps['call_to_action']} "
        "Nobody is put on a list, and the line never texts first: every message answers one that the person has just "
        "sent. There are no marketing messages. Numbers are not kept, sold or shared."
    )


def _gaps(library: Library, facts: Facts, at: datetime) -> dict[str, str]:
    release, organisation = library.release, library.organisation
    line = constant_hotline(release.referrals, own=release.line, area=release.area)
    assert line is not None, "the checks want a hotline in the organisation's area"
    words = [word.upper() for flow in _situations(library) if (word := opener(library, release.default_locale, flow))]
    samples = _samples(library, at)
    helps = {locale: _help(library, locale, line) for locale in release.languages}
    stops = {locale: _stop(library, locale, line) for locale in release.languages}
    gaps = {
        "name": organisation.name,
        "city": organisation.city,
        "number": facts.number or MISSING.format("the number"),
        "website": facts.website or MISSING.format("the address of your website"),
        "legal_team": facts.legal_team or MISSING.format("the telephone of your legal team"),
        "privacy_contact": facts.privacy_contact or MISSING.format("whom people ask about personal data"),
        "hotline": f"{line.title}, {line.phone}",
        "languages": ", ".join(library.messages.text("common.language.english", one) for one in release.languages),
        "words": ", ".join(words[:SAMPLES]),
        "today": date.isoformat(at.date()),
        "samples": "\n\n".join(f"Sample {number}:\n\n{_quoted(text)}" for number, text in enumerate(samples, 1)),
        "help": helps[release.default_locale],
        "stop": stops[release.default_locale],
        "help_quoted": _quoted(helps[release.default_locale]),
        "texts": "\n\n".join(
            f"## {library.messages.text('common.language.english', one)} ({one})\n\n"
            f"HELP:\n\n{_quoted(helps[one])}\n\nSTOP:\n\n{_quoted(stops[one])}"
            for one in release.languages
        ),
    }
    gaps["call_to_action"] = (
        f'"Text a word such as {gaps["words"]} to {gaps["number"]}. You get one text for each that you send. Message '
        "and data rates may apply. Text HELP for a person's number, STOP to end. "
        f'Privacy and terms: {gaps["website"]}"'
    )
    gaps["opt_in"] = opt_in(gaps)
    return gaps


def _samples(library: Library, at: datetime) -> list[str]:
    """First replies as people get them, in the organisation's languages."""
    flows, locales = _situations(library), library.organisation.bilingual
    return [
        reply for locale in locales for flow in flows[:SAMPLES] if (reply := _first_reply(library, locale, flow, at))
    ]


def _first_reply(library: Library, locale: str, flow: str, at: datetime) -> str | None:
    """What the first keyword of a flow is answered with; None where it does not give the language away."""
    words, person = opener(library, locale, flow), Talk(library, "sms", at)
    reply = person.hears(words) if words else None
    return reply if person.session and person.session.locale == locale else None


def _situations(library: Library) -> list[str]:
    """The flows, those first that the menu offers first."""
    steps = library.release.flow(MENU).steps
    offered = [flow_of(option.then) for step in steps if isinstance(step, Ask) for option in step.options]
    return [flow for flow in dict.fromkeys((*offered, *library.release.flows)) if flow != MENU]


def _help(library: Library, locale: str, line: Referral) -> str:
    """What HELP is to answer: who this is, a human, and how it ends. In the first language also what it costs."""
    human = f"{line.title}\n{line.phone}\n{Directory(library.messages).hours(line.hours, locale)}"
    if locale != library.release.default_locale:
        return f"{_signed(library, line)}{human}\nSTOP"
    about = "Automatic rights information, one text for each of yours. Msg & data rates may apply. STOP to end."
    return f"{library.organisation.name}. {about} A person:\n{human}"


def _stop(library: Library, locale: str, line: Referral) -> str:
    ended = library.messages.text("common.opted_out", locale)
    return f"{_signed(library, line)}{ended}\n{line.title}\n{line.phone}"


def _signed(library: Library, line: Referral) -> str:
    """Who runs the line, on top of a text; not twice, where the human's telephone has the same name."""
    return "" if line.title == library.organisation.name else f"{library.organisation.name}\n"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))
