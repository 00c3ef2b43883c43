"""The answers in the content folder: who runs the line, their own telephone, and the fallback text that follows.

Apart from `content`, which never writes by itself. Everything is drafted first, checked as publishing would check it,
and written whole or not at all; remarks and order of the volunteers' files stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from bot.content.change import Change, Refused, lines_of
from bot.content.edit import CannotEdit, Value, edited
from bot.content.fallback import FILE, written
from bot.content.files import Files
from bot.content.layers import Folders, folders_of
from bot.content.library import Library, check_folder
from bot.content.problem import Problems
from bot.content.referral_loader import ORGANISATION, REFERRALS
from bot.content.reviews import file_of
from bot.content.source import Node
from bot.init.questions import NONE, PHONE
from bot.reply import fallback_texts

OWN_LINE = "own_line"
"""The name of an organisation's own telephone in referrals.yaml, where `init` wrote it."""
SAYS = "Legal help"
"""What is said of it. Taken, in every language, from a text that says the same already."""
RECHECK = timedelta(days=90)

_OF_ORGANISATION = ("name", "city", "area", "timezone", "default_locale", "legal_team", "privacy_contact")
_WHAT = f"referrals.{OWN_LINE}.what"


def present(folder: Path) -> dict[str, str]:
    """The answers that the folder holds now.

    Raises:
        Refused: its files cannot be read.
    """
    files, problems = Files(folder), Problems()
    plain = [_fields(files.read(file, problems, {})) for file in (ORGANISATION, REFERRALS)]
    if problems.errors:
        raise Refused("\n".join(map(str, problems.errors)))
    organisation, referrals = plain[0], _fields(plain[1].get("referrals"))
    found = {name: _text(organisation.get(name)) for name in (*_OF_ORGANISATION, "line")}
    found["bilingual"] = ",".join(map(_text, _items(organisation.get("bilingual"))))
    found["hours"] = "unknown"
    if found["line"] == OWN_LINE:
        own = _fields(referrals.get(OWN_LINE))
        found["line"] = _text(own.get("phone"))
        found["hours"] = _spoken(own.get("hours"))
    return found


def known(folders: Folders) -> dict[str, set[str]]:
    """The names that an answer may be: areas, lines and languages, of all folders together."""
    found: dict[str, set[str]] = {"area": set(), "line": set(), "default_locale": set()}
    for folder in folders_of(folders):
        fields = _fields(Files(folder).read(REFERRALS, Problems(), {})) if (folder / REFERRALS).exists() else {}
        found["area"] |= _fields(fields.get("areas")).keys()
        found["line"] |= _fields(fields.get("referrals")).keys()
        found["default_locale"] |= {path.parent.name for path in folder.glob("messages/*/common.yml")}
    return found | {"bilingual": found["default_locale"]}


def drafted(folders: Folders, answers: Mapping[str, str], today: date) -> tuple[Change, Library]:
    """The change that the answers make, of several folders in the one on top, and the content as it will be.

    Nothing is written yet.

    Raises:
        ContentError: the folder has errors, or would have some.
        Refused: a file is written in a way that only an editor can change.
    """
    files, folder = Files(folders), folders_of(folders)[-1]
    before = check_folder(folders, files=files).library()
    draft = Change(folder)
    has_line = bool(re.fullmatch(PHONE, answers["line"]))
    if has_line:
        _own_line(draft, folder, answers, today)
        _say_what_it_is(draft, before)
    values: dict[str, Value] = {name: answers[name] for name in _OF_ORGANISATION}
    values["bilingual"] = [part.strip() for part in answers["bilingual"].split(",")]
    values["line"] = OWN_LINE if has_line else answers["line"]
    for name, value in values.items():
        _put(draft, ORGANISATION, (name,), value)
    after = check_folder(folders, files=files, instead={name: draft.text(name).encode() for name in draft.changed})
    library = after.library()
    draft.put(FILE, written(fallback_texts(library)))
    return draft, library


def _put(draft: Change, file: str, path: tuple[str, ...], value: Value) -> None:
    try:
        draft.put(file, edited(draft.text(file).encode(), file, path, value).decode())
    except CannotEdit as error:
        raise Refused(f"{error} Nothing was changed.") from None


# ------------------------------------------------------------------------------------------- the own telephone


