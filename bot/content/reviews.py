"""`messages/<locale>/reviews.yml`: from which English each text was made, when, and who has read it.

Apart from `message_check`, which compares what stands in the files today: this one remembers, so that a change of the
English shows in every language that was made from it. A text without a record was made from nothing known and read by
nobody. The default locale has no records: who signed its words stands in `law:`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.content.form import Form
from bot.content.law_loader import read_date
from bot.content.message_loader import ALOUD, OF_VARIANTS, Locale, Text
from bot.content.problem import Place, Problems, did_you_mean
from bot.content.source import Node
from bot.engine.flow import flow_of

if TYPE_CHECKING:
    from bot.content.library import Library

RECORDS = "reviews"
"""The file's name, without its ending."""
RECORD = {"english": True, "text": False, "date": True, "by": True}
MACHINE = "machine"
"""Who drafted a text that nobody has read."""
NOT_A_ROLE = "Say what somebody is, in small letters, never who: native speaker, teacher"

ROLE = r"[a-z][^\d@#:%\"{}\[\]\n]{1,78}"


@dataclass(frozen=True, slots=True)
class Review:
    """What is known of one translated text: the mark of the English it was made from, the day, and whose eyes."""

    english: str
    text: str
    """The mark of the translation that was read; empty: the record is older than such marks."""
    on: date
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """How far one language is, by keys in the order of the default locale."""

    locale: str
    english: Mapping[str, Text]
    """Every text there should be, in the default locale."""
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    """Made from another English than the present one, or from nothing known."""
    unread: tuple[str, ...]
    """Read by nobody but a machine, or in other words than the present ones."""
    texts: Mapping[str, Text]
    records: Mapping[str, Review]


@lru_cache(maxsize=1 << 15)
def mark_of(text: str) -> str:
    """Eight letters that change when the words of a text do; where its lines break does not count.

    >>> mark_of("Keep the door closed."), mark_of("Keep the\\ndoor closed."), mark_of("Keep the door open.")
    ('cada78b0', 'cada78b0', '577502ab')
    """
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:8]


def is_role(text: str) -> bool:
    """Whether this says what somebody is. A name, an address or a number does not.

    >>> [is_role(text) for text in ("native speaker, teacher", "machine", "Maria Lopez", "maria@example.org", "")]
    [True, True, False, False, False]
    """
    return bool(re.fullmatch(ROLE, text))


def stale_keys(library: Library, locale: str) -> tuple[str, ...]:
    """The texts of a locale that were made from another English than the present one, or from nothing known."""
    return _with_those_behind(library, locale, lambda one: one.stale)


def unread_keys(library: Library, locale: str) -> tuple[str, ...]:
    """The texts of a locale that nobody but a machine has read as they are now."""
    return _with_those_behind(library, locale, lambda one: one.unread)


def _with_those_behind(
    library: Library, locale: str, keys: Callable[[Translation], tuple[str, ...]]
) -> tuple[str, ...]:
    """A variant's own texts, and those that people get from its language instead."""
    if locale not in library.translations:
        return ()
    mine, language = library.translations[locale], library.release.language_of(locale)
    if language == locale:
        return keys(mine)
    return (*keys(mine), *(key for key in keys(library.translations[language]) if key not in mine.texts))


def file_of(locale: str) -> str:
    """The file of a locale's records."""
    return f"messages/{locale}/{RECORDS}.yml"


def read_records(form: Form, root: Node) -> dict[str, Review]:
    """The records of one locale, by the key of the text."""
    return {key: _record(form, key, node) for key, node in form.fields(root, what=f"{RECORDS}.yml").items()}


def _record(form: Form, key: str, node: Node) -> Review:
    fields = form.fields(node, what=f'the record of "{key}"', known=RECORD)
    english = form.text(fields["english"], what="english") if "english" in fields else ""
    text = form.text(fields["text"], what="text") if "text" in fields else ""
    on = read_date(form, fields["date"], what="date") if "date" in fields else date.min
    by = form.text(fields["by"], what="by") if "by" in fields else ""
    if "by" in fields and isinstance(fields["by"].value, str) and not is_role(by):
        form.wrong("role", fields["by"], f'"{by}" is no role.', NOT_A_ROLE)
    return Review(english, text, on, by)


