"""Talk to the line in a terminal or through a pipe, with the same engine and the same words as the webhook.

Apart from `transcript` because this one meets a person at a keyboard; what it saves is what the tests replay.
"""

from __future__ import annotations

import re
import sys
from datetime import datetime
from pathlib import Path

from bot.config import CHECKOUT
from bot.content.layers import Folders
from bot.content.library import Library, check_folder
from bot.content.problem import ContentError
from bot.engine.flow import flow_of
from bot.engine.release import MENU
from bot.engine.session import Session
from bot.transcript import NO_ANSWER, Exchange, Talk, Transcript, opening

CONVERSATIONS = CHECKOUT / "tests" / "conversations"
HELLO = (
    "Type what a person would text; an empty line or Ctrl-D ends. "
    "[picture], [place], [wait 3h], [button a.b.c] work too."
)


def talk(content: Folders, *, locale: str | None, channel: str, flow: str | None, save: Path | None) -> int:
    """Run the chat until its input ends. Returns the exit status."""
    try:
        library = check_folder(content).library()
    except ContentError as error:
        print(error, file=sys.stderr)
        return 1
    for option, value, known in (
        ("--locale", locale, library.release.locales),
        ("--flow", flow, library.release.flows),
    ):
        if value and value not in known:
            print(f'{option} "{value}" is not known. Known: {", ".join(sorted(known))}', file=sys.stderr)
            return 2
    interactive = sys.stdin.isatty()
    at = datetime.now(library.release.timezone).replace(tzinfo=None, microsecond=0)
    person = Talk(library, channel, at)
    spoken = Transcript(about="", channel=channel, at=at)
    if interactive:
        print(HELLO)
    for said in opening(library, locale, flow):
        print(f"> {said}")
        _exchange(person, spoken, said)
    while (typed := _next(interactive)) is not None:
        _exchange(person, spoken, typed)
    if save or (interactive and spoken.exchanges):
        _save(spoken, save, person)
    return 0


def golden_path(about: str, session: Session | None, library: Library) -> Path:
    """Where a talk is kept that shows this: in the folder of the flow where it has ended."""
    place = session.place if session else None
    flow = flow_of(library.release.keys.get(place.step, MENU)) if place else MENU
    name = re.sub(r"[^a-z0-9]+", "-", about.lower()).strip("-")[:60]
    return CONVERSATIONS / flow / f"{name or 'talk'}.txt"


def _exchange(person: Talk, spoken: Transcript, said: str) -> None:
    heard = person.hears(said)
    spoken.exchanges.append(Exchange(said, heard))
    print("\n".join(f"  {line}" for line in (heard if heard is not None else NO_ANSWER).split("\n")), flush=True)


def _next(interactive: bool) -> str | None:
    """The next text, or None at the end. In a pipe an empty line is an empty text."""
    try:
        said = input("> " if interactive else "")
    except (EOFError, KeyboardInterrupt):
        return None
    return None if interactive and not said else said


def _save(spoken: Transcript, path: Path | None, person: Talk) -> None:
    """Write the talk as a golden conversation, after asking where nobody said where to."""
    if path is None:
        about = input("Keep this talk as a golden conversation? What does it show (empty: no)? ").strip()
        if not about:
            return
        spoken.about = about
        path = golden_path(about, person.session, person.library)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(spoken), encoding="utf-8")
    print(f"Written to {path}")
