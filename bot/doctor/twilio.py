"""The account at Twilio: whether it lets us in, whether its numbers lead here and are registered, what it keeps.

Apart from `connect`, which changes what stands there: here it is only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from bot.connect import NUMBER_ADDRESS, VALIDITY_SECONDS, remembered, wanted
from bot.doctor.finding import Finding, found
from bot.doctor.place import Place
from bot.twilio_account import NUMBER, SERVICE, TOLL_FREE, WHATSAPP, AccountError, Thing, TwilioAccount

KEPT_DAYS = 8
"""A day more than the seven that we ask for."""
LITTLE = 10.0
GOOD_VERIFICATION, GOOD_CAMPAIGN, ONLINE = "TWILIO_APPROVED", "VERIFIED", "ONLINE"


def look(place: Place) -> Iterator[Finding]:
    """Everything wrong at Twilio."""
    account = place.account
    if account is None:
        return  # the settings say so
    steps: tuple[Callable[[TwilioAccount, Place], Iterator[Finding]], ...] = (_key, _money, _numbers, _whatsapp)
    try:
        yield from token(account, place)
        for step in steps:
            yield from step(account, place)
    except AccountError as error:
        if not error.is_refusal:
            yield found(503)


def token(account: TwilioAccount, place: Place) -> Iterator[Finding]:
    """Whether texts can be checked at all: the one question that is worth a start.

    Raises:
        AccountError: Twilio does not answer.
    """
    good = []
    for one in place.config.auth_tokens:
        try:
            good.append(account.standing(one))
        except AccountError as error:
            if not error.is_refusal:
                raise
    if place.config.auth_tokens and not good:
        yield found(501)
        return
    if len(good) < len(place.config.auth_tokens):
        yield found(106, count=len(place.config.auth_tokens), good=len(good))
    if good and good[0].status != "active":
        yield found(504, status=good[0].status)
    if good and good[0].is_trial:
        yield found(505)


def _key(account: TwilioAccount, place: Place) -> Iterator[Finding]:
    """Whether the worker may delete, and whether Twilio forgets by itself what it should."""
    try:
        is_kept = account.has_messages_before(place.now - timedelta(days=KEPT_DAYS))
    except AccountError as error:
        if error.is_refusal and place.config.api_key:
            yield found(502)
        raise
    if is_kept:
        yield found(515)


def _money(account: TwilioAccount, place: Place) -> Iterator[Finding]:
    try:
        left = account.balance()
    except AccountError as error:
        if error.code is None:
            raise
        return  # a subaccount is not told
    if left.amount <= 0:
        yield found(506, amount=f"{left.amount:.2f}", currency=left.currency)
    elif left.amount < LITTLE:
        yield found(507, amount=f"{left.amount:.2f}", currency=left.currency)


def _numbers(account: TwilioAccount, place: Place) -> Iterator[Finding]:
    numbers = account.numbers()
    services = {service: account.members(service.sid) for service in account.services()}
    verified = account.toll_free_verifications()
    ours = _ours(numbers, services, place)
    if not ours:
        there = [f"{number.name} leads to {number.fields[NUMBER_ADDRESS] or 'nowhere'}" for number in numbers]
        yield found(508, but="; ".join(there) or "it has none")
    for number in ours:
        service = next((service for service, members in services.items() if number.sid in members), None)
        if not number.can_text:
            yield found(520, number=number.name)
        yield from _service(number, service, place) if service else _number(number, place)
        yield from _voice(number, place)
        yield from _registered(account, number, service, verified)


def _ours(numbers: tuple[Thing, ...], services: dict[Thing, frozenset[str]], place: Place) -> tuple[Thing, ...]:
    """The numbers that lead to this line, by themselves or by their service, and those that once were connected."""
    here = {number.sid for number in numbers if _leads_here(number.fields[NUMBER_ADDRESS], place)}
    for service, members in services.items():
        here |= members if _leads_here(service.fields["inbound_request_url"], place) else set()
    here |= {change.sid for change in remembered(place.config.data) if change.kind == NUMBER}
    return tuple(number for number in numbers if number.sid in here)


def _leads_here(address: str, place: Place) -> bool:
    return urlsplit(address).hostname == urlsplit(place.config.public_url).hostname


def _number(number: Thing, place: Place) -> Iterator[Finding]:
    """A number whose own addresses count."""
    fields, name = number.fields, number.name
    right = wanted(NUMBER, place.config)[NUMBER_ADDRESS]
    if fields["sms_application_sid"]:
        yield found(510, number=name, sid=fields["sms_application_sid"])
    elif not _same(fields[NUMBER_ADDRESS], right):
        by_http = _same(fields[NUMBER_ADDRESS].replace("http://", "https://", 1), right)
        elsewhere = found(508, but=f"{name} leads to {fields[NUMBER_ADDRESS] or 'nowhere'}")
        yield found(509, number=name) if by_http else elsewhere
    elif fields["sms_method"] != "POST":
        yield found(511, number=name, method=fields["sms_method"])
    elif "#" not in fields[NUMBER_ADDRESS]:
        yield found(521, number=name)
    if not fields["sms_fallback_url"]:
        yield found(512, number=name)


def _voice(number: Thing, place: Place) -> Iterator[Finding]:
    """Calls come to the number itself, whatever service it is in."""
    application, address = number.fields["voice_application_sid"], number.fields["voice_url"]
    if application or not _same(address, wanted(NUMBER, place.config)["voice_url"]):
        yield found(522, number=number.name, where=application or address or "nowhere")


def _service(number: Thing, service: Thing, place: Place) -> Iterator[Finding]:
    """A number whose Messaging Service counts, unless that leaves it to the number."""
    fields = service.fields
    if fields["use_inbound_webhook_on_number"] == "true":
        yield from _number(number, place)
    elif not _same(fields["inbound_request_url"], wanted(SERVICE, place.config)["inbound_request_url"]):
        where = fields["inbound_request_url"] or "nowhere"
        yield found(513, service=service.name, number=number.name, where=where)
    elif not fields["fallback_url"]:
        yield found(512, number=service.name)
    if int(fields["validity_period"] or 36000) > int(VALIDITY_SECONDS):
        yield found(514, service=service.name, minutes=int(fields["validity_period"] or 36000) // 60)


def _registered(account: TwilioAccount, number: Thing, service: Thing | None, verified: object) -> Iterator[Finding]:
    if number.name.startswith(TOLL_FREE):
        status = verified.get(number.sid, "not asked for") if isinstance(verified, dict) else ""
        if status != GOOD_VERIFICATION:
            yield found(516, number=number.name, status=status)
    elif number.name.startswith("+1"):
        campaigns = account.campaigns(service.sid) if service else ()
        if GOOD_CAMPAIGN not in campaigns:
            yield found(517, number=number.name, status=", ".join(campaigns) or "none")


def _whatsapp(account: TwilioAccount, place: Place) -> Iterator[Finding]:
    """WhatsApp senders of the numbers; a sender that leads elsewhere on purpose has another number."""
    right = wanted(WHATSAPP, place.config)["callback_url"]
    names = {f"whatsapp:{number.name}" for number in account.numbers()}
    for sender in account.whatsapp_senders():
        if sender.name not in names:
            continue
        if not sender.state.startswith(ONLINE):
            yield found(518, number=sender.name, status=sender.state)
        if not _same(sender.fields["callback_url"], right):
            yield found(519, number=sender.name, where=sender.fields["callback_url"] or "nowhere")


def _same(address: str, right: str) -> bool:
    """The same address but for what stands behind the #."""
    return address.partition("#")[0] == right.partition("#")[0]
