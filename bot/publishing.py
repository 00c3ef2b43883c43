"""Publishing: check a folder, refuse what would strand people, make it live.

Apart from the store, which keeps what it is given, and from the checks, which know no store.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.config import Config
from bot.content.fallback import FILE, read_fallbacks
from bot.content.library import Library, canonical, check_folder, digest_of, open_bundle
from bot.content.problem import ContentError, Place, Problem
from bot.engine.session import short_id
from bot.privacy import DayKeys, Registry, step_tag
from bot.reply import fallback_texts
from bot.store.client import connect
from bot.store.releases import Releases
from bot.store.sessions import Sessions

PATIENCE_SECONDS = 10.0
FEW = 5


class Strands(Exception):
    """People stand at steps that this content no longer has. Says at which, and what to write."""


def publish_folder(folder: Path, config: Config, *, note: str) -> str:
    """Publish a folder. Returns a sentence for the terminal.

    Raises:
        ContentError: it does not check.
        Strands: somebody would lose their place.
        StoreDown: the store does not answer.
        Overtaken: another release was published meanwhile.
    """
    checked = check_folder(folder)
    library = checked.library()
    _check_fallback(folder, library)
    client = connect(config.redis_url, answer_seconds=PATIENCE_SECONDS)
    releases = Releases(client, keep_seconds=config.release_keep_seconds)
    live = releases.live()
    digest = digest_of(checked.bundle)
    if live and live.digest != digest and (before := releases.bundle(live.digest)):
        registry = Registry(config.secrets, DayKeys(config.keys_folder))
        sessions = Sessions(client, registry, idle_seconds=1, max_seconds=1)
        _refuse_to_strand(_opened(before), library, sessions.standing_at(), registry.tag_keys())
    after = live.number if live else 0
    number, new = releases.publish(canonical(checked.bundle), digest, note=note, after=after, at=datetime.now(UTC))
    what = "is live" if new else "was live already: nothing has changed"
    return f"Release {number} ({digest[:12]}) {what}."


def _opened(bundle: dict[str, object]) -> Library | None:
    """The release before. One that no longer opens (written by other code) cannot be compared: it is replaced."""
    try:
        return open_bundle(bundle)  # type: ignore[arg-type]  # what a JSON document holds is what a bundle holds
    except (ContentError, LookupError, TypeError, ValueError, AttributeError):
        return None


def _refuse_to_strand(
    before: Library | None, after: Library, standing: dict[bytes, int], keys: tuple[bytes, ...]
) -> None:
    """A removed step needs a line in `moved:` while anybody stands there."""
    gone = [step for step in _steps_people_stand_at(before) if short_id(step) not in after.release.keys]
    found = []
    for step in gone:
        count = sum(standing.get(step_tag(key, short_id(step)), 0) for key in keys)
        if count:
            flow, _, name = step.partition(".")
            people = str(count) if count >= FEW else f"fewer than {FEW}"
            found.append(
                f'{people} people stand at "{step}", which this content no longer has.\n'
                f"    Add to flows/{flow}.yaml: moved: {{{name}: the_step_that_takes_its_place}}"
            )
    if found:
        raise Strands("\n".join(found))


def _steps_people_stand_at(before: Library | None) -> list[str]:
    """The steps of the release before, also by their old names: a session keeps the name of its day."""
    if before is None:
        return []
    moved = [pair for flow in before.release.flows.values() for pair in flow.moved]
    return [
        *before.release.steps,
        *(old for old, _ in moved if short_id(old) not in map(short_id, before.release.options)),
    ]


def _check_fallback(folder: Path, library: Library) -> None:
    """The generated fallback file says what the content says."""
    try:
        if read_fallbacks(folder) == fallback_texts(library):
            return
        what = "this is not what the content says."
    except (OSError, ValueError):
        what = "this file is missing or cannot be read."
    raise ContentError((Problem("fallback", Place(FILE), what, "Run: python3 -m bot fallback"),))
