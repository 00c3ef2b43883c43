"""Content in several folders, read as one: what many cities share, and a city's own laid over it.

Apart from `source`, which reads one file, and from the loaders, which never learn that there was more than one: what
comes out of here is one node for each file, in which every value still knows the folder that it stands in. The rule for
volunteers is in flows/README.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.content.law_loader import NOBODY
from bot.content.memory import Memory
from bot.content.problem import ALONE, Layer, Problems
from bot.content.referral_loader import ORGANISATION, REFERRALS
from bot.content.source import Node

Folders = Path | tuple[Path, ...]
"""One content folder, or several, of which later ones lie over earlier ones."""

LEAVE_OUT = "leave_out"
"""Written in place of anything that an earlier folder names: it is not there."""

SOURCES = "flows/sources.yaml"
_RECORDS = "/reviews.yml"
_OF_NO_FLOW = frozenset({"common", "words", "referrals", "reviews"})
_Path = tuple[str, ...]


def folders_of(folders: Folders) -> tuple[Path, ...]:
    """The folders, the lowest first."""
    return (folders,) if isinstance(folders, Path) else folders


def own(folders: Folders) -> Path:
    """The folder on top: the one that programs write in."""
    return folders_of(folders)[-1]


def layers_of(folders: Folders) -> tuple[tuple[Layer, Path], ...]:
    """The folders with their numbers and, where there are several, their names."""
    found = folders_of(folders)
    if len(found) == 1:
        return ((ALONE, found[0]),)
    return tuple((Layer(number, _name(folder)), folder) for number, folder in enumerate(found))


def _name(folder: Path) -> str:
    """As people find it from where they are."""
    here = Path.cwd()
    return (folder.resolve().relative_to(here) if folder.resolve().is_relative_to(here) else folder).as_posix()


def is_left_out(node: Node) -> bool:
    """Whether this says that nothing shall stand here."""
    return node.value == LEAVE_OUT


# ------------------------------------------------------------------------------------------- one file


def laid(file: str, nodes: Sequence[Node], problems: Problems) -> Node:
    """One file out of those of its name, the lowest first. One that is left out stays as the word that says so."""
    found = Node(nodes[0].place, {})
    for node in nodes:
        found = node if is_left_out(node) else _over(file, (), found, node, problems)
    return found


def covered(file: str, nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    """What the folder on top replaces or leaves out of a file, by name, with what stands below it, on one line."""
    if len(nodes) > 1 and not file.endswith(_RECORDS):
        yield from _covered(file, (), laid(file, nodes[:-1], Problems()), nodes[-1])


def _covered(file: str, path: _Path, lower: Node, upper: Node) -> Iterator[tuple[str, str]]:
    if not isinstance(upper.value, dict) or not isinstance(lower.value, dict) or not _is_open(file, path):
        yield ".".join((file, *path)), _on_a_line(lower)
        return
    for name, node in upper.value.items():
        if name in lower.value:
            yield from _covered(file, (*path, name), lower.value[name], node)


def _on_a_line(node: Node) -> str:
    plain = node.plain
    return " ".join((plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)).split())


def _over(file: str, path: _Path, lower: Node, upper: Node, problems: Problems) -> Node:
    """One value laid over another: name by name as far as names are laid one by one, whole below that."""
    if not isinstance(upper.value, dict) or not _is_open(file, path):
        return upper
    fields = dict(lower.value) if isinstance(lower.value, dict) else {}
    for name, node in upper.value.items():
        if not is_left_out(node):
            fields[name] = _over(file, (*path, name), fields.get(name, Node(node.place, {})), node, problems)
        elif fields.pop(name, None) is None:
            problems.add("nothing-below", node.named_at or node.place,
                         f'no earlier folder has "{name}" here, so there is nothing to leave out.',
                         "Remove this line, or write the name as it is there.", severity="warning")  # fmt: skip
    return replace(upper, value=fields)


def _is_open(file: str, path: _Path) -> bool:
    """Whether what stands under these names of a file is laid over name by name; else all of it is replaced."""
    if file.startswith("messages/"):
        return not (path and file.endswith(_RECORDS))
    if file == ORGANISATION:
        return False
    if file == REFERRALS:
        return len(path) < 2
    return not path or (file != SOURCES and path in (("steps",), ("moved",)))


# ------------------------------------------------------------------------------------------- all files


def fitted(nodes: Mapping[str, Node], memory: Memory) -> dict[str, Node]:
    """What earlier folders say about something that a later one has replaced or left out goes with it.

    And what a lawyer has signed in an earlier folder is not signed where a later one has other words.
    """
    there = {file: node for file, node in nodes.items() if not is_left_out(node)}
    default = _default_of(nodes)
    found = {}
    for file, node in there.items():
        flow = file.rpartition("/")[2].partition(".")[0]
        about = nodes.get(REFERRALS) if flow == "referrals" else nodes.get(f"flows/{flow}.yaml")
        if not file.startswith("messages/") or flow in _OF_NO_FLOW - {"referrals"}:
            found[file] = node
        elif isinstance((kept := memory.of(("fitted", file), (node, about), partial(_words, node, about))).value, dict):
            found[file] = kept
    words = {file: node for file, node in found.items() if file.startswith(f"messages/{default}/")}
    for file, node in found.items():
        if file.endswith(_RECORDS):
            given = (node, *words.values())
            found[file] = memory.of(("fitted", file), given, partial(_records, node, words, default))
        elif file.startswith("flows/"):
            english = words.get(f"messages/{default}/{file.removeprefix('flows/').removesuffix('.yaml')}.yml")
            found[file] = memory.of(("signed", file), (node, english), partial(_signed, node, english))
    return found


def _default_of(nodes: Mapping[str, Node]) -> str:
    root = nodes.get(ORGANISATION)
    node = _fields(root).get("default_locale") if root else None
    return node.value if node and isinstance(node.value, str) else ""


def _fields(node: Node | None) -> Mapping[str, Node]:
    return node.value if node and isinstance(node.value, dict) else {}


def _number(node: Node) -> int:
    return (node.named_at or node.place).layer.number


def _words(root: Node, about: Node | None) -> Node:
    """The words of a flow or of referrals, without those of earlier folders that are about nothing any more.

    Of a flow that is left out, only what a later folder wrote stays.
    """
    if about is None:
        return root
    known = _fields(_fields(about).get("referrals")) if about.place.file == REFERRALS else _fields(_steps(about))
    kept = {}
    for name, node in _fields(root).items():
        if name == "keywords" and not is_left_out(about):
            kept[name] = node
        elif name not in known:
            kept |= {name: node} if _number(node) >= about.place.layer.number else {}
        elif about.place.file == REFERRALS:
            kept[name] = node
        elif (fit := _fit(node, known[name])).value:
            kept[name] = fit
    same = kept.keys() == _fields(root).keys() and all(kept[name] is node for name, node in _fields(root).items())
    if same:
        return root
    return replace(root, value=kept) if kept or not is_left_out(about) else about


def _steps(flow: Node) -> Node | None:
    return _fields(flow).get("steps")


def _fit(words: Node, step: Node) -> Node:
    """A step's words, without those of earlier folders that the step has no use for."""
    if not isinstance(words.value, dict):
        return words
    use, since = frozenset(_uses(_fields(step))), _number(step)
    kept = {name: node for name, node in words.value.items() if name in use or _number(node) >= since}
    return words if len(kept) == len(words.value) else replace(words, value=kept)


