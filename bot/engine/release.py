"""One published set of flows, words and referrals, as the engine needs it. Immutable; replaced whole, never changed.

Apart from `flow` because it adds what only a whole set can know: which key an id of a stored session means today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from bot.engine import checklist
from bot.engine.flow import Ask, Checklist, Collect, Flow, Item, Option, Refer, Say, Step, flow_of, step_of, targets_of
from bot.engine.referrals import Areas, Referral
from bot.engine.session import Place, Said, Session, short_id
from bot.engine.vocabulary import Vocabulary

MENU = "menu"
"""The flow of the main menu: every release has one."""


class SameId(Exception):
    """Two keys have the same short id, so a stored session could not tell them apart. Renaming either cures it."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first, second)
        self.first, self.second = first, second


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Release:
    """What a turn is computed with."""

    number: int
    flows: Mapping[str, Flow]
    vocabulary: Vocabulary
    locales: tuple[str, ...]
    """Variants in Latin letters among them."""
    default_locale: str
    referrals: tuple[Referral, ...]
    areas: Areas
    area: str
    """The area assumed until a ZIP prefix says otherwise."""
    timezone: ZoneInfo
    line: str = ""
    """The organisation's own line, by its name among the referrals; empty: it has none."""
    numbers: Mapping[str, str] = field(default_factory=dict)
    """Numbers of the line that were made known in one language, each with that locale."""
    withdrawn: frozenset[tuple[str, str]] = frozenset()
    """Texts that are not said, by key (`flow.step.text`, `flow.step.option.reply`) and locale."""
    moved: tuple[tuple[str, str], ...] = ()
    """What `moved` of the flows does not know: names that came later than these flows, and what they were before."""
    languages: tuple[str, ...] = field(init=False)
    """The locales that people choose from: none that is another in Latin letters."""
    steps: Mapping[str, Step] = field(init=False)
    """Every step by its key, the items of checklists among them."""
    options: Mapping[str, Option] = field(init=False)
    keys: Mapping[str, str] = field(init=False)
    """Short id to key. Ids of renamed and removed steps and options lead to what took their place."""
    renamed: Mapping[str, str] = field(init=False)
    """The ids among them that lead elsewhere, with the id of today."""
    heads: Mapping[str, str] = field(init=False)
    """By the key of a step: where its reply begins, if only steps that go on by themselves lead to it."""

    zip_steps: frozenset[str] = field(init=False)
    """The ids of the steps that ask for a ZIP prefix: an answer there is an area."""

    def __post_init__(self) -> None:
        steps = {step.key: step for flow in self.flows.values() for step in _with_items(flow)}
        options = {o.key: o for step in steps.values() if isinstance(step, Ask) for o in step.options}
        options |= {step.go_on.key: step.go_on for step in steps.values() if isinstance(step, Checklist)}
        variants = self.vocabulary.letters_of
        object.__setattr__(self, "languages", tuple(name for name in self.locales if name not in variants))
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "options", options)
        object.__setattr__(self, "keys", _keys(self.flows, steps, options, self.moved))
        renamed = {id_: now for id_, key in self.keys.items() if (now := short_id(key)) != id_}
        object.__setattr__(self, "renamed", renamed)
        zips = {short_id(key) for key, step in steps.items() if isinstance(step, Collect) and step.what == "zip"}
        object.__setattr__(self, "zip_steps", frozenset(zips))
        object.__setattr__(self, "heads", _heads(steps))

    def step(self, id_: str) -> Step | None:
        """The step an id means today, or None: it was removed and nothing took its place."""
        return self.steps.get(self.keys.get(id_, ""))

    def option(self, id_: str) -> Option | None:
        """The option an id means today, or None."""
        return self.options.get(self.keys.get(id_, ""))

    def today(self, session: Session) -> Session:
        """A person in the names of this release: what was renamed counts under its new name, wherever it stands."""
        path, screen = session.path, session.screen
        if self.renamed and not all(map(self._is_of_today, path)):
            path = tuple(
                Place(self._now(place.step), self._answer_now(place), tuple(map(self._now, place.returns)))
                for place in path
            )
        if screen is not None and (screen.said or not self.renamed.keys().isdisjoint(screen.choices)):
            said = tuple(new for old in screen.said if (new := self._said_now(old)))
            screen = replace(screen, choices=tuple(map(self._now, screen.choices)), said=said)
        is_known = path is session.path and screen is session.screen
        return session if is_known else replace(session, path=path, screen=screen)

    def _is_of_today(self, place: Place) -> bool:
        """Whether all that a place holds has its present name."""
        if place.answer and isinstance(self.step(place.step), Checklist):
            return False  # its answer is made of many
        return self.renamed.keys().isdisjoint((place.step, place.answer, *place.returns))

    def _now(self, id_: str) -> str:
        """The id of what an id means today. What means nothing any more, or is no id, stays as it is."""
        return self.renamed.get(id_, id_)

    def _answer_now(self, place: Place) -> str:
        """What was answered at a step, in the names of today: one id, or how far a checklist is."""
        if place.answer and isinstance(self.step(place.step), Checklist):
            return checklist.renamed(place.answer, self._now)
        return self._now(place.answer)

    def _said_now(self, said: Said) -> Said | None:
        """A piece of a reply by its name of today; None for how old a flow is that is gone."""
        if said.kind in ("text", "reply", "item"):
            return replace(said, ref=self._now(said.ref))
        if said.kind != "honest":
            return said
        name, overdue, _ = said.ref.partition("!")
        flow = self.keys.get(short_id(name), "")
        return replace(said, ref=f"{flow}{overdue}") if flow in self.flows else None

    def language_of(self, locale: str) -> str:
        """The locale itself, or the one that it is a variant of."""
        return self.vocabulary.letters_of.get(locale, locale)

    def flow(self, name: str) -> Flow:
        """The flow of that name.

        Raises:
            KeyError: no such flow.
        """
        return self.flows[name]


