"""Opting out in any reasonable words, and what only looks like it. None of these stands in `messages/` as it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.optout import OptOuts
from bot.engine.text import words_of
from bot.engine.vocabulary import OptOutWords

OPTS_OUT = {
    "en": [
        "please stop sending me so many texts",
        "can you stop texting my phone",
        "I do not want to receive any more texts",
        "no more of these messages please",
        "quit messaging me",
        "enough with the texts",
        "stop spamming my phone",
        "don't ever contact me again",
        "i dont wanna get messages anymore",
        "STOP THE MESSAGES NOW",
        "unsubscribe from all messages",
        "stop the texts and the messages",
        "cancel all texts",
        "please no more whatsapp messages",
    ],
    "es": [
        "paren de mandarme mensajes",
        "ya no me sigan escribiendo",
        "por favor dejen de mandar tantos mensajes",
        "ya no quiero recibir mensajitos",
        "no me manden mas textos a mi celular",
        "basta ya de textos",
        "no vuelvan a mandarme mensajes",
        "para de escribirme",
        "que ya no me manden mensajes",
        "no quiero que me escriban",
        "suspendan los mensajes",
        "deje de textear por favor",
        "ya no me mande nada por whatsapp",
        "ya no me manden mas mensajes por fa",
        "no quiero q me manden mas mensajes",
        "dejenme de mandar mensajes",
    ],
    "ar": [
        "من فضلكم لا ترسلوا لي رسائل بعد اليوم",
        "وقفوا الرسايل",
        "ما بدي رسائل منكم",
        "كفاية رسايل",
        "بطلوا تبعتولي مسجات",
        "لا أريد استلام رسائل",
        "توقفوا عن إزعاجي",
        "الرجاء التوقف عن الرسائل",
        "وقفو الرسائل",
        "لا ترسلوا لي أي رسالة",
        "ما ترسلوا لي رسائل بعد اليوم",
        "خلاص متبعتوليش رسايل",
    ],
    "zh-Hans": [
        "请你们不要再给我发短信了谢谢",
        "不希望收到任何信息",
        "别老给我发消息",
        "停止发送",
        "以后不要再联系我了",
        "我不需要短信",
        "请停止给我发消息",
        "不愿意再收到你们的短信",
        "我要停止短信",
        "以后别再打扰我们",
        "不要再发通知了",
    ],
}

SAYS_SOMETHING_ELSE = {
    "en": [
        "they do not stop knocking",
        "stop them from taking him",
        "do not stop texting me",
        "dont stop",
        "ice sent me a text",
        "i got no text from my husband",
        "can i send a message",
        "how do i stop the deportation",
        "no message from him",
        "he does not answer my messages",
        "they want me to stop",
        "i was at a stop sign",
        "no more agents",
        "i can not send texts",
        "you did not send me the number",
        "they told me do not contact a lawyer",
        "text me",
        "please send the number again",
        "no i want more",
        "they took my phone and i have no messages",
    ],
    "es": [
        "no paran de tocar",
        "no puedo mandar mensajes",
        "no me dejan mandar mensajes",
        "no me llegan los mensajes",
        "mandeme el numero otra vez",
        "no dejen de mandarme mensajes",
        "quiero recibir mensajes",
        "dejen de tocar la puerta",
        "mi esposo no contesta mensajes",
        "no es un texto",
        "me pararon en la calle",
        "no manden a la migra",
        "paren a los agentes",
        "no quiero hablar con ellos",
        "puedo escribir",
        "no tengo mensajes",
        "no quiero molestar",
        "deje su mensaje",
        "quiero dejar mensaje",
        "mensaje de la corte",
        "ningun mensaje de el",
    ],
    "ar": [
        "ما وصلتني رسائل",
        "لا يتوقفون عن الدق",
        "زوجي لا يرد على الرسائل",
        "لا تتوقفوا عن الإرسال",
        "أرسلوا لي رسالة",
        "ما هذه الرسالة؟",
        "ما هذه الرسائل",
        "ما معي رسالة",
        "خلص الرسالة",
    ],
    "zh-Hans": [
        "他们不停敲门",
        "不要信他们",
        "我没收到短信",
        "请发短信给我",
        "他不回我的信息",
        "不要停",
        "收到短信",
        "他们不停发短信",
        "我要不要联系你们",
        "要不要发短信",
        "不想打扰你们",
        "收到取消通知",
    ],
}


def table(texts):
    """One case for each text, by its language."""
    return [(locale, text) for locale, some in texts.items() for text in some]


@pytest.fixture(scope="session")
def optouts(library):
    """As the shipped content has it, every language at once."""
    return OptOuts(library.release.vocabulary.optouts, library.release.vocabulary.fillers)


@pytest.mark.parametrize(("locale", "text"), table(OPTS_OUT))
def test_any_reasonable_words_opt_out(optouts, locale, text):
    found = optouts.found_in(words_of(text))

    assert found is not None
    assert found.locale == locale


@pytest.mark.parametrize(("locale", "text"), table(SAYS_SOMETHING_ELSE))
def test_what_only_looks_like_it_does_not(optouts, locale, text):
    assert optouts.found_in(words_of(text)) is None


SMALL = OptOutWords(
    whole=frozenset({("stop",), ("leave", "me", "alone")}),
    no=frozenset({("no",), ("do", "not")}),
    stop=frozenset({("stop",)}),
    send=frozenset({("text",), ("text", "me")}),
    beside=frozenset({("me",), ("any", "more")}),
)


@pytest.mark.parametrize(
    ("text", "opts_out"),
    [
        ("stop", True), ("leave me alone", True), ("stop text", True), ("text stop", True), ("no text any more", True),
        ("do not text me", True), ("stop do not text", True), ("text me", False), ("no", False), ("stop me", False),
        ("do not stop text", False), ("text do not stop", False), ("do text me", False), ("stop text him", False),
        ("stop any text", False), ("", False), ("please stop", True), ("stop please please", True),
        ("leave please me alone", False), ("please", False),
    ],
)  # fmt: skip
def test_every_word_counts(text, opts_out):
    assert (OptOuts({"en": SMALL}, {"please", "want"}).found_in(words_of(text)) is not None) is opts_out


@given(st.lists(st.sampled_from(["no", "stop", "text", "me", "any", "more", "do", "not", "him", "door"]), max_size=12))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_a_word_of_no_list_is_never_passed_over(words):
    if OptOuts({"en": SMALL}).found_in(tuple(words)):
        assert not {"him", "door"} & set(words)
        assert {"stop", "no", "not", "leave"} & set(words)
