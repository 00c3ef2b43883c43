"""How far each language is, and the record of somebody having read it: for the terminal.

Apart from `content.reviews`, which knows what a record means: this one counts, shows, and writes one file of records.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.content.change import Change, Refused, lines_of
from bot.content.layers import Folders, own
from bot.content.library import check_folder
from bot.content.problem import ContentError, did_you_mean, listed
from bot.content.reviews import MACHINE, NOT_A_ROLE, Translation, file_of, is_role, mark_of
from bot.engine.flow import flow_of

HEAD = "# From which English each text was made, and who has read it. Written by: python3 -m bot reviewed {}\n"


def report(translations: Mapping[str, Translation], locale: str | None = None) -> str:
    """Counts first, for each language and each file; for one language then every text that somebody should look at.

    Raises:
        Refused: no such language is translated.
    """
    if locale is None:
        return "\n".join(line for one in translations.values() for line in _counts(one)) or "Nothing is translated."
    found = _known(translations, locale)
    return "\n".join([*_counts(found), *_texts(found)])


def _known(translations: Mapping[str, Translation], locale: str) -> Translation:
    if locale not in translations:
        raise Refused(f'"{locale}" is not a language that is translated. Known: {listed(translations)}.')
    return translations[locale]


def _counts(found: Translation) -> list[str]:
    """One line for the language, one for each of its files."""
    lines = [f"{found.locale}: {_counted(found, found.english)}"]
    for file in dict.fromkeys(map(flow_of, found.english)):
        lines.append(f"  {file + '.yml':<20} {_counted(found, [key for key in found.english if flow_of(key) == file])}")
    return lines


def _counted(found: Translation, keys: Iterable[str]) -> str:
    here = frozenset(keys)
    missing, stale, unread = (len(here.intersection(some)) for some in (found.missing, found.stale, found.unread))
    return f"{len(here):>4} texts, {missing:>3} missing, {stale:>3} stale, {unread:>3} unread"


def _texts(found: Translation) -> list[str]:
    """Every text that is missing, stale or unread, with its line."""
    missing, stale, unread = map(frozenset, (found.missing, found.stale, found.unread))
    lines = []
    for key in found.english:
        why = [word for word, some in (("missing", missing), ("stale", stale), ("unread", unread)) if key in some]
        if why:
            place = str(found.texts[key].place) if key in found.texts else f"messages/{found.locale}/{flow_of(key)}.yml"
            lines.append(f"{place} {key}: {', '.join(why)}")
    return lines


def record(folders: Folders, locale: str, wanted: Sequence[str], *, by: str, today: date) -> str:
    """Write down that somebody has read texts: `wanted` names flows, steps or options; nothing: all of the language.

    What a person has read of the present English stays so when a machine is recorded.

    Raises:
        ContentError: the file of records cannot be read.
        Refused: no such language, no such text, or `by` is no role. Nothing was written.
    """
    if not is_role(by):
        raise Refused(f'"{by}" is no role. {NOT_A_ROLE}')
    checked = check_folder(folders)
    found = _known(checked.translations, locale)
    mine = tuple(problem for problem in checked.problems if problem.place.file == file_of(locale))
    if any(problem.severity == "error" for problem in mine):
        raise ContentError(mine)
    stale, unread = frozenset(found.stale), frozenset(found.unread)
    chosen = [key for key in _chosen(found, wanted) if by != MACHINE or key in stale or key in unread]
    new = {key: _written(found, key, by, today) for key in chosen}
    draft = Change(own(folders))
    draft.put(file_of(locale), _entered(draft.text(file_of(locale)) or HEAD.format(locale), found, new))
    draft.write()
    held = len(stale.intersection(chosen, found.records))
    still = f" {held} of them had another English: recorded that they hold for the present one." if held else ""
    return f"{file_of(locale)}: {len(new)} texts recorded, by {by}.{still}"


def _written(found: Translation, key: str, by: str, today: date) -> str:
    """A record as it stands in the file."""
    who = by if by.replace(" ", "").isalpha() else json.dumps(by, ensure_ascii=False)
    english, text = mark_of(found.english[key].value), mark_of(found.texts[key].value)
    return f"{{english: {english}, text: {text}, date: {today.isoformat()}, by: {who}}}"


def _chosen(found: Translation, wanted: Sequence[str]) -> list[str]:
    """The texts that are there and meant."""
    here = [key for key in found.english if key in found.texts]
    if not wanted:
        return here
    for name in wanted:
        if not any(_is_part(key, name) for key in here):
            known = {key.rpartition(".")[0] for key in here} | {flow_of(key) for key in here}
            raise Refused(f'"{name}" names no text in {found.locale}.{did_you_mean(name, known)}')
    return [key for key in here if any(_is_part(key, name) for name in wanted)]


def _is_part(key: str, name: str) -> bool:
    return f"{key}.".startswith(f"{name}.")


@dataclass(slots=True)
class _Entry:
    """One record as it stands in the file: its own lines, and the empty lines and remarks below them."""

    key: str
    own: list[str]
    rest: list[str] = field(default_factory=list)


def _entered(text: str, found: Translation, new: Mapping[str, str]) -> str:
    """The file with new records: over those of the same text, else behind the text that comes before it."""
    end = "\r\n" if "\r\n" in text else "\n"
    entries = _entries(lines_of(text), [key for key in found.records])
    before = entries[0]
    for key in found.english:
        entry = next((entry for entry in entries if entry.key == key), None)
        if entry is None and key in new:
            entry = _Entry(key, [], before.rest if before.key else [])
            before.rest = [] if before.key else before.rest
            entries.insert(entries.index(before) + 1, entry)
        if entry and key in new:
            remark = "".join(entry.own).rpartition("}")[2].strip("\r\n")
            entry.own = [f"{key}: {new[key]}{remark}{end}"]
        before = entry or before
    return "".join(line for entry in entries for line in (*entry.own, *entry.rest))


def _entries(lines: list[str], keys: Collection[str]) -> list[_Entry]:
    """The records of a file, in its order. The first entry is what stands above them."""
    entries = [_Entry("", [])]
    for line in lines:
        key = line.partition(":")[0].strip("'\"")
        if key in keys:
            entries.append(_Entry(key, [line]))
        elif entries[-1].rest or not line.strip() or line.startswith("#") or not entries[-1].key:
            entries[-1].rest.append(line)
        else:
            entries[-1].own.append(line)
    return entries
