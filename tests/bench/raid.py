"""Raid day: everybody texts at once. What they get, what is lost, how long they wait, and how many servers it takes.

Apart from `queue`, which reckons what comes after: the sender's own rate. Here a real web process and a real server
take the burst, and Twilio's reports on every reply, of which each brings two.
"""

from __future__ import annotations

from collections import Counter

from bot.channel import STATUS, told
from bot.config import CHECKOUT
from bot.content.fallback import read_fallbacks
from bot.content.library import check_folder
from bot.store.client import connect, raw
from bot.store.outbox import BUCKETS, FORGET, SPENT, Wanted, outbox_key
from tests.bench.line import TALKS, line, people
from tests.bench.load import percentile, request, send, talks
from tests.bench.measure import cores, cpu_seconds, machine, on
from tests.twilio_forms import ACCOUNT, LINE, message_id

CONNECTIONS = 48
REPORTS = ("sent", "delivered")
"""What Twilio tells of a reply."""
LATER = 200
"""Texts of others that arrive before Twilio has something to tell of a reply."""
SHARE = 0.5
"""What a server may be loaded, so that nobody waits for another."""
NOT_MEASURED = (
    "Not measured: Twilio, its own queue (`bench queue`) and the network; a proxy; the worker, which deletes copies\n"
    "at leisure. Everybody texts once: whoever answers costs as much again."
)


def raid(crowd: int, reckoned: int, minutes: int) -> str:
    """What came of it, in words."""
    with line(checked=check_folder(CHECKOUT)) as ours:
        requests = _requests(crowd)
        before, earlier = [cpu_seconds(ours.web), cpu_seconds([ours.store])], _wanted(ours.url)
        with on(cores()[1]):
            answers = send(ours.port, requests, connections=CONNECTIONS)
        web = (cpu_seconds(ours.web) - before[0]) / crowd
        store = (cpu_seconds([ours.store]) - before[1]) / crowd
        wanted = _wanted(ours.url) - earlier
    replies = [told(answer.body.decode()) for answer in answers if answer.is_good]
    put_off = sum(reply in set(read_fallbacks(CHECKOUT).values()) for reply in replies)
    reported = sum(answer.status == 204 for answer in answers)
    a_second = reckoned / (minutes * 60)
    return "\n".join(
        [
            f"{len(replies):,} of {crowd:,} people got an answer, {put_off:,} of them the fallback text",
            f"{reported:,} of {crowd * len(REPORTS):,} reports of Twilio taken",
            f"{wanted[FORGET]:,} of {crowd * (1 + len(REPORTS)):,} deletions and {wanted[SPENT]:,} of {crowd:,} costs "
            "wait in the outbox: fewer are lost, more are doubled",
            f"p50 {percentile(answers, 0.5):.0f} ms, p99 {percentile(answers, 0.99):.0f} ms, the longest "
            f"{percentile(answers, 1.0):.0f} ms; {CONNECTIONS} at once and never a pause",
            "",
            f"A person, with {len(REPORTS)} reports: {1e6 * web:.0f} us of CPU in the web process, "
            f"{1e6 * store:.0f} in the store.",
            f"{reckoned:,} people within {minutes} minutes: {a_second:.0f} a second x {1e6 * (web + store):.0f} us, "
            f"each core loaded by {SHARE:.0%}: {a_second * (web + store) / SHARE:.1f} cores, one to a small server.",
            "",
            f"Made on: {machine()}.",
            NOT_MEASURED,
        ]
    )


def _requests(crowd: int) -> list[bytes]:
    """Everybody's first text, and a little later what Twilio tells of the reply."""
    texts = talks(people(crowd), [said[:1] for said in TALKS])
    found: list[bytes] = []
    for number in range(crowd + LATER):
        found += texts[number : number + 1]
        found += _reports() if number >= LATER else []
    return found


def _reports() -> list[bytes]:
    """What Twilio tells of one reply."""
    sid = message_id()
    form = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "From": LINE, "MessageSid": sid, "SmsSid": sid}
    return [request({**form, "MessageStatus": status, "SmsStatus": status}, STATUS) for status in REPORTS]


def _wanted(url: str) -> Counter[str]:
    """What lies in the outboxes, by kind, whatever it is about."""
    client = connect(url, answer_seconds=60)
    entries = (raw(entry) or b"" for bucket in BUCKETS for entry in client.lrange(outbox_key(bucket), 0, -1))
    return Counter(Wanted.of(entry).kind for entry in entries)
