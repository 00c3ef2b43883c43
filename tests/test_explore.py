"""The explorer: sound content keeps its promises, broken content is caught with a conversation, nothing is missed.

Apart from test_reply.py because here nothing is sampled: what `bot.explore` claims about all talks is proved by it, and
the explorer itself is held against random talks that know nothing of it.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.content.library import Library
from bot.engine.events import CHANNELS, KeptSilent, Spoke, TurnedPage
from bot.engine.flow import Ask, Collect, End, Refer
from bot.engine.run import turn
from bot.engine.session import Session, from_plain, to_plain
from bot.explore import Found, explore
from bot.explore.hours import Offer, offered, spans, table
from bot.explore.lines import Lines
from bot.reply import Composer
from bot.transcript import Transcript, inbound, replay
from tests.engine.small_line import FLOWS as EVERY_KIND
from tests.engine.small_line import MESSAGES as EVERY_WORD
from tests.releases import library_of, write_content

FLOWS = {
    "menu": """
        steps:
          choose: {ask: {first: first, lawyer: lawyer}}
          first: {ask: {"on": second, lawyer: lawyer}}
          second: {end: said}
        """,
    "lawyer": "steps: {number: {refer: {need: legal}}}",
}
MESSAGES = {
    "menu": """
        choose: {text: What is it?, first: {label: Something}, lawyer: {label: Legal help}}
        first: {text: Do this., "on": {label: Go on}, lawyer: {label: Legal help}}
        second: {text: That is all.}
        """,
    "lawyer": """
        keywords: [lawyer]
        number: {text: Call them.}
        """,
}


def worded(old: str, new: str) -> dict[str, str]:
    """The words of the small line, with some replaced."""
    return {name: text.replace(old, new) for name, text in MESSAGES.items()}


def test_a_small_line_that_is_sound_keeps_its_promises():
    assert explore(library_of(FLOWS, MESSAGES)).failures == ()


# ------------------------------------------------------------------------------------------------------ broken lines

LABEL = "A label that is very much longer than anybody wants to read on a telephone and that goes on and on " * 5
FAR_FLOWS = {
    "menu": """
        steps:
          choose: {ask: {first: first, again: choose}}
          first: {ask: {first: second, again: first}}
          second: {ask: {first: lawyer, again: second}}
        """
}
FAR_WORDS = {
    "menu": "".join(
        f"{step}: {{text: {step} text, first: {{label: Go on}}, again: {{label: Again}}}}\n"
        for step in ("choose", "first", "second")
    )
}
ENDLESS = range(45)
ENDLESS_FLOWS = {
    "menu": "steps:\n  choose: {ask: {first: s0, lawyer: lawyer}}\n"
    + "".join(f"  s{number}: {{then: s{number + 1}}}\n" for number in ENDLESS)
    + f"  s{len(ENDLESS)}: {{end: said}}\n"
}
ENDLESS_WORDS = {
    "menu": "choose: {text: What is it?, first: {label: Something}, lawyer: {label: Legal help}}\n"
    + "".join(f"s{number}: {{text: Words}}\n" for number in range(len(ENDLESS) + 1))
}


def broken(code: str) -> Library:
    """A line that passes the check and breaks one promise."""
    match code:
        case "too-long":
            return library_of(FLOWS, worded("Go on", LABEL.strip()))
        case "placeholder":
            return library_of(FLOWS, worded("Do this.", '"Do this: %%{thing}"'))
        case "key":
            return library_of(FLOWS, worded("Do this.", "See menu.second"))
        case "english":
            return library_of(FLOWS, MESSAGES, locales=("en", "es"))
        case "digits":
            return library_of(FLOWS, worded("Do this.", "At " + "3 days " * 70))  # cut where a page begins with "3 "
        case "no-end":
            return library_of(FLOWS, worded("label: Go on", "label: Go on, also: [delete]"))
        case "far":
            return library_of(FLOWS | FAR_FLOWS, MESSAGES | FAR_WORDS)
        case _:
            return library_of(FLOWS | ENDLESS_FLOWS, MESSAGES | ENDLESS_WORDS)


@pytest.mark.parametrize("code", ["too-long", "placeholder", "key", "english", "digits", "no-end", "far", "loop"])
def test_a_broken_promise_is_found_with_the_shortest_conversation_that_shows_it(code):
    found = explore(broken(code))
    failure = next(failure for failure in found.failures if failure.code == code)
    shown = found.conversation(failure)

    assert failure.text in ("", shown.exchanges[-1].heard)
    assert str(replay(Transcript.parse(str(shown)), found.library)) == str(shown), "it is a golden conversation"
    assert len(shown.exchanges) <= 3


@pytest.mark.parametrize("code", ["english", "far"])
def test_what_is_found_is_the_same_however_many_judge(code):
    library = broken(code)
    alone, beside = (explore(library, processes=processes) for processes in (0, 2))

    assert beside.failures == alone.failures != ()
    assert beside.composed == alone.composed
    assert [*beside.walk.nodes] == [*alone.walk.nodes]
    assert beside.walk.stands == alone.walk.stands


# ----------------------------------------------------------------------------------------------------------- lines

LINED_FLOWS = FLOWS | {
    "menu": """
        steps:
          choose: {collect: zip, then: first}
          first: {refer: {need: detention}, then: second}
          second: {refer: {need: city}, then: third}
          third: {refer: {need: legal}}
        """
}
LINED_WORDS = {"menu": "".join(f"{step}: {{text: {step}}}\n" for step in ("choose", "first", "second", "third"))}


@pytest.mark.parametrize("zip_", ["112", "118", "148", "902", "999"])
@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_lines_that_are_judged_are_those_that_a_turn_names(zip_, locale):
    """Told once, found anew for every area and hour: two steps that name one line, and one that nobody serves there."""
    library = library_of(LINED_FLOWS, LINED_WORDS | {"lawyer": MESSAGES["lawyer"]}, locales=("en", "es"))
    release, lines = library.release, Lines(library, apart=False)
    somebody = Session(started=1, locale=locale, chosen=True)

    def told(prefix: str, at: datetime) -> Spoke:
        asked, _ = turn(somebody, inbound("0", "sms"), release, at)
        assert asked
        (event,) = turn(replace(asked, touched=0), inbound(prefix, "sms"), release, at)[1]
        assert isinstance(event, Spoke)
        return event

    area, elsewhere = release.areas.of_zip(zip_), told("100", datetime(2026, 11, 9, tzinfo=UTC))
    scenes = lines.scenes(elsewhere, locale, area or "", tuple(range(len(lines.weeks))))

    assert scenes
    for scene in scenes:
        assert lines.naming(elsewhere, scene, locale) == told(zip_, scene.at)


# ------------------------------------------------------------------------------------------------- shipped content


TEXTS = ("8", "8", "9", "0", "menu", "language", "more", "911", "?", "112", "148", "902", "yes", "no", "[picture]")


def stray(found: Found, texts: tuple[str, ...], seed: int, length: int) -> list[tuple[str, ...]]:
    """Talks at random, in any language, with hours between texts: what is heard or stood in, and not in the walk."""
    chance, release, walk = random.Random(seed), found.library.release, found.walk
    composer = Composer(found.library)
    session: Session | None = None
    said: list[str] = []
    at = datetime(2026, 11, 9, tzinfo=UTC)
    channel = chance.choice(CHANNELS)
    for _ in range(length):
        said.append(chance.choice((*"1234567", *"1234567", *texts)))
        at += timedelta(minutes=chance.randrange(1, 90))
        before = session and from_plain(to_plain(session))
        after, (event,) = turn(before, inbound(said[-1], channel), release, at)
        session, _ = composer.reply(after, (event,), channel)
        told = None if isinstance(event, TurnedPage | KeptSilent) else walk.reply(before, after, event, channel)
        if told is not None and told not in walk.heard:
            return [tuple(said)]
        if session is not None and walk.identity.of(session, channel) not in walk.nodes:
            return [tuple(said)]
    return []


def unvisited(found: Found) -> set[str]:
    """The steps at which a talk may rest or end, and to which the walk never came."""
    release = found.library.release
    stood = {situation.step for situation in found.walk.nodes if situation.step}
    reached = {release.keys[step] for step in stood | found.walk.ended}
    waiting = {
        key
        for key, step in release.steps.items()
        if isinstance(step, Ask | Collect | End) or (isinstance(step, Refer) and not step.then)
    }
    return waiting - reached


@pytest.mark.slow
def test_promise_3_every_state_every_reply_every_language_channel_and_hour(library):
    """Numbers near, budgets kept, digits true, an end everywhere: proved by walking all of them, not by sampling.

    One test, because exploring takes long: the walk is in truth the whole one, also by talks that know nothing of it.
    """
    found = explore(library)
    words = library.release.vocabulary
    keywords = tuple({phrase.means: " ".join(phrase.words) for phrase in words.triggers}.values())

    assert found.failures == (), str(found)
    assert unvisited(found) == set()
    assert [talk for seed in range(150) for talk in stray(found, (*TEXTS, *keywords, "español"), seed, 60)] == []


@pytest.mark.slow
def test_no_talk_at_random_on_a_line_with_every_kind_of_step_leaves_the_walk():
    """Visits, branches, interruptions, answers that are remembered and forgotten."""
    found = explore(library_of(EVERY_KIND, EVERY_WORD, locales=("en", "es")))
    texts = (*TEXTS, "topics", "survey", "inner", "fire", "fire", "español", "english")
    unknown = [talk for seed in range(120) for talk in stray(found, texts, seed, 80)]

    assert unknown == []


# ----------------------------------------------------------------------------------------------------------- hours


def test_for_each_language_area_and_hour_of_a_week_it_is_known_which_line_is_offered(library):
    """All 168 hours, and each minute at which one ends, also in the weeks in which clocks are changed."""
    release = library.release
    week: dict[object, Offer] = {}
    for monday in (datetime(2026, 3, 2), datetime(2026, 10, 26), datetime(2026, 11, 23)):
        begin = monday.replace(tzinfo=UTC)
        for minute in range(0, 8 * 24 * 60, 15):
            at = (begin + timedelta(minutes=minute)).astimezone(release.timezone)
            local = at.weekday() * 1440 + at.hour * 60 + at.minute
            span = next(span for span in spans(release) if span.start <= local < span.end)
            for area in release.areas.within:
                for locale in release.locales:
                    offer = offered(release, area, locale, at)
                    assert week.setdefault((span, area, locale), offer) == offer, (at, area, locale)
    assert len(week) == len(spans(release)) * len(release.areas.within) * len(release.locales)


def test_the_table_of_hours_says_which_line_is_open_and_else_when_one_opens(library):
    shown = table(library.release)

    assert re.search(r"(?m)^ny_state \(en, es, ar, .*zh-Hans.*\)$", shown)
    assert "Mon 08:00 - Mon 20:00   New Americans Hotline, open" in shown
    assert "New Americans Hotline, none is open; this one opens Tue 08:00" in shown


# ------------------------------------------------------------------------------------------------------- the command


def test_the_command_prints_the_conversation_saves_it_and_fails(tmp_path):
    write_content(tmp_path, FLOWS, worded("Do this.", "See menu.second"))
    saved = tmp_path / "saved.txt"

    result = CliRunner().invoke(cli, ["explore", str(tmp_path), "--save", str(saved)])

    assert result.exit_code == 1
    assert "menu.second" in saved.read_text("utf-8")
    assert saved.read_text("utf-8") in result.output


def test_the_command_says_that_all_is_well_and_shows_the_hours(tmp_path):
    write_content(tmp_path, FLOWS, MESSAGES)

    well = CliRunner().invoke(cli, ["explore", str(tmp_path)])
    hours = CliRunner().invoke(cli, ["explore", str(tmp_path), "--hours"])

    assert well.exit_code == hours.exit_code == 0
    assert "situations" in well.output
    assert "New Americans Hotline, open" in hours.output
