"""Looks after the line: texts it every five minutes, leaves a sign of life, and tells the operator what is wrong.

Apart from the jobs, which do what people have asked for: this asks only whether they still get it. The text goes the
real way: over the public address, signed as Twilio signs, through the engine and the store. It comes from a number that
no telephone has (`bot.channel.PROBE`), so it is counted nowhere; and as its answer comes back to our own request,
Twilio has no part in it and nothing is paid.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree.ElementTree import ParseError

import certifi
import urllib3
from redis import RedisError

from bot.alerts import Alerts
from bot.budget import LEVELS, percent
from bot.channel import INBOUND, PROBE, Signatures, told
from bot.config import Config
from bot.content.fallback import read_fallbacks
from bot.queue import Due
from bot.store.client import StoreDown
from bot.store.counts import Counts, month_of

LOOK_SECONDS = 30
PROBE_SECONDS = 300
ANSWER_SECONDS = 5.0
"""What the line promises everybody."""
MISSED = 2
"""Answers missing in a row: one may be a restart."""
LATE_SECONDS = 1800
"""A message that was to be deleted this long ago, and was not, is told of."""
WINDOW_SECONDS = 600
REFUSED = 5
"""More requests than this refused in ten minutes, and more than texts came: the signatures are wrong, or our token."""
TEXTS = ("menu", "DELETE")
"""The first walks through everything; the second leaves nothing behind, nobody standing at the menu."""

_log = logging.getLogger("worker.watch")


class Watch:
    """Looks, again and again."""

    def __init__(self, config: Config, counts: Counts, due: Due) -> None:
        self._config, self._counts, self._due = config, counts, due
        self._alerts = Alerts(config)
        self._probed = float("-inf")
        self._answered = 0
        self._missed = 0
        self._refused: deque[tuple[int, int, int]] = deque()

    def run_forever(self, stop: threading.Event) -> None:
        """Look until told to stop. Nothing else ends it."""
        while not stop.wait(LOOK_SECONDS):
            try:
                self.look(datetime.now(UTC))
            except Exception:
                _log.exception("looking after the line failed; trying again")

    def look(self, now: datetime) -> None:
        """One look: at the line, at the store, and at what they have counted. Then what is wrong is told."""
        found, looked_at = self._answers(now), ["answer", "store"]
        try:
            found |= self._counted(now)
            looked_at += ["undeleted", "signatures", "law", *map(_level, LEVELS if self._config.monthly_budget else ())]
        except (RedisError, StoreDown) as error:
            found["store"] = f"The store does not answer ({type(error).__name__}): everybody gets the fallback text."
        self._alerts.tell(found, looked_at, now)

    def _answers(self, now: datetime) -> dict[str, str]:
        """Whether the line answers. After a miss it is tried with every look, not only every five minutes."""
        if self._config.auth_tokens and (self._missed or time.monotonic() - self._probed >= PROBE_SECONDS):
            self._probed = time.monotonic()
            why = probe(self._config)
            self._missed = self._missed + 1 if why else 0
            self._answered = self._answered if why else int(now.timestamp())
            if self._missed >= MISSED:
                return {"answer": f"The line does not answer a text to {self._config.public_url}: {why}."}
        return {}

    def _counted(self, now: datetime) -> dict[str, str]:
        """What the figures say.

        Raises:
            RedisError, StoreDown
        """
        at = int(now.timestamp())
        waiting, late = self._due.waiting(at)
        answered = {"answered": self._answered} if self._answered else {}
        self._counts.beat(worker=at, undeleted=waiting, late=late, **answered)
        found = {}
        if late > LATE_SECONDS:
            found["undeleted"] = f"Copies at Twilio were to be deleted {late // 60} minutes ago, and are still there."
        if law := self._counts.pulse().get("law", 0):
            found["law"] = f"{law} laws or numbers are to be looked at again: python3 -m bot law"
        return found | self._signatures(at, self._counts.tallied(now.date())) | self._money(now)

    def _signatures(self, at: int, tally: Mapping[str, int]) -> dict[str, str]:
        texts = sum(count for name, count in tally.items() if name.startswith("texts "))
        self._refused.append((at, tally.get("refused", 0), texts))
        while at - self._refused[0][0] > WINDOW_SECONDS or self._refused[0][1] > tally.get("refused", 0):
            self._refused.popleft()
        refused, came = tally.get("refused", 0) - self._refused[0][1], texts - self._refused[0][2]
        if refused > REFUSED and refused > came:
            return {"signatures": f"{refused} requests in ten minutes were not signed by Twilio with our token."}
        return {}

    def _money(self, now: datetime) -> dict[str, str]:
        dollars = self._config.monthly_budget
        share = percent(self._counts.spent(month_of(now)), dollars)
        then = "Only emergencies and the first replies of urgent flows go out now" if share >= 100 else "It is counted"
        says = f"{share} % of this month's {dollars} dollars for texts are spent. {then}, until the month ends."
        return {_level(level): says for level in LEVELS if dollars and share >= level}


def probe(config: Config) -> str:
    """Text the line as Twilio would. Returns why there was no good answer; empty: there was one."""
    fallbacks = set(read_fallbacks(config.content).values())
    signatures, url = Signatures(config.auth_tokens), config.public_url + INBOUND
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(total=ANSWER_SECONDS), retries=False, ca_certs=certifi.where())
    for text in TEXTS:
        form = {"AccountSid": config.account_sid or "", "MessageSid": f"SM{secrets.token_hex(16)}", "From": PROBE,
                "To": PROBE, "Body": text, "NumMedia": "0"}  # fmt: skip
        headers = {
            "X-Twilio-Signature": signatures.sign(url, form),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            answer = pool.request("POST", url, body=urlencode(form), headers=headers, redirect=False)
            reply = told(answer.data.decode()) if answer.status == 200 else None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return f"no connection in {ANSWER_SECONDS:g} seconds ({type(error).__name__})"
        except (ParseError, ValueError):
            return "what came back is no answer of ours"
        if reply is None:
            return f"status {answer.status}"
        if reply in fallbacks:
            return "it says only the fallback text"
    return ""


def _level(percent: int) -> str:
    return f"budget {percent}"
