"""All content, read and checked once: the release for the engine and the texts for the replies.

Apart because it is the one door to the content: the web process opens it with a published bundle (no YAML, no folder),
the volunteer's tools with a folder. Both go through the same loaders, so what was checked is what is served.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial

from bot.content import flow_check, message_check
from bot.content.bundle import Bundle, canonical, digest_of, file_bytes
from bot.content.caveats import Caveats, joined, split
from bot.content.checks import Content, judge
from bot.content.files import Files, names_in, offered
from bot.content.flow_loader import FlowLoader
from bot.content.form import Form
from bot.content.law_loader import LawLoader, read_sources
from bot.content.layers import SOURCES, Folders, fitted
from bot.content.memory import Memory
from bot.content.message_loader import ORGANISATION_NAME, Locale, MessageLoader
from bot.content.messages import Messages
from bot.content.problem import ContentError, Place, Problem, Problems
from bot.content.referral_loader import ORGANISATION, REFERRALS, Organisation, OrganisationLoader, ReferralLoader
from bot.content.reviews import RECORDS, Review, ReviewCheck, Translation, file_of, read_records, translation
from bot.content.source import Node, from_plain, plain_of
from bot.content.step_loader import Surroundings
from bot.content.words import vocabulary
from bot.engine.flow import Flow
from bot.engine.referrals import Areas, Referral
from bot.engine.release import Release, SameId

NOT_FLOWS = frozenset({REFERRALS, ORGANISATION, SOURCES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """One release, ready to answer."""

    release: Release
    messages: Messages
    organisation: Organisation
    digest: str
    compared: Callable[[], Mapping[str, Translation]] = field(repr=False, compare=False)
    """Gives `translations`, made when somebody asks: whoever answers people never does, and records are a third of a
    release."""
    caveats: Caveats = field(default_factory=Caveats)
    called: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By locale and flow: its first keyword, as it was written."""

    @property
    def translations(self) -> Mapping[str, Translation]:
        """How far each locale is, but for the default one. A release from before there were records: read by nobody."""
        return self.compared()

    def numbered(self, number: int) -> Library:
        """The same content under the number that publishing gave it."""
        return replace(self, release=replace(self.release, number=number))


@dataclass(frozen=True, slots=True)
class Checked:
    """A folder read: its problems, and the bundle to publish if none of them is an error."""

    problems: tuple[Problem, ...]
    bundle: Bundle
    canonical: bytes = field(repr=False)
    """The bundle as bytes."""
    files: tuple[str, ...]
    """The files that were to be read."""
    opened: Library | None
    """The content, if no problem is an error. Built from the files; a published bundle gives the same."""
    translations: Mapping[str, Translation]
    """How far each locale is, as far as the files can be read."""
    nodes: Mapping[str, Node] = field(repr=False)
    """The files that could be read, with the place of every value."""
    lines: Mapping[str, Sequence[str]] = field(repr=False)
    """Their lines, as they stand there."""

    def library(self) -> Library:
        """The content, ready to answer.

        Raises:
            ContentError: the folder has errors.
        """
        if self.opened is None:
            raise ContentError(tuple(problem for problem in self.problems if problem.severity == "error"))
        return self.opened


def check_folder(
    folders: Folders,
    *,
    today: date | None = None,
    before: Mapping[str, Node] | None = None,
    files: Files | None = None,
    instead: Mapping[str, bytes] | None = None,
) -> Checked:
    """Read and check a content folder, or several laid one over the other: `flows/*.yaml`, `messages/<locale>/*.yml`.

    Args:
        today: the day by which something is overdue; None: nothing is.
        before: the flow files as they were last committed, to see what is gone.
        files: what was read before; unchanged files are not read again, and what followed from them is remembered.
        instead: what some files of the folder on top would hold, by name.
    """
    with without_tidying():
        return _check(files or Files(folders), instead or {}, today, before or {})


