"""People at every step of the shipped flows, while volunteers change everything under them, release after release.

Promise 4, seen whole: no silence, no answer lost, none counted under another question. One person stands at every state
for every release that follows; `--people 1000` makes it as many as you like, `--store redis://...` uses your server.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.content.fallback import EVERYBODY, read_fallbacks
from bot.content.library import Library, check_folder
from bot.engine.flow import End, flow_of, step_of
from bot.engine.session import Session, short_id
from tests.conftest import NOON, Person, known
from tests.publishing.conftest import CHANGED, Organisation, line
from tests.publishing.editing import Flows
from tests.walks import State, Walk

CHANGES = ("insert", "reorder", "rename_steps", "rename_options", "remove_options", "remove_steps")
ZIP = "112"


@dataclass
class Standing:
    """Somebody who has come as far as a state, before anything changed."""

    person: Person
    session: Session
    before: Library

    def answers(self, turn: int) -> tuple[str, str]:
        """A text for what is on their screen, and the option's key that it means (empty: none)."""
        screen = self.session.screen
        assert screen is not None
        if screen.kind == "ask":
            at = turn % len(screen.choices)
            return str(at + 1), self.before.release.keys[screen.choices[at]]
        return (ZIP if screen.choices == ("zip",) else "1" if screen.choices else "8"), ""


def states(library: Library) -> list[State]:
    """One state for every step where people stand, also inside an interruption, with its choices on the screen."""
    found: dict[object, State] = {}
    for state in Walk(library, "en", "sms", NOON).states():
        session = state.session
        if session.place and session.screen and session.screen.shows_choices:
            found.setdefault((session.place.step, bool(session.place.returns), session.screen.kind), state)
    return list(found.values())


def stand(organisation: Organisation, library: Library, people: int | None) -> list[Standing]:
    """Everybody texts until they are there: as many at every state as there will be releases, or as many as wanted."""
    reached = states(library)
    there = []
    for number in range(people or len(reached) * len(CHANGES)):
        person = organisation.person(number=number)
        person.pause = 0
        for text in reached[number // len(CHANGES) % len(reached)].texts:
            person.says(text)
        there.append(Standing(person, known(organisation.config, person).session, library))
    return there


@pytest.mark.slow
def test_promise_4_people_at_every_step_are_understood_whatever_changes_under_them(folder, tmp_path, clock, request):
    before = check_folder(folder).library()
    silence = read_fallbacks(folder)[EVERYBODY]
    edited = Flows(folder)
    counted = dict.fromkeys(("counts", "changed", "returned", "other"), 0)
    with line(folder, tmp_path / "data", clock, request.config.getoption("--store")) as organisation:
        everybody = stand(organisation, before, request.config.getoption("--people"))
        at = {before.release.keys[one.session.place.step] for one in everybody if one.session.place}
        assert len(at) > 50
        for number, change in enumerate(CHANGES):
            getattr(edited, change)()
            edited.write()
            organisation.publish(change)
            organisation.serves(number + 2)
            after = check_folder(folder).library()
            for turn, one in enumerate(everybody[number :: len(CHANGES)]):
                text, option = one.answers(turn)
                reply = one.person.says(text)
                assert reply not in (None, "", silence), f"{change}: {one.session.place}"
                session = known(organisation.config, one.person).session
                counted[judged(edited, after, one, option, reply, session)] += 1
    print(f"{len(everybody)} people at {len(at)} steps: {counted}")
    assert counted["counts"] > counted["changed"] > 0


def judged(edited: Flows, after: Library, one: Standing, option: str, reply: str, session: Session | None) -> str:
    """What became of an answer: it counts for its own option, or for none and the person is told."""
    if session is None:
        end = after.release.steps[after.release.options[edited.now[option] or ""].then]
        assert isinstance(end, End), option
        assert end.quietly, option
        return "counts"
    before, old, new = one.before.release.keys, one.session.place, session.place
    assert old
    assert new
    here, earlier = after.release.keys[new.step], [place.answer for place in one.session.path if place.answer]
    answers = [(after.release.keys[place.step], place.answer) for place in session.path if place.answer]
    now = edited.now.get(option)
    if not option:
        assert len(answers) <= len(earlier) + 1
        return "other"
    if now is None:
        assert reply.startswith(CHANGED), option
        assert (here, len(answers)) == (edited.now[before[old.step]], len(earlier)), option
        return "changed"
    assert not reply.startswith(CHANGED), option
    if old.returns and here == edited.now[before[old.returns[-1]]]:
        return "returned"
    assert answers[-1:] == [(step_of(now), short_id(now))], option
    assert len(answers) == len(earlier) + 1, option
    assert flow_of(here) == flow_of(after.release.options[now].then), option
    return "counts"
