"""No secret is kept in this repository: every file that git knows is searched for what real ones look like.

Apart from test_privacy.py, which looks for people. What tests make up is told apart by its monotony: a real key is not
written with one sign over and over, nor in the order of the digits.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bot.config import CHECKOUT

SHAPES = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a Twilio id of an account or a key": r"\b(?:AC|SK)[0-9a-f]{32}\b",
    "a token or secret": r"(?i)(?:token|secret|passw\w*|api_?key)\w*[\"']?\s*[:=]\s*[\"']([A-Za-z0-9+/_=-]{24,})[\"']",
    "a token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    "a token of Slack": r"\bxox[abpr]-[A-Za-z0-9-]{20,}",
    "a key of AWS": r"\bAKIA[0-9A-Z]{16}\b",
    "an address with a password in it": r"\w+://[^\s/:@\"'`{}<>]*:([^\s/@\"'`{}<>$]{12,})@",
}
MADE_UP = re.compile(
    r"tests-only|example|replace-me|0123456789abcdef|b1946ac92492d234|(.)\1{7}|(..)\2{4}", re.IGNORECASE
)
"""Marks of what nobody uses; one that has to look good, for the tests of the doctor, is named."""
LOCKS = {"requirements.txt", "requirements-dev.txt"}
"""Hashes, line by line."""


def found_in(text: str) -> list[str]:
    """What looks like a real secret."""
    return [
        what
        for what, shape in SHAPES.items()
        for match in re.finditer(shape, text)
        if not MADE_UP.search(match[match.lastindex or 0])
    ]


def test_no_file_holds_a_secret():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    files = [name for name in listed.split("\0") if name and Path(name).name not in LOCKS]

    assert len(files) > 300
    texts = {name: (CHECKOUT / name).read_bytes().decode("utf-8", "replace") for name in files}
    assert {name: found for name, text in texts.items() if (found := found_in(text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE " + "KEY-----",
        "account: AC" + "8f14e45fceea167a5a36dedd4bea2543",
        'TWILIO_AUTH_TOKEN = "' + '45c48cce2e2d7fbdea1afc51c7c6ad26"',
        "{'secret': '" + "kq7Zp2Vx9LmT4RsW8bYcJd3F'}",
        "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
        "redis://default:" + "f3Kq9ZpL2vXw7@db.internal:6379",
    ],
)
def test_the_search_finds_what_is_planted(text):
    assert found_in(f"some words\n{text}\nmore words")
