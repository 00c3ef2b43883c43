"""Another name for a flow, a step or an option, everywhere where the old one stands, for people on their way too.

Apart from `content`, which knows no talks: a name also stands in golden conversations and in the sentences of tests.
A rename changes names and nothing else. That is proved before a file is touched: the content is read again with the new
name in it, and must be what it was, key by key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.content.change import Change, Edit, Refused
from bot.content.files import Files
from bot.content.layers import Folders, folders_of, own
from bot.content.library import NOT_FLOWS, Checked, Library, check_folder
from bot.content.problem import Problems, did_you_mean
from bot.content.reviews import RECORDS
from bot.content.source import Node
from bot.content.step_loader import NAME
from bot.engine.flow import Branch, Checklist, step_of

TALKS, SENTENCES = "tests/conversations", "tests/sentences"
LONGEST = 60
"""Letters of a new name: files are called like flows."""
KINDS = {1: "flow", 2: "step", 3: "option"}

_LINES = {"was": "[{}]", "moved": "{{{}}}"}
"""The lines that lead people on, by their word."""

Fields = Mapping[str, Node]


def rename(folders: Folders, old: str, new: str, *, dry_run: bool = False) -> str:
    """Rename `old` to `new`. Returns the difference and a sentence.

    Raises:
        ContentError: the folder does not check.
        Refused: there is no such name, the new one cannot take its place, or several folders hold it. Nothing was
            changed.
    """
    if len(folders_of(folders)) > 1:
        raise Refused(
            "A name is changed in one folder, and HOTLINE_CONTENT names several. Name the shared one alone and rename\n"
            "there; then `check` of all says which lines of the others have to follow."
        )
    folder = own(folders)
    files = Files(folder)
    before = check_folder(folder, files=files).library()
    name = _Name.of(before, old, new)
    draft = Change(folder)
    nodes = {file: node for file in _content(folder) if (node := files.read(file, Problems(), {}))}
    renaming = _Renaming(name, nodes, draft)
    draft.edit(renaming.edits())
    if line := renaming.line_for_people():
        file = f"flows/{name.flow}.yaml"
        draft.put(file, _with_last_line(draft.text(file), line))
    _in_talks(draft, name)
    if name.kind == "flow":
        _move_files(draft, name)
    with draft.tried() as copy:
        _prove(before, check_folder(copy), name)
    if not dry_run:
        draft.write()
    done = "Nothing was written: a dry run." if dry_run else "Written. Publish it, and people on their way go on."
    return f"{draft.diff()}{old} is now {new}, in {len(draft.changed)} files. {done}"


@dataclass(frozen=True, slots=True)
class _Name:
    """The old key and the new one. Only their last part differs."""

    old: str
    new: str

    @classmethod
    def of(cls, library: Library, old: str, new: str) -> _Name:
        """Two keys that can be exchanged."""
        release = library.release
        known = {**release.flows, **release.steps, **release.options}
        if old not in known:
            raise Refused(f'There is no flow, step or option "{old}".{did_you_mean(old, known)}')
        if isinstance(library.release.steps.get(step_of(old)), Checklist) and old in library.release.options:
            raise Refused(f'"{old.rpartition(".")[2]}" is a word of the format, not a name.')
        if old.rpartition(".")[0] != new.rpartition(".")[0] or not new.rpartition(".")[2]:
            example = f"{old.rpartition('.')[0]}.new_name".lstrip(".")
            raise Refused(f'Only the last part of a name can be changed: "{old}" to "{example}".')
        if not re.fullmatch(NAME, last := new.rpartition(".")[2]) or len(last) > LONGEST:
            raise Refused(f'"{last[:LONGEST]}" cannot be a name: {LONGEST} small letters a-z, digits and _ at most.')
        if new in known:
            raise Refused(f'"{new}" is there already. Choose another name.')
        return cls(old, new)

    @property
    def kind(self) -> str:
        return KINDS[self.old.count(".") + 1]

    @property
    def flow(self) -> str:
        return self.old.partition(".")[0]

    @property
    def inside(self) -> tuple[str, str]:
        """Both names as the flow's own file says them: `step` or `step.option`."""
        return self.old.partition(".")[2], self.new.partition(".")[2]

    @property
    def last(self) -> tuple[str, str]:
        """The parts that differ."""
        return self.old.rpartition(".")[2], self.new.rpartition(".")[2]

    def today(self, key: str) -> str:
        """A key after the renaming."""
        return self.new + key.removeprefix(self.old) if f"{key}.".startswith(f"{self.old}.") else key


