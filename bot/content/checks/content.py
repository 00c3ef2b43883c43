"""What every check is given: the flows, the words, the referrals, and where each of them stands.

Apart from the loaders, which make these, so that a check is one function over one thing and can be read alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from bot.content.message_loader import COMMANDS, Locale, Text, written_words
from bot.content.problem import Place, Problems, Severity
from bot.content.source import Node
from bot.content.words import opting_out
from bot.engine.flow import Collect, Flow, options_of
from bot.engine.optout import OptOuts
from bot.engine.referrals import Referral
from bot.engine.vocabulary import Words


@dataclass(frozen=True, kw_only=True)
class Content:
    """A content folder that was read. What a file with mistakes would hold is left out."""

    nodes: Mapping[str, Node]
    """Every file as it was written."""
    flows: Mapping[str, Flow]
    """Flows whose files have no mistake."""
    whole: bool
    """Whether these are all flows, so that what follows from what can be said."""
    locales: Mapping[str, Locale]
    default: str
    referrals: tuple[Referral, ...]
    problems: Problems
    organisation: str = ""
    """Who runs this number, as texts say it."""
    today: date | None = None
    """None: what is overdue is not asked."""
    before: Mapping[str, Node] = field(default_factory=dict)
    """The flow files as they were last committed, where that is known."""

    def note(self, code: str, place: Place, what: str, cure: str, severity: Severity = "error") -> None:
        """Note one problem."""
        self.problems.add(code, place, what, cure, severity)

    def place(self, file: str, *names: str) -> Place:
        """Where the field stands that these names lead to, or the last of them that is there."""
        node = self.nodes.get(file)
        found = Place(file)
        for name in names:
            if node is None or not isinstance(node.value, dict) or name not in node.value:
                break
            node = node.value[name]
            found = node.named_at or node.place
        return found

    def at(self, key: str) -> Place:
        """Where a step or an option stands in its flow."""
        flow, step, *option = key.split(".")
        return self.place(f"flows/{flow}.yaml", "steps", step, *(["ask", *option] if option else []))

    def piece(self, text: Text, piece: str) -> Place:
        """Where a piece of a text stands: its own line and letter."""
        return self.problems.below(text.place, piece, lines=text.value.count("\n") + 3)

    def texts(self) -> Iterator[tuple[Locale, str, Text]]:
        """Every text of every locale, with its key."""
        for locale in self.locales.values():
            for key, text in locale.texts.items():
                yield locale, key, text

    @cached_property
    def optouts(self) -> OptOuts:
        """What is heard as "send me nothing more", in every language."""
        return OptOuts({name: opting_out(locale) for name, locale in self.locales.items()})

    @cached_property
    def heard(self) -> dict[Words, str]:
        """What is understood before a keyword is looked for, and as what."""
        lists = {"languages": "a language", "greetings": "a greeting"}
        lists |= {f"commands.{command}": command.upper() for command in COMMANDS}
        return {
            written_words(text): f"{means} ({locale.name})"
            for list_, means in lists.items()
            for locale in self.locales.values()
            for text in phrases(locale, list_)
        }

    def collected_from(self, flow: Flow) -> frozenset[str]:
        """Where a flow's options lead to a step that asks for a language or a place: those steps."""
        return self._collects & {option.then for step in flow.steps for option in options_of(step)}

    @cached_property
    def _collects(self) -> frozenset[str]:
        return frozenset(s.key for flow in self.flows.values() for s in flow.steps if isinstance(s, Collect))

    @property
    def source(self) -> Locale | None:
        """The language that the others are translated from."""
        return self.locales.get(self.default)

    def text(self, locale: Locale, key: str) -> str:
        """A text, or nothing where there is none."""
        return locale.texts[key].value if key in locale.texts else ""


def phrases(locale: Locale, list_: str) -> tuple[str, ...]:
    """One of the lists in a locale's `words.yml`."""
    return locale.words.lists.get(list_, ())
