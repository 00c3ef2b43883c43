"""What is asked, in this order: one line each, so that the terminal, the options of scripts and the papers agree.

Apart from what the answers are written into, and light: the command line imports it to know its own options.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

NONE = "none"
PHONE = r"\+1[0-9]{10}"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. An answer that does not match is asked for again, with the cure."""

    name: str
    ask: str
    pattern: str
    cure: str
    wanted: Callable[[dict[str, str]], bool] = lambda answers: True
    """Whether it is asked at all, after the answers before it."""
    tidied: Callable[[str], str] = str.strip
    """An answer as it is written, from how people write it."""

    @property
    def option(self) -> str:
        """How a script gives the answer."""
        return f"--{self.name.replace('_', '-')}"

    def allows(self, answer: str) -> bool:
        """Whether this can be an answer."""
        return bool(re.fullmatch(self.pattern, answer))


def phone(answer: str) -> str:
    """A telephone number as it is kept; anything else as it is.

    >>> phone("1 (718) 555.0142"), phone("718 555"), phone("moia")
    ('+17185550142', '718 555', 'moia')
    """
    found = re.fullmatch(r"(?:\+?1)?([0-9]{10})", re.sub(r"[\s().-]", "", answer))
    return f"+1{found[1]}" if found else answer.strip()


def _address(answer: str) -> str:
    return answer.strip().rstrip("/")


def _has_a_number(answers: dict[str, str]) -> bool:
    return bool(re.fullmatch(PHONE, answers["line"]))


_HOURS = r"[a-z]{3}(?:-[a-z]{3})? [0-9:]{4,5}-[0-9:]{4,5}"

QUESTIONS = (
    Question("name", "The name that people are told", r"\S.{0,58}\S", "Two to sixty letters."),
    Question("city", "The city", r"\S.{0,58}\S", "Two to sixty letters."),
    Question("area", "The area, until somebody gives a ZIP prefix", r"[a-z_]+",
             "A name below `areas:` in flows/referrals.yaml."),
    Question("timezone", "The clock of opening hours", r"[A-Za-z_]+(/[A-Za-z_-]+)+|UTC", "As America/New_York."),
    Question("default_locale", "The first language", r"[\w-]+", "A folder of messages/, as en."),
    Question("bilingual", "The one or two languages everybody is asked in", r"[\w-]+(, ?[\w-]+)?", "As en,es."),
    Question("line", "Your own telephone line for people who need a human", rf"{NONE}|{PHONE}|[a-z][a-z0-9_]*",
             "A number of ten digits, the name of a line in flows/referrals.yaml, or none.", tidied=phone),
    Question("hours", "Its hours", rf"always|unknown|{_HOURS}(, ?{_HOURS})*",
             "As mon-fri 9:00-17:00, sat 10:00-14:00; or always, or unknown.", _has_a_number),
    Question("legal_team", "The number of the legal team that signs the texts", rf"{NONE}|{PHONE}",
             "A number of ten digits, or none.", tidied=phone),
    Question("privacy_contact", "Whom people ask about personal data", rf"{NONE}|\S.*\S", "An address, or none."),
    Question("budget", "Dollars for texts in a month", rf"{NONE}|[1-9][0-9]{{0,6}}", "Whole dollars, or none."),
    Question("public_url", "The address of this server", rf"{NONE}|https://[\w.-]+(:[0-9]+)?",
             "As https://line.example.org, without a path; or none for now.", tidied=_address),
)  # fmt: skip
