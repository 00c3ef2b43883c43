"""`flows/sources.yaml`, and the `law:` of flows and steps: what a text rests on, how old that is, who read it.

Apart from the steps because lawyers read and write this, and because a flow and a step say it in the same words.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from bot.content.form import Form
from bot.content.source import Node
from bot.engine.flow import Law

LAW = {"sources_until": False, "recheck": False, "lawyer": False, "contested": False, "sources": False}
SOURCE = {"title": True, "address": True, "date": False}
NOBODY = "none"


def read_sources(form: Form, root: Node) -> frozenset[str]:
    """The names of all sources."""
    names = form.fields(root, what="sources.yaml")
    for name, node in names.items():
        for part, value in form.fields(node, what=f'the source "{name}"', known=SOURCE).items():
            form.text(value, what=f"its {part}")
    return frozenset(names)


class LawLoader:
    """Reads `law:`. `sources`: the names that may stand there; None: sources.yaml cannot be read, so any may."""

    def __init__(self, form: Form, sources: Collection[str] | None) -> None:
        self.form, self.sources = form, sources

    def load(self, node: Node, above: Law | None) -> Law:
        """One `law:`. What a step leaves out is as in its flow, `above`; only disputes and signatures are its own."""
        fields = self.form.fields(node, what="law", known=LAW)
        for source in self.form.items(fields["sources"], what="sources") if "sources" in fields else ():
            if self.sources is not None:
                self.form.one_of("unknown-source", source, self.sources, what="the source",
                                 cure="Add it to flows/sources.yaml. Written there:")  # fmt: skip
        lawyer = self.form.text(fields["lawyer"], what="lawyer") if "lawyer" in fields else NOBODY
        return Law(
            sources_until=self._date(fields, "sources_until", above.sources_until if above else None, node),
            recheck=self._date(fields, "recheck", above.recheck if above else None, node),
            lawyer=None if lawyer == NOBODY else lawyer,
            contested="contested" in fields and self.form.is_true(fields["contested"], what="contested"),
        )

    def _date(self, fields: dict[str, Node], name: str, above: date | None, law: Node) -> date:
        if name in fields:
            return read_date(self.form, fields[name], what=name)
        if above is None:
            self.form.wrong("missing-word", law, f'law lacks "{name}".', f"Add it as a date: {name}: 2026-10-07")
        return above or date.min


def read_date(form: Form, node: Node, *, what: str) -> date:
    """A day."""
    text = form.text(node, what=what)
    try:
        return date.fromisoformat(text if len(text) == len("2026-10-07") else "")
    except ValueError:
        form.wrong("date", node, f'{what} "{text}" is not a date.', "Write year, month and day: 2026-10-07")
        return date.min
