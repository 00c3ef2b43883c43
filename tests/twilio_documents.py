"""Twilio's own OpenAPI documents, cut to what this project asks of Twilio: `tests/twilio/openapi.json`.

Apart from the mock, which serves what they describe. A test needs neither npm nor a network; `python -m
tests.twilio_documents PACKAGE.tgz` cuts the excerpt anew from the npm package named below (`npm pack` fetches it). Its
licence lies beside the excerpt.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

from bot.config import CHECKOUT

PACKAGE = "@twilio/cli-core@8.3.2"
EXCERPT = CHECKOUT / "tests" / "twilio" / "openapi.json"
_ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
PATHS = {
    "twilio_api_v2010.json": (
        "/2010-04-01/Accounts/{Sid}.json",
        f"{_ACCOUNT}/Balance.json",
        f"{_ACCOUNT}/IncomingPhoneNumbers.json",
        f"{_ACCOUNT}/IncomingPhoneNumbers/{{Sid}}.json",
        f"{_ACCOUNT}/Messages.json",
        f"{_ACCOUNT}/Messages/{{Sid}}.json",
    ),
    "twilio_messaging_v1.json": (
        "/v1/Services",
        "/v1/Services/{Sid}",
        "/v1/Services/{ServiceSid}/PhoneNumbers",
        "/v1/Services/{ServiceSid}/PhoneNumbers/{Sid}",
        "/v1/Services/{MessagingServiceSid}/Compliance/Usa2p",
        "/v1/Tollfree/Verifications",
    ),
    "twilio_messaging_v2.json": ("/v2/Channels/Senders", "/v2/Channels/Senders/{Sid}"),
}
"""Of each document, the paths that we ask for."""
_FOR_PEOPLE = ("description", "example", "examples", "summary", "tags", "title", "externalDocs", "headers")


def documents() -> dict[str, dict[str, Any]]:
    """The excerpt of each document, by its name."""
    found: dict[str, dict[str, Any]] = json.loads(EXCERPT.read_text(encoding="utf-8"))
    return found


def cut(document: dict[str, Any], paths: tuple[str, ...]) -> dict[str, Any]:
    """A document with some of its paths, the schemas that they need, and no words for people."""
    kept: dict[str, Any] = _without_words({path: document["paths"][path] for path in paths})
    known, schemas = _without_words(document["components"]["schemas"], "schemas"), dict[str, Any]()
    wanted = _references(kept)
    while new := wanted - schemas.keys():
        for name in new:
            schemas[name] = known[name]
            wanted |= _references(known[name])
    components = {"schemas": schemas, "securitySchemes": document["components"]["securitySchemes"]}
    return {name: document[name] for name in ("openapi", "info", "servers")} | {
        "security": document.get("security", []),
        "paths": kept,
        "components": components,
    }


def _references(part: object) -> set[str]:
    if isinstance(part, dict):
        own = {str(part["$ref"]).rpartition("/")[2]} if "$ref" in part else set()
        return own.union(*map(_references, part.values()))
    if isinstance(part, list):
        return set[str]().union(*map(_references, part))
    return set()


def _without_words(part: Any, inside: str = "") -> Any:
    """`inside`: what holds this part. Names of fields are kept, even where one is called "description"."""
    if isinstance(part, list):
        return [_without_words(item) for item in part]
    if not isinstance(part, dict):
        return part
    if inside == "responses":  # a response has to have a description
        return {status: {"description": ""} | _without_words(response) for status, response in part.items()}
    return {
        name: _without_words(value, name)
        for name, value in part.items()
        if inside in ("properties", "schemas") or name not in _FOR_PEOPLE
    }


def main(package: str) -> None:
    """Write the excerpt anew, and the licence."""
    with tarfile.open(package) as archive:

        def content(name: str) -> bytes:
            file = archive.extractfile(f"package/{name}")
            assert file is not None
            return file.read()

        whole = {name: cut(json.loads(content(f"src/services/twilio-api/{name}")), PATHS[name]) for name in PATHS}
        (EXCERPT.parent / "LICENSE").write_bytes(content("LICENSE"))
    lines = ",\n".join(f'"{name}": {json.dumps(part, separators=(",", ":"))}' for name, part in whole.items())
    EXCERPT.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main(str(Path(sys.argv[1])))