class _Renaming:
    """Finds every place in the content where a name stands. The content is known to check."""

    def __init__(self, name: _Name, nodes: Mapping[str, Node], draft: Change) -> None:
        self.name, self.nodes, self.draft = name, nodes, draft

    def edits(self) -> Iterator[Edit]:
        """One change for each place."""
        for file, node in self.nodes.items():
            room, *_, last = file.split("/")
            if room == "flows" and file not in NOT_FLOWS:
                yield from self._in_flow(last.removesuffix(".yaml"), _fields(node))
            elif last == f"{RECORDS}.yml":
                yield from (self._name_of(record, key, self.name.today(key)) for key, record in _fields(node).items()
                            if self.name.today(key) != key)  # fmt: skip
            elif last == f"{self.name.flow}.yml" and self.name.kind != "flow":
                yield from self._in_messages(_fields(node))

    def line_for_people(self) -> str:
        """The last line of the flow's file that leads people from the old name to the new, if a line is needed."""
        fields = _fields(self.nodes[f"flows/{self.name.flow}.yaml"])
        word = "was" if self.name.kind == "flow" else "moved"
        entry = self.name.old if word == "was" else ": ".join(self.name.inside)
        return "" if word in fields else f"{word}: {_LINES[word].format(entry)}"

    def _in_flow(self, flow: str, fields: Fields) -> Iterator[Edit]:
        """The names in one flow's file. A step of the flow goes before another flow of that name."""
        steps = _fields(fields["steps"])
        targets = [target for step in steps.values() for target in _targets(_fields(step))]
        visits = [step["visit"] for step in map(_fields, steps.values()) if "visit" in step]
        moved = _fields(fields["moved"]) if "moved" in fields else {}
        old, new = self.name.last
        if self.name.kind == "flow":
            meant = [node for node in (*targets, *moved.values()) if old not in steps]
            yield from (self._value(node, old, new) for node in (*meant, *visits) if node.value == old)
        if flow != self.name.flow:
            return
        if self.name.kind == "step":
            yield self._name_of(steps[old], old, new)
            deciding = [_fields(step["branch"])["on"] for step in map(_fields, steps.values()) if "branch" in step]
            yield from (self._value(node, old, new) for node in (*targets, *deciding) if node.value == old)
        elif self.name.kind == "option":
            yield from self._option(steps, old, new)
        yield from self._for_people(fields, moved)

    def _option(self, steps: Fields, old: str, new: str) -> Iterator[Edit]:
        """The option itself, and every branch that decides by it; or the item of a checklist."""
        step = self.name.inside[0].partition(".")[0]
        fields = _fields(steps[step])
        if "checklist" in fields:
            items = (item for item in fields["checklist"].value if isinstance(item, Node))
            yield from (self._value(item, old, new) for item in items if item.value == old)
            return
        yield self._name_of(_fields(fields["ask"])[old], old, new)
        for other in map(_fields, steps.values()):
            cases = _fields(other["branch"]) if "branch" in other else {}
            if cases and cases["on"].value == step and old in cases:
                yield self._name_of(cases[old], old, new)

    def _for_people(self, fields: Fields, moved: Fields) -> Iterator[Edit]:
        """`moved:` and `was:`: what leads to the old name leads to the new one, and the old one too.

        A line that says the opposite, because it was the other way round before, is turned.
        """
        if self.name.kind == "flow":
            if "was" in fields:
                was = [item for item in fields["was"].value if isinstance(item, Node)]
                turned = [
                    self._value(item, self.name.new, self.name.old) for item in was if item.value == self.name.new
                ]
                yield from turned or [self._first_in("was", fields["was"], self.name.old)]
            return
        old, new = self.name.inside
        for called, node in moved.items():
            if called == new and node.value == old:
                yield self._name_of(node, new, old)
            if f"{node.value}.".startswith(f"{old}."):
                yield self._value(node, old, new)
        if "moved" in fields and not (new in moved and moved[new].value == old):
            yield self._first_in("moved", fields["moved"], f"{old}: {new}")

    def _in_messages(self, fields: Fields) -> Iterator[Edit]:
        """The step or the option, in one locale."""
        step, _, option = self.name.inside[0].partition(".")
        where = _fields(fields[step]) if option and step in fields else fields
        if (old := self.name.last[0]) in where:
            yield self._name_of(where[old], *self.name.last)

    @staticmethod
    def _name_of(node: Node, old: str, new: str) -> Edit:
        assert node.named_at is not None, "every field has a name"
        return Edit(node.named_at, old, new)

    @staticmethod
    def _value(node: Node, old: str, new: str) -> Edit:
        return Edit(node.place, old, new)

    def _first_in(self, word: str, node: Node, entry: str) -> Edit:
        """A new first entry of `was` or `moved`, which may stand in brackets, below each other, or be empty."""
        if node.value == "" and node.named_at:
            return Edit(node.named_at, f"{word}:", f"{word}: {_LINES[word].format(entry)}")
        sign = self.draft.at(node.place)[0]
        if sign in ("{", "["):
            return Edit(node.place, sign, f"{sign}{entry}{', ' if node.value else ''}")
        dash = "- " if sign == "-" else ""
        return Edit(node.place, "", f"{dash}{entry}\n{' ' * (node.place.column - 1)}")


