"""`messages/<locale>/*.yml` become texts by key and words by meaning.

Apart from `message_check`: this module reads one locale, in the shape a translator sees; that one compares locales.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.content.problem import Place, listed
from bot.content.source import Form, Node
from bot.engine.flow import Ask, Branch, End, Flow, Refer, Step, Visit

COMMANDS = ("menu", "back", "language", "more", "delete")
DIGITS = tuple("0123456789")

WORDS = {
    "commands": True, "greetings": True, "optout": True, "yes": True, "no": True, "numbers": True, "fillers": True,
    "negations": True, "hints": True, "languages": True,
}  # fmt: skip

COMMON: dict[str, frozenset[str]] = {
    "language.name": frozenset(),
    "language.english": frozenset(),
    "language.direction": frozenset(),
    "language.clock": frozenset(),
    **{f"days.{day}": frozenset() for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "nav.menu": frozenset(),
    "nav.back": frozenset(),
    "nav.more": frozenset(),
    "honest": frozenset({"date"}),
    "honest_overdue": frozenset({"date"}),
    "not_understood": frozenset(),
    "not_understood_twice": frozenset(),
    "changed": frozenset(),
    "shown_again": frozenset(),
    "pictures": frozenset(),
    "place": frozenset(),
    "private_number": frozenset(),
    "offer": frozenset(),
    "language_question": frozenset(),
    "language_set": frozenset(),
    "deleted": frozenset(),
    "opted_out": frozenset(),
    "quiet_end": frozenset(),
    "too_many": frozenset(),
    "hotline_first": frozenset(),
    "menu_languages": frozenset(),
    "yes": frozenset(),
    "no": frozenset(),
    "fallback": frozenset({"name", "phone", "hours"}),
    "referral.open": frozenset(),
    "referral.closed": frozenset({"day", "time"}),
    "referral.always": frozenset(),
    "referral.hours": frozenset({"days", "from", "to"}),
    "referral.say": frozenset({"language"}),
    "referral.government": frozenset(),
    "referral.not_confirmed": frozenset(),
}
"""The texts that the line itself says, with the placeholders that each must hold."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text and where it stands."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class LocaleWords:
    """What one locale's `words.yml` and keywords understand; raw, not yet folded."""

    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By list: greetings, optout, yes, no, fillers, negations, hints, languages, commands.menu, numbers.1, ..."""
    keywords: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By flow."""
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By option key: labels and synonyms."""


@dataclass(frozen=True, slots=True)
class Locale:
    """Everything in one locale's folder."""

    name: str
    texts: dict[str, Text]
    words: LocaleWords


def needs_text(step: Step) -> bool | None:
    """Whether a step has words of its own: True, it must; None, it may; False, it may not."""
    if isinstance(step, Visit | Branch):
        return False
    if isinstance(step, Refer):
        return None
    return not (isinstance(step, End) and step.quietly)


class MessageLoader:
    """Reads one locale after another. Knows the flows, so that a file says only what a flow has."""

    def __init__(self, form: Form, flows: dict[str, Flow], referrals: frozenset[str]) -> None:
        self.form, self.flows, self.referrals = form, flows, referrals

    def load(self, locale: str, files: dict[str, Node]) -> Locale:
        """Read a locale from its files, by name without `.yml`."""
        found = Locale(locale, {}, LocaleWords())
        for name, root in files.items():
            if name == "words":
                self._words(root, found)
            elif name == "common":
                self._common(root, found)
            elif name == "referrals":
                self._referrals(root, found)
            elif name in self.flows:
                self._flow(self.flows[name], root, found)
            else:
                known = listed([*self.flows, "words", "common", "referrals"])
                self._add(
                    "unknown-file", root, f'there is no flow "{name}".', f"Files here: {known}. Rename or remove it."
                )
        return found

    def _words(self, root: Node, found: Locale) -> None:
        for name, node in self.form.fields(root, what="words.yml", known=WORDS).items():
            if name in ("commands", "numbers"):
                known = dict.fromkeys(COMMANDS if name == "commands" else DIGITS, True)
                for which, words in self.form.fields(node, what=name, known=known).items():
                    found.words.lists[f"{name}.{which}"] = self.form.texts(words, what=which)
            else:
                found.words.lists[name] = self.form.texts(node, what=name)

    def _common(self, root: Node, found: Locale) -> None:
        groups = {key.partition(".")[0] for key in COMMON}
        for name, node in self.form.fields(root, what="common.yml", known=dict.fromkeys(groups, True)).items():
            members = {key.partition(".")[2]: True for key in COMMON if key.startswith(f"{name}.")}
            if not members:
                self._text(f"common.{name}", node, found)
            for member, text in self.form.fields(node, what=name, known=members).items() if members else ():
                self._text(f"common.{name}.{member}", text, found)

    def _referrals(self, root: Node, found: Locale) -> None:
        for name, node in self.form.fields(
            root, what="referrals.yml", known=dict.fromkeys(self.referrals, False)
        ).items():
            what = self.form.fields(node, what=name, known={"what": True})
            if "what" in what:
                self._text(f"referrals.{name}.what", what["what"], found)

    def _flow(self, flow: Flow, root: Node, found: Locale) -> None:
        steps = {step.key.partition(".")[2]: step for step in flow.steps}
        known = {"keywords": False} | {name: needs_text(step) is True for name, step in steps.items()}
        for name, node in self.form.fields(root, what=f'the flow "{flow.name}"', known=known).items():
            if name == "keywords":
                found.words.keywords[flow.name] = self.form.texts(node, what="keywords")
            else:
                self._step(steps[name], node, found)

    def _step(self, step: Step, node: Node, found: Locale) -> None:
        options = {option.key.rpartition(".")[2]: option for option in step.options} if isinstance(step, Ask) else {}
        text_needed = needs_text(step)
        known = dict.fromkeys(options, True) | ({} if text_needed is False else {"text": bool(text_needed)})
        for name in set(options) & {"yes", "no"}:
            known[name] = False
        for name, value in self.form.fields(node, what=f'the step "{step.key}"', known=known).items():
            if name == "text":
                self._text(f"{step.key}.text", value, found)
                continue
            key = options[name].key
            must = {"label": name not in ("yes", "no"), "also": False, "reply": False}
            fields = self.form.fields(value, what=f'the option "{name}"', known=must)
            for part in ("label", "reply"):
                if part in fields:
                    self._text(f"{key}.{part}", fields[part], found)
            also = self.form.texts(fields["also"], what="also") if "also" in fields else ()
            label = (self.form.text(fields["label"], what="label"),) if "label" in fields else ()
            found.words.answers[key] = (*label, *also)

    def _text(self, key: str, node: Node, found: Locale) -> None:
        text = self.form.text(node, what=f'"{key}"').strip()
        if not text:
            self._add("no-text", node, f'"{key}" is empty.', "Write its text.")
        found.texts[key] = Text(text, node.place)

    def _add(self, code: str, node: Node, what: str, cure: str) -> None:
        self.form.problems.add(code, node.named_at or node.place, what, cure)
