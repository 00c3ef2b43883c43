"""A small line in twelve languages and in Latin letters, made up: what only many languages together can show.

Apart from the tests because these words translate nothing. Each language gets the small sound content with one word of
its own in every text, its own name, its frequent words, and a keyword by which its "door" is reached.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.library import check_folder
from tests.content.catalogue import sound_content


@dataclass(frozen=True, slots=True)
class Made:
    """One made-up locale: its own name, the English one, frequent words, what starts "door", a word for every text."""

    name: str
    english: str
    hints: str
    door: tuple[str, ...]
    mark: str
    letters_of: str = ""


MADE = {
    "zh-Hans": Made("简体中文", "Mandarin", "我 你 们 在 门 里 有 wo women zenme", ("敲门", "移民局敲门"), "说"),
    "zh-Hant": Made("繁體中文", "Cantonese", "我 你 們 在 門 裡 有", ("敲門", "移民局敲門"), "說"),
    "ru": Made("Русский", "Russian", "в на у и мы они что", ("стучат в дверь", "дверь"), "да"),
    "ru-Latn": Made("Russkiy latinitsey", "Russian", "v na u my oni chto nas", ("stuchat v dver", "dver"), "da", "ru"),
    "bn": Made("বাংলা", "Bengali", "আমার কি আছে এসেছে বাইরে", ("দরজায় পুলিশ", "দরজা"), "হ্যাঁ"),
    "bn-Latn": Made("Bangla Latin", "Bengali", "amar ki ache eseche baire", ("dorjay police", "dorja"), "ha", "bn"),
    "ht": Made("Kreyòl", "Haitian Creole", "mwen yo nan ki gen pou", ("yo frape pot la", "pot la"), "wi"),
    "ko": Made("한국어", "Korean", "이 가 을 를 은 는 에 요 eopseoyo", ("문을 두드려요", "문 앞에 경찰"), "네"),
    "ar": Made("العربية", "Arabic", "في من على عند هل أنا", ("يدقون الباب", "عند الباب"), "نعم"),
    "ar-Latn": Made("Arabi Latin", "Arabic", "fi el 3ala 3end ana hal", ("3end el bab", "el bab"), "na3am", "ar"),
    "ur": Made("اردو", "Urdu", "میں ہے پر کے کیا باہر", ("دروازے پر پولیس", "دروازہ"), "ہاں"),
    "ur-Latn": Made("Roman Urdu", "Urdu", "main hai par ke kya bahar", ("darwaze par police", "darwaza"), "haan", "ur"),
    "fr": Made("Français", "French", "je nous est dans les des", ("ils frappent", "a la porte"), "oui"),
    "pl": Made("Polski", "Polish", "jest nie mam sie przy co", ("pukaja do drzwi", "drzwi"), "tak"),
}
"""The shipped English and Spanish stand beside these."""


def in_twelve_languages(folder: Path) -> Path:
    """The content in a folder. Variants hold the flow "door" alone."""
    files = check_folder(sound_content(folder)).bundle
    for locale, made in MADE.items():
        room = folder / "messages" / locale
        room.mkdir()
        for file in ("common", "words", "referrals", "menu", "door", "lawyer"):
            if made.letters_of and file in ("menu", "lawyer"):
                continue
            english = json.loads(json.dumps(files[f"messages/en/{file}.yml"]))
            (room / f"{file}.yml").write_text(
                json.dumps(_made(file, english, made), ensure_ascii=False, indent=1), "utf-8"
            )
    return folder


def _made(file: str, english: dict[str, Any], made: Made) -> dict[str, Any]:
    if file == "words":
        latin = ["latin"] if made.letters_of else [made.english.lower()]
        return english | {"hints": made.hints.split(), "languages": latin, "greetings": [f"{made.mark} {made.mark}"]}
    texts: dict[str, Any] = _marked(english, made.mark)
    if file == "common":
        texts["language"] = {"name": made.name, "english": made.english, "clock": "24"}
        del texts["letters"]
        if made.letters_of:
            texts["language"]["letters_of"] = made.letters_of
            texts["letters"] = "Latin? LATIN"
    if file in ("door", "lawyer"):
        texts["keywords"] = list(made.door) if file == "door" else [f"{made.mark} {made.mark} {made.mark}"]
    return texts


def _marked(value: Any, mark: str) -> Any:
    """Every text with the word behind it; lists of words as they are."""
    if isinstance(value, dict):
        return {name: _marked(one, mark) for name, one in value.items()}
    return f"{value} {mark}" if isinstance(value, str) else value
