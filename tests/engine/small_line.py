"""A small line with every kind of step, and what people hear of it.

Apart from the tests of turns, of the explorer and of the fuzzer, which share it: the corners of the engine must not
depend on the shipped content.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.content.library import Library
from bot.engine.events import Event, Inbound, Spoke
from bot.engine.run import turn
from bot.engine.session import Session, short_id
from bot.transcript import Talk

NOW = datetime(2026, 11, 24, 1, 15, tzinfo=UTC)

FLOWS = {
    "menu": """
        steps:
          choose:
            ask: {visiting: visiting, branching: branching, quietly: quiet, long: first_said, listing: shown, zip: near}
          visiting:
            visit: survey
            then: after_visit
          after_visit:
            ask: {again: visiting, on: choose}
          branching:
            collect: yes_no
            then: by_answer
          by_answer: {branch: {on: branching, "yes": said_yes}, else: by_channel}
          said_yes: {end: said}
          by_channel: {branch: {on: channel, whatsapp: on_whatsapp}, else: by_locale}
          on_whatsapp: {end: said}
          by_locale: {branch: {on: locale, es: in_spanish}, else: said_no}
          in_spanish: {end: said}
          said_no: {end: said}
          quiet: {end: quietly}
          first_said: {then: second_said}
          second_said: {then: third}
          third:
            ask: {again: first_said, there: said_no}
          shown: {refer: {need: legal}}
          near:
            collect: zip
            then: by_area
          by_area: {branch: {on: area, nyc: in_city, ny_state: in_state}, else: far_away}
          in_city: {end: said}
          in_state: {end: said}
          far_away: {end: said}
    """,
    "survey": """
        steps:
          question:
            ask: {deeper: deeper, done: thanks}
          deeper:
            visit: inner
            then: back_in_survey
          back_in_survey:
            ask: {done: thanks}
          thanks: {end: said}
    """,
    "inner": """
        steps:
          inside:
            ask: {finish: finished}
          finished: {end: said}
    """,
    "alarm": """
        interrupts: true
        steps:
          which:
            ask: {deeper: level, safe: safe, call: call}
          level:
            ask: {safe: safe}
          call: {refer: {need: legal}}
          safe: {end: said}
    """,
}
MESSAGES = {
    "menu": """
        keywords: [topics]
        choose:
          text: CHOOSE
          visiting: {label: Visit}
          branching: {label: Branch}
          quietly: {label: Quietly}
          long: {label: Long}
          listing: {label: Listing}
          zip: {label: Near}
        after_visit: {text: AFTER VISIT, again: {label: Again, reply: ONCE MORE}, "on": {label: Choose}}
        branching: {text: SURE}
        said_yes: {text: SAID YES}
        on_whatsapp: {text: ON WHATSAPP}
        in_spanish: {text: IN SPANISH}
        said_no: {text: SAID NO}
        first_said: {text: ONE}
        second_said: {text: TWO}
        third: {text: THREE, again: {label: Again}, there: {label: There}}
        near: {text: ZIP}
        in_city: {text: IN CITY}
        in_state: {text: IN STATE}
        far_away: {text: FAR AWAY}
    """,
    "survey": """
        keywords: [survey]
        question: {text: QUESTION, deeper: {label: Deeper}, done: {label: Done}}
        back_in_survey: {text: BACK IN SURVEY, done: {label: Done}}
        thanks: {text: THANKS}
    """,
    "inner": """
        keywords: [inner]
        inside: {text: INSIDE, finish: {label: Finish}}
        finished: {text: FINISHED}
    """,
    "alarm": """
        keywords: [fire]
        which: {text: ALARM, deeper: {label: Deeper}, safe: {label: Safe}, call: {label: Call}}
        call: {text: CALL}
        level: {text: LEVEL, safe: {label: Safe}}
        safe: {text: SAFE}
    """,
}


def heard(library: Library, *texts: str, channel: str = "sms") -> list[str]:
    """What each text brought: the words in capitals, which are the steps."""
    talk = Talk(library, channel, datetime(2026, 11, 23, 20, 15))
    found: list[str] = []
    for text in texts:
        reply = talk.hears(text)
        talk.now += timedelta(minutes=1)
        lines = (reply or "-").splitlines()
        found.append(" ".join(line for line in lines if line.isupper()) or lines[0])
    return found


def said_by(events: tuple[Event, ...]) -> list[tuple[str, str]]:
    """What was said, without ids."""
    return [(s.kind, s.ref) for e in events if isinstance(e, Spoke) for s in e.said if s.kind in ("notice", "hotline")]


def standing_at(library: Library, step: str) -> Session:
    """Somebody who has been shown a step."""
    session, _ = turn(None, Inbound(channel="sms", text="hi"), library.release, NOW)
    assert session is not None
    return session.at(short_id(step))
