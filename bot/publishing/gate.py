"""What needs a signature before real people are told it: law that no lawyer has read, languages that no speaker has,
telephone numbers that one person changed alone.

Apart from the checks, which know no people: here names and roles decide. The gate stands only where texts are real:
with Twilio's credentials and a public address. Elsewhere it is silent, so that volunteers can try whatever they like.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.config import Config
from bot.content.library import Library
from bot.content.message_loader import needs_text
from bot.content.problem import listed
from bot.engine.flow import Flow
from bot.engine.release import MENU
from bot.publishing.compare import NumberChange
from bot.publishing.refusal import Refusal
from bot.publishing.withdrawals import Keys

COMMAND = "python3 -m bot publish"

NOWHERE = (".test", ".example", ".invalid", ".localhost", "example.org", "example.com", "example.net")


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What goes live although nobody has reviewed it, and on the word of which role."""

    role: str = ""
    flows: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreviewed:
    """What nobody has reviewed: flows without a lawyer's signature, locales by the number of their unread texts."""

    flows: tuple[str, ...] = ()
    locales: Mapping[str, int] = field(default_factory=dict)


def stands(config: Config) -> bool:
    """Whether real people are answered with what is published here."""
    address = urlsplit(config.public_url)
    credentials = config.account_sid and config.auth_tokens
    return bool(credentials and address.scheme == "https" and is_public(address.hostname))


def is_public(host: str | None) -> bool:
    """Whether Twilio could reach it. https://www.rfc-editor.org/rfc/rfc6761 lists the names that lead nowhere."""
    name = (host or "localhost").rstrip(".")
    try:
        return ipaddress.ip_address(name).is_global
    except ValueError:
        return "." in name and not name.endswith(NOWHERE)


def unreviewed(library: Library, unread: Keys) -> Unreviewed:
    """Everything that needs a signature and has none."""
    return Unreviewed(
        flows=tuple(name for name, flow in library.release.flows.items() if _is_unsigned(flow)),
        locales={locale: len(keys) for locale in library.release.locales if (keys := unread(library, locale))},
    )


def _is_unsigned(flow: Flow) -> bool:
    """No lawyer has signed it, or one of its steps; or a step says something without any law behind it."""
    laws = [flow.law, *(step.law for step in flow.steps)]
    if any(law is not None and law.lawyer is None for law in laws):
        return True
    return flow.name != MENU and any(step.law is None and needs_text(step) for step in flow.steps)


def refusals(found: Unreviewed, override: Override, library: Library) -> tuple[Refusal, ...]:
    """What the override does not name; and what it names that is not there."""
    reasons = []
    known = ((override.flows, library.release.flows, "flow"), (override.locales, library.release.locales, "language"))
    for names, there, what in known:
        if unknown := [name for name in names if name not in there]:
            reasons.append(Refusal("unknown", f"There is no {what} {listed(unknown)}. There are: {listed(there)}."))
    if (override.flows or override.locales) and not override.role:
        reasons.append(Refusal("unknown", "An override needs the role that answers for it: --unreviewed ROLE"))
    flows = [name for name in found.flows if name not in override.flows or not override.role]
    locales = [name for name in found.locales if name not in override.locales or not override.role]
    reasons += [
        Refusal(
            "unreviewed",
            f'No lawyer has signed the flow "{name}".\n'
            f"    In flows/{name}.yaml, write who signed in its law: lawyer: ROLE. "
            f"Or: {COMMAND} --unreviewed ROLE --flow {name}",
        )
        for name in flows
    ]
    reasons += [
        Refusal(
            "unreviewed",
            f"{found.locales[name]} texts in {name} were read by no speaker.\n"
            f"    Record who read them: messages/README.md says how. "
            f"Or: {COMMAND} --unreviewed ROLE --locale {name}",
        )
        for name in locales
    ]
    return tuple(reasons)


def covered(found: Unreviewed, override: Override) -> Override:
    """The part of an override that is needed: what is signed is never called unreviewed."""
    flows = tuple(name for name in found.flows if name in override.flows)
    locales = tuple(name for name in found.locales if name in override.locales)
    return Override(role=override.role, flows=flows, locales=locales) if flows or locales else Override()


def alone(numbers: tuple[NumberChange, ...], by: str, second: str) -> tuple[Refusal, ...]:
    """A number that people will be told, and were not told before, needs two people."""
    told = [change for change in numbers if change.new]
    if not told or (second.strip() and second.strip().casefold() != by.strip().casefold()):
        return ()
    changed = "; ".join(f"{change.referral}: {change.old or 'none'} -> {change.new}" for change in told)
    who = f"{second.strip()} is the one who publishes" if second.strip() else "one person alone may not change it"
    return (
        Refusal(
            "second",
            f"A telephone number has changed, and {who}: {changed}.\n"
            "    Let somebody else call the number and compare it with its source. "
            f"Then publish with their name: {COMMAND} --second NAME",
        ),
    )
