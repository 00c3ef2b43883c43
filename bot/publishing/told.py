"""What publishing did or would do, in plain words: for the terminal, and for the page that publishes.

Apart from everything that knows it. Only the last sentence of a dry run is of one place: where to go from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.publishing.acts import Listed, Published
from bot.publishing.compare import Changes, Names, NumberChange, TextChange
from bot.publishing.people import Next, Standing, counted
from bot.publishing.proposal import Proposal

SHOWN = 90
"""Letters of a text that are shown."""
MENU = "the main menu"
READY = "Nothing stands against it. To make it live: python3 -m bot publish"


def published(done: Published) -> str:
    """One sentence, and what whoever did it has to know."""
    short = done.proposal.library.digest[:12]
    if not done.new:
        return f"Release {done.number} ({short}) was live already: nothing has changed."
    first = {
        "publish": f"Release {done.number} ({short}) is live.",
        "rollback": f"Release {done.number} ({short}) is live. It says what release {done.about} said.",
        "withdraw": f"Release {done.number} ({short}) is live. Withdrawn: {done.about}. A number stands there now.",
        "undo": f"Release {done.number} ({short}) is live. Said again: {done.about}.",
    }[done.act]
    moves = _moves(done.proposal.standing) if done.act == "rollback" else ()
    return "\n".join([first, *moves, *_withdrawals(done.proposal)])


def dry_run(proposal: Proposal, *, ready: str = READY) -> str:
    """Everything that would change, whom it touches, and what would be refused; `ready`: where nothing would."""
    live = proposal.over.number if proposal.over else 0
    if not proposal.is_new:
        return f"This is what is live as release {live}: publishing changes nothing."
    lines = [f"Compared with release {live}, which is live:" if live else "Nothing is live yet: everything is new."]
    lines += _changes(proposal.changes)
    lines += _group("People at steps that change", (line for one in proposal.standing for line in _standing(one)))
    lines += _withdrawals(proposal)
    if proposal.refusals:
        lines += ["", "It would be refused:", *(refusal.text for refusal in proposal.refusals)]
    else:
        lines += ["", ready]
    return "\n".join(lines)


def releases(found: Iterable[Listed]) -> str:
    """The log, newest first, one release a line, and its note below it."""
    lines = [line for one in found for line in _listed(one)]
    return "\n".join(lines) or "Nothing was published yet. To publish: python3 -m bot publish"


def _listed(one: Listed) -> Iterator[str]:
    entry = one.entry
    state = "live" if one.live else "kept" if one.kept else "gone"
    what = {
        "publish": "published",
        "rollback": f"went back to {entry.about}",
        "withdraw": f"withdrew {entry.about}",
        "undo": f"took back: {entry.about}",
    }[entry.act]
    who = f"{entry.by} and {entry.second}" if entry.second else entry.by
    yield f"{entry.number:>4}  {state}  {entry.digest[:12]}  {entry.at:%Y-%m-%d %H:%M}  {what} by {who}"
    if entry.commit:
        yield f"      from {entry.commit}"
    if entry.note:
        yield f"      {entry.note}"
    if entry.unreviewed:
        yield f"      not reviewed ({entry.role}): {', '.join(entry.unreviewed)}"


def _changes(changes: Changes) -> Iterator[str]:
    for title, names in (("Steps", changes.steps), ("Options", changes.options), ("Languages", changes.locales)):
        yield from _group(title, _names(names))
    yield from _group("Texts", (line for change in changes.texts for line in _text(change)))
    yield from _group("Telephone numbers", map(_number, changes.numbers))


def _text(change: TextChange) -> Iterator[str]:
    yield f"{change.locale}: {change.key}"
    yield f"  - {_shortened(change.old)}"
    yield f"  + {_shortened(change.new)}"


def _number(change: NumberChange) -> str:
    return f"{change.referral}: {change.old or 'none'} -> {change.new or 'none'}"


def _group(title: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return ["", title, *found] if found else []


def _names(names: Names) -> Iterator[str]:
    yield from (f"added    {name}" for name in names.added)
    yield from (f"removed  {name}" for name in names.removed)
    yield from (f"renamed  {old} -> {new}" for old, new in names.renamed)


def _standing(one: Standing) -> Iterator[str]:
    place = f", now {one.place}" if one.place and one.place != one.step else "" if one.place else f", now {MENU}"
    yield f"{one.step}{place}: {counted(one.people)}"
    yield from (f"  {choice.digit} {choice.choice.rpartition('.')[2]}: {_next(choice)}" for choice in one.next)


def _next(choice: Next) -> str:
    if choice.counts:
        return f"still counts, shows {choice.step or 'the last word'}"
    return f"shows {choice.step or MENU} as it is now, with one line that it has changed"


def _moves(standing: Iterable[Standing]) -> Iterator[str]:
    """Whoever stands at a step that the earlier release does not have under that name."""
    for one in standing:
        if one.place != one.step and one.people:
            yield (
                f'{counted(one.people)} people stand at "{one.step}": '
                f"with their next text they see {one.place or MENU}, and one line if their answer no longer counts."
            )


def _withdrawals(proposal: Proposal) -> Iterator[str]:
    now = (f"{key} in {locale}" for key, locale in sorted(proposal.library.release.withdrawn))
    yield from _group("Withdrawn now", now)
    over = (f"{one.key} in {one.locale}" for one in proposal.ended)
    yield from _group("No longer withdrawn: other words, read again, or gone", over)
    said = (f"{key} in {locale}" for key, locale in proposal.stay_stale)
    yield from _group("Stale, but said: only texts and replies can be withdrawn", said)


def _shortened(text: str) -> str:
    line = " / ".join(text.splitlines())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 3]}..."
