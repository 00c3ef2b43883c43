"""The format as JSON Schema, so that an editor says while typing what `check` would say later.

Apart from the loaders, and made from their own tables: a word that they know is a word that the editor knows. Whether
names lead anywhere only `check` can tell. `python3 -m bot schema` writes the files; a test compares them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from bot.content.flow_loader import FLOW, OLD
from bot.content.law_loader import LAW, SOURCE
from bot.content.message_loader import COMMON_SHAPE, GROUPS, WORDS
from bot.content.referral_loader import (
    DAYS,
    FROM_TO,
    LONG_NUMBER,
    ORGANISATION_WORDS,
    REFERRAL_WORDS,
    SHORT_NUMBER,
    SPOKEN,
    STATUSES,
    UNTIL,
    WEBSITE,
    ZIP_PREFIX,
    ZIP_PREFIXES,
)
from bot.content.reviews import RECORD, ROLE
from bot.content.step_loader import (
    COLLECTABLE,
    ENDS,
    KINDS,
    MAYBE_THEN,
    NAME,
    PLURAL_WORDS,
    RESERVED,
    STEP,
    WITHOUT_THEN,
)
from bot.engine.flow import MAX_ITEMS, MAX_OPTIONS

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": ["string", "number", "boolean"]}
"""A text; what an editor takes for a number or for true is one, too."""
TEXTS: Schema = {"type": "array", "items": TEXT}
TRUE: Schema = {"enum": [True, False, "true", "false"]}
DATE: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
LANGUAGES: Schema = {"type": "array", "items": {"type": "string", "pattern": f"^{SPOKEN}$"}}


def schemas() -> dict[str, Schema]:
    """Every schema, by the path of its file."""
    return {
        "flows/flow.schema.json": _titled("A flow", _flow()),
        "flows/organisation.schema.json": _titled(
            "Who runs the line",
            _object(
                ORGANISATION_WORDS,
                {word: {**TEXTS, "minItems": 1} for word in ("bilingual", "languages")}
                | {"numbers": _each(TEXT, _exactly(LONG_NUMBER, SHORT_NUMBER))},
            ),
        ),
        "flows/referrals.schema.json": _titled("Telephone numbers", _referrals()),
        "flows/sources.schema.json": _titled("Sources of the law", _each(_object(SOURCE, {}))),
        "messages/common.schema.json": _titled("What the line itself says", _common()),
        "messages/flow.schema.json": _titled("The words of a flow", _words_of_flow()),
        "messages/referrals.schema.json": _titled(
            "A line about each organisation", _each(_object({"what": False}, {}))
        ),
        "messages/reviews.schema.json": _titled("Who has read the translations", _reviews()),
        "messages/words.schema.json": _titled("What the line understands", _words()),
    }


def written(schema: Schema) -> str:
    """The content of a schema's file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _titled(title: str, schema: Schema) -> Schema:
    return {"$schema": DRAFT, "title": title, **schema}


def _object(known: Mapping[str, bool], kinds: Mapping[str, Schema]) -> Schema:
    """Fields of these names, and whether they must be there; a text where nothing else is said."""
    schema: Schema = {
        "type": "object",
        "properties": {name: kinds.get(name, TEXT) for name in known},
        "additionalProperties": False,
    }
    if needed := [name for name, must in known.items() if must]:
        schema["required"] = needed
    return schema


def _each(schema: Schema, names: Schema | None = None) -> Schema:
    return {"type": "object", "additionalProperties": schema, **({"propertyNames": names} if names else {})}


def _exactly(*patterns: str) -> Schema:
    return {"type": "string", "pattern": f"^({'|'.join(patterns)})$"}


def _names(of: str) -> Schema:
    return {"pattern": f"^{NAME}$", "not": {"enum": sorted(RESERVED[of] | PLURAL_WORDS)}}


# ----------------------------------------------------------------------------------------------------- flows


def _flow() -> Schema:
    law = _object(LAW, {"sources_until": DATE, "recheck": DATE, "contested": TRUE, "sources": TEXTS})
    steps = {**_each(_step(law), _names("a step")), "minProperties": 1}
    moved = _each(TEXT, {"pattern": f"^{OLD}$"})
    was = {"type": "array", "items": _exactly(NAME)}
    return _object(FLOW, {"law": law, "interrupts": TRUE, "urgent": TRUE, "steps": steps, "moved": moved, "was": was})


