"""What takes input from outside without a server: the form, the signature, the engine, the reader of YAML, `check`.

Apart from `served`, whose targets need a store. Each gives its input to the code as it would arrive, and says what must
hold whatever it was; refusing is fine, failing is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from bot.channel import INBOUND, MAX_CHARACTERS, SID, STATUS, NotOurs, Signatures, arrived, finished, told, twiml
from bot.content.files import Files
from bot.content.library import Library, check_folder
from bot.content.problem import Problems
from bot.content.source import from_plain as node_from_plain
from bot.content.source import read_bytes
from bot.engine.events import CHANNELS, Inbound, InboundKind, KeptSilent, OptedOut
from bot.engine.moving import MAX_RETURNS
from bot.engine.run import turn
from bot.engine.session import MAX_PATH, Session, from_plain, to_plain
from bot.pages import fits
from bot.reply import Composer
from bot.webhook import MAX_BYTES
from tests.fuzz.guided import Target
from tests.fuzz.strange import NOT_TEXT, OF_FORMS, OF_PEOPLE, OF_YAML
from tests.twilio_forms import ACCOUNT, PUBLIC_URL, TOKEN, signature, sms, whatsapp

NOW = datetime(2026, 11, 24, 1, 15, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"
KINDS = (FORM, FORM, FORM, "multipart/form-data; boundary=x", "multipart/form-data", "text/plain; charset=utf-16", "")
"""What a body is said to be; chosen by the first byte of the input."""
CHANNEL_FORMS = tuple(
    urlencode(form).encode()
    for form in (
        sms("door"), whatsapp("1"), sms("STOP", OptOutType="STOP"), whatsapp("", ButtonPayload="menu.choose.work"),
        whatsapp("", Latitude="40.7", Longitude="-73.9"), sms("", NumMedia="1"), whatsapp("x", "whatsapp:US.1A2B3C4D"),
        {"AccountSid": ACCOUNT, "MessageSid": "SM" + "7" * 32, "MessageStatus": "delivered"},
    )
)  # fmt: skip


def without_a_server(shipped: Library, folder: Path) -> tuple[Target, ...]:
    """All of them. `folder`: content that checks, of a few small files with every kind of step."""
    small = check_folder(folder).library()
    files = tuple((folder / "flows").glob("*.yaml")) + tuple((folder / "messages").glob("*/*.yml"))
    yaml = tuple(text for text in (path.read_bytes() for path in files) if len(text) < 4_000)
    prose = tuple(text.encode() for text in ("door", "1", "9", "hola", "我要帮助"))
    forms = tuple(bytes([number % 3]) + form for number, form in enumerate(CHANNEL_FORMS))
    return (
        Target(name="form", weight=560, meet=read_form, seeds=forms, pieces=OF_FORMS),
        Target(name="signature", weight=150, meet=forge, seeds=forms, pieces=OF_FORMS),
        Target(name="engine", weight=120, meet=Talks(small), seeds=prose, pieces=(*OF_PEOPLE, *NOT_TEXT)),
        Target(name="shipped", weight=5, meet=Talks(shipped), seeds=prose, pieces=(*OF_PEOPLE, *NOT_TEXT)),
        Target(name="yaml", weight=150, meet=read_yaml, seeds=yaml, pieces=OF_YAML),
        Target(name="check", weight=1, meet=Folder(folder), seeds=yaml, pieces=OF_YAML),
    )


# ------------------------------------------------------------------------------------------------- the form


def posted(data: bytes) -> Request:
    """A request with the input as its body."""
    kind, body = KINDS[(data[0] if data else 0) % len(KINDS)], data[1:]
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
    request = Request({**environ, "wsgi.input": BytesIO(body), "wsgi.url_scheme": "https", "SERVER_NAME": "x"})
    request.max_content_length = request.max_form_memory_size = MAX_BYTES
    return request


def read_form(data: bytes) -> None:
    """Whatever is read of a form has the shape that the rest of the program relies on; the rest is refused."""
    request = posted(data)
    try:
        form = request.form
    except (RequestEntityTooLarge, BadRequest):
        return
    assert len(data) <= MAX_BYTES + 1 or not form, "read more than is allowed"
    try:
        message_id, _ = finished(form, ACCOUNT)
        assert SID.fullmatch(message_id), "a status of no message"
        message = arrived(form, ACCOUNT)
    except NotOurs:
        return
    assert message.channel in CHANNELS
    assert SID.fullmatch(message.message_id)
    assert re.fullmatch(r"[A-Za-z0-9 &._+-]{1,160}", message.address), "a field of another kind in the address"
    answer = twiml(message.inbound.text)
    assert len(told(answer) or "") <= MAX_CHARACTERS, "longer than Twilio takes"


OURS = Signatures((TOKEN,))
HERE = PUBLIC_URL + INBOUND


def forge(data: bytes) -> None:
    """A form that was signed is let in, and nothing that was not: not for another address, form, token or signature."""
    try:
        form = MultiDict(posted(data).form)
    except (RequestEntityTooLarge, BadRequest):
        return
    genuine = signature(HERE, form.items(multi=True))
    assert OURS.valid(HERE, form, genuine), "Twilio's own signature is refused"
    forged, why = _forgeries(form, genuine, data)[sum(data) % 10]
    assert not forged(), f"let in: {why}"


def _forgeries(form: MultiDict[str, str], genuine: str, data: bytes) -> tuple[tuple[Callable[[], bool], str], ...]:
    """Ten ways to be somebody else."""
    at, raw = len(data) % 27, data.decode("latin-1")
    other = genuine[:at] + ("B" if genuine[at] == "A" else "A") + genuine[at + 1 :]
    more = MultiDict(form)
    more.add("Zz", raw[-9:])
    less = MultiDict(list(form.items(multi=True))[1:])
    moved = MultiDict([(name + value[:1], value[1:]) for name, value in form.items(multi=True) if value])
    same = signature(HERE, less.items(multi=True)) == genuine  # a field that came twice
    here = signature(HERE, moved.items(multi=True)) == genuine  # what `channel` refuses by the names of the fields
    return (
        (lambda: OURS.valid(HERE, form, other), "one letter of the signature"),
        (lambda: OURS.valid(HERE, form, raw), "something else for a signature"),
        (lambda: OURS.valid(HERE, form, genuine[:-2]), "a part of the signature"),
        (lambda: OURS.valid(HERE, form, genuine.swapcase()), "the signature in other letters"),
        (lambda: OURS.valid(PUBLIC_URL + STATUS, form, genuine), "signed for another address"),
        (lambda: OURS.valid(f"{HERE}?a={len(raw)}", form, genuine), "signed without this query"),
        (lambda: Signatures(("f" * 32,)).valid(HERE, form, genuine), "signed with another token"),
        (lambda: OURS.valid(HERE, more, genuine), "a field was added"),
        (lambda: not same and OURS.valid(HERE, less, genuine), "a field was taken away"),
        (lambda: not here and OURS.valid(HERE, moved, genuine), "values became names"),
    )


# ----------------------------------------------------------------------------------------------- the engine


class Talks:
    """People at many steps, each of whom texts whatever comes; the last few hundred sessions are gone on with."""

    KEPT = 512

    def __init__(self, library: Library) -> None:
        self._release, self._composer = library.release, Composer(library)
        self._sessions: list[Session | None] = [None]
        self._turns = 0

    def __call__(self, data: bytes) -> None:
        """Any text at any step gets a reply that fits, and leaves a session that can be stored."""
        self._turns += 1
        which = int.from_bytes(data[-2:], "big") if data else 0
        before = self._sessions[which % len(self._sessions)]
        now = NOW + timedelta(minutes=self._turns % 1_000)
        inbound = self._inbound(data, which)
        after, events = turn(before, inbound, self._release, now)
        if which % 8 == 0:
            assert (after, events) == turn(before, inbound, self._release, now), "another outcome the second time"
        session, text = self._composer.reply(after, events, inbound.channel)
        silent = isinstance(events[0], KeptSilent) or (isinstance(events[0], OptedOut) and not events[0].said)
        assert (text is None) is silent, "silence"
        if text is not None:
            assert text.strip()
            assert fits(text, inbound.channel), "a reply that does not fit"
            assert "%{" not in text, "a reply with a hole"
            assert told(twiml(text)) is not None
        if session is not None:
            self._keep(session)

    def _inbound(self, data: bytes, which: int) -> Inbound:
        text = data.decode("utf-8", "surrogateescape" if which % 2 else "replace")[:MAX_BYTES]
        channel = CHANNELS[which % 7 == 0]
        tapped = text if channel == "whatsapp" and which % 3 == 0 else ""
        kind: InboundKind = "media" if which % 31 == 0 else "place" if which % 37 == 0 else "text"
        return Inbound(channel=channel, kind=kind, text=text, choice=tapped, unsure=which % 29 == 0)

    def _keep(self, session: Session) -> None:
        assert len(session.path) <= MAX_PATH
        assert all(len(place.returns) <= MAX_RETURNS for place in session.path)
        stored = json.dumps(to_plain(session))
        again = from_plain(json.loads(stored))
        assert json.dumps(to_plain(again)) == stored, "another session comes back"
        assert len(stored) < 4_000, "a session that grows"
        calm = replace(again, burst=0, misses=min(again.misses, 3))
        if len(self._sessions) < self.KEPT:
            self._sessions.append(calm)
        else:
            self._sessions[self._turns % self.KEPT] = calm


# ----------------------------------------------------------------------------------------------- the content


def read_yaml(data: bytes) -> None:
    """Any bytes are read, or named as what they are; and what was read comes back from its plain form."""
    file = "flows/door.yaml" if sum(data) % 2 else "messages/en/door.yml"
    problems = Problems()
    node = read_bytes(data, file, problems)
    assert node is not None or problems.found, "not read, and nobody is told why"
    if node is not None:
        assert node_from_plain(node.plain, file).plain == node.plain


class Folder:
    """A folder in which one file holds the input."""

    def __init__(self, folder: Path) -> None:
        self._files = Files(folder)
        self._folder = folder
        self._names = [name for name in check_folder(folder, files=self._files).files]

    def __call__(self, data: bytes) -> None:
        """It is checked to the end, and every problem names a file of the folder."""
        name = self._names[sum(data) % len(self._names)]
        checked = check_folder(self._folder, files=self._files, instead={name: data})
        for problem in checked.problems:
            assert problem.place.file.startswith(("flows", "messages"))
            assert problem.what.strip()
