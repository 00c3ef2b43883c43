"""Scripted people: what each texts, how Twilio delivers it, and whether every reply is what it must be.

Apart from the line, which they see only as a telephone does. A person texts, reads the reply and texts again; now and
then a text is delivered twice, late, or together with another. Nobody texts as fast as the engine takes for a machine.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.faults.line import Line
from tests.faults.model import Heard, Model, Place
from tests.faults.report import Report
from tests.twilio_forms import message_id, sms

TEXTS = ("1", "1", "1", "2", "2", "3", "8", "0", "outside my house", "they took my son", "what", "99", "DELETE")
TEXTS_EACH = 9
"""Below the dozen a minute at which the engine takes somebody for a machine, with those that are texted together."""
AFTER_FALLBACK_SECONDS = 0.3
"""Nobody reads the fallback text and texts again in less."""

Form = dict[str, str]


@dataclass
class Person:
    """Somebody with a phone."""

    number: int
    line: Line
    report: Report
    fallbacks: frozenset[str]
    at_once: ThreadPoolExecutor
    seed: int
    model: Model = field(init=False)
    chance: random.Random = field(init=False)
    began: float = 0.0
    texts: int = 0
    losses: int = 0
    """How often the store has lost everything, as far as they have felt it."""
    transcript: list[tuple[str, list[Heard]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed} {self.number}")
        self.model = Model(
            lambda: self.line.moments(self.began), self.fallbacks, lambda: self.line.jumped >= self.began - 1
        )

    def talks(self, stop: Callable[[], bool]) -> None:
        """Text, read, text again, until a promise is broken or there is nothing more to say."""
        while self.texts < TEXTS_EACH and not stop():
            way = self.chance.choices(list(WAYS), [weight for weight, _ in WAYS.values()])[0]
            self.began = time.monotonic()
            if not WAYS[way][1](self):
                return
            time.sleep(self.chance.uniform(0.0, 0.1))

    def form(self) -> Form:
        """A new text."""
        self.texts += 1
        self.report.sent += 1
        return sms(self.chance.choice(TEXTS), f"+1{2125550000 + self.number}", MessageSid=message_id())

    def exchange(self, way: str, *forms: Form) -> bool:
        """Deliver these together. Returns whether the replies are right."""
        doors = [random.Random(self.chance.random()) for _ in forms]
        if len(forms) == 1:
            answers = [self.line.deliver(forms[0], doors[0])]
        else:
            answers = list(self.at_once.map(self.line.deliver, forms, doors))
        heard = [
            Heard(form["Body"], answer.reply, form["MessageSid"]) for form, answer in zip(forms, answers, strict=True)
        ]
        self.transcript.append((f"{way} ({self.report.at_work})", heard))
        self.report.delivered(way, self.began, forms, answers, self.fallbacks)
        if not all(answer.answered for answer in answers):
            self.report.broken("unanswered", self)
            return False
        losses, self.losses = self.losses, len(self.line.losses)
        if self.losses > losses:
            self.model.forgotten()
        before = self.model.places
        right = self.model.hears_in_some_order(heard)
        if self.losses > losses:
            right = self._lost_between(before, heard)
        if not right:
            self.report.broken(self._kind(before, heard), self)
        if any(answer.reply in self.fallbacks for answer in answers):
            time.sleep(AFTER_FALLBACK_SECONDS)
        return right

    def _lost_between(self, before: Sequence[Place], heard: list[Heard]) -> bool:
        """The store lost everything in the middle of this."""
        for order in itertools.permutations(heard):
            for first in range(1, len(order)):
                if self.model.after(before, order[:first]):
                    self.model.places += self.model.after((Place(None),), order[first:])
        return bool(self.model.places)

    def _kind(self, before: Sequence[Place], heard: list[Heard]) -> str:
        """In which way the replies are wrong."""
        if len({one.reply for one in heard if one.id == heard[0].id}) > 1:
            return "doubled"
        earlier = self.transcript[-2][1] if len(self.transcript) > 1 else []
        twice = self.model.after(before, [one._replace(id="") for one in earlier])
        return "doubled" if twice and self.model.after(twice, heard) else "wrong"


def alone(person: Person) -> bool:
    """One text, delivered once."""
    return person.exchange("once", person.form())


def twice(person: Person) -> bool:
    """One text, delivered twice at the same moment."""
    form = person.form()
    return person.exchange("twice at once", form, form)


def again(person: Person) -> bool:
    """One text, and the same after its reply."""
    form = person.form()
    return person.exchange("once", form) and person.exchange("again after the reply", form)


def together(person: Person) -> bool:
    """Two texts at the same moment: Twilio promises no order."""
    return person.exchange("two texts at once", person.form(), person.form())


def overtaken(person: Person) -> bool:
    """A text, another one, and the first once more."""
    first = person.form()
    return (
        person.exchange("once", first)
        and person.exchange("once", person.form())
        and person.exchange("again after the next text", first)
    )


def crowd(person: Person) -> bool:
    """Two texts at the same moment, one of them twice."""
    first = person.form()
    return person.exchange("two texts at once, one of them twice", first, person.form(), first)


WAYS: dict[str, tuple[int, Callable[[Person], bool]]] = {
    "alone": (60, alone),
    "twice": (12, twice),
    "again": (10, again),
    "together": (8, together),
    "overtaken": (6, overtaken),
    "crowd": (4, crowd),
}
"""How texts come, and how often."""