def _step(law: Schema) -> Schema:
    """One kind of step, or none: then it says something and goes on."""
    kinds: Mapping[str, Schema] = {
        "law": law,
        "ask": {**_each(TEXT, _names("an option")), "minProperties": 1, "maxProperties": MAX_OPTIONS},
        "collect": {"enum": list(COLLECTABLE)},
        "branch": {**_each(TEXT), "required": ["on"]},
        "refer": _object({"need": True}, {}),
        "checklist": {
            "type": "array",
            "items": {"type": "string", **_names("an item")},
            "minItems": 1,
            "maxItems": MAX_ITEMS,
            "uniqueItems": True,
        },
        "end": {"enum": list(ENDS)},
    }
    says = {"required": ["then"], **_none_of((*KINDS, "else"))}
    return {**_object(STEP, kinds), "oneOf": [says, *map(_kind, KINDS)]}


def _kind(kind: str) -> Schema:
    """What a kind of step needs beside itself, and what it must not have."""
    needed, never = [kind], [other for other in KINDS if other != kind]
    if kind == "branch":
        needed.append("else")
    else:
        never.append("else")
    if kind in WITHOUT_THEN:
        never.append("then")
    elif kind not in MAYBE_THEN:
        needed.append("then")
    return {"required": needed, **_none_of(never)}


def _none_of(names: Collection[str]) -> Schema:
    return {"not": {"anyOf": [{"required": [name]} for name in names]}}


def _referrals() -> Schema:
    prefixes = {"type": "array", "items": _exactly(ZIP_PREFIX, ZIP_PREFIXES)}
    days = f"^({'|'.join(DAYS)})(-({'|'.join(DAYS)}))?$"
    week = _each(_exactly(FROM_TO), {"pattern": days})
    kinds: Mapping[str, Schema] = {
        "phone": _exactly(SHORT_NUMBER, LONG_NUMBER),
        "text": _exactly(SHORT_NUMBER, LONG_NUMBER),
        "website": _exactly(WEBSITE),
        "needs": TEXTS,
        "languages": {"anyOf": [{"const": "any"}, LANGUAGES]},
        "hours": {"anyOf": [{"enum": ["always", "unknown"]}, week]},
        "federal": TRUE,
        "status": {"enum": list(STATUSES)},
        "sources_until": {"type": ["string", "integer"], "pattern": f"^({UNTIL})$"},
        "checked": {"anyOf": [{"const": "none"}, DATE]},
        "recheck": {"anyOf": [{"const": "none"}, DATE]},
        "sources": {**TEXTS, "minItems": 1},
    }
    contact = {"anyOf": [{"required": [kind]} for kind in ("phone", "text", "website")]}
    referral = {**_object(REFERRAL_WORDS, kinds), **contact}
    area = _object({"within": False, "zip": False}, {"zip": prefixes})
    areas = _each({"anyOf": [area, {"type": "null"}, {"const": ""}]})
    return _object({"areas": True, "referrals": True}, {"areas": areas, "referrals": _each(referral)})


# ----------------------------------------------------------------------------------------------------- messages


def _words_of_flow() -> Schema:
    option = _object({"label": False, "also": False, "text": False, "reply": False}, {"also": TEXTS})
    step = {**_each(option), "properties": {"text": TEXT}}
    return {**_each(step), "properties": {"keywords": TEXTS}}


def _reviews() -> Schema:
    mark = _exactly("[0-9a-f]{8}")
    kinds = {"english": mark, "text": mark, "date": DATE, "by": _exactly(ROLE)}
    return _each(_object(RECORD, kinds))


def _words() -> Schema:
    kinds = {
        name: _object(dict.fromkeys(lists, WORDS[name]), dict.fromkeys(lists, TEXTS)) for name, lists in GROUPS.items()
    }
    return _object(WORDS, dict.fromkeys(WORDS, TEXTS) | kinds)


def _common() -> Schema:
    """No text must be there: in the first language `check` asks for all, in another for those of the first."""
    groups = {
        name: _object(dict.fromkeys(sorted(members), False), {}) for name, members in COMMON_SHAPE.items() if members
    }
    return _object(dict.fromkeys(COMMON_SHAPE, False), groups)