def _with_items(flow: Flow) -> Iterator[Step]:
    for step in flow.steps:
        yield step
        if isinstance(step, Checklist):
            yield from step.items


def _heads(steps: Mapping[str, Step]) -> dict[str, str]:
    before: dict[str, set[str]] = {key: set() for key in steps}
    for step in steps.values():
        for target in targets_of(step):
            before[target].add(step.key)
    heads: dict[str, str] = {}
    for key in steps:
        head, passed = key, {key}
        while len(before[head]) == 1:
            (earlier,) = before[head]
            step = steps[earlier]
            if earlier in passed or not (isinstance(step, Say) or (isinstance(step, Refer) and step.then)):
                break
            head = earlier
            passed.add(head)
        heads[key] = head
    return heads


def _keys(
    flows: Mapping[str, Flow],
    steps: Mapping[str, Step],
    options: Mapping[str, Option],
    later: tuple[tuple[str, str], ...],
) -> dict[str, str]:
    """A renamed step takes its options and items along, and their old names."""
    keys: dict[str, str] = {}
    for key in (*flows, *steps, *options):
        other = keys.setdefault(short_id(key), key)
        if other != key:
            raise SameId(other, key)
    moved = [(flow.name, old, new) for flow in flows.values() for old, new in flow.moved]
    moved += [(flow_of(new), old, new) for old, new in later]
    for _, old, new in moved:
        keys.setdefault(short_id(old), new)
    of_step: dict[str, list[tuple[str, str]]] = {}
    parts = (*options, *(key for key, step in steps.items() if isinstance(step, Item)))
    for old, new in (*((key, key) for key in parts), *((old, new) for _, old, new in moved)):
        of_step.setdefault(step_of(old), []).append((old, new))
    for flow, old, new in moved:
        if flow_of(new) == flow:
            for was, now in of_step.get(new, ()):
                keys.setdefault(short_id(old + was.removeprefix(new)), now)
    return keys
