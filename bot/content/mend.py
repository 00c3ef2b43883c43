"""What `check --fix` mends by itself: signs nobody sees, tabs, autocorrected keys, texts that lack their quotes.

Apart from the checks because it changes files, so it does only what cannot be meant otherwise. Line by line, and the
same line twice gives the same: what was mended once is left alone. A file that reads worse afterwards is not changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot.content.change import Change
from bot.content.checks.signs import DIRECTION, HIDDEN, PLAINER, WIDE_SPACE
from bot.content.flow_loader import FLOW
from bot.content.law_loader import LAW
from bot.content.layers import Folders, layers_of, own
from bot.content.message_loader import COMMON_SHAPE, WORDS
from bot.content.nesting import Nesting
from bot.content.problem import Problem, Problems
from bot.content.referral_loader import ORGANISATION_WORDS, REFERRAL_WORDS
from bot.content.source import UNSEEN, compose
from bot.content.step_loader import STEP

OPTION_WORDS = ("keywords", "text", "label", "also", "reply", "what")
KNOWN = frozenset({*FLOW, *STEP, *LAW, *OPTION_WORDS, *REFERRAL_WORDS, *ORGANISATION_WORDS, *WORDS, *COMMON_SHAPE})
"""Every word of the format: written with a capital it was a telephone that corrected it."""
PROSE = frozenset({"text", "label", "reply", "what"})

_FIELD = re.compile(r"( *)([A-Za-z_][A-Za-z0-9_]*)( *)[:：]( *)(.*)")
_BLOCK = re.compile(r"(?:^|[:-])\s+(?:[&!]\S*\s+)?[|>][-+0-9]*(?:\s+#.*|\s*)$")
_OPEN = re.compile(r"(?:^\s+|^\s*-\s+|:\s+|[\[{]\s*)'(?:[^']|'')*$")
"""A text in single quotation marks that goes on below; any other ' is an apostrophe."""
_MARKS = {"'": re.compile("'"), '"': re.compile(r'(?<!\\)"')}
_CURLY = re.compile(r"“([^“”\"\\]*)”")
_CURLY_PART = re.compile(r"([\[{,:]\s*)“([^“”\"\\]*)”(?=\s*(?:[,\]}]|$))")
"""A whole part of what stands in brackets or braces."""
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_SIGNS = "*&!%@`>|"
"""A text may not begin with one of these: to the reader of the file they mean something."""


def mend(folders: Folders, files: Collection[str], problems: Collection[Problem]) -> Iterator[str]:
    """Mend the files of a folder, of several the one on top, and give the difference of each that was changed."""
    layer = layers_of(folders)[-1][0]
    dear = {(p.place.file, p.place.line) for p in problems if p.code == "dear-sign" and p.place.layer == layer}
    folder = own(folders)
    for file in sorted(files):
        path = folder / file
        try:
            before = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        after = mended(file, before, {line for name, line in dear if name == file})
        if after != before and _errors(file, after) <= _errors(file, before):
            change = Change(folder)
            change.put(file, after)
            shown = change.diff()
            change.write()
            yield shown


def mended(file: str, text: str, dear: Collection[int] = ()) -> str:
    """The text of one file, mended. `dear`: lines with a sign that costs a part of an SMS."""
    lines = text.split("\n")
    return "\n".join(_mended_lines(lines, dear, prose=file.startswith("messages/")))


def _mended_lines(lines: list[str], dear: Collection[int], *, prose: bool) -> Iterator[str]:
    block = -1
    """How far in the field stands whose text of several lines we are in; -1: in none."""
    quoted = ""
    """The quotation mark that is open."""
    nesting = Nesting()
    for number, raw in enumerate(lines, 1):
        line = nesting.fitted(_visible(raw), lines[number:])
        if number in dear:
            line = _plainer(line)
        indent = len(line) - len(line.lstrip(" "))
        if line.strip() and indent <= block:
            block = -1
        if block < 0 and not quoted and not line.lstrip().startswith("#"):
            following = next((after for after in lines[number:] if after.strip()), "")
            line = _field(line, prose=prose, alone=len(following) - len(following.lstrip()) <= indent)
            if _BLOCK.search(line):
                block = indent - line.lstrip().startswith(("|", ">"))
        if block < 0:
            quoted = _open_after(line, quoted)
        yield line


def _open_after(line: str, quoted: str) -> str:
    """The quotation mark that is open behind a line, if `quoted` was open before it."""
    if not quoted and line.lstrip().startswith("#"):
        return ""
    if not quoted and _OPEN.search(line):
        return "'"
    mark = quoted or '"'
    return mark if bool(quoted) ^ (len(_MARKS[mark].findall(line)) % 2 == 1) else ""


def _visible(line: str) -> str:
    """Without signs that nobody sees; spaces between words are the ordinary one."""
    line = UNSEEN.sub("", DIRECTION.sub("", HIDDEN.sub("", line)))
    start = len(line) - len(line.lstrip())
    return line[:start] + WIDE_SPACE.sub(" ", line[start:])


def _plainer(line: str) -> str:
    """Signs of the small alphabet; inside quotation marks, single ones."""
    if '"' not in line:
        return line.translate(PLAINER)
    return "".join("'" if plain == '"' != char else plain for char in line for plain in [char.translate(PLAINER)])


def _field(line: str, *, prose: bool, alone: bool) -> str:
    """One `name: value`: the name without a capital, the colon an ordinary one, the text in quotes if it needs them.

    `alone`: nothing further in follows, so that the value ends with the line.
    """
    found = _FIELD.fullmatch(line.removesuffix("\r"))
    if found is None or found[5].startswith("//"):
        return _straight(line)
    indent, name, before, gap, value = found.groups()
    ending = line[len(line.removesuffix("\r")) :]
    if name not in KNOWN and name.lower() in KNOWN:
        name = name.lower()
    value = _straight(value)
    if (prose or name in PROSE) and alone and name in PROSE and _needs_quotes(value):
        value = '"' + value.rstrip().replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{indent}{name}{before}:{gap or ' ' * bool(value)}{value}{ending}"


def _straight(value: str) -> str:
    """Curly quotation marks around a whole value or item: automatic correction, where the file needs straight ones."""
    if _HAN.search(value) or "“" not in value or '"' in value:
        return value
    if value.startswith(("{", "[")):
        return _CURLY_PART.sub(r'\1"\2"', value)
    whole = _CURLY.fullmatch(value.strip())
    listed = re.fullmatch(r"(\s*- |[^“”]*\[)?(?:[^“”,\]]*“[^“”]*”\s*,?)+\]?\}?\s*", value)
    if whole or (listed and listed[1]):
        return _CURLY.sub(r'"\1"', value)
    return value


def _needs_quotes(value: str) -> bool:
    if not value or value[0] in "\"'[{#" or re.fullmatch(r"[|>][-+0-9]*\s*", value):
        return False
    return value[0] in _SIGNS or value.startswith(("- ", "? ")) or bool(re.search(r":(\s|$)|\s#\d", value))


def _errors(file: str, text: str) -> int:
    problems = Problems()
    compose(file, text.removeprefix("\ufeff"), problems)
    return len(problems.errors)
