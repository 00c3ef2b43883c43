"""`line.env` is read as it is written, by us and by a shell, and nobody else may read it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.config import CHECKOUT
from bot.envfile import BadValue, adopt, path_in, read, write

ABOUT = dict.fromkeys(("PUBLIC_URL", "STUDIO_PASSWORD_HASH", "EMPTY"), "What it is.")
HASH = "scrypt:32768:8:1$Ab3$" + "0f" * 64


def test_what_is_written_is_read_again_and_only_by_its_owner(tmp_path):
    path = tmp_path / "line.env"
    values = {"PUBLIC_URL": "https://line.example.org", "STUDIO_PASSWORD_HASH": HASH, "EMPTY": ""}
    write(path, values, ABOUT)

    assert read(path) == values
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["line.env"]


def test_a_shell_reads_the_same(tmp_path):
    path = tmp_path / "line.env"
    write(path, {"STUDIO_PASSWORD_HASH": HASH}, ABOUT)
    said = subprocess.check_output(["sh", "-c", f'. "{path}"; printf %s "$STUDIO_PASSWORD_HASH"'], text=True)

    assert said == HASH


def test_a_change_leaves_every_other_line_as_it_is(tmp_path):
    path = tmp_path / "line.env"
    path.write_text('# Ours.\nEMPTY=\nOTHER="with spaces"\n', encoding="utf-8")
    write(path, {"EMPTY": "full", "PUBLIC_URL": "https://a.example"}, ABOUT)

    assert path.read_text(encoding="utf-8") == (
        '# Ours.\nEMPTY=full\nOTHER="with spaces"\n\n# What it is.\nPUBLIC_URL=https://a.example\n'
    )
    assert read(path)["OTHER"] == "with spaces"


@pytest.mark.parametrize("value", ["it's", "two\nlines", "a\x00"])
def test_a_value_that_would_end_its_line_is_refused_and_nothing_is_written(tmp_path, value):
    with pytest.raises(BadValue):
        write(tmp_path / "line.env", {"EMPTY": value}, ABOUT)
    assert list(tmp_path.iterdir()) == []


def test_the_environment_counts_more_than_the_file(tmp_path):
    path = tmp_path / "line.env"
    write(path, {"EMPTY": "file", "PUBLIC_URL": "https://file.example"}, ABOUT)
    env = {"HOTLINE_ENV": str(path), "PUBLIC_URL": "https://env.example"}
    assert path_in(env) == path
    adopt(env)

    assert (env["EMPTY"], env["PUBLIC_URL"]) == ("file", "https://env.example")


def test_no_file_is_no_setting(tmp_path):
    assert read(tmp_path / "none") == {}


def test_a_file_that_is_not_for_us_is_said_in_a_sentence(tmp_path):
    """A folder in its place, since nothing is unreadable for root."""
    env = {"HOTLINE_ENV": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == f"{tmp_path} cannot be read. Run this as the user that it belongs to.\n"