def _own_line(draft: Change, folder: Path, answers: Mapping[str, str], today: date) -> None:
    """Its entry, first among the referrals: one line, made anew unless it says the same already."""
    root = Files(folder).read(REFERRALS, Problems(), {})
    referrals = root.value.get("referrals") if root and isinstance(root.value, dict) else None
    if referrals is None or not isinstance(referrals.value, dict) or not referrals.value:
        raise Refused(f"{REFERRALS} holds no referrals yet. Write one in an editor first.")
    if _says_so(referrals.value.get(OWN_LINE), answers):
        return
    entry = _entry(answers, today)
    text = draft.text(REFERRALS)
    if own := referrals.value.get(OWN_LINE):
        if own.style != "{":
            raise Refused(f"{own.place}: this was changed in an editor. Change the number and the hours there.")
        text = text[: own.span[0]] + entry + text[own.span[1] :]
    else:
        lines = lines_of(text)
        first = next(iter(referrals.value.values()))
        assert first.named_at is not None
        indent = " " * (first.named_at.column - 1)
        lines.insert((referrals.named_at or referrals.place).line, f"{indent}{OWN_LINE}: {entry}\n")
        text = "".join(lines)
    draft.put(REFERRALS, text)


def _says_so(own: Node | None, answers: Mapping[str, str]) -> bool:
    """Whether the entry that stands there has this number, these hours and this area already."""
    fields = _fields(own)
    said = (_text(fields.get("phone")), _spoken(fields.get("hours")), _text(fields.get("area")))
    return said == (answers["line"], _hours_told(answers["hours"]), answers["area"])


def _entry(answers: Mapping[str, str], today: date) -> str:
    hours = answers["hours"]
    spans = hours if hours in ("always", "unknown") else "{" + ", ".join(map(_span, _parts(hours))) + "}"
    name = answers["name"].replace("\\", "").replace('"', "'")
    return (
        f'{{name: "{name}", phone: "{answers["line"]}", needs: [hotline, legal], area: {answers["area"]}, '
        f"languages: [{', '.join(_parts(answers['bilingual']))}], hours: {spans}, status: own_site, "
        f"sources_until: {today}, checked: {today}, recheck: {today + RECHECK}, sources: [the organisation itself]}}"
    )


def _parts(hours: str) -> list[str]:
    return [part.strip() for part in hours.split(",")]


def _span(part: str) -> str:
    days, _, times = part.partition(" ")
    return f"{days}: {times}"


def _hours_told(hours: str) -> str:
    return ", ".join(_parts(hours))


def _spoken(node: object) -> str:
    """Hours as they are asked for."""
    return ", ".join(f"{days} {_text(times)}" for days, times in _fields(node).items()) or _text(node)


def _say_what_it_is(draft: Change, library: Library) -> None:
    """Its short description in every language, with the record of who has read those words."""
    first = library.release.default_locale
    same = [key for key in library.messages.keys(first) if library.messages.raw(key, first) == SAYS and key != _WHAT]
    if not library.messages.has(_WHAT, first):
        _describe(draft, first, SAYS)
    for locale, one in library.translations.items():
        texts = {key: one.texts[key].value for key in same if key in one.texts}
        if not texts or _WHAT in one.texts:
            continue
        source = max(texts, key=lambda key: len(texts[key]))  # a label may say it in fewer words than there are
        _describe(draft, locale, texts[source])
        _copy_record(draft, file_of(locale), source)


def _describe(draft: Change, locale: str, text: str) -> None:
    _put(draft, f"messages/{locale}/referrals.yml", (OWN_LINE, "what"), text)


def _copy_record(draft: Change, file: str, source: str) -> None:
    """The same words, made from the same English: the same record."""
    lines = lines_of(draft.text(file))
    record = next((line for line in lines if line.startswith(f"{source}:")), None)
    if record is None:
        return
    behind = max((at for at, line in enumerate(lines) if line.startswith("referrals.")), default=len(lines) - 1)
    lines.insert(behind + 1, f"{_WHAT}:{record.partition(':')[2]}")
    draft.put(file, "".join(lines))


# ------------------------------------------------------------------------------------------- plain values


def _fields(node: object) -> Mapping[str, Node]:
    return node.value if isinstance(node, Node) and isinstance(node.value, dict) else {}


def _items(node: object) -> tuple[Node, ...]:
    return node.value if isinstance(node, Node) and isinstance(node.value, tuple) else ()


def _text(node: object) -> str:
    return node.value if isinstance(node, Node) and isinstance(node.value, str) else NONE
