"""Small releases for tests: a few lines of flows and messages, with the shipped words, common texts and referrals.

Apart from the tests that use it. What it makes has passed the same checks as shipped content.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

from bot.config import CHECKOUT
from bot.content.library import Checked, Library, check_folder

SHARED = ("common", "words", "referrals")


def library_of(
    flows: Mapping[str, str], messages: Mapping[str, str], *, locales: tuple[str, ...] = ("en",), **organisation: str
) -> Library:
    """A checked release. `flows` and `messages` are YAML by flow; every locale says the same.

    `organisation`: those of its fields that differ from the shipped ones.
    """
    return checked_of(flows, messages, locales=locales, **organisation).library()


def understood(library: Library) -> dict[str, object]:
    """Everything that a release understands, to be compared."""
    vocabulary = library.release.vocabulary
    return {field.name: getattr(vocabulary, field.name) for field in fields(vocabulary)}


def checked_of(
    flows: Mapping[str, str], messages: Mapping[str, str], *, locales: tuple[str, ...] = ("en",), **organisation: str
) -> Checked:
    """The same with its bundle, to be published."""
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        write_content(Path(name), flows, messages, locales=locales, **organisation)
        return check_folder(Path(name))


def write_content(
    folder: Path,
    flows: Mapping[str, str],
    messages: Mapping[str, str],
    *,
    locales: tuple[str, ...] = ("en",),
    **organisation: str,
) -> None:
    """The same as a folder."""
    (folder / "flows").mkdir()
    settings = (CHECKOUT / "flows" / "organisation.yaml").read_text("utf-8")
    for field, value in {"bilingual": f"[{', '.join(locales[:2])}]", **organisation}.items():
        settings = re.sub(rf"(?m)^{field}: .*$", f"{field}: {value}", settings)
    (folder / "flows" / "organisation.yaml").write_text(settings, "utf-8")
    for shipped in ("referrals", "sources"):
        text = (CHECKOUT / "flows" / f"{shipped}.yaml").read_text("utf-8")
        (folder / "flows" / f"{shipped}.yaml").write_text(_spoken_here(text, locales), "utf-8")
    for flow, text in flows.items():
        (folder / "flows" / f"{flow}.yaml").write_text(dedent(text), "utf-8")
    for locale in locales:
        (folder / "messages" / locale).mkdir(parents=True)
        for file in SHARED:
            text = (CHECKOUT / "messages" / locale / f"{file}.yml").read_text("utf-8")
            (folder / "messages" / locale / f"{file}.yml").write_text(text, "utf-8")
        for flow, text in messages.items():
            (folder / "messages" / locale / f"{flow}.yml").write_text(dedent(text), "utf-8")


def _spoken_here(referrals: str, locales: tuple[str, ...]) -> str:
    """The listings, with the languages that this small release does not have left out."""
    known = {path.name for path in (CHECKOUT / "messages").iterdir() if path.is_dir()}

    def kept(match: re.Match[str]) -> str:
        languages = [language.strip() for language in match[1].split(",")]
        return f"languages: [{', '.join(name for name in languages if name in locales or name not in known)}]"

    return re.sub(r"languages: \[([^\]]*)\]", kept, referrals)
