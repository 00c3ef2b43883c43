"""All content, read and checked once: the release for the engine and the texts for the replies.

Apart because it is the one door to the content: the web process opens it with a published bundle (no YAML, no folder),
the volunteer's tools with a folder. Both go through the same loaders, so what was checked is what is served.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from bot.content import flow_check, message_check
from bot.content.flow_loader import FlowLoader
from bot.content.message_loader import COMMANDS, Locale, MessageLoader
from bot.content.messages import Messages
from bot.content.problem import ContentError, Place, Problem, Problems
from bot.content.referral_loader import Organisation, ReferralLoader
from bot.content.source import Form, Node, Plain, from_plain, read
from bot.engine.flow import Flow
from bot.engine.referrals import Referral
from bot.engine.release import Release, SameId
from bot.engine.text import words_of
from bot.engine.vocabulary import Phrase, Vocabulary, Words, by_words, weigh

Bundle = dict[str, Plain]
"""The files of a release by their path, as plain data: what is published, and what its digest is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """One release, ready to answer."""

    release: Release
    messages: Messages
    organisation: Organisation
    digest: str

    def numbered(self, number: int) -> Library:
        """The same content under the number that publishing gave it."""
        return replace(self, release=replace(self.release, number=number))


@dataclass(frozen=True, slots=True)
class Checked:
    """A folder read: its problems, and the bundle to publish if none of them is an error."""

    problems: tuple[Problem, ...]
    bundle: Bundle

    def library(self) -> Library:
        """The content, ready to answer.

        Raises:
            ContentError: the folder has errors.
        """
        errors = tuple(problem for problem in self.problems if problem.severity == "error")
        if errors:
            raise ContentError(errors)
        return open_bundle(self.bundle)


def check_folder(folder: Path) -> Checked:
    """Read and check a content folder: `flows/*.yaml` and `messages/<locale>/*.yml`."""
    problems = Problems()
    names = sorted(
        str(path.relative_to(folder))
        for pattern in ("flows/*.y*ml", "messages/*/*.y*ml")
        for path in folder.glob(pattern)
    )
    nodes: dict[str, Node] = {}
    for name in names:
        if name.startswith("flows/") != name.endswith(".yaml"):
            right = ".yaml" if name.startswith("flows/") else ".yml"
            problems.add("file-name", Place(name), "this file would not be read.", f"Let its name end in {right}.")
        elif node := read(folder, name, problems):
            nodes[name] = node
    broken = bool(problems.errors)
    _Builder(problems).build(nodes)
    if not broken and not problems.errors:
        _check_ids(nodes, problems)
    return Checked(problems.found, {name: node.plain for name, node in nodes.items()})


def open_bundle(bundle: Bundle) -> Library:
    """A published bundle, ready to answer.

    Raises:
        ContentError: it does not check; it was never published by us.
    """
    problems = Problems()
    library = _Builder(problems).build({name: from_plain(plain, name) for name, plain in bundle.items()})
    if problems.errors or library is None:
        raise ContentError(problems.errors)
    return replace(library, digest=digest_of(bundle))


def digest_of(bundle: Bundle) -> str:
    """The content's address: equal content has an equal digest, whoever publishes it."""
    return hashlib.sha256(canonical(bundle)).hexdigest()


def canonical(bundle: Bundle) -> bytes:
    """The bundle as bytes. The order of fields stays: it is the order of steps and options."""
    return json.dumps(bundle, ensure_ascii=False, separators=(",", ":")).encode()


