"""Lets a number at Twilio lead to this line, and back: what would change, the change, and its undoing.

Apart from `twilio_account`, which knows how Twilio is asked: here stands what we want of it. Whatever is changed is
written down beside the data before the first request, so that it can be undone even where a request failed half-way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bot.channel import FALLBACK, INBOUND, STATUS, VOICE
from bot.config import Config, replace_whole
from bot.twilio_account import FIELDS, NUMBER, SERVICE, Thing, TwilioAccount

KEPT = "connect.json"
"""In the data folder: what stood at Twilio before, and what we put there."""
OVERRIDES = "#rc=2&rp=ct,rt,5xx&rt=4500"
"""Twilio tries three times, each for 4.5 seconds: together within its fifteen. By default it tries a second time only
where it could not connect: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""
VALIDITY_SECONDS = "600"
"""A reply that Twilio could not send within ten minutes is dropped: late, it may arrive while an officer looks on."""
MEMBER, MADE = "member", "made"
"""Kinds of change besides the fields of a thing: a number put into a service, a service that was not there."""
BINS = "https://handler.twilio.com/"
"""Where Twilio keeps texts that answer without any server of ours."""
NUMBER_ADDRESS = "sms_url"
"""The field of a number that says where its texts go."""


class NotConnected(Exception):
    """It cannot be done. The text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One request: what it is about, and what stands there before and after."""

    kind: str
    sid: str
    name: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    def __str__(self) -> str:
        if self.kind == MADE:
            return f'Messaging Service "{self.name}": {"new" if self.after["service"] else "removed"}'
        if self.kind == MEMBER:
            called, goes = self.after["called"] or self.before["called"], self.after["called"]
            return f'number {self.name} {"goes into" if goes else "leaves"} the Messaging Service "{called}"'
        width = max(map(len, self.after))
        lines = [
            f"  {field:<{width}}  {_without_password(self.before[field]) or '-'}\n  {'':<{width}}  -> {value or '-'}"
            for field, value in self.after.items()
        ]
        return "\n".join([f"{self.kind} {self.name}", *lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to connect. Empty: the only number there is, and the service that it is in, if any."""

    numbers: tuple[str, ...] = ()
    service: str = ""
    """The name or id of a Messaging Service that the numbers are to be in; one that is not there is made."""
    fallback: str = ""
    """An address on another host that says the fallback text, such as a TwiML Bin; empty: our own."""


def wanted(kind: str, config: Config, fallback: str = "") -> dict[str, str]:
    """What has to stand in the fields of a thing for texts to come here."""
    inbound = config.public_url + INBOUND
    fallback = fallback or config.public_url + FALLBACK
    if kind == NUMBER:
        return {
            "sms_url": inbound + OVERRIDES,
            "sms_method": "POST",
            "sms_fallback_url": fallback,
            "sms_fallback_method": "POST",
            "sms_application_sid": "",
            "voice_url": config.public_url + VOICE,
            "voice_method": "POST",
            "voice_application_sid": "",
        }
    if kind == SERVICE:
        return {
            "inbound_request_url": inbound + OVERRIDES,
            "inbound_method": "POST",
            "fallback_url": fallback,
            "fallback_method": "POST",
            "status_callback": config.public_url + STATUS,
            "validity_period": VALIDITY_SECONDS,
            "use_inbound_webhook_on_number": "false",
        }
    return {
        "callback_url": inbound + OVERRIDES,
        "callback_method": "POST",
        "fallback_url": fallback,
        "fallback_method": "POST",
        "status_callback_url": config.public_url + STATUS,
        "status_callback_method": "POST",
    }


def plan(account: TwilioAccount, config: Config, wish: Wish) -> tuple[Change, ...]:
    """What would change at Twilio.

    Raises:
        AccountError
        NotConnected: there is no such number, or nothing that it could lead to.
    """
    if not config.public_url.startswith("https://"):
        raise NotConnected(f"Twilio has to reach this line by https, and PUBLIC_URL is {config.public_url}.")
    numbers = chosen(account.numbers(), wish.numbers)
    changes = [_settings(thing, config, wish.fallback) for thing in numbers]
    for service, members in _services(account, numbers, wish):
        changes += [] if service.sid else [_made(service)]
        changes.append(_settings(service, config, wish.fallback))
        if wish.service in (service.sid, service.name):  # after its addresses: without one it drops what comes in
            changes += [_member(number, service) for number in numbers if number.sid not in members]
    names = {f"whatsapp:{number.name}" for number in numbers}
    changes += [
        _settings(sender, config, wish.fallback) for sender in account.whatsapp_senders() if sender.name in names
    ]
    return tuple(change for change in changes if change.after)


def _services(account: TwilioAccount, numbers: tuple[Thing, ...], wish: Wish) -> Iterator[tuple[Thing, frozenset[str]]]:
    """The Messaging Services that decide where these numbers' texts go, with the numbers that are in each now."""
    is_there = False
    for service in account.services():
        members = account.members(service.sid)
        is_wanted = wish.service in (service.sid, service.name)
        is_there = is_there or is_wanted
        if is_wanted or any(number.sid in members for number in numbers):
            yield service, members
    if wish.service and not is_there:
        fields = dict.fromkeys(FIELDS[SERVICE], "")
        yield Thing(kind=SERVICE, sid="", name=wish.service, fields=fields), frozenset()


def chosen(numbers: tuple[Thing, ...], names: tuple[str, ...]) -> tuple[Thing, ...]:
    """The numbers that are meant.

    Raises:
        NotConnected
    """
    there = {number.name: number for number in numbers}
    listed = ", ".join(there) or "none"
    if unknown := [name for name in names if name not in there]:
        raise NotConnected(f"The account has no number {', '.join(unknown)}. It has: {listed}.")
    if not names and len(numbers) != 1:
        cure = "Say which: --number +1..." if numbers else "Buy one in Twilio's console."
        raise NotConnected(f"The account has these numbers: {listed}. {cure}")
    return tuple(there[name] for name in names) or numbers


def connect(account: TwilioAccount, data: Path, changes: tuple[Change, ...]) -> None:
    """Make the changes, having written down what stood there before.

    Raises:
        AccountError: Twilio did not take one; those before it are made, and `undo` takes them back.
    """
    _keep(data, changes)
    made: dict[str, str] = {}
    for change in changes:
        sid = change.sid or made.get(change.name, "")
        if change.kind == MADE:
            made[change.name] = account.make_service(change.name)
            _keep_id(data, change.name, made[change.name])
        elif change.kind == MEMBER:
            account.add_member(change.after["service"] or made[change.after["called"]], sid)
        else:
            account.update(change.kind, sid, change.after)


def undoing(account: TwilioAccount, data: Path) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """What an undo would change; and what it leaves alone, because somebody else has changed it since.

    Raises:
        AccountError
        NotConnected: nothing was connected from here.
    """
    kept = remembered(data)
    if not kept:
        raise NotConnected(f"There is nothing to undo: {data / KEPT} says what was connected, and is not there.")
    services = account.services()
    now = {(thing.kind, thing.sid): thing for thing in (*account.numbers(), *services, *account.whatsapp_senders())}
    made = {change.sid for change in kept if change.kind == MADE}
    undone: list[Change] = []
    left: list[Change] = []
    for change in reversed(kept):
        if change.kind == SERVICE and change.sid in made:
            continue  # it goes as a whole
        if change.kind == MADE:
            there = (SERVICE, change.sid) in now
        elif change.kind == MEMBER:
            service = change.after["service"]
            there = (SERVICE, service) in now and change.sid in account.members(service)
        else:
            thing = now.get((change.kind, change.sid))
            ours, others = _ours(change, thing) if thing else ({}, {})
            back = replace(change, before=ours, after={field: change.before[field] for field in ours})
            undone += [back] if ours else []
            left += [replace(change, before=others, after=others)] if others else []
            continue
        undone += [replace(change, before=change.after, after=change.before)] if there else []
    return tuple(undone), tuple(left)


def undo(account: TwilioAccount, data: Path, changes: tuple[Change, ...]) -> None:
    """Take the changes back and forget that they were made.

    Raises:
        AccountError: what is not taken back yet is still written down.
    """
    for change in changes:
        if change.kind == MADE:
            account.remove_service(change.sid)
        elif change.kind == MEMBER:
            account.remove_member(change.before["service"], change.sid)
        else:
            account.update(change.kind, change.sid, change.after)
    (data / KEPT).unlink()


def remembered(data: Path) -> tuple[Change, ...]:
    """What was connected from this data folder."""
    try:
        found = json.loads((data / KEPT).read_text(encoding="utf-8"))
        return tuple(Change(**one) for one in found)
    except (OSError, ValueError, TypeError):
        return ()


def _settings(thing: Thing, config: Config, fallback: str) -> Change:
    """What differs from what we want. A TwiML Bin was put there on purpose, and stays unless another is named."""
    present = next((value for field, value in thing.fields.items() if "fallback_url" in field), "")
    fallback = fallback or (present if present.startswith(BINS) else "")
    after = {
        field: value for field, value in wanted(thing.kind, config, fallback).items() if thing.fields[field] != value
    }
    before = {field: thing.fields[field] for field in after}
    return Change(kind=thing.kind, sid=thing.sid, name=thing.name, before=before, after=after)


def _made(service: Thing) -> Change:
    return Change(kind=MADE, sid="", name=service.name, before={"service": ""}, after={"service": service.name})


def _member(number: Thing, service: Thing) -> Change:
    after = {"service": service.sid, "called": service.name}
    return Change(kind=MEMBER, sid=number.sid, name=number.name, before=dict.fromkeys(after, ""), after=after)


def _ours(change: Change, thing: Thing) -> tuple[dict[str, str], dict[str, str]]:
    """The fields in which still stands what we put there, and those in which something else does."""
    now = {field: thing.fields[field] for field in change.after if thing.fields[field] != change.before[field]}
    ours = {field: value for field, value in now.items() if value == change.after[field]}
    return ours, {field: value for field, value in now.items() if field not in ours}


def _keep(data: Path, changes: tuple[Change, ...]) -> None:
    """Write down what is about to change. What stood there before the first time stays what it is undone to."""
    kept = {(change.kind, change.sid, change.name): change for change in remembered(data)}
    for change in changes:
        private = replace(change, before={field: _without_password(value) for field, value in change.before.items()})
        key = (change.kind, change.sid, change.name)
        if earlier := kept.get(key):
            private = replace(
                private, before={**private.before, **earlier.before}, after={**earlier.after, **change.after}
            )
        kept[key] = private
    _write(data, tuple(kept.values()))


def _keep_id(data: Path, name: str, sid: str) -> None:
    """Write down the id of a service that was just made, wherever it was not known yet."""

    def known(change: Change) -> Change:
        if change.kind == MEMBER and change.after["called"] == name:
            return replace(change, after={**change.after, "service": sid})
        return replace(change, sid=sid) if change.kind in (MADE, SERVICE) and change.name == name else change

    _write(data, tuple(map(known, remembered(data))))


def _write(data: Path, changes: tuple[Change, ...]) -> None:
    replace_whole(data / KEPT, json.dumps([asdict(change) for change in changes], indent=1).encode())


def _without_password(value: str) -> str:
    """An address without a name and a password in it."""
    parts = urlsplit(value)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if parts.netloc else value
