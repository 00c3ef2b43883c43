"""Sentences as people write them, played through `explain`: how many lead where they should, per language.

Apart because it measures: keywords were written with the upper half of each file in view, the lower half was held out.
"right" is the flow (or the command, or the menu) at once; "offered" is a short menu that holds it; "missed" is the main
menu, which is no harm; "wrong" is another flow. Run with `-rP` to read the figures and every sentence that went astray.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.config import CHECKOUT
from bot.explain import Explanation, explain

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
HELD_OUT = "# held-out"
LOCALES = ("en", "es", "zh-Hans", "zh-Hant", "ar", "bn", "fr", "ht", "ko", "pl", "ru", "ru-Latn", "ur")

RIGHT_UPPER = 0.93
RIGHT_HELD_OUT = {"en": 0.78, "es": 0.76, "bn": 0.70, "ar": 0.80, "ko": 0.80}
OTHERS_RIGHT_HELD_OUT = 0.84
"""Measured: en 0.80, es 0.78, bn 0.72, ar 0.82, ko 0.83, the others 0.93 to 1. Those have fifteen sentences or so, and
whoever wrote the keywords has seen some of them: they keep us from falling back, and prove no more."""
HELPED_HELD_OUT = {"en": 0.88, "bn": 0.89, "zh-Hans": 0.90}
OTHERS_HELPED_HELD_OUT = 0.87
"""Right or offered. Measured: 0.89 (en), 0.90 (bn), 0.88 (es), the others 0.97 to 1."""
WRONG_HELD_OUT = 0.05


@dataclass(frozen=True)
class Judged:
    """One sentence, what it should lead to, and where it led."""

    wanted: tuple[str, ...]
    explanation: Explanation
    verdict: str

    def __str__(self) -> str:
        led_to = self.explanation.flow or self.explanation.command or ", ".join(self.explanation.offers)
        wanted = "|".join(self.wanted)
        return f"{self.verdict:8} {wanted} <- {self.explanation.text!r}: {self.explanation.action} {led_to}"


def judged(line: str, library) -> Judged:
    """Play one line of a file: the wanted outcome, or several between |, a tab, the sentence."""
    wanted, _, text = line.partition("\t")
    found = explain(text, library, NOW)
    outcome = {"flow": found.flow, "command": f"command:{found.command}"}.get(found.action, found.action)
    outcomes = tuple(wanted.split("|"))
    if outcome in outcomes:
        verdict = "right"
    elif found.action == "offer" and set(outcomes) & set(found.offers):
        verdict = "right" if len(outcomes) > 1 and set(outcomes) <= set(found.offers) else "offered"
    elif found.action in ("fallback", "menu"):
        verdict = "missed"
    else:
        verdict = "wrong"
    return Judged(outcomes, found, verdict)


def halves(locale: str) -> tuple[list[str], list[str]]:
    """The lines that keywords were written with, and those held out."""
    text = (CHECKOUT / "tests" / "sentences" / f"{locale}.tsv").read_text("utf-8")
    upper, _, lower = text.partition(HELD_OUT)
    return upper.splitlines(), lower.splitlines()[1:]


@pytest.fixture(scope="module")
def figures(library) -> dict[tuple[str, str], list[Judged]]:
    """All sentences, judged, by language and half."""
    return {
        (locale, half): [judged(line, library) for line in lines if line.strip() and not line.startswith("#")]
        for locale in LOCALES
        for half, lines in zip(("upper", "held-out"), halves(locale), strict=True)
    }


def part(found: list[Judged], *verdicts: str) -> float:
    """The part of the sentences with one of those verdicts. Prints what a reader of the figures wants to see."""
    counts = Counter(each.verdict for each in found)
    print(dict(counts), *(each for each in found if each.verdict != "right"), sep="\n")
    return sum(counts[verdict] for verdict in verdicts) / len(found)


@pytest.mark.parametrize("locale", LOCALES)
def test_sentences_that_keywords_were_written_with_lead_to_the_right_flow(figures, locale):
    assert part(figures[locale, "upper"], "right") >= RIGHT_UPPER


@pytest.mark.parametrize("locale", LOCALES)
def test_held_out_sentences_lead_to_the_right_flow(figures, locale):
    assert part(figures[locale, "held-out"], "right") >= RIGHT_HELD_OUT.get(locale, OTHERS_RIGHT_HELD_OUT)


@pytest.mark.parametrize("locale", LOCALES)
def test_held_out_sentences_are_helped_at_once_or_by_a_short_menu(figures, locale):
    assert part(figures[locale, "held-out"], "right", "offered") >= HELPED_HELD_OUT.get(locale, OTHERS_HELPED_HELD_OUT)


@pytest.mark.parametrize("locale", LOCALES)
def test_held_out_sentences_hardly_ever_lead_astray(figures, locale):
    assert part(figures[locale, "held-out"], "wrong") <= WRONG_HELD_OUT


@pytest.mark.parametrize("locale", LOCALES)
def test_the_reply_is_in_the_language_of_the_sentence(figures, locale):
    strange = [
        each.explanation.text
        for half in ("upper", "held-out")
        for each in figures[locale, half]
        if each.wanted != ("fallback",)
        and each.explanation.locale != locale.removesuffix("-Latn")
        and len(each.explanation.text.split()) > 1
    ]

    assert strange == (["menu principal"] if locale == "es" else []), "that one is written alike in French"


NOT_FOR_US = """
what time is it | do you have pizza | happy birthday grandma | who won the game last night | lol ok see you later
can i get a refund for my order | you have been selected for a free cruise | the weather is nice today | my dog ran away
how much is a metrocard | i lost my wallet on the bus | vote for me in november | your verification code is 482913
thank you so much | I love you | the wifi does not work | what is the capital of france | ice cream | nice rice
que hora es | tienen pizza | feliz cumpleaños abuela | quien gano el partido anoche | perdi mi cartera en el autobus
el clima esta bonito hoy | tu codigo de verificacion es 482913 | te quiero mucho | mi perro se perdio
ganaste un premio haz clic aqui | que hay de comer | mi carro no arranca | quiero vender mi bicicleta | nos vemos luego
现在几点 | 今天天气真好 | 祝你生日快乐 | 我的手机坏了 | 昨晚谁赢了比赛 | 我想买一辆车 | 你的验证码是482913 | 我爱你
晚饭吃什么
كم الساعة | عيد ميلاد سعيد | هاتفي لا يعمل | من فاز بالمباراة امس | الجو جميل اليوم | رمز التحقق هو 482913
احبك | ضاع كلبي | مبروك ربحت جائزة اضغط هنا | متى تفتح المكتبة | احتاج سباك
"""


@pytest.mark.parametrize("text", [text.strip() for line in NOT_FOR_US.strip().splitlines() for text in line.split("|")])
def test_nothing_off_topic_starts_a_flow(library, text):
    """The main menu is the right answer to everything else: it is never urgent and never misleads."""
    assert explain(text, library, NOW).action in ("fallback", "menu")


NEARLY = [
    "shop", "stopp", "stpo", "stop sign", "bus stop", "rice", "nice", "unsubscribed people", "alta", "pares", "quito",
    "canceled", "the end of the street", "revoked", "suicida squad", "emergencia2", "emergancy",
    "suiside", "sucide", "delette",
    "deleted scene", "borrador", "erased", "91", "9111", "98", "9888", "بوقف", "الغاءات",
]  # fmt: skip


@pytest.mark.parametrize("text", NEARLY)
def test_nobody_is_opted_out_erased_or_sent_to_911_by_likeness(library, text):
    found = explain(text, library, NOW)

    assert found.action not in ("optout", "emergency")
    assert found.command != "delete"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("STOP", "optout"), ("stop!", "optout"), ("Stop.", "optout"), ("please stop", "optout"), ("ALTO", "optout"),
        ("stop texting me", "optout"), ("911", "emergency"), ("９１１", "emergency"), ("call 911!!", "emergency"),
        ("suicidal?", "emergency"), ("help my husband is hitting me right now", "emergency"),
        ("quiero morirme", "emergency"),
        ("DELETE", "command"), ("delete.", "command"), ("BORRAR", "command"), ("删除", "command"), ("حذف", "command"),
    ],
)  # fmt: skip
def test_the_words_themselves_are_heard_in_every_spelling(library, text, action):
    assert explain(text, library, NOW).action == action