class _Builder:
    """Puts the loaders in order: referrals, flows, messages, words."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.form = Form(problems)

    def build(self, nodes: dict[str, Node]) -> Library | None:
        """Load everything. Returns None where a file without which nothing works is missing."""
        folders: dict[str, dict[str, Node]] = {}
        for name, node in nodes.items():
            if name.startswith("messages/"):
                _, locale, file = name.split("/")
                folders.setdefault(locale, {})[file.removesuffix(".yml")] = node
        flow_nodes = {
            n[6:-5]: node for n, node in nodes.items() if n.startswith("flows/") and n[6:-5] not in _NOT_FLOWS
        }
        for needed in ("flows/referrals.yaml", "flows/organisation.yaml"):
            if needed not in nodes:
                self.problems.add(
                    "no-file", Place(needed), "this file is missing or cannot be read.", "Every release needs it."
                )
                return None
        loader = ReferralLoader(self.form)
        locales = frozenset(folders)
        areas = loader.areas(nodes["flows/referrals.yaml"])
        referrals = loader.referrals(nodes["flows/referrals.yaml"], areas, locales)
        names = frozenset(referral.name for referral in referrals)
        organisation = loader.organisation(nodes["flows/organisation.yaml"], areas, locales, names)
        flows = self._flows(flow_nodes, referrals, frozenset(areas.within))
        messages = MessageLoader(self.form, flows, names)
        read_locales = {name: messages.load(name, files) for name, files in folders.items()}
        self._sources(nodes, flow_nodes)
        message_check.check(read_locales, flows, organisation.default_locale, self.problems)
        if self.problems.errors:
            return None
        texts = {name: {key: text.value for key, text in locale.texts.items()} for name, locale in read_locales.items()}
        try:
            release = Release(
                number=0,
                flows=flows,
                vocabulary=vocabulary(read_locales, flows),
                locales=_in_order(read_locales, organisation),
                default_locale=organisation.default_locale,
                referrals=referrals,
                areas=areas,
                area=organisation.area,
                timezone=organisation.timezone,
                line=organisation.line,
            )
        except SameId as same:
            what = f'"{same.first}" and "{same.second}" cannot be told apart in a stored session.'
            self.problems.add(
                "same-id", Place(f"flows/{same.second.partition('.')[0]}.yaml"), what, "Rename one of them."
            )
            return None
        return Library(release=release, messages=Messages(texts), organisation=organisation, digest="")

    def _flows(self, nodes: dict[str, Node], referrals: tuple[Referral, ...], areas: frozenset[str]) -> dict[str, Flow]:
        starts: dict[str, str] = {}
        places: dict[str, Place] = {}
        for name, node in nodes.items():
            steps = node.value.get("steps") if isinstance(node.value, dict) else None
            if steps is not None and isinstance(steps.value, dict) and steps.value:
                starts[name] = f"{name}.{next(iter(steps.value))}"
                places |= {f"{name}.{step}": field.named_at or field.place for step, field in steps.value.items()}
        needs = frozenset().union(*(referral.needs for referral in referrals)) if referrals else frozenset()
        loader = FlowLoader(self.form, starts, needs, areas)
        loaded = {name: flow for name, node in nodes.items() if (flow := loader.load(name, node))}
        if not self.problems.errors:
            flow_check.check(loaded, places, self.problems)
        return loaded

    def _sources(self, nodes: dict[str, Node], flows: dict[str, Node]) -> None:
        """Every source that a flow names stands in `flows/sources.yaml` with a title and an address."""
        file = nodes.get("flows/sources.yaml")
        known = self.form.fields(file, what="sources.yaml") if file else {}
        for name, node in known.items():
            self.form.fields(node, what=f'the source "{name}"', known={"title": True, "address": True, "date": False})
        for node in flows.values():
            for item in _named_sources(node):
                if isinstance(item.value, str) and item.value not in known:
                    self.problems.add(
                        "unknown-source",
                        item.place,
                        f'the source "{item.value}" stands nowhere.',
                        "Add it to flows/sources.yaml.",
                    )


_NOT_FLOWS = frozenset({"referrals", "organisation", "sources"})


def vocabulary(locales: dict[str, Locale], flows: dict[str, Flow]) -> Vocabulary:
    """The words of all locales, folded and put in order."""

    def phrases(name: str, list_: str, means: str) -> list[Phrase]:
        return [Phrase(words, means, name) for words in _folded(locales[name].words.lists.get(list_, ()))]

    every = [(name, locale.words) for name, locale in locales.items()]
    triggers = [
        Phrase(words, flow, name)
        for name, known in every
        for flow, texts in known.keywords.items()
        for words in _folded(texts)
    ]
    answers: dict[str, tuple[Phrase, ...]] = {}
    for name, known in every:
        for key, texts in known.answers.items():
            answers[key] = (*answers.get(key, ()), *(Phrase(words, key, name) for words in _folded(texts)))
    hints = {
        name: frozenset(w for words in _folded(known.lists.get("hints", ())) for w in words) for name, known in every
    }
    loud = frozenset(name for name, flow in flows.items() if flow.interrupts)
    return Vocabulary(
        commands=by_words(
            p for name, _ in every for command in COMMANDS for p in phrases(name, f"commands.{command}", command)
        ),
        greetings=by_words(p for name, _ in every for p in phrases(name, "greetings", "menu")),
        optouts=by_words(p for name, _ in every for p in phrases(name, "optout", "optout")),
        languages=_language_names(locales),
        yes=frozenset(p.words for name, _ in every for p in phrases(name, "yes", "yes")),
        no=frozenset(p.words for name, _ in every for p in phrases(name, "no", "no")),
        numbers={
            p.words: int(p.means) for name, _ in every for d in "0123456789" for p in phrases(name, f"numbers.{d}", d)
        },
        fillers=frozenset(w for name, _ in every for p in phrases(name, "fillers", "") for w in p.words),
        negations=frozenset(w for name, _ in every for p in phrases(name, "negations", "") for w in p.words),
        hints=hints,
        triggers=tuple(p for p in triggers if p.means not in loud),
        interrupts=tuple(sorted((p for p in triggers if p.means in loud), key=lambda p: -len(p.words))),
        answers=answers,
        spoken={
            name: frozenset(w for p in triggers if p.locale == name for w in p.words)
            | frozenset(w for ps in answers.values() for p in ps if p.locale == name for w in p.words)
            for name in locales
        },
        weights=weigh((p for p in triggers if p.means not in loud), hints),
    )


def _folded(texts: Iterable[str]) -> list[Words]:
    return [words for text in texts if (words := words_of(text))]


def _language_names(locales: dict[str, Locale]) -> dict[Words, str]:
    """Each language's own name, its English one, and what else people call it."""
    names: dict[Words, str] = {}
    for name, locale in locales.items():
        own = [locale.texts[f"common.language.{key}"].value for key in ("name", "english")]
        for words in _folded([*own, *locale.words.lists.get("languages", ())]):
            names.setdefault(words, name)
    return names


def _in_order(locales: dict[str, Locale], organisation: Organisation) -> tuple[str, ...]:
    """The organisation's own languages first, the others by name."""
    return tuple(dict.fromkeys((*organisation.bilingual, *sorted(locales))))


def _named_sources(node: Node) -> list[Node]:
    if not isinstance(node.value, dict):
        return []
    found: list[Node] = []
    for name, field in node.value.items():
        if name == "sources" and isinstance(field.value, tuple):
            found += field.value
        else:
            found += _named_sources(field)
    return found


def _check_ids(nodes: dict[str, Node], problems: Problems) -> None:
    """The bundle opens as it will be published."""
    try:
        open_bundle({name: node.plain for name, node in nodes.items()})
    except ContentError as error:
        for problem in error.problems:
            problems.add(problem.code, problem.place, problem.what, problem.cure)
