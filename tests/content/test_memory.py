"""What is remembered between two checks changes nothing: after any edits, the same problems in the same order."""

from __future__ import annotations

from functools import partial
from random import Random

import pytest

from bot.content.files import Files
from bot.content.library import check_folder
from bot.content.memory import Memory
from bot.content.problem import Place, Problems
from tests.content.catalogue import TODAY, sound_content
from tests.releases import understood

LINES = (
    "keywords: [stop, locked out, ICE]",
    "  text: Are you a citizen? Call 212-555-0143.",
    "# a remark",
    "  - x",
    "moved: {gone: knock}",
)
"""What is written somewhere; most of it is wrong there."""


def edited(text: str, random: Random) -> str:
    """A file after one slip."""
    lines = text.split("\n")
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(6):
        case 0:
            lines.pop(at)
        case 1:
            lines.insert(at, random.choice(LINES))
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at] = lines[at].replace("e", "а", 1)
        case 4:
            lines[at] += "  # a remark"
        case _:
            lines[at] = lines[at].replace("]", ", menu, stop messages]").replace("text: ", "text: two of ")
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(4))
def test_a_check_that_remembers_says_what_a_fresh_one_says(seed, tmp_path):
    folder, random = sound_content(tmp_path), Random(seed)
    files = Files(folder)
    names = sorted(p for room in ("flows", "messages") for p in (folder / room).rglob("*.y*ml"))
    sound = {path: path.read_text(encoding="utf-8") for path in names}
    for _ in range(12):
        path = random.choice(names)
        text = sound[path] if random.random() < 0.4 else edited(path.read_text(encoding="utf-8"), random)
        path.write_text(text, encoding="utf-8")
        remembering = check_folder(folder, today=TODAY, files=files)
        fresh = check_folder(folder, today=TODAY, files=Files(folder, Memory()))

        assert [str(p) for p in remembering.problems] == [str(p) for p in fresh.problems]
        assert remembering.bundle == fresh.bundle
        assert (remembering.opened is None) == (fresh.opened is None)
        if remembering.opened and fresh.opened:
            assert understood(remembering.opened) == understood(fresh.opened)
            assert remembering.translations == fresh.translations


def test_what_was_made_of_the_same_thing_is_not_made_again():
    memory, made_of, made = Memory(), object(), []

    for _ in range(2):
        memory.of("name", (made_of,), lambda: made.append(1))
    memory.of("name", (object(),), lambda: made.append(2))

    assert made == [1, 2]


def test_what_was_noted_is_noted_again():
    memory, made_of, found = Memory(), object(), []

    for _ in range(2):
        problems = Problems()
        note = partial(problems.add, "code", Place("a.yaml", 1, 1), "what", "cure")
        memory.noting("name", (made_of,), problems, note)
        found.append(problems.found)
        assert problems.faulty("a.yaml")

    assert found[0] == found[1] != ()


def test_what_was_mended_is_known_from_before_the_mistake():
    memory, sound, broken, made = Memory(), (object(),), (object(),), []

    for given in (sound, broken, sound, (object(),), sound):
        memory.of("name", given, lambda: made.append(1))
    values = [memory.same("name", value) for value in ([1], [2], [1])]

    assert len(made) == 3
    assert values[0] is values[2]
