"""`messages/<locale>/*.yml` become texts by key and words by meaning.

Apart from `message_check`: this module reads one locale, in the shape a translator sees; that one compares locales.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.content.form import Form
from bot.content.memory import Memory
from bot.content.problem import Place, perhaps_renamed
from bot.content.source import Node
from bot.engine.checklist import ANSWERS
from bot.engine.flow import LEADS_ON, Branch, Checklist, End, Flow, Refer, Step, Visit, options_of
from bot.engine.text import words_of

COMMANDS = ("menu", "back", "language", "more", "delete")
DIGITS = tuple("0123456789")
OPTOUT = ("whole", "no", "stop", "send", "beside")
GUARDS = ("ask", "labels", "request", "cannot", "free", "let_in")
"""What no text may say in a language; looked for by `checks.guards`, never by the reader."""

GROUPS = {"commands": COMMANDS, "numbers": DIGITS, "optout": OPTOUT, "checklist": ANSWERS, "guards": GUARDS}
"""The words of `words.yml` below which several lists stand."""

WORDS = {
    "commands": True, "greetings": True, "optout": True, "yes": True, "no": True, "numbers": True, "fillers": True,
    "negations": True, "hints": True, "languages": True, "agents": False, "checklist": False, "guards": False,
}  # fmt: skip

COMMON: dict[str, frozenset[str]] = {
    "language.name": frozenset(),
    "language.english": frozenset(),
    "language.clock": frozenset(),
    "language.letters_of": frozenset(),
    "letters": frozenset(),
    **{f"days.{day}": frozenset() for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "nav.menu": frozenset(),
    "nav.back": frozenset(),
    "nav.more": frozenset(),
    "honest": frozenset({"date"}),
    "honest_overdue": frozenset({"date"}),
    "honest_unreviewed": frozenset({"date"}),
    "honest_unreviewed_overdue": frozenset({"date"}),
    "not_understood": frozenset(),
    "not_understood_twice": frozenset(),
    "changed": frozenset(),
    "withdrawn": frozenset(),
    "shown_again": frozenset(),
    "pictures": frozenset(),
    "place": frozenset(),
    "private_number": frozenset(),
    "offer": frozenset(),
    "language_question": frozenset(),
    "deleted": frozenset(),
    "opted_out": frozenset(),
    "quiet_end": frozenset(),
    "too_many": frozenset(),
    "hotline_first": frozenset(),
    "yes": frozenset(),
    "no": frozenset(),
    **{f"checklist.{answer}": frozenset() for answer in ANSWERS},
    "checklist.shown": frozenset({"from", "to", "count"}),
    "checklist.item": frozenset({"number", "count", "again"}),
    "fallback": frozenset({"name", "phone", "hours"}),
    "voice": frozenset({"name", "phone"}),
    "referral.open": frozenset(),
    "referral.until": frozenset({"time"}),
    "referral.closed": frozenset({"day", "time"}),
    "referral.always": frozenset(),
    "referral.hours": frozenset({"days", "from", "to"}),
    "referral.say": frozenset({"language"}),
    "referral.government": frozenset(),
    "referral.not_confirmed": frozenset(),
    "referral.public_list": frozenset(),
    "referral.may_be_old": frozenset(),
}
"""The texts that the line itself says, with the placeholders that each must hold."""
ORGANISATION_NAME = "%{organisation}"
"""Who runs this number, from flows/organisation.yaml. The one placeholder that may stand in any text."""

OF_VARIANTS = frozenset({"language.letters_of", "letters"})
"""Those that only a variant in Latin letters has; the default locale has the second as its English."""


ALOUD = frozenset({"voice"})
"""Those that are spoken to whoever calls. Variants have none: a voice reads no Latin letters as Arabic. Nor have
releases from before there was one, which must go on to open."""

COMMON_SHAPE: dict[str, frozenset[str]] = {}
"""The fields of `common.yml`, each with the fields below it; none: it is a text itself."""
for _key in COMMON:
    _group, _, _member = _key.partition(".")
    COMMON_SHAPE[_group] = COMMON_SHAPE.get(_group, frozenset()) | ({_member} if _member else frozenset())


def _options(step: Step) -> dict[str, str]:
    """The options or items of a step by name, with their keys."""
    return {option.key.rpartition(".")[2]: option.key for option in options_of(step)}


def _renamed(node: Node, expected: Collection[str], known: Collection[str], *, within: str) -> str:
    """What to do where the flow has another name for what stands here."""
    written = node.value if isinstance(node.value, dict) else {}
    old = [name for name in written if name not in known]
    return perhaps_renamed(old, [name for name in expected if name not in written], within=within)


def _line(word: str) -> str:
    """How a text or an option of a step is written."""
    return "text: ..." if word == "text" else f"{word}: {{label: ...}}"


written_words = lru_cache(maxsize=1 << 17)(words_of)
"""`words_of` for what volunteers write: the same phrases in every check. What people text must not be kept so."""

_UNSENT = re.compile(r"[^\n\x20-\x7e\xa0-\uffff\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Text:
    """One text and where it stands."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class LocaleWords:
    """What one locale's `words.yml` and keywords understand; raw, not yet folded."""

    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By list: greetings, yes, no, fillers, negations, hints, languages, commands.menu, numbers.1, optout.whole, ..."""
    keywords: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By flow."""
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By option key: labels and synonyms."""


@dataclass(frozen=True, slots=True)
class Locale:
    """Everything in one locale's folder.

    A variant is the language of another locale in Latin letters. It holds whole flows, not all of them: of the others
    people get the texts of that locale.
    """

    name: str
    files: frozenset[str]
    texts: dict[str, Text] = field(default_factory=dict)
    words: LocaleWords = field(default_factory=LocaleWords)
    places: dict[str, Place] = field(default_factory=dict)
    """Where steps, options and groups of texts stand, by key."""
    parts: Mapping[str, Locale] = field(default_factory=dict)
    """What each of its files holds by itself, by name without `.yml`."""

    @property
    def letters_of(self) -> str:
        """The locale that this one is a variant of; empty: it is none."""
        found = self.texts.get("common.language.letters_of")
        return found.value if found else ""


def needs_text(step: Step) -> bool | None:
    """Whether a step has words of its own: True, it must; None, it may; False, it may not."""
    if isinstance(step, Visit | Branch):
        return False
    if isinstance(step, Refer):
        return None
    return not (isinstance(step, End) and step.quietly)


class MessageLoader:
    """Reads one locale after another. Knows the flows, so that a file says only what a flow has.

    What must be there is asked of the default locale only; the others are compared with it, by `message_check`.
    `unsound`: flows whose own file has mistakes, so that nothing sure can be said about their messages.
    """

    def __init__(
        self,
        form: Form,
        flows: Mapping[str, Flow],
        referrals: frozenset[str],
        *,
        default: str,
        unsound: frozenset[str] = frozenset(),
        memory: Memory,
    ) -> None:
        self.form, self.flows, self.referrals, self.default, self.unsound = form, flows, referrals, default, unsound
        self.steps = {name: frozenset(step.key for step in flow.steps) for name, flow in flows.items()}
        """The keys of each flow's steps."""
        self.has_checklist = any(flow.checklist for flow in flows.values())
        """Only then its words are needed: releases from before there were any must go on to open."""
        self._memory = memory

    def load(self, name: str, files: Mapping[str, Node]) -> Locale:
        """Read a locale from its files, by name without `.yml`."""
        parts = {file: self._part(name, file, root) for file, root in files.items()}
        return self._memory.of(("locale", name), tuple(parts.values()), lambda: self._whole(name, parts))

    def _whole(self, name: str, parts: Mapping[str, Locale]) -> Locale:
        """All parts of a locale in one."""
        whole = Locale(name, frozenset(file for part in parts.values() for file in part.files), parts=parts)
        for part in parts.values():
            whole.texts.update(part.texts)
            whole.places.update(part.places)
            whole.words.lists.update(part.words.lists)
            whole.words.keywords.update(part.words.keywords)
            whole.words.answers.update(part.words.answers)
        return whole

    def _part(self, name: str, file: str, root: Node) -> Locale:
        """What one file holds."""
        flow = self.flows.get(file)
        facts = (
            self.default,
            self.has_checklist,
            self.referrals,
            self.meant_for(flow, root) if flow else file in self.unsound or tuple(self.flows),
        )
        known = self._memory.same(("part", name, file), facts)
        return self._memory.noting(
            ("part", name, file),
            (root, flow, known),
            self.form.problems,
            lambda: _OneFile(self, Locale(name, frozenset({file}))).read(file, root),
        )

    def meant_for(self, flow: Flow, root: Node) -> str:
        """Another flow, if this file has several of its steps and none of those that it should have."""
        written = root.value.keys() if isinstance(root.value, dict) else frozenset[str]()
        if any(f"{flow.name}.{word}" in self.steps[flow.name] for word in written):
            return ""
        named = {name: sum(f"{name}.{word}" in steps for word in written) for name, steps in self.steps.items()}
        best = max(named, key=lambda name: named[name])
        return best if named[best] > 1 else ""


