"""What would become live, and what that means for whom: all of it known before anything is written.

Apart from `acts`, which writes: a dry run and a publication make the same proposal, so that what was shown is what
happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot.content.bundle import Bundle
from bot.content.caveats import Caveats, files_of, split
from bot.content.fallback import FILE, read_fallbacks
from bot.content.layers import Folders, own
from bot.content.library import Library, check_folder, open_bundle, with_caveats
from bot.content.problem import ContentError, Place, Problem
from bot.engine.flow import flow_of
from bot.publishing import gate
from bot.publishing.compare import Changes, compare
from bot.publishing.gate import Override, Unreviewed
from bot.publishing.people import Crowd, Standing, counted, standing, stranded
from bot.publishing.refusal import Refusal
from bot.publishing.withdrawals import Ended, Keys, carried, ended, stay_stale
from bot.reply import fallback_texts
from bot.store.releases import Entry, Live


@dataclass(frozen=True, slots=True)
class Reviews:
    """What translators have done: the texts of a locale that are stale, and those that nobody has read."""

    stale: Keys
    unread: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is live now, as far as it can be compared with."""

    live: Live | None = None
    bundle: Bundle | None = None
    library: Library | None = None
    """None: nothing is live, or other code wrote it, so that it can only be replaced."""
    crowd: Callable[[], Crowd]
    """Counts people; only asked where something changes."""

    @property
    def number(self) -> int:
        """Its number; 0: nothing is live."""
        return self.live.number if self.live else 0

    @property
    def caveats(self) -> Caveats:
        """Its caveats, also where its files cannot be opened; none where other code wrote them, too."""
        try:
            return split(self.bundle or {})[1]
        except (TypeError, ValueError):
            return Caveats()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Content ready to be made live."""

    bundle: Bundle
    library: Library
    over: Live | None
    """The release it would replace."""
    changes: Changes = field(default_factory=Changes)
    standing: tuple[Standing, ...] = ()
    ended: tuple[Ended, ...] = ()
    stay_stale: tuple[tuple[str, str], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    unreviewed: Unreviewed = field(default_factory=Unreviewed)
    """What somebody has to answer for; nothing where no real people are answered."""

    @property
    def is_new(self) -> bool:
        """Whether it differs from what is live."""
        return self.over is None or self.over.digest != self.library.digest

    @property
    def shown(self) -> str:
        """What somebody has seen who saw this proposal: these files in the place of that release."""
        return f"{self.over.number if self.over else 0}-{self.library.digest}"

    def entry(self, by: str, at: datetime) -> Entry:
        """What the log keeps of it; whoever publishes adds the rest."""
        caveats = self.library.caveats
        return Entry(
            number=(self.over.number if self.over else 0) + 1,
            digest=self.library.digest,
            at=at,
            by=by,
            role=caveats.role,
            unreviewed=(*caveats.flows, *caveats.locales),
        )


def of_folder(
    folders: Folders,
    served: Served,
    reviews: Reviews,
    now: datetime,
    *,
    override: Override,
    withdraw_stale: bool,
    gated: bool,
) -> Proposal:
    """A folder as it would be published.

    Raises:
        ContentError: it does not check.
        StoreDown: people cannot be counted.
    """
    checked = check_folder(folders)
    plain = checked.library()
    _check_fallback(own(folders), plain)
    found = gate.unreviewed(plain, reviews.unread)
    if override == Override() and served.bundle and files_of(served.bundle) == checked.bundle:
        kept = served.caveats
        override = Override(role=kept.role, flows=kept.flows, locales=kept.locales)
    needed = gate.covered(found, override)
    caveats = Caveats(
        withdrawn=carried(served.caveats, plain, reviews.stale, withdraw_stale=withdraw_stale),
        role=needed.role,
        flows=needed.flows,
        locales=needed.locales,
    )
    bundle, library = with_caveats(checked.bundle, plain, caveats)
    refusals = gate.refusals(found, override, library) if gated or override != Override() else ()
    if not gated:
        refusals = tuple(refusal for refusal in refusals if refusal.code == "unknown")
    waits = found if gated else Unreviewed()
    proposal = Proposal(bundle=bundle, library=library, over=served.live, refusals=refusals, unreviewed=waits)
    if not proposal.is_new or served.library is None:
        return proposal
    crowd = served.crowd()
    return replace(
        _compared(proposal, served.library, crowd, now),
        stay_stale=stay_stale(library, reviews.stale) if withdraw_stale else (),
        refusals=(*_strandings(served.library, library, crowd), *refusals),
    )


def of_release(bundle: Bundle, served: Served, reviews: Reviews, now: datetime, *, gated: bool) -> Proposal | None:
    """An earlier release as it would be live again; None: this code cannot open it.

    What was found wrong since stays withdrawn, and what nobody has signed says so. Nothing is refused: whoever goes
    back is in a hurry. People at a step that did not exist yet are led by `moved:` of today, read backwards.
    """
    earlier = opened(bundle)
    if earlier is None:
        return None
    files, own = split(bundle)
    stale = frozenset(one for one in own.withdrawn if one.cause == "stale")
    known = replace(served.caveats, withdrawn=served.caveats.withdrawn | stale)
    found = gate.unreviewed(earlier, reviews.unread)
    wanted = Override(role=own.role or "rollback", flows=own.flows, locales=own.locales)
    if gated:
        wanted = replace(wanted, flows=found.flows, locales=tuple(found.locales))
    needed = gate.covered(found, wanted)
    caveats = Caveats(
        withdrawn=carried(known, earlier, reviews.stale, withdraw_stale=False),
        role=needed.role,
        flows=needed.flows,
        locales=needed.locales,
        moved=tuple(_backwards(served.library, earlier)) if served.library else (),
    )
    proposal = of_caveats(files, earlier, caveats, served)
    if not proposal.is_new or served.library is None:
        return proposal
    return _compared(proposal, served.library, served.crowd(), now)


def of_caveats(files: Bundle, library: Library, caveats: Caveats, served: Served) -> Proposal:
    """Files that were published before, with other caveats."""
    bundle, library = with_caveats(files, library, caveats)
    return Proposal(bundle=bundle, library=library, over=served.live)


def opened(bundle: Bundle) -> Library | None:
    """A published bundle; None where it was written by other code and cannot be opened."""
    try:
        return open_bundle(bundle)
    except (ContentError, LookupError, TypeError, ValueError, AttributeError):
        return None


def _compared(proposal: Proposal, before: Library, crowd: Crowd, now: datetime) -> Proposal:
    changes = compare(before, proposal.library)
    return replace(
        proposal,
        changes=changes,
        standing=standing(before, proposal.library, changes, crowd, now),
        ended=ended(before, proposal.library),
    )


def _strandings(before: Library, after: Library, crowd: Crowd) -> Iterator[Refusal]:
    """A removed step needs a line in `moved:` while anybody stands there."""
    for step, people in stranded(before, after, crowd):
        yield Refusal(
            "strands",
            f'{counted(people)} people stand at "{step}", which this content no longer has.\n'
            f"    Add to flows/{flow_of(step)}.yaml: "
            f"moved: {{{step.partition('.')[2]}: the_step_that_takes_its_place}}",
        )


def _backwards(live: Library, earlier: Library) -> Iterator[tuple[str, str]]:
    """Names that came later, with what the same steps and options were called in the earlier release."""
    there = {**earlier.release.steps, **earlier.release.options}
    for flow in live.release.flows.values():
        for old, new in flow.moved:
            if old in there and new not in there:
                yield new, old


def _check_fallback(folder: Path, library: Library) -> None:
    """The generated fallback file says what the content says."""
    try:
        if read_fallbacks(folder) == fallback_texts(library):
            return
        what = "this is not what the content says."
    except (OSError, ValueError):
        what = "this file is missing or cannot be read."
    raise ContentError((Problem("fallback", Place(FILE), what, "Run: python3 -m bot fallback"),))