def translation(source: Locale, locale: Locale, records: Mapping[str, Review]) -> Translation:
    """Compare a locale with the default one, `source`."""
    wanted = {key: text for key, text in source.texts.items() if _is_wanted(key, locale)}
    here = [key for key in wanted if key in locale.texts]
    return Translation(
        locale=locale.name,
        english=wanted,
        missing=tuple(key for key in wanted if key not in locale.texts),
        stale=tuple(k for k in here if k not in records or records[k].english != mark_of(source.texts[k].value)),
        unread=tuple(k for k in here if k not in records or not _was_read(records[k], locale.texts[k].value)),
        texts=locale.texts,
        records=records,
    )


def _was_read(record: Review, text: str) -> bool:
    """Whether a person has read these very words."""
    return record.by != MACHINE and record.text == mark_of(text)


def _is_wanted(key: str, locale: Locale) -> bool:
    """Of a variant in Latin letters, what stands in its files and is read, not heard; of any other locale, all but what
    variants have."""
    name = key.removeprefix("common.")
    if locale.letters_of:
        return flow_of(key) in locale.files and name not in ALOUD
    return name not in OF_VARIANTS


class ReviewCheck:
    """Says what translators have to look at. Warnings only: whether it may be published is asked when publishing.

    `unread`: files that cannot be read.
    """

    def __init__(self, default: str, problems: Problems, unread: Collection[str] = ()) -> None:
        self.default, self.problems, self.unread = default, problems, unread

    def check(self, found: Translation, root: Node | None) -> None:
        """Look at one locale. `root`: its file of records, if it has one."""
        file, reviewed = file_of(found.locale), f"python3 -m bot reviewed {found.locale}"
        if file in self.unread or self.problems.faulty(file):
            return
        self._records_of_nothing(found, root)
        for key in found.stale:
            if (new := found.english[key].place).layer.number > found.texts[key].place.layer.number:
                self.problems.add("other-words", found.texts[key].place,
                                  f'{new} says something else in "{key}", and this is a translation of the old words.',
                                  f"Write it in {new.layer.folder}/messages/{found.locale}; if it still holds: "
                                  f"{reviewed} {key} --by ROLE")  # fmt: skip
            elif key in found.records and self._is_sound(found.texts[key]) and self._is_sound(found.english[key]):
                now = " ".join(found.english[key].value.split())
                self._add("stale", found.texts[key].place,
                           f'"{key}" has changed in {self.default} since this was translated.',
                           f"It says now: {now} - Translate that, then: {reviewed} {key} --by ROLE")  # fmt: skip
        whole = f"of {len(found.english)} texts in {found.locale}"
        if unknown := [key for key in found.stale if key not in found.records]:
            self._add("no-record", Place(file), f"nothing says what {len(unknown)} {whole} were made from.",
                       f"Compare them with {self.default}, then: {reviewed} FLOW --by ROLE")  # fmt: skip
        if found.unread:
            self._add("unread", Place(file), f"{len(found.unread)} {whole} were read by no person as they are now.",
                       f'After reading: {reviewed} FLOW --by "native speaker"')  # fmt: skip

    def _records_of_nothing(self, found: Translation, root: Node | None) -> None:
        """Records of texts that are no longer there. Of a file that cannot be read, nothing is said."""
        fields = root.value if root and isinstance(root.value, dict) else {}
        for key, node in fields.items():
            theirs = f"messages/{self.default}/{flow_of(key)}.yml"
            sound = theirs not in self.unread and not self.problems.faulty(theirs)
            if key not in found.english and sound and not self.problems.faulty(f"flows/{flow_of(key)}.yaml"):
                self._add("unknown-text", node.named_at or node.place,
                           f'"{key}" is not in {self.default}.{did_you_mean(key, found.english)}',
                           "Remove this line: it is about a text that is gone.")  # fmt: skip

    def _is_sound(self, text: Text) -> bool:
        return not self.problems.faulty(text.place.file)

    def _add(self, code: str, place: Place, what: str, cure: str) -> None:
        self.problems.add(code, place, what, cure, severity="warning")