class _OneFile:
    """Fills one `Locale` with what one of its files holds."""

    def __init__(self, loader: MessageLoader, found: Locale) -> None:
        self.loader, self.form, self.found = loader, loader.form, found
        self.must = found.name == loader.default

    def read(self, name: str, root: Node) -> Locale:
        match name:
            case "words":
                self._words(root)
            case "common":
                self._common(root)
            case "referrals":
                self._referrals(root)
            case _ if name in self.loader.flows:
                self._flow(self.loader.flows[name], root)
            case _ if name not in self.loader.unsound:
                known = [*self.loader.flows, "words", "common", "referrals"]
                self.form.unknown("unknown-file", root, name, known, what="the flow",
                                  cure="Rename or remove this file. Files may be called:")  # fmt: skip
        return self.found

    def _words(self, root: Node) -> None:
        known = WORDS | {"checklist": self.loader.has_checklist}
        for name, node in self.form.fields(root, what="words.yml", known=known).items():
            if name in GROUPS:
                lists = dict.fromkeys(GROUPS[name], known[name])
                for which, words in self.form.fields(node, what=name, known=lists).items():
                    self.found.words.lists[f"{name}.{which}"] = self._phrases(words, f"{name} {which}")
            else:
                self.found.words.lists[name] = self._phrases(node, name)

    def _common(self, root: Node) -> None:
        known = {name: self.must and name not in OF_VARIANTS | ALOUD for name in COMMON_SHAPE}
        known["checklist"] = self.must and self.loader.has_checklist
        for name, node in self.form.fields(root, what="common.yml", known=known).items():
            if not COMMON_SHAPE[name]:
                self._text(f"common.{name}", node)
                continue
            self._stands(f"common.{name}", node)
            members = {one: self.must and f"{name}.{one}" not in OF_VARIANTS for one in sorted(COMMON_SHAPE[name])}
            for member, text in self.form.fields(node, what=name, known=members).items():
                self._text(f"common.{name}.{member}", text)

    def _referrals(self, root: Node) -> None:
        known = dict.fromkeys(self.loader.referrals, False)
        for name, node in self.form.fields(root, what="referrals.yml", known=known).items():
            fields = self.form.fields(node, what=f'the referral "{name}"', known={"what": self.must})
            self._stands(f"referrals.{name}", node)
            if "what" in fields:
                self._text(f"referrals.{name}.what", fields["what"])

    def _flow(self, flow: Flow, root: Node) -> None:
        steps = {step.key.partition(".")[2]: step for step in flow.steps}
        if other := self.loader.meant_for(flow, root):
            self.form.wrong("other-flow", root, f'these are the words of the flow "{other}", not of "{flow.name}".',
                            "Was the wrong file copied? Bring back the one that was here.")  # fmt: skip
            self.found = replace(self.found, files=self.found.files - {flow.name})
            return
        known = {"keywords": False} | {name: self.must and needs_text(step) is True for name, step in steps.items()}

        def cure(name: str) -> str:
            words = [word for word, must in self._needed(steps[name]).items() if must]
            lines = ", ".join(f"`{_line(word)}`" for word in words)
            return f"Add a line `{name}:` and below it, two spaces further in, each on a line of its own: {lines}"

        also = _renamed(root, [name for name, step in steps.items() if needs_text(step)], known, within=flow.name)
        what = f'the flow "{flow.name}"'
        for name, node in self.form.fields(root, what=what, known=known, cure=cure, also=also).items():
            if name == "keywords":
                self.found.words.keywords[flow.name] = self._phrases(node, "keywords")
            else:
                self._step(steps[name], node)

    def _step(self, step: Step, node: Node) -> None:
        self._stands(step.key, node)
        options, what = _options(step), f'the step "{step.key}"'
        known = self._needed(step)
        also = _renamed(node, [name for name in options if name not in ("yes", "no")], known, within=step.key)
        for name, value in self.form.fields(
            node, what=what, known=known, cure=lambda name: f"Add a line: `{_line(name)}`", also=also
        ).items():
            if name == "text":
                self._text(f"{step.key}.text", value)
            else:
                self._option(name, options[name], value, is_item=isinstance(step, Checklist) and name != LEADS_ON)

    def _needed(self, step: Step) -> dict[str, bool]:
        """What may stand below a step, and whether it must. Yes and no have labels of their own."""
        text_needed = needs_text(step)
        text = {} if text_needed is False else {"text": self.must and bool(text_needed)}
        return text | {name: self.must and name not in ("yes", "no") for name in _options(step)}

    def _option(self, name: str, key: str, node: Node, *, is_item: bool) -> None:
        """Its label, what else people may answer, and what is said to that. Yes and no have labels of their own.

        An item of a checklist has a text, as every step has.
        """
        self._stands(key, node)
        known = {"label": self.must and name not in ("yes", "no"), "also": False}
        known |= {"text": self.must} if is_item else {"reply": False}
        fields = self.form.fields(node, what=f'the {"item" if is_item else "option"} "{name}"', known=known)
        for part in ("label", "text", "reply"):
            if part in fields:
                self._text(f"{key}.{part}", fields[part])
        label = self.found.texts.get(f"{key}.label")
        also = self._phrases(fields["also"], "also") if "also" in fields else ()
        self.found.words.answers[key] = (*((label.value,) if label else ()), *also)

    def _text(self, key: str, node: Node) -> None:
        text = self.form.text(node, what=f'"{key}"').strip()
        if not text and isinstance(node.value, str):
            self.form.wrong("no-text", node, f'"{key}" is empty.',
                            "Write its text; in quotes if it begins with #, or if you see it right there.")  # fmt: skip
        if odd := _UNSENT.search(text):
            self.form.wrong("unseen", node, f'"{key}" holds a sign that nobody can see (number {ord(odd[0])}).',
                            "Type the text again; copied text may hold such signs.")  # fmt: skip
        self.found.texts[key] = Text(text, node.named_at or node.place)

    def _phrases(self, node: Node, what: str) -> tuple[str, ...]:
        """Words and phrases to understand. One without a letter or digit would match nothing, or everything."""
        for item in self.form.items(node, what=what):
            if isinstance(item.value, str) and not written_words(item.value):
                self.form.wrong("no-letters", item, f'"{item.value}" holds no letter or digit, so nothing matches it.',
                                "Write a word, or remove it.")  # fmt: skip
        return self.form.texts(node, what=what)

    def _stands(self, key: str, node: Node) -> None:
        self.found.places[key] = node.named_at or node.place
