"""How hard the English is to read, by the Flesch-Kincaid grade of each text: `python -m tests.reading`.

Apart from `check` because a grade is a rule of thumb, not a mistake: short texts full of names jump. It counts letters
and sentences, knows nothing of other languages, and says nothing of whether a text is true or kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from statistics import median

import textstat

from bot.config import CHECKOUT
from bot.content.library import Library, check_folder

WORST_SHOWN = 5

_NEXT_SENTENCE = re.compile(r"(?<![.:?!])\n(?=[\"'A-Z0-9])")
"""A line that begins like a sentence ends the one before; any other line goes on with it."""


def texts(library: Library) -> dict[str, str]:
    """The English text of every step, and every reply to an answer."""
    keys = (f"{key}.{kind}" for key in library.release.keys.values() for kind in ("text", "reply"))
    return {key: library.messages.text(key, "en") for key in keys if library.messages.has(key, "en")}


def grade(text: str) -> float:
    """The school year in which a text is read with ease; below 0 for very short sentences."""
    return float(textstat.flesch_kincaid_grade(_NEXT_SENTENCE.sub(". ", text).replace("\n", " ")))


def grades(of: Mapping[str, str]) -> list[tuple[float, str]]:
    """The hardest first."""
    return sorted(((grade(text), key) for key, text in of.items()), reverse=True)


def report(library: Library) -> Iterable[str]:
    """The median, the hardest, and the texts of these."""
    of = texts(library)
    found = grades(of)
    yield f"{len(found)} texts, median grade {median(value for value, _ in found):.1f}, worst {found[0][0]:.1f}"
    for value, key in found[:WORST_SHOWN]:
        yield f"\n{value:.1f} {key}\n{of[key]}"


if __name__ == "__main__":
    print("\n".join(report(check_folder(CHECKOUT).library())))
