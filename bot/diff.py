"""A change of content as a reviewer sees it: what people got before, and what they get now.

Apart from `content.change`, which shows changed lines: here the release of before answers beside the one of now,
through the engine and the composer that answer on the phone. Telephone numbers come first: a wrong one is worst.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.content import history
from bot.content.change import ROOMS, Refused
from bot.content.files import Files
from bot.content.layers import Folders, covered, folders_of, own
from bot.content.library import Library, check_folder
from bot.content.message_loader import COMMON
from bot.content.problem import ContentError
from bot.content.reviews import stale_keys
from bot.engine.events import Inbound
from bot.engine.flow import Branch, Step, Visit, flow_of, options_of
from bot.engine.referrals import Referral
from bot.engine.release import MENU
from bot.engine.run import turn
from bot.engine.session import Place, Screen, Session, short_id
from bot.engine.understand import BACK, MORE
from bot.mermaid import drawing, ways
from bot.reply import Composer

NOTHING = "No text, no step, no number and no keyword is another than before."


@dataclass(frozen=True, slots=True)
class Piece:
    """One block of the report: lines of a list, bubbles of a phone, or a drawing."""

    kind: str
    """`list`, `bubble` or `mermaid`."""
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What changed in one respect."""

    title: str
    pieces: tuple[Piece, ...]


def diff(folders: Folders, rev: str, *, style: str, now: datetime) -> str:
    """The content of a folder, or of several, beside that of a git revision, as `text` or `markdown`.

    A folder whose repository does not know the revision is taken as it is: shared content has commits of its own.

    Raises:
        ContentError: the content does not check.
        Refused: there is no git, no such revision, or its content does not check.
    """
    files = Files(folders)
    after = check_folder(folders, files=files).library()
    with tempfile.TemporaryDirectory(prefix="content-") as name:
        earlier = Files(_of_revision(folders_of(folders), rev, Path(name)))
        then = check_folder(earlier.folders, files=earlier)
    try:
        before = then.library()
    except ContentError as error:
        raise Refused(f"The content of {rev} does not check, so it cannot answer:\n{error.problems[0]}") from None
    return written([*compare(before, after, now), *_below(earlier, files)], style)


def _of_revision(folders: tuple[Path, ...], rev: str, target: Path) -> tuple[Path, ...]:
    """The folders as they were at a revision; one that did not exist yet is left out."""
    known = [folder for folder in folders if history.commit(folder, rev)]
    if not known:
        raise Refused(f"There is nothing to compare with: {_why_not(own(folders), rev)}")
    found = []
    for number, folder in enumerate(folders):
        there = target / str(number) / folder.name if folder in known else folder
        if folder not in known or _unpack(folder, rev, there):
            found.append(there)
    if not any(folder.is_relative_to(target) for folder in found):
        raise Refused(f"There is nothing to compare with: {rev} has no {' and '.join(ROOMS)} here.")
    return tuple(found)


def _unpack(folder: Path, rev: str, target: Path) -> bool:
    """The content of a revision, from git. Whether there was any."""
    for room in ROOMS:
        for file, content in history.files(folder, history.commit(folder, rev), room):
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            (target / file).write_bytes(content)
    return target.is_dir()


def _why_not(folder: Path, rev: str) -> str:
    if not history.is_installed():
        return "git is not installed."
    return f'git knows no revision "{rev}" here.' if history.knows(folder) else "this folder is not kept in git."


# ------------------------------------------------------------------------------------------- what is another now


def compare(before: Library, after: Library, now: datetime) -> Iterator[Section]:
    """Everything that changed, the most dangerous first."""
    for title, lines in (
        ("TELEPHONE NUMBERS HAVE CHANGED: call each of them before you agree", _numbers(before, after)),
        ("Keywords", _keywords(before, after)),
        ("Texts of the line itself and of referrals", _common(before, after)),
    ):
        if lines:
            yield Section(title, (Piece("list", "\n".join(lines)),))
    changed = _Steps(before, after, now)
    yield from changed.drawings()
    yield from changed.bubbles()
    stale = [f"{key} ({locale})" for locale in after.release.locales for key in stale_keys(after, locale)
             if key not in stale_keys(before, locale)]  # fmt: skip
    if stale:
        yield Section("Stale now: the English is another, the translation is not", (Piece("list", "\n".join(stale)),))


