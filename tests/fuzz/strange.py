"""What strangers, other machines and broken keyboards send: pieces that inputs are put together from.

Apart from the targets because every one of them is to meet all of it. Bytes, since that is what arrives: some are no
text at all. Each line is a family; none is longer than it must be, for `guided` repeats and mixes them.
"""

from __future__ import annotations

LARGE = (1_000, 32_000, 1_000_000)
"""How many times a piece is now and then repeated."""

NOT_TEXT = (
    b"\x00",
    b"\xff\xfe",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
)
"""Null bytes, byte order marks, overlong letters, lone surrogates, letters beyond the last one, half a letter."""

CONTROLS = (*(bytes([code]) for code in (*range(1, 32), 127)), "\x85".encode(), "\u2028".encode(), "\ufeff".encode())

DIRECTIONS = tuple(
    chr(code).encode() for code in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x61C)
)

ODD_LETTERS = tuple(
    text.encode()
    for text in (
        "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324", "e\u0301", "\u0301", "ﷺ", "İ", "ı", "ß", "ŉ",
        "ﬁ", "Ⅷ", "①", "１", "1️⃣", "٣", "৪", "᠐", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏿", "\U000e0041", "\ufffe", "\U0010ffff", "\ufdd0", "ൺ", "ก็็็็็็", "한", "한",
        "\u200b", "\u00ad", "\u3164", "\u2060", "\u00a0", "i̇",
    )
)  # fmt: skip
"""Zalgo, letters with two spellings, letters that grow when they are folded, digits of other scripts, empty letters."""

OF_FORMS = (
    b"&", b"=", b"%", b"%00", b"%FF", b"%ED%A0%80", b"%u0041", b"+", b";", b"&From=%2B12025550177", b"&Body=", b"&AccountSid=",
    b"&MessageSid=", b"&From[]=", b"&x=1" * 100, b"From%00=", b"&%46rom=1", b"\r\n\r\n", b"--x\r\n", b"--x--\r\n",
    b'Content-Disposition: form-data; name="Body"\r\n\r\n', b'; filename="a"', b"&Latitude=1", b"&NumMedia=99999999999999999999",
    b"&ButtonPayload=a.b.c", b"&ListId=..", b"&OptOutType=STOP", b"whatsapp%3A", b"whatsapp%3AUS.", b"&SmsMessageSid=SM1",
)  # fmt: skip
"""Names and values cut elsewhere, fields that come twice, other encodings of a name, parts of another kind of form."""

OF_YAML = (
    b"---\n", b"...\n", b"%YAML 1.1\n", b"%TAG ! tag:x,1:\n", b"&a ", b"*a", b"<<: *a\n", b"!!python/object/apply:os.system [x]",
    b"!x ", b"? ", b": ", b"- ", b"|\n", b">+9\n", b"{", b"}", b"[", b"]", b'"', b"'", b'"\\x00"', b'"\\ud800"', b"#", b"\t", b"\n",
    b"\n  ", b", ", b"@", b"`", b"[" * 60, b"- " * 60, b"{a: " * 60, b"a: &a [*a, *a]\n", b"<<<<<<< HEAD\n", b"=======\n", b">>>>>>> x\n",
    b"steps:", b"ask:", b"then:", b"text:", b"keywords:", b"label:", b"moved:", b"law:", b"refer:", b"collect:", b"checklist:",
    b"branch:", b"visit:", b"end:", b"interrupts: true\n", b"was: [menu]\n", b"on: ", b"yes", b"0x1F", b"1_000", b"2026-13-45", b".inf", b"~",
)  # fmt: skip
"""Anchors, tags, merges, things that never close, what Git leaves in a file, and the words of our own format."""

OF_PEOPLE = tuple(
    text.encode()
    for text in (
        "1", "2", "7", "8", "9", "0", "menu", "back", "more", "language", "DELETE", "stop", "911", "help", "ice at my door",
        "they took my husband", "español", "中文", "العربية", "বাংলা", "한국어", "A123456789", "123-45-6789", "10001", "plan 4", "yes", "no",
        "don't stop", "menu.choose.work", "a.b.c", "..", "%{name}", "{name}", "%s", "%(name)s", "${x}", "{{x}}", "<b>", "]]>", "&amp;",
        "' OR 1=1 --", "../../etc/passwd", "https://example.org/?a=b", "SGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQg",
    )
)  # fmt: skip
"""What people text, and what others try: marks of templates, of markup, of queries, of paths."""

PIECES = (*NOT_TEXT, *CONTROLS, *DIRECTIONS, *ODD_LETTERS)
"""For every target; the others are for those that read such things."""
