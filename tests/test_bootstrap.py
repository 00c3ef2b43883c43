"""The set-up behind `python3 -m bot`: real venvs, real pip, and lock files with nothing in them."""

from __future__ import annotations

import ast
import fcntl
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
import venv
from pathlib import Path

import pip
import pytest

from bot.__main__ import RUN_LOCK, TEST_LOCK, Environment, SetupError, newer_python, too_old, venv_cure
from bot.config import CHECKOUT
from tests.processes import until

CLI = "import sys\n\ndef main():\n    print(sys.prefix, *sys.argv[1:])\n"
STAMPED = f"Python {sys.version_info.major}.{sys.version_info.minor}\n"


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose lock files ask for nothing, so that pip needs no network."""
    for lock in (RUN_LOCK, TEST_LOCK):
        (tmp_path / lock).write_text(f"# nothing, for {lock}\n")
    (tmp_path / "bot").mkdir()
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(CHECKOUT / "bot" / name, tmp_path / "bot")
    (tmp_path / "bot" / "cli.py").write_text(CLI)
    return tmp_path


@pytest.fixture
def made(checkout):
    """A `.venv` as a developer makes it by hand; pip is borrowed from ours, which is quicker than a pip of its own."""
    venv.create(checkout / ".venv", with_pip=False, symlinks=True)
    [packages] = (checkout / ".venv").glob("lib/*/site-packages")
    (packages / "borrowed.pth").write_text(str(Path(pip.__file__).parent.parent))
    return checkout


@pytest.fixture
def ready(made):
    """The same with everything installed and stamped."""
    for lock in (RUN_LOCK, TEST_LOCK):
        (made / ".venv" / f"{lock}.installed").write_text(STAMPED + (made / lock).read_text())
    return made


def start(checkout: Path, *arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "bot", *arguments], cwd=checkout, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_ready_folder_is_used_at_once_with_all_arguments(ready):
    done = start(ready, "chat", "--locale", "es")
    assert (done.stdout, done.stderr) == (f"{ready}/.venv chat --locale es\n", "")


def test_from_inside_it_goes_straight_on(ready):
    done = start(ready, "web", python=str(ready / ".venv" / "bin" / "python"))
    assert (done.stdout, done.stderr) == (f"{ready}/.venv web\n", "")


@pytest.mark.parametrize("lock", [RUN_LOCK, TEST_LOCK])
def test_a_changed_lock_file_is_not_ready(ready, lock):
    environment = Environment(str(ready))
    assert environment.is_ready(lock)
    (ready / lock).write_text("# something else\n")
    assert not environment.is_ready(lock)


@pytest.mark.parametrize("gone", ["bin/python", "pyvenv.cfg", f"{RUN_LOCK}.installed"])
def test_a_folder_with_a_part_missing_is_not_ready(ready, gone):
    (ready / ".venv" / gone).unlink()
    assert not Environment(str(ready)).is_ready(RUN_LOCK)


def test_an_unfinished_folder_is_not_ready(ready):
    (ready / ".venv" / "unfinished").touch()
    assert not Environment(str(ready)).is_ready(RUN_LOCK)


def test_another_python_inside_is_not_ready(ready):
    (ready / ".venv" / f"{RUN_LOCK}.installed").write_text("Python 3.10\n" + (ready / RUN_LOCK).read_text())
    done = start(ready, python=str(ready / ".venv" / "bin" / "python"))
    assert (done.stdout, done.stderr) == (f"{ready}/.venv\n", "Installing packages, once ...\n")


def test_a_folder_made_by_hand_is_kept_and_filled(made):
    assert start(made).stderr == "Installing packages, once ...\n"
    assert (made / ".venv" / f"{RUN_LOCK}.installed").read_text() == STAMPED + (made / RUN_LOCK).read_text()
    assert not (made / ".venv" / f"{TEST_LOCK}.installed").exists()
    assert start(made).stderr == ""


def test_the_test_command_installs_what_tests_need(made):
    assert start(made, "test").stdout == f"{made}/.venv test\n"
    assert start(made, "bench").stdout == f"{made}/.venv bench\n"
    assert Environment(str(made)).is_ready(TEST_LOCK)
    assert Environment(str(made)).is_ready(RUN_LOCK)


def test_an_interrupted_set_up_is_done_again_from_the_start(checkout):
    folder = checkout / ".venv"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "half").touch()
    (folder / "unfinished").touch()
    done = start(checkout)
    assert (done.stdout, done.stderr) == (f"{folder}\n", "Setting up, about a minute, once ...\n")
    assert not (folder / "lib" / "half").exists()
    assert not (folder / "unfinished").exists()


def test_a_folder_of_somebody_else_is_left_alone(checkout):
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "theirs").touch()
    done = start(checkout)
    assert done.returncode == 1
    assert "rm -r .venv" in done.stderr
    assert os.listdir(checkout / ".venv") == ["theirs"]


def test_whoever_comes_second_waits_and_finds_it_done(made, capsys):
    environment = Environment(str(made))
    handle = os.open(made / ".venv", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    second = threading.Thread(target=environment.set_up, args=(RUN_LOCK,))
    second.start()
    until(lambda: "Waiting for another set-up" in capsys.readouterr().err)
    (made / ".venv" / f"{RUN_LOCK}.installed").write_text(STAMPED + (made / RUN_LOCK).read_text())
    os.close(handle)
    second.join(5)
    assert not second.is_alive()
    assert capsys.readouterr().err == ""


def test_a_failed_install_says_pips_last_words_and_a_cure_and_can_be_tried_again(made):
    (made / RUN_LOCK).write_text("./gone-1.0-py3-none-any.whl\n")  # fails without asking the network
    done = start(made)
    assert done.returncode == 1
    assert "gone-1.0-py3-none-any.whl" in done.stderr
    assert "Behind a proxy, set HTTPS_PROXY" in done.stderr
    assert "Traceback" not in done.stderr
    (made / RUN_LOCK).write_text("# nothing\n")
    assert start(made).returncode == 0


def test_an_old_python_says_in_one_line_what_to_install():
    said = too_old((3, 9))
    assert "this is 3.9" in said
    assert "sudo apt install python3.11" in said
    assert "brew install python" in said
    assert "\n" not in said


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_old_python_can_read_it(name):
    ast.parse((CHECKOUT / "bot" / name).read_text(), feature_version=(3, 6))


def test_a_newer_python_counts_only_if_it_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert newer_python() is None
    (tmp_path / "python3.13").write_text("#!/bin/sh\nexit 127\n")  # what a version manager leaves behind
    (tmp_path / "python3.13").chmod(0o755)
    assert newer_python() is None
    (tmp_path / "python3.12").symlink_to(sys.executable)
    assert newer_python() == str(tmp_path / "python3.12")


def test_a_python_without_venv_gets_one_line_with_a_cure():
    assert re.fullmatch(
        r"Install .*(sudo apt install python3[.\d]*-venv|brew install python.*)", venv_cure("/usr/bin/python3")
    )


def test_windows_is_sent_to_wsl(checkout, monkeypatch):
    from bot.__main__ import _set_up_with_a_new_enough_python

    monkeypatch.setattr(os, "name", "nt")
    with pytest.raises(SetupError, match="wsl --install"):
        _set_up_with_a_new_enough_python(Environment(str(checkout)), RUN_LOCK)


def pins(lock: str) -> set[str]:
    return {line.partition(";")[0].strip(" \\") for line in (CHECKOUT / lock).read_text().splitlines() if "==" in line}


def test_tests_run_on_the_versions_that_serve():
    assert pins(RUN_LOCK) < pins(TEST_LOCK)


@pytest.mark.parametrize("lock", [RUN_LOCK, TEST_LOCK])
def test_the_lock_files_hold_hashes_and_no_addresses(lock):
    text = (CHECKOUT / lock).read_text()
    assert "://" not in text
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", text.strip()))


def test_everything_asked_for_is_locked():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    asked = {(name, RUN_LOCK) for name in project["project"]["dependencies"]}
    asked |= {(name, TEST_LOCK) for name in project["dependency-groups"]["dev"]}
    for requirement, lock in asked:
        name = re.split(r"[^\w.-]", requirement)[0].lower()
        assert any(pin.startswith(f"{name}==") for pin in pins(lock)), f"{name} is not in {lock}: poe lock"
