"""What somebody hears who calls the number: what to text instead, and a human's number, twice in each language.

Apart from `reply`, which writes what people read: a voice says digits one by one, and only in the languages that Twilio
has a voice for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.content.library import Library
from bot.engine.referrals import constant_hotline

VOICES = {
    "en": "en-US", "es": "es-MX", "zh-Hans": "zh-CN", "zh-Hant": "zh-HK", "fr": "fr-FR", "ko": "ko-KR",
    "pl": "pl-PL", "ru": "ru-RU", "ar": "Polly.Zeina",
}  # fmt: skip
"""The voices by locale, as Twilio names them; a name with a dot is a voice, any other a language. Last what is least
sure. Twilio has none for Haitian Creole; whether it has one for Bengali and Urdu in every account is not said.
https://www.twilio.com/docs/voice/twiml/say"""

Sentences = Sequence[tuple[str, str]]
"""Each with its voice."""


def heard(library: Library | None, fallbacks: Mapping[str, str]) -> Sentences:
    """All sentences of the call. Without a release: the fallback texts, which name a human's number too."""
    if library is None or not library.messages.has("common.voice", library.release.default_locale):
        return [(VOICES[locale], fallbacks[locale]) for locale in VOICES if locale in fallbacks for _ in range(2)]
    release = library.release
    line = constant_hotline(release.referrals, own=release.line, area=release.area)
    assert line is not None, "the checks want a hotline in the organisation's area"
    first = (*library.organisation.bilingual, *VOICES)
    number = digits(line.phone or "")
    said = []
    for locale in dict.fromkeys(first):
        if locale in VOICES and library.messages.has("common.voice", locale):
            voice = VOICES[locale]
            said += [
                (voice, library.messages.text("common.voice", locale, name=line.title, phone=number)),
                (voice, number),
            ]
    return said


def digits(phone: str) -> str:
    """A number as a voice reads it digit by digit, with rests.

    >>> digits("800-566-7636"), digits("911")
    ('8 0 0, 5 6 6, 7 6 3 6', '9 1 1')
    """
    return ", ".join(" ".join(group) for group in phone.split("-"))