def _fields(node: Node) -> Fields:
    return node.value if isinstance(node.value, dict) else {}


def _targets(step: Fields) -> Iterator[Node]:
    """Every place of a step that says where it leads."""
    yield from (step[word] for word in ("then", "else") if word in step)
    yield from _fields(step["ask"]).values() if "ask" in step else ()
    yield from (node for case, node in _fields(step["branch"]).items() if case != "on") if "branch" in step else ()


def _content(folder: Path) -> list[str]:
    """The files in which names stand."""
    found = [*folder.glob("flows/*.yaml"), *folder.glob("messages/*/*.yml")]
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _with_last_line(text: str, line: str) -> str:
    """A text with one more line, apart from what stands above it unless that is of the same kind."""
    end = "\r\n" if "\r\n" in text else "\n"
    above = text.rstrip()
    kin = above.rpartition("\n")[2].startswith(("moved:", "was:"))
    return f"{above}{end if kin else end * 2}{line}{end}"


def _in_talks(draft: Change, name: _Name) -> None:
    """Taps in golden conversations; for a flow also what sentences should start."""
    tap = re.compile(rf"(?m)^(> \[button ){re.escape(name.old)}(?=[.\]])")
    for path in sorted((draft.folder / TALKS).rglob("*.txt")):
        file = path.relative_to(draft.folder).as_posix()
        draft.put(file, tap.sub(rf"\g<1>{name.new}", draft.text(file)))
    if name.kind == "flow":
        starts = re.compile(rf"(?m)^((?:\w+\|)*){name.old}(?=(?:\|\w+)*\t)")
        for path in sorted((draft.folder / SENTENCES).glob("*.tsv")):
            file = path.relative_to(draft.folder).as_posix()
            draft.put(file, starts.sub(rf"\g<1>{name.new}", draft.text(file)))


def _move_files(draft: Change, name: _Name) -> None:
    """A flow's own files and folders are called like the flow."""
    draft.move(f"flows/{name.old}.yaml", f"flows/{name.new}.yaml")
    for path in sorted(draft.folder.glob(f"messages/*/{name.old}.yml")):
        room = f"messages/{path.parent.name}"
        draft.move(f"{room}/{name.old}.yml", f"{room}/{name.new}.yml")
    for path in sorted((draft.folder / TALKS / name.old).glob("*.txt")):
        draft.move(f"{TALKS}/{name.old}/{path.name}", f"{TALKS}/{name.new}/{path.name}")


# ------------------------------------------------------------------------------------------- nothing else changes


def _prove(before: Library, checked: Checked, name: _Name) -> None:
    """The content with the new name checks, and is what it was.

    Raises:
        Refused: it does not, or it is not.
    """
    if checked.opened is None:
        problems = "\n".join(str(problem) for problem in checked.problems if problem.severity == "error")
        raise Refused(f"{problems}\n\nNothing was changed: with this name the content would not check.")
    expected, found = _shape(before, name.today), _shape(checked.opened, str)
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            raise Refused(f'With the name "{name.new}", "{key}" would mean something else. Choose another name.')


def _shape(library: Library, today: Callable[[str], str]) -> dict[str, object]:
    """Everything that names decide, by key, in the names of `today`."""
    release = library.release
    shape: dict[str, object] = {}
    for flow in release.flows.values():
        shape[today(flow.name)] = ([today(step.key) for step in flow.steps], flow.interrupts)
    for step in release.steps.values():
        fields = asdict(step)
        if isinstance(step, Branch):
            fields["cases"] = [(f"{step.on}.{value}", then) for value, then in step.cases]
        shape[today(step.key)] = _in_names_of(today, fields)
    for locale, translation in library.translations.items():
        shape |= {f"{today(key)} {locale}": text.value for key, text in translation.texts.items()}
        shape |= {f"{today(key)} {locale} record": record for key, record in translation.records.items()}
    phrases = (*release.vocabulary.triggers, *release.vocabulary.interrupts)
    for phrase in (*phrases, *(one for some in release.vocabulary.answers.values() for one in some)):
        shape[f"{today(phrase.means)} {phrase.locale} {' '.join(phrase.words)}"] = True
    return shape


def _in_names_of(today: Callable[[str], str], value: Any) -> Any:
    """Whatever a step holds, with every key in it in the names of today. A key of a step has a dot."""
    if isinstance(value, str):
        return today(value) if "." in value else value
    if isinstance(value, dict):
        return {field: _in_names_of(today, part) for field, part in value.items()}
    return [_in_names_of(today, part) for part in value] if isinstance(value, list | tuple) else value
