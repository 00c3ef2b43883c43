"""The commands as people type them: one screen of help, exit statuses, sentences and no traceback.

Apart from the modules behind the commands, which have their own tests. Commands run as real processes where that is
what a person has, and inside this one where only the words count.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.cli import beginning, cli, developing, making_live, running, translating, writing
from bot.config import CHECKOUT
from tests.content.catalogue import sound_content

MODULES = (writing, translating, making_live, beginning, running, developing)
SECRET = "tests-only-3f9a8c1e5d7b2460-tests-only"


def run(*arguments: str, env: dict[str, str] | None = None, said: str | bytes = "") -> tuple[int, str, str]:
    """Exit status, output and complaints of one command."""
    done = CliRunner().invoke(cli, arguments, env=env or {}, input=said, prog_name="python3 -m bot")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    """A small sound content folder, with its fallback file."""
    sound_content(tmp_path / "content")
    assert run("fallback", env={"HOTLINE_CONTENT": str(tmp_path / "content")})[0] == 0
    return tmp_path / "content"


def broken(folder: Path) -> Path:
    path = folder / "flows" / "door.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("gone: safe", "gone: saef"), encoding="utf-8")
    return folder


THE_PROBLEM = (
    'flows/door.yaml:8:7: this goes to "saef", but there is no such step or flow. '
    'Did you mean "safe"? [unknown-target]\n'
    "        gone: saef\n"
    "    Steps of this flow: call, knock, paper, safe. Flows: door, lawyer, menu.\n"
)


def test_help_names_every_command_once_below_what_it_is_for():
    status, shown, _ = run("--help")

    assert status == 0
    assert {one for module in MODULES for one in vars(module).values() if isinstance(one, click.Command)} == set(
        cli.commands.values()
    )
    assert max(map(len, shown.splitlines())) <= 80
    assert [name for name in cli.commands if not re.search(rf"^  {name} .*\.$", shown, re.MULTILINE)] == []
    assert "..." not in shown.partition("\n\n")[2].partition("\n\n")[2], (
        "a command's first sentence is too long for one line"
    )


def test_check_says_that_sound_content_is_sound(folder):
    assert run("check", str(folder)) == (0, "No problems.\n", "")


def test_check_names_the_mistake_and_ends_with_status_1(folder):
    assert run("check", str(broken(folder))) == (1, f"{THE_PROBLEM}1 error, 0 warnings.\n", "")


def test_check_reads_the_folder_of_the_setting(folder):
    assert run("check", env={"HOTLINE_CONTENT": str(broken(folder))})[0] == 1


def test_check_for_programs_is_json_with_every_field(folder):
    status, shown, _ = run("check", str(broken(folder)), "--format", "json")

    assert status == 1
    assert json.loads(shown) == [
        {
            "code": "unknown-target",
            "place": {"file": "flows/door.yaml", "line": 8, "column": 7},
            "what": 'this goes to "saef", but there is no such step or flow. Did you mean "safe"?',
            "cure": "Steps of this flow: call, knock, paper, safe. Flows: door, lawyer, menu.",
            "severity": "error",
            "shown": "gone: saef",
        }
    ]


def test_check_for_a_pull_request_is_one_annotation_a_line(folder):
    status, shown, _ = run("check", str(broken(folder)), "--format", "github")

    assert status == 1
    assert shown == (
        '::error file=flows/door.yaml,line=8,col=7,title=unknown-target::this goes to "saef", but there is no such '
        'step or flow. Did you mean "safe"? Steps of this flow: call, knock, paper, safe. Flows: door, lawyer, menu.\n'
    )


def test_explain_says_what_would_happen_and_why(folder):
    status, shown, _ = run("explain", "they knock", env={"HOTLINE_CONTENT": str(folder)})

    assert status == 0
    assert shown.splitlines()[:3] == ["flow: door", "  locale   en", "  step     door.knock"]


def test_explain_answers_each_line_of_a_pipe_with_one_json_line(folder):
    said = b"puerta\r\nlawyer\n\nSTOP\n" + b"\xff\xfe odd\n"
    status, shown, _ = run("explain", "-", env={"HOTLINE_CONTENT": str(folder)}, said=said)

    answers = [json.loads(line) for line in shown.splitlines()]
    assert status == 0
    assert [(answer["action"], answer["flow"], answer["locale"]) for answer in answers[:2]] == [
        ("flow", "door", "es"),
        ("flow", "lawyer", "en"),
    ]
    assert [answer["action"] for answer in answers[2:4]] == ["fallback", "optout"]
    assert answers[0]["text"] == "puerta"
    assert len(answers) == 5


@pytest.mark.parametrize("command", [("explain", "hello"), ("chat",), ("fallback",)])
def test_no_command_works_with_content_that_does_not_check(command, folder):
    status, shown, complaints = run(*command, env={"HOTLINE_CONTENT": str(broken(folder))})

    assert (status, shown) == (1, "")
    assert THE_PROBLEM.strip() in complaints


def test_publish_refuses_content_that_does_not_check_and_says_what_stays(folder, valkey, tmp_path):
    env = {"REDIS_URL": valkey, "HOTLINE_SECRET": SECRET, "HOTLINE_DATA": str(tmp_path)}

    assert run("publish", str(broken(folder)), env=env) == (
        1,
        "",
        f"{THE_PROBLEM}\nNothing was published. The release that was live is still live.\n",
    )


def test_publish_refuses_a_fallback_file_that_is_out_of_date(folder, valkey, store, tmp_path):
    env = {"REDIS_URL": valkey, "HOTLINE_SECRET": SECRET, "HOTLINE_DATA": str(tmp_path)}
    path = folder / "flows" / "referrals.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("8005667636", "8003540365"), encoding="utf-8")
    refused = run("publish", str(folder), env=env)
    assert run("fallback", env={"HOTLINE_CONTENT": str(folder)})[0] == 0

    assert refused[0] == 1
    assert "Run: python3 -m bot fallback" in refused[2]
    assert run("publish", str(folder), env=env)[0] == 0


def test_publishing_the_same_content_twice_changes_nothing(folder, valkey, store, tmp_path):
    env = {"REDIS_URL": valkey, "HOTLINE_SECRET": SECRET, "HOTLINE_DATA": str(tmp_path)}

    assert re.fullmatch(r"Release 1 \([0-9a-f]{12}\) is live\.\n", run("publish", str(folder), env=env)[1])
    assert "was live already: nothing has changed" in run("publish", str(folder), env=env)[1]


def test_a_change_is_tried_published_listed_withdrawn_and_taken_back(folder, valkey, store, tmp_path):
    env = {"REDIS_URL": valkey, "HOTLINE_SECRET": SECRET, "HOTLINE_DATA": str(tmp_path), "HOTLINE_CONTENT": str(folder)}
    assert run("publish", "--by", "Ana", "--note", "the first", env=env)[0] == 0
    path = folder / "messages" / "en" / "door.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("Keep the door closed.", "Do not open."), encoding="utf-8")

    status, shown, _ = run("publish", "--dry-run", env=env)
    assert (status, "    - Keep the door closed." in shown, "    + Do not open." in shown) == (0, True, True)
    assert run("publish", "--by", "Ana", env=env)[1].startswith("Release 2 (")
    assert (
        "Withdrawn: door.knock in en"
        in run("withdraw", "door.knock", "--locale", "en", "--reason", "too short", "--by", "Wei", env=env)[1]
    )
    assert "Said again: door.knock in en" in run("withdraw", "door.knock", "--undo", "--by", "Wei", env=env)[1]
    assert "It says what release 1 said." in run("rollback", "--by", "Wei", env=env)[1]
    assert re.findall(r"^ +(\d)  (\w+)  \w{12}  .{16}  (.*)$", run("releases", env=env)[1], re.MULTILINE) == [
        ("5", "live", "went back to 1 by Wei"),
        ("4", "kept", "took back: door.knock in en by Wei"),
        ("3", "kept", "withdrew door.knock in en by Wei"),
        ("2", "kept", "published by Ana"),
        ("1", "kept", "published by Ana"),
    ]


def test_a_dry_run_of_what_would_be_refused_ends_with_status_1_and_names_the_override(folder, valkey, store, tmp_path):
    env = {"REDIS_URL": valkey, "HOTLINE_SECRET": SECRET, "HOTLINE_DATA": str(tmp_path)} | {
        "PUBLIC_URL": "https://line.rights.nyc", "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "2" * 32
    }  # fmt: skip
    status, shown, _ = run("publish", str(folder), "--dry-run", env=env)
    assert status == 1
    assert "python3 -m bot publish --unreviewed ROLE --flow door" in shown

    named = ("--unreviewed", "coordinator", "--flow", "door", "--flow", "lawyer")
    locales = ("--locale", "es") if "--locale es" in shown else ()
    assert run("publish", str(folder), *named, *locales, "--by", "Ana", env=env)[0] == 0
    assert "not reviewed (coordinator): door, lawyer" in run("releases", env=env)[1]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("withdraw", "door.knock"), "Say what is wrong with it: --reason TEXT"),
        (("withdraw", "door.knock", "--reason", "wrong"), "Nothing is live that could be changed."),
        (("rollback",), "There is no earlier release to go back to."),
    ],
)
def test_nothing_is_done_where_there_is_nothing_to_do_it_to(command, says, valkey, store, tmp_path):
    env = {"REDIS_URL": valkey, "HOTLINE_SECRET": SECRET, "HOTLINE_DATA": str(tmp_path)}
    status, shown, complaints = run(*command, env=env)

    assert status
    assert shown == ""
    assert says in complaints


def test_publish_says_that_the_store_does_not_answer(folder, tmp_path):
    env = {"REDIS_URL": f"unix://{tmp_path}/nobody.sock", "HOTLINE_SECRET": SECRET, "HOTLINE_DATA": str(tmp_path)}

    assert run("publish", str(folder), env=env) == (
        1,
        "",
        "The store does not answer. Is it running, and is REDIS_URL right?\n\n"
        "Nothing was published. The release that was live is still live.\n",
    )


def test_all_wrong_settings_are_named_at_once():
    env = {"PORT": "eighty", "PUBLIC_URL": "line.example.org", "REDIS_URL": "localhost", "HOTLINE_SECRET": "short"}
    status, shown, complaints = run("publish", env=env)

    assert (status, shown) == (2, "")
    assert re.findall(r"^([A-Z_]+) ", complaints, re.MULTILINE) == ["REDIS_URL", "PORT", "PUBLIC_URL", "HOTLINE_SECRET"]
    assert "short" not in complaints.partition("HOTLINE_SECRET")[2].partition("\n")[0].replace("too short", "")


def test_check_works_as_a_process_in_a_folder_of_its_own(folder):
    shutil.copy(CHECKOUT / "flows" / "sources.yaml", folder / "flows" / "sources2.yaml")
    command = [sys.executable, "-m", "bot", "check", str(folder)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, env=os.environ)

    assert done.returncode == 1
    assert "flows/sources2.yaml" in done.stdout
    assert "Traceback" not in done.stderr


def test_translations_are_counted_and_then_recorded_as_read_today(folder):
    there = {"HOTLINE_CONTENT": str(folder)}
    (folder / "messages" / "es" / "reviews.yml").unlink()

    status, shown, _ = run("reviewed", "es", "--by", "native speaker, teacher", env=there)
    assert (status, shown.partition(" texts")[0].rpartition(" ")[0]) == (0, "messages/es/reviews.yml:")
    records = (folder / "messages" / "es" / "reviews.yml").read_text(encoding="utf-8")
    assert f'date: {date.today().isoformat()}, by: "native speaker, teacher"}}' in records
    assert run("translations", env=there)[1].splitlines()[0].endswith("0 missing,   0 stale,   0 unread")


@pytest.mark.parametrize(
    "arguments", [("translations", "fr"), ("reviewed", "fr", "--by", "teacher"), ("reviewed", "es", "--by", "Maria")]
)
def test_a_language_or_role_that_is_not_one_ends_in_a_sentence(folder, arguments):
    status, shown, complaint = run(*arguments, env={"HOTLINE_CONTENT": str(folder)})

    assert (status, shown, complaint.count("\n")) == (1, "", 1)


def test_rename_shows_the_difference_and_writes_only_without_dry_run(folder):
    before = (folder / "flows" / "door.yaml").read_text(encoding="utf-8")
    there = {"HOTLINE_CONTENT": str(folder)}
    status, shown, _ = run("rename", "door.paper", "door.letter", "--dry-run", env=there)

    assert status == 0
    assert "-  paper:\n+  letter:\n" in shown
    assert (folder / "flows" / "door.yaml").read_text(encoding="utf-8") == before
    assert run("rename", "door.paper", "door.letter", env=there)[0] == 0
    assert "\n  letter:\n" in (folder / "flows" / "door.yaml").read_text(encoding="utf-8")
    status, _, complaint = run("rename", "door.paper", "door.letter", env=there)
    assert (status, complaint.partition(". ")[0]) == (1, 'There is no flow, step or option "door.paper"')