def _uses(step: Mapping[str, Node]) -> Iterator[str]:
    """What may stand below a step in `messages/`."""
    quiet = "end" in step and step["end"].value == "quietly"
    if not ("branch" in step or "visit" in step or quiet):
        yield "text"
    if "ask" in step:
        yield from _fields(step["ask"])
    if "checklist" in step and isinstance(step["checklist"].value, tuple):
        yield from (item.value for item in step["checklist"].value if isinstance(item.value, str))
        yield "then"
    if "collect" in step and step["collect"].value == "yes_no":
        yield from ("yes", "no")


def _records(root: Node, words: Mapping[str, Node], default: str) -> Node:
    """The records of texts that are there; of others, those that the folder on top wrote."""
    top = max((_number(node) for node in _fields(root).values()), default=0)

    def stays(key: str, node: Node) -> bool:
        file, *names = key.split(".")
        found = words.get(f"messages/{default}/{file}.yml")
        for name in names:
            found = _fields(found).get(name)
        return found is not None or _number(node) == top > 0

    kept = {key: node for key, node in _fields(root).items() if stays(key, node)}
    return root if len(kept) == len(_fields(root)) else replace(root, value=kept)


def _signed(root: Node, english: Node | None) -> Node:
    """A flow, with its signature taken out where a later folder than the one that holds it has changed something."""
    fields = _fields(root)
    signed = fields.get("law")
    if signed is None or "lawyer" not in _fields(signed):
        return root
    newest = max(map(_number, _all((*_fields(_steps(root)).values(), *([english] if english else [])))), default=0)
    if newest <= _number(signed):
        return root
    nobody = replace(_fields(signed)["lawyer"], value=NOBODY)
    return replace(root, value={**fields, "law": replace(signed, value={**_fields(signed), "lawyer": nobody})})


def _all(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all(_fields(node).values())
