"""A rename changes a name everywhere and nothing else; whoever stands somewhere in the flow goes on where they were."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.config import CHECKOUT
from bot.content.change import Refused
from bot.content.library import Library, check_folder
from bot.engine.session import short_id
from bot.engine.text import fold
from bot.rename import rename
from bot.transcript import Talk, Transcript, replay
from tests.content.catalogue import RECORDS, sound_content


@pytest.fixture
def folder(tmp_path):
    """The small sound content with two golden conversations and a few sentences."""
    sound_content(tmp_path)
    talks = tmp_path / "tests" / "conversations" / "door"
    talks.mkdir(parents=True)
    (talks / "tap.txt").write_text(
        "# [button door.knock.paper] is tapped.\n> door\n< x\n\n> [button door.knock.paper]\n", encoding="utf-8"
    )
    (tmp_path / "tests" / "sentences").mkdir()
    (tmp_path / "tests" / "sentences" / "en.tsv").write_text(
        "door\tthey knock at the door\nlawyer|door\tdoor\nlawyer\tdoor\n", encoding="utf-8"
    )
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def changes(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """Every line that is another one now, as `file: line`; a moved file is compared with what it was."""
    found = []
    for file, text in after.items():
        was = before.get(file) or before[file.replace("doorway", "door")]
        old, new = was.decode().splitlines(), text.decode().splitlines()
        found += [f"{file}: {line}" for line in new if line not in old]
    return sorted(found)


# ------------------------------------------------------------------------------------------- where a name stands


def test_a_step_is_renamed_in_its_flow_in_every_language_and_in_its_records(folder):
    before = files(folder)
    shown = rename(folder, "door.paper", "door.letter")

    assert [line for line in changes(before, files(folder)) if RECORDS not in line] == [
        "flows/door.yaml:       paper: letter",
        "flows/door.yaml:   letter:",
        "flows/door.yaml: moved: {paper: letter, old_knock: knock, knock.letter: knock.paper}",
        "messages/en/door.yml: letter:",
        "messages/es/door.yml: letter:",
    ]
    assert [line.partition("{")[0] for line in changes(before, files(folder)) if RECORDS in line] == [
        f"{RECORDS}: door.letter.text: "
    ]
    assert "-  paper:\n+  letter:\n" in shown
    assert shown.endswith(
        "door.paper is now door.letter, in 4 files. Written. Publish it, and people on their way go on."
    )
    assert check_folder(folder).problems == ()


def test_an_option_is_renamed_in_taps_too(folder):
    before = files(folder)
    rename(folder, "door.knock.paper", "door.knock.shows_it")

    assert [line for line in changes(before, files(folder)) if RECORDS not in line] == [
        "flows/door.yaml:       shows_it: paper",
        "flows/door.yaml: moved: {knock.paper: knock.shows_it, old_knock: knock, knock.letter: knock.shows_it}",
        "messages/en/door.yml:   shows_it: {label: They show a paper, also: [paper, warrant]}",
        "messages/es/door.yml:   shows_it: {label: Muestran un papel, also: [papel, orden]}",
        "tests/conversations/door/tap.txt: > [button door.knock.shows_it]",
    ]


def test_a_flow_is_renamed_with_its_files_its_talks_and_whatever_leads_to_it(folder):
    before = files(folder)
    shown = rename(folder, "door", "doorway")
    after = files(folder)

    assert {file for file in before if "door" in file} == {
        file.replace("doorway", "door") for file in after if "door" in file
    }
    assert not (folder / "tests" / "conversations" / "door").exists()
    assert [line for line in changes(before, after) if RECORDS not in line] == [
        "flows/doorway.yaml: was: [door]",
        "flows/menu.yaml:       door: doorway",
        "tests/conversations/doorway/tap.txt: > [button doorway.knock.paper]",
        "tests/sentences/en.tsv: doorway\tthey knock at the door",
        "tests/sentences/en.tsv: lawyer|doorway\tdoor",
    ]
    assert "rename from messages/es/door.yml\nrename to messages/es/doorway.yml\n" in shown
    assert check_folder(folder).problems == ()


def test_a_visited_flow_and_a_step_that_a_branch_decides_by_are_found(folder):
    rename(folder, "lawyer", "helpers")
    rename(folder, "helpers.enough", "helpers.is_enough")

    flows = (folder / "flows" / "helpers.yaml").read_text(encoding="utf-8")
    assert '    branch: {on: is_enough, "yes": bye}\n' in flows
    assert "    then: is_enough\n" in flows
    assert "    visit: helpers\n" in (folder / "flows" / "door.yaml").read_text(encoding="utf-8")
    assert check_folder(folder).problems == ()


def test_an_option_that_a_branch_decides_by_is_found(folder):
    edit(
        folder,
        "flows/door.yaml",
        "  paper:\n",
        "  decide:\n    branch: {on: knock, gone: safe}\n    else: paper\n  paper:\n",
    )
    edit(folder, "flows/door.yaml", "paper: paper", "paper: decide")
    rename(folder, "door.knock.gone", "door.knock.left")

    assert "branch: {on: knock, left: safe}" in (folder / "flows" / "door.yaml").read_text(encoding="utf-8")


def test_a_step_with_the_name_of_a_flow_is_not_taken_for_the_flow(folder):
    """In its own flow the name means the step; everywhere else it means the flow."""
    edit(folder, "flows/door.yaml", "then: call", "then: menu")
    edit(folder, "flows/door.yaml", "  call:\n", "  menu:\n")
    rename(folder, "door.menu", "door.call")

    assert "then: call" in (folder / "flows" / "door.yaml").read_text(encoding="utf-8")
    assert "door: door" in (folder / "flows" / "menu.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        ("moved:\n  old_knock: knock\n", "moved:\n  paper: letter\n  old_knock: knock\n"),
        ("moved: {}\n", "moved: {paper: letter}\n"),
        ("moved:\n", "moved: {paper: letter}\n"),
        ("", "\nmoved: {paper: letter}\n"),
        ("# the end", "# the end\n\nmoved: {paper: letter}\n"),
        ("moved: {'letter': \"paper\"}\n", "moved: {'paper': \"letter\"}\n"),
        ("moved: {gone: paper, knock.sure: knock}\n", "moved: {paper: letter, gone: letter, knock.sure: knock}\n"),
    ],
)
def test_the_line_that_leads_people_on_fits_what_stands_there(folder, moved, expected):
    edit(folder, "flows/door.yaml", "\nmoved: {old_knock: knock, knock.letter: knock.paper}\n", moved)
    rename(folder, "door.paper", "door.letter")

    assert (folder / "flows" / "door.yaml").read_text(encoding="utf-8").endswith(f"  safe:\n    end: said\n{expected}")


def test_names_taken_back_leave_the_lines_of_both_ways(folder):
    before = files(folder)
    rename(folder, "door.paper", "door.letter")
    rename(folder, "door.letter", "door.paper")
    rename(folder, "door", "doorway")
    rename(folder, "doorway", "door")

    assert changes(before, files(folder)) == [
        "flows/door.yaml: moved: {letter: paper, old_knock: knock, knock.letter: knock.paper}",
        "flows/door.yaml: was: [doorway]",
    ]


def test_remarks_quotation_marks_and_line_ends_stay(folder):
    edit(folder, "flows/door.yaml", "      paper: paper\n", "      'paper':   \"paper\"   # the paper\n")
    path = folder / "flows" / "door.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    rename(folder, "door.paper", "door.letter")

    expected = before.replace(b'"paper"   # the', b'"letter"   # the').replace(b"\r\n  paper:", b"\r\n  letter:")
    assert path.read_bytes() == expected.replace(b"moved: {", b"moved: {paper: letter, ")


# ------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dor", "entry", 'There is no flow, step or option "dor". Did you mean "door"?'),
        ("door.paper", "door.safe", '"door.safe" is there already. Choose another name.'),
        ("door.paper", "lawyer.paper", 'Only the last part of a name can be changed: "door.paper" to "door.new_name".'),
        ("door.paper", "letter", 'Only the last part of a name can be changed: "door.paper" to "door.new_name".'),
        ("door", "door.", 'Only the last part of a name can be changed: "door" to "new_name".'),
        ("door.safe", "door.menu", 'With the name "door.menu", "door.knock" would mean something else.'),
        ("door.paper", "door.Paper", '"Paper" cannot be a name: 60 small letters a-z, digits and _ at most.'),
        ("door", "do\\or", '"do\\or" cannot be a name: 60 small letters a-z, digits and _ at most.'),
        ("door", "/tmp/door", '"/tmp/door" cannot be a name: 60 small letters a-z, digits and _ at most.'),
        ("door", "door\udcff", '"door\udcff" cannot be a name: 60 small letters a-z, digits and _ at most.'),
        ("door", "a" * 300, f'"{"a" * 60}" cannot be a name: 60 small letters a-z, digits and _ at most.'),
        ("menu", "start", "there is no main menu. [no-menu]"),
    ],
)  # fmt: skip
def test_what_cannot_be_renamed_is_refused_in_a_sentence_and_nothing_changes(folder, old, new, said):
    edit(folder, "flows/door.yaml", "gone: safe", "gone: menu")
    before = files(folder)

    with pytest.raises(Refused) as refused:
        rename(folder, old, new)
    assert said in str(refused.value)
    assert str(refused.value).endswith((said, "another name.", "with this name the content would not check."))
    assert files(folder) == before


def test_a_dry_run_shows_the_same_and_writes_nothing(folder):
    before = files(folder)
    shown = rename(folder, "door", "doorway", dry_run=True)

    assert files(folder) == before
    assert shown.endswith("Nothing was written: a dry run.")
    assert shown.rpartition("\n")[0] == rename(folder, "door", "doorway").rpartition("\n")[0]


# ------------------------------------------------------------------------------------------- people on their way

RENAMES = [
    ("home_door", "at_home"),
    ("at_home.has_paper", "at_home.paper"),
    ("at_home.paper.judge", "at_home.paper.court"),
    ("lawyer", "legal_help"),
    ("legal_help.zip_question", "legal_help.zip"),
    ("emergency", "danger"),
]


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped content after several renames."""
    folder = tmp_path_factory.mktemp("renamed")
    for room in ("flows", "messages", "tests/conversations", "tests/sentences"):
        shutil.copytree(CHECKOUT / room, folder / room)
    for old, new in RENAMES:
        rename(folder, old, new)
    return folder


