"""What no text may ask or say: lists of phrases in each language's `words.yml`, below `guards:`.

Apart because the lists are data that translators write: the code knows what a list is for, never its words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.content.checks.content import Content, phrases
from bot.content.checks.prose import asks, phrases_in, sentences, unquoted
from bot.content.message_loader import Locale, Text, written_words


@dataclass(frozen=True, slots=True)
class _Guard:
    """One list: where its phrases are looked for, and what is said about one that was found."""

    list_: str
    code: str
    what: str
    cure: str
    negated: bool = False
    """Whether a "not" in the sentence changes nothing: in "agents cannot" it is the mistake itself."""


_PRIVATE = "Say what holds for a group instead, or ask what is happening. Nobody can hand over what was never asked."
QUESTION = _Guard("ask", "asks-private", 'this asks about the person: "{}".', _PRIVATE, negated=True)
LABEL = _Guard("labels", "asks-private", 'who chooses this says something about themselves: "{}".', _PRIVATE, True)
ANYWHERE = (
    _Guard("request", "asks-private", 'this asks for something private: "{}".', _PRIVATE),
    _Guard("cannot", "cannot", '"{}" promises what nobody can promise.', 'Write what they "should not" do.', True),
    _Guard("let_in", "let-in", '"{}" tells people to open.',
           'Write: "they may come in; you need not say yes; do not block; stay silent".'),
    _Guard("free", "not-free", '"{}" is not sure: a phone company may charge.', "Leave it out."),
)  # fmt: skip


def look(content: Content, locale: Locale, file: str) -> None:
    """Note every phrase of a list, in the language of the list and in texts that were left in the first language."""
    lists = locale.words.lists
    if file == "words" and "fillers" in lists and not any(name.startswith("guards.") for name in lists):
        content.note("no-guards", content.place(f"messages/{locale.name}/words.yml"),
                     f'nothing says what no text may ask in "{locale.name}".',
                     "Translate `guards` from messages/en/words.yml.", "warning")  # fmt: skip
    if file == "common":
        return
    names = [one for one in dict.fromkeys((locale.name, content.default)) if one in content.locales]
    looking = _Look(content, [content.locales[name] for name in names])
    for key, text in locale.parts[file].texts.items():
        looking.at(key, text)


class _Look:
    """Looks at the texts of one language with its own lists, and with those of the first language."""

    def __init__(self, content: Content, locales: list[Locale]) -> None:
        self._content = content
        self._refused = {w for one in locales for text in phrases(one, "negations") for w in written_words(text)}
        self._lists = {
            guard.list_: [phrases_in(phrases(one, f"guards.{guard.list_}")) for one in locales]
            for guard in (QUESTION, LABEL, *ANYWHERE)
        }

    def at(self, key: str, text: Text) -> None:
        """Look at one text: as a label, and sentence by sentence."""
        said = unquoted(text.value)
        if key.endswith(".label"):
            self._find([LABEL], text, said)
        for sentence in sentences(said):
            self._find([QUESTION, *ANYWHERE] if asks(sentence) else ANYWHERE, text, sentence)

    def _find(self, guards: Iterable[_Guard], text: Text, said: str) -> None:
        words = written_words(said)
        for guard in guards:
            found = next(filter(None, (one.within(words) for one in self._lists[guard.list_])), "")
            if found and (guard.negated or self._refused.isdisjoint(words)):
                place = self._content.piece(text, _piece(said, found))
                self._content.note(guard.code, place, guard.what.format(found), guard.cure)


def _piece(said: str, found: str) -> str:
    """The words as they stand in the text, to find their line; else how the sentence begins."""
    at = said.casefold().find(found.casefold())
    return said[at : at + len(found)] if at >= 0 else said.strip()[:12]