@contextmanager
def without_tidying() -> Iterator[None]:
    """Reading makes a million small things that all stay. Python would look through them again and again, which takes
    half of the time; here it does so once, afterwards."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _check(files: Files, instead: Mapping[str, bytes], today: date | None, before: Mapping[str, Node]) -> Checked:
    problems, memory = Problems(), files.memory
    there = {name: layer for layer, folder in files.layers for name in names_in(layer, folder, problems)}
    names = offered(sorted({*there, *instead}), files.read(ORGANISATION, Problems(), instead))
    nodes = {name: node for name in names if (node := files.read(name, problems, instead))}
    unread = frozenset(names) - nodes.keys()
    if len(files.layers) > 1:
        nodes = fitted(nodes, memory)
        names = [name for name in names if name in nodes or name in unread]
    library, translations = _build(
        nodes,
        lambda locale: nodes.get(file_of(locale)),
        problems,
        unread=unread,
        judged=lambda content: judge(replace(content, today=today, before=before), memory),
        memory=memory,
    )
    bundle = {name: memory.of(("plain", name), (node,), partial(plain_of, node)) for name, node in nodes.items()}
    written = canonical(
        bundle, lambda name: memory.of(("json", name), (bundle[name],), partial(file_bytes, bundle[name]))
    )
    opened = library and replace(library, digest=digest_of(written))
    problems.locate(there, files.layers[-1][0])
    return Checked(problems.found, bundle, written, tuple(names), opened, translations(), nodes, problems.lines)


_OPENED = Memory()
"""What this process has made of bundles."""


def open_bundle(bundle: Bundle, *, digest: str = "", memory: Memory = _OPENED) -> Library:
    """A published bundle, ready to answer.

    Args:
        digest: its digest, where it is known already.
        memory: what was made of the bundles before; of files that are the same, nothing is made again.

    Raises:
        ContentError: it does not check; it was never published by us.
    """
    problems = Problems()
    files, caveats = split(bundle)

    def read(name: str) -> Node:
        written = memory.same(("file", name), file_bytes(files[name]))  # with the order of its fields
        return memory.of(("file", name), (written,), partial(from_plain, files[name], name))

    with without_tidying():
        nodes = {name: read(name) for name in files if not name.endswith(f"/{RECORDS}.yml")}
        library, _ = _build(
            nodes, lambda locale: read(file_of(locale)) if file_of(locale) in files else None, problems, memory=memory
        )
    if library is None:
        raise ContentError(problems.errors)
    return replace(_cautioned(library, caveats), digest=digest or digest_of(canonical(bundle)))


def with_caveats(files: Bundle, library: Library, caveats: Caveats) -> tuple[Bundle, Library]:
    """Checked files as they are published with these caveats: the bundle, and the content ready to answer."""
    bundle = joined(files, caveats)
    return bundle, replace(_cautioned(library, caveats), digest=digest_of(canonical(bundle)))


def _cautioned(library: Library, caveats: Caveats) -> Library:
    withdrawn = caveats.in_force(library.messages)
    return replace(library, release=replace(library.release, withdrawn=withdrawn, moved=caveats.moved), caveats=caveats)


def _build(
    nodes: Mapping[str, Node],
    records: Callable[[str], Node | None],
    problems: Problems,
    *,
    memory: Memory,
    unread: frozenset[str] = frozenset(),
    judged: Callable[[Content], None] | None = None,
) -> tuple[Library | None, Callable[[], Mapping[str, Translation]]]:
    """Check everything, and put it together if there is no error; and what tells how far the translations are.

    `records`: the file of a locale's records.
    `judged`: what looks at a folder that was read, its records included, and not at a release that was published.
    `unread`: files that are there but cannot be read. What they would hold is taken as given, so that one broken file
    is one problem and not a hundred in all the others.
    """
    form = Form(problems)
    for needed in (REFERRALS, ORGANISATION):
        if needed not in nodes and needed not in unread:
            problems.add("no-file", Place(needed), "this file is missing.", "Every release needs it.")
    if REFERRALS not in nodes or ORGANISATION not in nodes:
        return None, dict
    files = _by_locale(nodes)
    locales = sorted(files)
    areas, referrals = ReferralLoader(form, locales).load(nodes[REFERRALS])
    organisation = OrganisationLoader(form, locales).load(nodes[ORGANISATION], areas, referrals)
    flows = _flows(nodes, form, areas, referrals, locales, unread)
    names = frozenset(referral.name for referral in referrals)
    sound = {
        name: memory.same(("flow", name), flow)
        for name, flow in flows.items()
        if not problems.faulty(f"flows/{name}.yaml")
    }
    unsound = frozenset(_flow_files({*nodes, *unread})) - sound.keys()
    loader = MessageLoader(form, sound, names, default=organisation.default_locale, unsound=unsound, memory=memory)
    read_locales = {name: loader.load(name, files[name]) for name in locales}
    message_check.check(read_locales, sound, organisation.default_locale, problems, unread)
    compared = cache(lambda: _translations(read_locales, records, organisation.default_locale, form, unread, memory))
    if judged:
        compared()
        judged(
            Content(
                nodes=nodes,
                flows=sound,
                whole=not unsound,
                locales=read_locales,
                default=organisation.default_locale,
                referrals=referrals,
                organisation=organisation.name,
                problems=problems,
            )
        )
    if problems.errors or unread:
        return None, compared
    return _library(flows, read_locales, referrals, areas, organisation, compared, problems, memory), compared


def _by_locale(nodes: Mapping[str, Node]) -> dict[str, dict[str, Node]]:
    """The messages without their records, by locale and then by file name without `.yml`."""
    found: dict[str, dict[str, Node]] = {}
    for name, node in nodes.items():
        if name.startswith("messages/"):
            _, locale, file = name.split("/")
            of_locale = found.setdefault(locale, {})
            if name != file_of(locale):
                of_locale[file.removesuffix(".yml")] = node
    return found


def _translations(
    locales: Mapping[str, Locale],
    records: Callable[[str], Node | None],
    default: str,
    form: Form,
    unread: frozenset[str],
    memory: Memory,
) -> dict[str, Translation]:
    """How far every locale but the default one is; what translators should look at is noted."""
    if default not in locales:
        return {}
    if original := records(default):
        form.wrong("unknown-file", original, f"{default} is what the others are translated from.",
                   "Remove this file: who signed these words stands in `law:`.")  # fmt: skip
    check = ReviewCheck(default, form.problems, unread)
    found = {}
    for name in locales:
        if name != default:
            root = records(name)
            known = memory.noting(("records", name), (root,), form.problems, partial(_records, form, root))
            found[name] = translation(locales[default], locales[name], known)
            check.check(found[name], root)
    return found


def _records(form: Form, root: Node | None) -> dict[str, Review]:
    return read_records(form, root) if root else {}


def _flow_files(names: Iterable[str]) -> dict[str, str]:
    """The files that hold flows, by the flow's name."""
    room = "flows/"
    return {n[len(room) : -len(".yaml")]: n for n in names if n.startswith(room) and n not in NOT_FLOWS}