def _below(before: Files, after: Files) -> Iterator[Section]:
    """What shared content has changed where the folder on top says something else: nobody reads it, but whoever wrote
    the folder on top may have to follow."""
    old, new = (dict(one for file in files.layered for one in covered(file, files.layered[file]))
                for files in (before, after))  # fmt: skip
    lines = [f"{key}\n  before: {old[key]}\n  now:    {new[key]}"
             for key in sorted(old.keys() & new.keys()) if old[key] != new[key]]  # fmt: skip
    if lines:
        yield Section("Changed below your own words: do they have to follow?", (Piece("list", "\n".join(lines)),))


def _numbers(before: Library, after: Library) -> list[str]:
    """Every number and page that a person could be told, if it is another one now."""

    def told(library: Library) -> dict[str, str]:
        return {referral.name: _contact(referral) for referral in library.release.referrals}

    old, new = told(before), told(after)
    lines = [f"{name}: {old.get(name, 'new')} -> {new.get(name, 'removed')}"
             for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]  # fmt: skip
    if before.release.line != after.release.line:
        lines.append(f"the organisation's own line: {before.release.line or 'none'} -> {after.release.line or 'none'}")
    return lines


def _contact(referral: Referral) -> str:
    by_text = " by text" if referral.by_text else ""
    return ", ".join(part for part in (referral.title, f"{referral.phone or ''}{by_text}", referral.website) if part)


def _keywords(before: Library, after: Library) -> list[str]:
    """What starts a flow now and did not before, and the other way round; folded as the line reads it."""

    def starting(library: Library) -> set[tuple[str, str, str]]:
        words = library.release.vocabulary
        return {(p.means, p.locale, " ".join(p.words)) for p in (*words.triggers, *words.interrupts)}

    keys = after.release.keys
    old = {(keys.get(short_id(flow), flow), locale, words) for flow, locale, words in starting(before)}
    new = starting(after)
    return [f"{'+' if one in new else '-'} {one[0]} ({one[1]}): {one[2]}" for one in sorted(old ^ new)]


def _common(before: Library, after: Library) -> list[str]:
    """The texts that belong to no step."""
    names = [referral.name for library in (before, after) for referral in library.release.referrals]
    wanted = {f"common.{key}": placeholders for key, placeholders in COMMON.items()}
    wanted |= {f"referrals.{name}.what": frozenset() for name in names}
    lines = []
    for locale in dict.fromkeys((*before.release.locales, *after.release.locales)):
        for key, placeholders in wanted.items():
            old, new = (_text(library, key, locale, placeholders) for library in (before, after))
            if old != new:
                lines.append(f"{key} ({locale}): {old or 'new'} -> {new or 'removed'}")
    return lines


def _text(library: Library, key: str, locale: str, placeholders: frozenset[str] = frozenset()) -> str:
    """A text as its author wrote it, on one line; empty where there is none."""
    if not library.messages.has(key, locale):
        return ""
    return " ".join(library.messages.text(key, locale, **{name: f"%{{{name}}}" for name in placeholders}).split())


