"""The options of one step: two that one reply would choose, labels that do not fit a button, a way back to itself.

Apart from `keywords`, which looks at single words: here the options of a screen are compared with each other.
"""

from __future__ import annotations

from bot.content.checks.content import Content, phrases
from bot.content.checks.keywords import answer_place
from bot.content.message_loader import DIGITS, Locale, written_words
from bot.engine.flow import Ask, Option, options_of
from bot.engine.vocabulary import Words

BUTTON, BUTTONS = 20, 3
"""Letters of a WhatsApp button, and how many there may be; more options become the rows of a list."""
ROW = 24


def check(content: Content) -> None:
    """Note options that a person could not tell apart."""
    for flow in content.flows.values():
        for step in flow.steps:
            options = options_of(step)
            _shared(content, options)
            for option in options:
                if option.then == step.key:
                    content.note("to-itself", content.at(option.key), "this option leads to the step it stands in.",
                                 "Name another step, or remove the option.", "warning")  # fmt: skip


def look(content: Content, locale: Locale, file: str) -> None:
    """Note options that a person would not see whole, or that another digit chooses."""
    flow = content.flows.get(file)
    if flow is None:
        return
    numbers = {written_words(text): digit for digit in DIGITS for text in (digit, *phrases(locale, f"numbers.{digit}"))}
    for step in flow.steps:
        options = options_of(step)
        for digit, option in enumerate(options, 1):
            _label(content, locale, option, BUTTON if len(options) <= BUTTONS else ROW)
            _digits(content, locale, option, str(digit) if isinstance(step, Ask) else "", numbers)


def _shared(content: Content, options: tuple[Option, ...]) -> None:
    """One answer for two options: the first of them would always be taken."""
    first: dict[Words, tuple[Option, Locale]] = {}
    for locale in content.locales.values():
        for option in options:
            for number, text in enumerate(locale.words.answers.get(option.key, ())):
                other, where = first.setdefault(written_words(text), (option, locale))
                if other.key == option.key:
                    continue
                content.note("same-answer", answer_place(content, locale, option, number),
                             f'"{text}" also chooses "{_name(other)}"{_in(where, locale)}: that one would be taken.',
                             "Give each option words of its own.",
                             "error" if where is locale else "warning")  # fmt: skip


def _name(option: Option) -> str:
    return option.key.rpartition(".")[2]


def _in(where: Locale, here: Locale) -> str:
    return "" if where is here else f" ({where.name})"


def _label(content: Content, locale: Locale, option: Option, most: int) -> None:
    label = locale.texts.get(f"{option.key}.label")
    if label and "\n" in label.value:
        content.note("label-lines", label.place, "a label goes over several lines.",
                     "Write two or three words on one line; more belongs to the text of the step.")  # fmt: skip
    elif label and len(label.value) > most:
        what = "button" if most == BUTTON else "row of a list"
        content.note("long-label", label.place,
                     f'"{label.value}" has {len(label.value)} letters; a {what} of WhatsApp holds {most}.',
                     f"Leave out {len(label.value) - most}: two or three words say it.", "warning")  # fmt: skip


def _digits(content: Content, locale: Locale, option: Option, digit: str, numbers: dict[Words, str]) -> None:
    """A number chooses by what stands on the screen, whatever it was written beside. `digit`: its own."""
    for number, text in enumerate(locale.words.answers.get(option.key, ())):
        if numbers.get(written_words(text), digit) != digit:
            content.note("digit-answer", answer_place(content, locale, option, number),
                         f'"{text}" chooses what stands behind that digit, not this option.',
                         "Take it out: every option has its digit anyway.")  # fmt: skip
