"""How many parts a text costs as an SMS, and the cheaper spelling of one. GSM 03.38, as Twilio counts.

Apart because parts are money, time and order of arrival: a raid day is limited by parts a second, and a letter such as
"í" makes a text more than twice as long. One part holds 160 septets or 70 UTF-16 units, each of several 153 or 67.
"""

from __future__ import annotations

import re

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
"""Two septets each, never split between two parts."""
_GSM = BASIC | EXTENDED

GSM_SINGLE, GSM_PART = 160, 153
UCS_SINGLE, UCS_PART = 70, 67
MAX_PARTS = 3
LONGEST = MAX_PARTS * GSM_PART
"""No text with more characters fits, in whichever spelling."""

_PLAINER = str.maketrans(
    "áíóúÁÍÓÚâêîôûÂÊÎÔÛçëïËÏÀÈÙÒąćęłńśźżĄĆĘŁŃŚŹŻ“”„«»‘’–—…\u00a0\u202f",
    'aiouAIOUaeiouAEIOUceiEIAEUOacelnszzACELNSZZ"""""\'\'--.  ',
)
"""Spanish, French, Polish and Haitian Creole as their speakers text them. é, è, ù, ñ are in the alphabet, and stay."""
_ODD = re.compile(f"[^{re.escape(''.join(_GSM))}]")
_FOREIGN = re.compile(f"[^{re.escape(''.join((*_GSM, *map(chr, _PLAINER))))}]")
"""What is outside the alphabet, and what stays so in the plainer spelling."""
_DOUBLE = re.compile(f"[{re.escape(''.join(EXTENDED))}]")
_WIDE = re.compile("[\U00010000-\U0010ffff]")
"""What counts twice, inside the alphabet and outside."""


def is_gsm(text: str) -> bool:
    """Whether the text fits the GSM-7 alphabet.

    >>> is_gsm("Señora, ¿qué?"), is_gsm("aquí")
    (True, False)
    """
    return _ODD.search(text) is None


def parts(text: str) -> int:
    """The number of SMS parts of a text.

    >>> parts("a" * 160), parts("a" * 161), parts("敲" * 70), parts("敲" * 71)
    (1, 2, 1, 2)
    """
    if is_gsm(text):
        return _parts(text, frozenset(_DOUBLE.findall(text)), GSM_SINGLE, GSM_PART)
    return _parts(text, frozenset(_WIDE.findall(text)), UCS_SINGLE, UCS_PART)


def cheaper(text: str) -> str:
    """The text in a plainer spelling where that makes it GSM-7 and saves parts; otherwise as it is.

    Only accents that a phone's own keyboard leaves out as often as not. Never for WhatsApp, where letters cost nothing.

    >>> cheaper("Pida ver el papel por la ventana. " * 3 + "Aquí.")[-5:]
    'Aqui.'
    >>> cheaper("Aquí.")
    'Aquí.'
    """
    if is_gsm(text) or _FOREIGN.search(text):
        return text
    plain = text.translate(_PLAINER)
    return plain if parts(plain) < parts(text) else text


def shape(text: str) -> str:
    """The text with one letter for all letters that cost the same: in its place, a text of equal shape costs the same.

    >>> shape("Opens Mon 8am") == shape("Opens Tue 9am"), shape("周一8:00") == shape("周二9:00")
    (True, True)
    >>> shape("Abre Lun") == shape("Abre Sáb")
    False
    """
    if is_gsm(text.translate(_PLAINER)):
        return "".join("a" if char.isalnum() and char in BASIC else char for char in text)
    return "".join(char if char.isspace() or ord(char) > 0xFFFF else "a" for char in text)


def _parts(text: str, double: frozenset[str], single: int, part: int) -> int:
    """`double`: characters that count twice. Only where there are some, it matters where the parts end."""
    doubles = sum(map(text.count, double))
    if len(text) + doubles <= single:
        return 1
    if not doubles:
        return -(-len(text) // part)
    count, used = 1, 0
    for char in text:
        size = 2 if char in double else 1
        if used + size > part:
            count, used = count + 1, 0
        used += size
    return count
