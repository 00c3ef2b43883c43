"""What people answer: words that the phone company keeps, that opt out, or that mean a command everywhere else.

Apart from `keywords`, which compares the words of all flows: here each option is looked at by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from bot.content.checks.content import Content, phrases
from bot.content.checks.keywords import KEPT, TAKEN, answer_place, kept, one_phrase
from bot.content.message_loader import Locale, written_words
from bot.engine.flow import Option, flow_of, options_of
from bot.engine.vocabulary import Words

_SHOUTED = re.compile(rf"\b(?:{'|'.join(sorted(map(str.upper, KEPT)))})\b")


def look(content: Content, locale: Locale, file: str) -> None:
    """Note answers that nobody will be understood by, and texts that ask for one."""
    flow = content.flows.get(file)
    if flow is None:
        return
    ways_out = {
        written_words(text): list_.removeprefix("commands.")
        for list_ in ("commands.menu", "commands.back", "commands.delete")
        for text in phrases(locale, list_)
        if " " not in text
    }
    for option in (option for step in flow.steps for option in options_of(step)):
        _answers(content, locale, option, ways_out)
    for text in locale.parts[file].texts.values():
        if shouted := _SHOUTED.search(text.value):
            content.note("carrier-word", content.piece(text, shouted[0]),
                         f'this asks for {shouted[0]}, which the phone company keeps for itself.',
                         "Ask for another word, or for a digit.")  # fmt: skip


def _answers(content: Content, locale: Locale, option: Option, ways_out: Mapping[Words, str]) -> None:
    """Labels and synonyms: none that the phone company keeps, none that hides a way out.

    Where options are shown there is nothing more to read, so that MORE is no loss; nor is a phrase of several words.
    """
    texts = locale.words.answers.get(option.key, ())
    label = content.text(locale, f"{option.key}.label")
    for number, text in enumerate(texts):
        words = written_words(text)
        if text != label:
            one_phrase(content, partial(answer_place, content, locale, option, number), text)
        said = " ".join(words)
        if said in KEPT or (said in TAKEN and (text == label or len(texts) == 1)):
            kept(content, answer_place(content, locale, option, number), text)
        elif content.optouts.found_in(words):
            content.note("hides-command", answer_place(content, locale, option, number),
                         f'"{text}" is heard as opting out: nobody would be answered.',
                         "Take another word.")  # fmt: skip
        elif (means := ways_out.get(words)) and not _leads_to_it(content, option, means):
            content.note("hides-command", answer_place(content, locale, option, number),
                         f'"{text}" means {means.upper()} everywhere else.',
                         "Take another word: at every step the same word does the same.", "warning")  # fmt: skip


def _leads_to_it(content: Content, option: Option, command: str) -> bool:
    """Whether an option does what the command does."""
    flow = content.flows[flow_of(option.key)]
    return command == option.then.partition(".")[0] or option.then in content.collected_from(flow)