class _Steps:
    """The steps that changed, found by what they say and where they lead, not by their lines."""

    def __init__(self, before: Library, after: Library, now: datetime) -> None:
        self.before, self.after, self.now = before, after, now
        keys, steps = after.release.keys, before.release.steps
        self.old_of = {keys[short_id(key)]: key for key in steps if keys.get(short_id(key)) in after.release.steps}
        self.gone = [key for key in steps if self._today(key) not in after.release.steps]
        self.led = {key for key, step in after.release.steps.items() if self._leads_elsewhere(key, step)}

    def drawings(self) -> Iterator[Section]:
        """The flows in which a step leads elsewhere, is new or is gone; these steps drawn boldly."""
        gone = {flow_of(self._today(key)) for key in self.gone}
        for flow in self.after.release.flows.values():
            marked = [step.key for step in flow.steps if step.key in self.led]
            if marked or flow.name in gone:
                yield Section(f"The flow {flow.name}", (Piece("mermaid", drawing(flow, marked), "now"),))

    def bubbles(self) -> Iterator[Section]:
        """Before and after, for each step and each language that changed."""
        pairs = [(self.old_of.get(key), key) for key in self.after.release.steps] + [(key, None) for key in self.gone]
        phones = _Phone(self.before, self.now), _Phone(self.after, self.now)
        for old, new in pairs:
            for locale in dict.fromkeys((*self.before.release.locales, *self.after.release.locales)):
                if new in self.led or self._words(self.before, old, locale) != self._words(self.after, new, locale):
                    shown = [phone.shows(key, locale) for phone, key in zip(phones, (old, new), strict=True)]
                    name = new or f"{old}, gone"
                    if shown[0] != shown[1] and any(shown):
                        yield Section(f"{name} ({locale})", tuple(_bubbles(*shown)))
                    if replies := self._replies(old, new, locale):
                        yield Section(f"{name} ({locale}), said first", (Piece("list", "\n".join(replies)),))

    def _today(self, key: str) -> str:
        return self.after.release.keys.get(short_id(key), key)

    def _leads_elsewhere(self, key: str, step: Step) -> bool:
        old = self.before.release.steps.get(self.old_of.get(key, ""))
        if old is None:
            return True
        was = [(self._word(old, word), self._today(target)) for word, target in ways(old)]
        return type(old) is not type(step) or was != ways(step)

    def _word(self, step: Step, word: str) -> str:
        """The name of an option as it is today."""
        return self._today(f"{step.key}.{word}").rpartition(".")[2] if options_of(step) else word

    @staticmethod
    def _words(library: Library, key: str | None, locale: str) -> list[str]:
        """All that a step says, in the order of its options."""
        step = library.release.steps.get(key or "")
        options = [option.key for option in options_of(step)] if step else []
        own = [] if key is None else [f"{key}.text", f"{key}.yes.label", f"{key}.no.label"]
        parts = [f"{option}.{part}" for option in options for part in ("label", "reply")]
        return [_text(library, name, locale) for name in (*own, *parts)]

    def _replies(self, old: str | None, new: str | None, locale: str) -> list[str]:
        """What is said first when an option was chosen stands in the bubble after it."""
        step = self.after.release.steps.get(new or "")
        found = []
        for option in options_of(step) if step and old else ():
            was = next((o for o in self.before.release.options if self._today(o) == option.key), option.key)
            texts = _text(self.before, f"{was}.reply", locale), _text(self.after, f"{option.key}.reply", locale)
            if texts[0] != texts[1]:
                found.append(f"{option.key}: {texts[0] or 'nothing'} -> {texts[1] or 'nothing'}")
        return found


class _Phone:
    """What a step looks like by SMS. It shows whatever BACK shows: the step from its beginning, and its pages."""

    def __init__(self, library: Library, now: datetime) -> None:
        self.library, self.now, self.composer = library, now, Composer(library)

    def shows(self, key: str | None, locale: str) -> str:
        """The bubbles of one step; empty where there is no such step or language, or the step says nothing itself."""
        release = self.library.release
        step = release.steps.get(key or "")
        if step is None or locale not in release.locales or isinstance(step, Branch | Visit):
            return ""
        way = (Place(short_id(release.flow(MENU).start)), Place(short_id(step.key)), Place("next"))
        session: Session | None = Session(locale=locale, chosen=True, path=way, screen=Screen(kind="rest"))
        pages, digit = [], BACK
        while session is not None:
            session, events = turn(session, Inbound(channel="sms", text=str(digit)), release, self.now)
            session, text = self.composer.reply(session, events, "sms")
            pages.append(text or "")
            if session is None or session.screen is None or not session.screen.has_more:
                break
            digit = MORE
        return "\n\n".join(pages)


def _bubbles(old: str, new: str) -> Iterator[Piece]:
    yield Piece("bubble", old or "(nothing)", "before")
    yield Piece("bubble", new or "(nothing)", "now")


# ------------------------------------------------------------------------------------------- as it is read


def written(sections: list[Section], style: str) -> str:
    """The report as `text` for a terminal, or as `markdown` for a pull request."""
    if not sections:
        return NOTHING
    mark = _markdown if style == "markdown" else _plain
    return "\n\n".join(
        part for section in sections for part in (_title(section.title, style), *map(mark, section.pieces))
    )


def _title(title: str, style: str) -> str:
    return f"### {title}" if style == "markdown" else f"{title}\n{'-' * min(len(title), 100)}"


def _plain(piece: Piece) -> str:
    if piece.kind == "bubble":
        return "\n".join([f"  {piece.about}:", *(f"  | {line}".rstrip() for line in piece.text.split("\n"))])
    return piece.text


def _markdown(piece: Piece) -> str:
    """Everything in fences: what a text holds must not be taken for a sign of this page."""
    fence = "```"
    while fence in piece.text:
        fence += "`"
    about = f"{piece.about}:\n" if piece.about else ""
    return f"{about}{fence}{'mermaid' if piece.kind == 'mermaid' else 'text'}\n{piece.text}\n{fence}"