def talks(folder: Path) -> list[tuple[str, Transcript]]:
    paths = sorted((folder / "tests" / "conversations").rglob("*.txt"))
    return [(path.stem, Transcript.parse(path.read_text(encoding="utf-8"))) for path in paths]


@pytest.mark.slow
def test_golden_conversations_are_the_same_talks_after_a_rename(renamed):
    library = check_folder(renamed).library()

    for name, talk in talks(renamed):
        assert str(replay(talk, library)) == str(talk), name


@pytest.mark.slow
def test_people_go_on_where_they_were_wherever_they_were_when_the_names_changed(renamed, library):
    """Every golden conversation, interrupted before each of its texts by the release with the new names.

    But not in the middle of a reply: no page of an earlier release is turned, whatever has changed. And not behind a
    wait, which is the same as before it.
    """
    after = check_folder(renamed).library().numbered(2)
    cuts = 0
    for name, golden in talks(CHECKOUT):
        for cut in range(1, len(golden.exchanges)):
            if fold(golden.exchanges[cut].said) in ("9", "more") or golden.exchanges[cut - 1].said.startswith("[wait"):
                continue
            assert heard_after(cut, golden, library, after) == [e.heard for e in golden.exchanges[cut:]], (name, cut)
            cuts += 1

    assert cuts > 100


def heard_after(cut: int, golden: Transcript, before: Library, after: Library) -> list[str | None]:
    """What a person hears from the release `after`, who has talked with `before` until the cut."""
    talk = Talk(before, golden.channel, golden.at)
    for exchange in golden.exchanges[:cut]:
        talk.hears(exchange.said)
    later = Talk(after, golden.channel, talk.now)
    later.session = talk.session
    return [later.hears(exchange.said) for exchange in golden.exchanges[cut:]]


@pytest.mark.slow
def test_every_name_of_before_leads_to_the_same_place_of_today(renamed, library):
    keys = check_folder(renamed).library().release.keys

    for old, key in library.release.keys.items():
        today = key
        for was, now in RENAMES:
            today = now + today.removeprefix(was) if f"{today}.".startswith(f"{was}.") else today
        assert keys[old] == today
        assert keys[short_id(today)] == today
