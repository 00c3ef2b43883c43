"""A practice phone: one made-up person, what they texted, what came back, and what that costs.

Apart from the line, which answers, and from the page, which shows. The person has a made-up address that no network
uses; the talk is kept in memory, for as long as the workshop runs and at most for the newest few.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.content.library import Library
from bot.content.segments import parts
from bot.engine.session import Session
from bot.explain import Explanation, explain
from bot.studio.line import PracticeLine
from bot.transcript import SECONDS_PER_TURN, Exchange, Transcript, replay

LATER = timedelta(days=3)
MOST_TALKS = 20
MOST_TEXTS = 200
LONGEST_TEXT = 1600


@dataclass(slots=True)
class Turn:
    """One text and what came back. `form` is what was posted, to post it again."""

    said: str
    heard: str | None
    at: datetime
    locale: str = ""
    step: str | None = None
    understood: Explanation | None = None
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    lost: bool = False
    """The answer never reached the phone; the line does not know that."""
    twice: bool = False
    """The network delivered the text a second time."""
    waited: bool = False
    """Nothing was said: days went by."""

    @property
    def parts_in(self) -> int:
        """What the text itself costs."""
        return parts(self.said)

    @property
    def parts_out(self) -> int:
        """What the answer costs."""
        return parts(self.heard) if self.heard else 0


class Phone:
    """One person with a phone."""

    def __init__(self, line: PracticeLine, channel: str) -> None:
        self.line, self.channel = line, channel
        self.address = "+999" + "".join(secrets.choice("0123456789") for _ in range(11))
        self.turns: list[Turn] = []
        self._texting = threading.Lock()

    def says(self, text: str, library: Library, *, lost: bool = False) -> None:
        """Text the line."""
        with self._texting:
            message_id, text = "SM" + secrets.token_hex(16), text[:LONGEST_TEXT]
            sender = f"whatsapp:{self.address}" if self.channel == "whatsapp" else self.address
            form = {"MessageSid": message_id, "From": sender, "Body": text, "NumMedia": "0"}
            self.line.clock.later += timedelta(seconds=SECONDS_PER_TURN)  # nobody types as fast as a script
            before, at = self.session, self.line.clock()
            turn = Turn(said=text, heard=self.line.text(form), at=at, form=form, lost=lost)
            turn.understood = explain(text, library, at, before=before, channel=self.channel)
            self._note(turn, library)

    def goes(self, texts: Iterable[str], library: Library) -> None:
        """Text several things, one after the other."""
        for text in texts:
            self.says(text, library)

    def says_again(self, library: Library) -> None:
        """The network delivers the last text a second time, as networks do."""
        with self._texting:
            last = next((turn for turn in reversed(self.turns) if turn.form), None)
            if last is not None:
                again = Turn(
                    said=last.said, heard=self.line.text(last.form), at=self.line.clock(), form=last.form, twice=True
                )
                self._note(again, library)

    def waits(self) -> None:
        """Three days go by, for everybody on the practice line."""
        self.line.clock.later += LATER
        self.turns.append(Turn(said="", heard=None, at=self.line.clock(), waited=True))

    @property
    def session(self) -> Session | None:
        """Where the person stands, as it lies in the store of the practice line."""
        return self.line.session(self.channel, self.address)

    @property
    def parts(self) -> int:
        """All that was sent and received by SMS."""
        return sum(turn.parts_in + turn.parts_out for turn in self.turns if not turn.waited)

    def transcript(self, about: str, library: Library) -> Transcript:
        """The talk as a golden conversation, with what the line answers then. Texts that came twice are left out."""
        kept = [turn for turn in self.turns if not turn.twice]
        exchanges = [Exchange(f"[wait {LATER // timedelta(hours=1)}h]" if turn.waited else turn.said) for turn in kept]
        local = kept[0].at.astimezone(library.release.timezone).replace(tzinfo=None, second=0, microsecond=0)
        return replay(Transcript(about=about, channel=self.channel, at=local, exchanges=exchanges), library)

    def _note(self, turn: Turn, library: Library) -> None:
        after = self.session
        if after is not None:
            turn.locale = after.locale
            turn.step = library.release.keys.get(after.place.step) if after.place else None
        turn.locale = turn.locale or (turn.understood.locale if turn.understood else library.release.default_locale)
        self.turns = [*self.turns, turn][-MOST_TEXTS:]


class Phones:
    """The newest practice phones, by an id that the browser holds."""

    def __init__(self, line: PracticeLine) -> None:
        self._line = line
        self._phones: OrderedDict[str, Phone] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> Phone | None:
        """A phone that is still known."""
        return self._phones.get(name)

    def new(self, channel: str) -> tuple[str, Phone]:
        """A new person, today, and the id of their phone."""
        name, phone = secrets.token_urlsafe(9), Phone(self._line, channel)
        self._line.clock.later = timedelta()
        with self._lock:
            self._phones[name] = phone
            while len(self._phones) > MOST_TALKS:
                self._phones.popitem(last=False)
        return name, phone
