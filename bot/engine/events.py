"""What happened in a turn. The engine returns these; whoever called it carries them out.

Apart because they are the whole interface between the pure middle and the edges: `bot.reply` turns what is said into
words, `bot.conversation` turns what is wanted into jobs. An event that nobody reads is an error, not a silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.engine.session import Said, Session

CHANNELS = ("sms", "whatsapp")
"""How people write to us. The one list of them."""

InboundKind = Literal["text", "media", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message as the engine needs it. `choice` is the payload of a tapped button: `flow.step.option`."""

    channel: str
    kind: InboundKind = "text"
    text: str = ""
    number: str = ""
    """Which number of the line was texted; empty: not told."""
    choice: str = ""
    opted: Literal["", "out", "other"] = ""
    """Twilio has handled an opt-out (or START, HELP) itself and has already answered."""
    unsure: bool = False
    """The person got a text that we know nothing of: an answer does not count, the step is shown again."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """The reply is made of these, in this order; the session's screen lists the choices below them."""

    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class TurnedPage:
    """The person asked for more of the reply before: the same pieces, another page."""

    said: tuple[Said, ...]
    page: int


@dataclass(frozen=True, slots=True)
class Erased:
    """The person texted DELETE: everything about them goes. Twilio is asked at once to delete this text, and the others
    when it is done with them, as always. The last word is bland."""

    locale: str


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The person wants nothing sent to them of our own accord. One confirmation, unless the carrier gave it."""

    locale: str
    said: tuple[Said, ...] = ()
    """Empty: the carrier has answered, and one confirmation is enough."""


@dataclass(frozen=True, slots=True)
class EndedQuietly:
    """A bland last word; nothing is kept."""

    locale: str
    step: str
    """The end that was reached: no session tells of it afterwards."""


@dataclass(frozen=True, slots=True)
class KeptSilent:
    """No answer: another machine seems to be texting, or Twilio has answered already."""


Event = Spoke | TurnedPage | Erased | OptedOut | EndedQuietly | KeptSilent

Outcome = tuple[Session | None, tuple[Event, ...]]
"""What a turn comes to: the new session (None: keep nothing), and what happened, in order."""
