"""What a person can choose, in words: options, languages, situations, the items of a checklist, and the fixed digits.

Apart from `reply`, which writes what is said above them and cuts it into pages: the choices are what a digit means, one
line each, and stand together whatever else is shortened.
"""

from __future__ import annotations

from bot.content.library import Library
from bot.engine.flow import LISTED, Ask, Checklist, flow_of, step_of
from bot.engine.release import MENU
from bot.engine.session import Screen
from bot.engine.understand import BACK, MENU_DIGIT, MORE


class Choices:
    """Writes the choices of screens of one library."""

    def __init__(self, library: Library) -> None:
        self._called_by_locale = library.called
        self._release = library.release
        self._messages = library.messages

    def lines(self, screen: Screen, locale: str) -> list[str]:
        """The choices below each other; none for a ZIP prefix, which is answered with digits of its own."""
        if screen.choices == ("zip",):
            return []
        labels = [self._label(choice, screen, locale) for choice in screen.choices]
        if screen.kind == "list":
            return self._listed(screen, labels, locale)
        return [*_numbered(labels), *self._other_languages(screen)]

    def nav(self, locale: str, *, back: bool, more: bool, menu: bool) -> list[str]:
        """The digits that work everywhere, with what they do."""
        shown = [(BACK, "nav.back", back), (MORE, "nav.more", more), (MENU_DIGIT, "nav.menu", menu)]
        words = [f"{digit} {self._common(name, locale)}" for digit, name, shows in shown if shows]
        return [" ".join(words)] if words else []

    def leads_on(self, screen: Screen) -> bool:
        """Whether a list has other items than those that are shown: behind the last come the first again."""
        return screen.kind == "list" and len(self._plan(screen.choices[0])[0].items) > LISTED

    def item(self, item: str, locale: str) -> str:
        """Which item of its checklist this is, and what opens it another day."""
        plan, number = self._plan(item)
        again = f"{self._called(flow_of(plan.key), locale).upper()} {number}"
        return self._common("checklist.item", locale, number=str(number), count=str(len(plan.items)), again=again)

    def _listed(self, screen: Screen, labels: list[str], locale: str) -> list[str]:
        """Which part of the list this is and what its marks mean, the items, and what leads on."""
        plan, first = self._plan(screen.choices[0])
        last, count = first + len(labels) - 2, len(plan.items)
        numbers = {"from": str(first), "to": str(last), "count": str(count)}
        marks = next(said.ref for said in screen.said if said.kind == "list")
        marked = [f"{mark} {label}" for mark, label in zip(marks, labels, strict=False)] + labels[-1:]
        return [self._common("checklist.shown", locale, **numbers), *_numbered(marked)]

    def _plan(self, item: str) -> tuple[Checklist, int]:
        """The checklist of an item, whose id is given, and its number there."""
        key = self._release.keys.get(item, "")
        plan = self._release.steps[step_of(key)]
        assert isinstance(plan, Checklist), "only items of this release are shown"
        return plan, 1 + [one.key for one in plan.items].index(key)

    def _other_languages(self, screen: Screen) -> list[str]:
        """Behind the digit that leads to them: nobody has to guess that their language comes next."""
        if screen.kind != "language":
            return []
        names = [self._common("language.name", one) for one in self._release.languages if one not in screen.choices]
        return [f"{MORE} {' / '.join(names)}"] if names else []

    def _label(self, choice: str, screen: Screen, locale: str) -> str:
        if screen.kind == "language":
            return self._common("language.name", choice)
        if screen.kind == "offer":
            return self._flow_label(self._release.keys.get(choice, ""), locale)
        if screen.kind == "collect":
            return self._common(choice, locale)
        if screen.kind == "item":
            return self._common(f"checklist.{choice}", locale)
        return self._option_label(self._release.keys.get(choice, ""), locale)

    def _option_label(self, option: str, locale: str) -> str:
        """An option's own label, or the common word for yes and no."""
        if self._messages.has(f"{option}.label", locale):
            return self._messages.text(f"{option}.label", locale)
        return self._common(option.rpartition(".")[2], locale)

    def _flow_label(self, flow: str, locale: str) -> str:
        """How the menu calls a flow; its first keyword where the menu does not have it."""
        for step in self._release.flow(MENU).steps:
            for option in step.options if isinstance(step, Ask) else ():
                if option.then == self._release.flow(flow).start:
                    return self._messages.text(f"{option.key}.label", locale)
        return self._called(flow, locale)

    def _called(self, flow: str, locale: str) -> str:
        """The first keyword of a flow; of another language where this one has none."""
        called = self._called_by_locale
        return next(called[name][flow] for name in (locale, *called) if flow in called[name])

    def _common(self, key: str, locale: str, **values: str) -> str:
        return self._messages.text(f"common.{key}", locale, **values)


def _numbered(lines: list[str]) -> list[str]:
    return [f"{digit} {line}" for digit, line in enumerate(lines, 1)]
