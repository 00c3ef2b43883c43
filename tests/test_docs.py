"""The papers say what is there: examples check, links lead somewhere, no command, setting or word is left out.

Apart from the other tests because these fail when only a paper is wrong, and say which word is missing in which file.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from bot.cli import cli
from bot.config import CHECKOUT, HELP
from bot.content.law_loader import LAW, SOURCE
from bot.content.library import check_folder
from bot.content.message_loader import WORDS
from bot.content.referral_loader import ORGANISATION_WORDS, REFERRAL_WORDS, STATUSES
from bot.content.reviews import RECORD
from bot.content.step_loader import COLLECTABLE, ENDS, STEP
from bot.engine.events import Event
from bot.engine.flow import Step
from tests.content.catalogue import sound_content, table
from tests.test_content import MADE_HERE

PAPERS = sorted(
    path.relative_to(CHECKOUT).as_posix()
    for pattern in ("*.md", "bot/*.md", "bot/studio/*.md", "flows/*.md", "messages/*.md", "worker/*.md", "tests/*.md")
    for path in CHECKOUT.glob(pattern)
)
TASKS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poe"]["tasks"]


def paper(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def yaml_blocks() -> list[tuple[str, str]]:
    """Every example of the two guides, with the file it would be."""
    found = []
    for name in ("flows/README.md", "messages/README.md"):
        for block in re.findall(r"^```yaml\n(.*?)^```", paper(name), re.MULTILINE | re.DOTALL):
            found.append((block.partition("\n")[0].removeprefix("# "), block))
    return found


ABOUT_THE_WHOLE = ("no-record", "unread")
"""Problems of a file that lacks records: an example shows one of many."""


@pytest.mark.parametrize(("file", "text"), yaml_blocks())
def test_an_example_of_a_guide_has_no_problem_of_its_own(file, text, tmp_path):
    path = sound_content(tmp_path) / file
    path.write_text(text, encoding="utf-8")

    mine = [problem for problem in check_folder(tmp_path).problems if problem.place.file == file]
    assert [str(problem) for problem in mine if problem.code not in ABOUT_THE_WHOLE] == []


FORMAT = {
    *STEP,
    *LAW,
    *SOURCE,
    *ORGANISATION_WORDS,
    *REFERRAL_WORDS,
    "steps",
    "moved",
    "was",
    "interrupts",
    "urgent",
    "areas",
    "within",
}


def test_every_word_of_the_format_stands_in_an_example():
    examples = "\n".join(text for file, text in yaml_blocks() if file.startswith("flows/"))

    assert {word for word in FORMAT if not re.search(rf"\b{word}:", examples)} == set()


def named(words: set[str], file: str) -> list[str]:
    """The words that a paper does not name."""
    text = paper(file)
    return sorted(f"{word}: not in {file}" for word in words if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


KINDS = {kind.__name__.lower() for kind in get_args(Step)}


@pytest.mark.parametrize(
    ("what", "words", "file"),
    [
        ("setting", set(HELP), "README.md"),
        ("step kind", KINDS, "flows/README.md"),
        ("closed question", set(COLLECTABLE), "flows/README.md"),
        ("end", set(ENDS), "flows/README.md"),
        ("status", set(STATUSES), "flows/README.md"),
        ("list of words", set(WORDS), "messages/README.md"),
        ("word of a record", set(RECORD), "messages/README.md"),
        ("code without an example file", MADE_HERE, "flows/README.md"),
        ("event", {event.__name__ for event in get_args(Event)}, "bot/README.md"),
    ],
)
def test_everything_that_exists_is_named_where_people_look_for_it(what, words, file):
    assert named(words, file) == []


def test_every_command_is_named_in_one_of_the_papers():
    everything = "\n".join(map(paper, PAPERS))

    assert [name for name in cli.commands if f"python3 -m bot {name}" not in everything] == []


def test_every_task_of_developers_is_named_in_one_of_the_papers():
    everything = "\n".join(map(paper, PAPERS))

    assert [name for name in TASKS if not re.search(rf"poe {name}\b|`{name}`", everything)] == []


@pytest.mark.parametrize("file", PAPERS)
def test_commands_in_a_paper_exist(file):
    commands = re.findall(r"python3 -m bot (\w[\w-]*)", paper(file))
    tasks = re.findall(r"\bpoe ([a-z]\w*)", paper(file))

    assert [command for command in commands if command not in cli.commands] == []
    assert [task for task in tasks if task not in TASKS] == []


@pytest.mark.parametrize("file", PAPERS)
def test_links_in_a_paper_lead_somewhere(file):
    for link in re.findall(r"\]\(([^)\s]+)\)", paper(file)):
        path, _, anchor = link.partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        target = (CHECKOUT / file).parent / path if path else CHECKOUT / file

        assert target.exists(), f"{file}: {link}"
        assert not anchor or anchor in anchors(target), f"{file}: {link}"


def anchors(path: Path) -> set[str]:
    """The anchors of a paper's headings, as the code forges make them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_guide_lists_every_problem_as_it_is_said_today():
    listed = paper("flows/README.md").partition("<!-- every problem -->\n")[2].partition("\n<!-- /every problem -->")[0]

    assert listed == table(), "run: python -m tests.content.catalogue"


def test_no_paper_holds_a_local_path():
    assert [file for file in PAPERS if re.search(r"/(?:work|home|root|Users)/\w", paper(file))] == []


def test_the_conversation_in_the_readme_is_a_golden_one():
    golden = (CHECKOUT / "tests/conversations/home_door/they-show-a-paper.txt").read_text(encoding="utf-8")
    talk = golden[golden.index("> ") :].strip()

    assert f"```\n{talk}\n```" in (CHECKOUT / "README.md").read_text(encoding="utf-8")