def _flows(
    nodes: Mapping[str, Node],
    form: Form,
    areas: Areas,
    referrals: tuple[Referral, ...],
    locales: list[str],
    unread: frozenset[str],
) -> dict[str, Flow]:
    """All flows that can be made out."""
    files = _flow_files(nodes)
    starts = {name: f"{name}." for name in _flow_files(unread)}
    places: dict[str, Place] = {}
    for name, file in files.items():
        root = nodes[file].value
        steps = root["steps"].value if isinstance(root, dict) and "steps" in root else None
        steps = steps if isinstance(steps, dict) else {}
        starts[name] = f"{name}.{next(iter(steps), '')}"
        places |= {f"{name}.{step}": node.named_at or node.place for step, node in steps.items()}
    sources = read_sources(form, nodes[SOURCES]) if SOURCES in nodes else None if SOURCES in unread else frozenset()
    needs = frozenset(need for referral in referrals for need in referral.needs)
    around = Surroundings(starts=starts, needs=needs, areas=areas.within.keys(), locales=locales)
    loader = FlowLoader(form, around, LawLoader(form, sources))
    flows = {name: flow for name, file in files.items() if (flow := loader.load(name, nodes[file]))}
    if not form.problems.errors:
        flow_check.check(flows, places, form.problems)
    return flows


def _spoken(referrals: tuple[Referral, ...], locales: Mapping[str, Locale]) -> tuple[Referral, ...]:
    """Who speaks a language speaks it in whichever letters it is written."""
    variants = [(name, one.letters_of) for name, one in locales.items() if one.letters_of]

    def languages(known: frozenset[str]) -> frozenset[str]:
        return known | {name for name, language in variants if language in known}

    return tuple(
        referral if referral.languages is None else replace(referral, languages=languages(referral.languages))
        for referral in referrals
    )


def _library(
    flows: dict[str, Flow],
    locales: dict[str, Locale],
    referrals: tuple[Referral, ...],
    areas: Areas,
    organisation: Organisation,
    compared: Callable[[], Mapping[str, Translation]],
    problems: Problems,
    memory: Memory,
) -> Library | None:
    """Checked parts, put together. The organisation's own languages come first, the others by name."""
    try:
        release = Release(
            number=0,
            flows=flows,
            vocabulary=vocabulary(locales, flows, memory),
            locales=tuple(dict.fromkeys((*organisation.bilingual, *locales))),
            default_locale=organisation.default_locale,
            referrals=_spoken(referrals, locales),
            areas=areas,
            area=organisation.area,
            timezone=organisation.timezone,
            line=organisation.line,
            numbers=organisation.numbers,
        )
    except SameId as same:
        problems.add("same-id", Place(f"flows/{same.second.partition('.')[0]}.yaml"),
                     f'"{same.first}" and "{same.second}" cannot be told apart in a stored talk.',
                     "Rename one of the two.")  # fmt: skip
        return None
    texts = {
        name: {
            key: text.value.replace(ORGANISATION_NAME, organisation.name.replace("%", "%%"))
            for of in (locale.letters_of, name)
            if of
            for key, text in locales[of].texts.items()
        }
        for name, locale in locales.items()
    }
    called = {
        name: {
            flow: words[0]
            for of in (locale.letters_of, name)
            if of
            for flow, words in locales[of].words.keywords.items()
            if words
        }
        for name, locale in locales.items()
    }
    return Library(
        release=release,
        messages=Messages(texts),
        organisation=organisation,
        digest="",
        compared=compared,
        called=called,
    )
