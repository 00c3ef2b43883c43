"""Publish, go back, withdraw, list: everything that changes which release is live, or says which is.

Apart from `proposal`, which only thinks: here the store is read and written. Whatever makes a release live compares
with the one that was live when it was proposed; of two at once, one is told that the other was first.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from bot.config import Config
from bot.content.bundle import Bundle, canonical
from bot.content.caveats import files_of
from bot.content.layers import Folders, own
from bot.content.problem import listed as words
from bot.content.reviews import stale_keys, unread_keys
from bot.privacy import DayKeys, Registry
from bot.publishing import gate, origin
from bot.publishing.gate import Override
from bot.publishing.people import Crowd
from bot.publishing.proposal import Proposal, Reviews, Served, of_caveats, of_folder, of_release, opened
from bot.publishing.refusal import NotPublished, Refusal
from bot.publishing.withdrawals import withdrawn
from bot.store.client import PATIENT_SECONDS, connect
from bot.store.releases import Act, Entry, Releases
from bot.store.sessions import Sessions

UNSEEN = "The folder, or what is live, has changed since you looked. This is what publishing would do now."
LONGEST = {"by": 80, "second": 80, "role": 80, "note": 300}
"""Letters of what people write into the log, which everybody reads on every list of releases."""

UNDONE = (
    "Somebody has gone back from this content, so a start does not bring it back.\n"
    "    Change the folder, or say that you want it: python3 -m bot publish"
)

REVIEWS = Reviews(stale=stale_keys, unread=unread_keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How somebody wants to publish a folder."""

    note: str = ""
    by: str = ""
    """Empty: whoever git or the system says is working here."""
    second: str = ""
    override: Override = field(default_factory=Override)
    withdraw_stale: bool = False
    shown: str = ""
    """`Proposal.shown` of the one that somebody has looked at: nothing else may go live; empty: whatever is there."""
    at_start: bool = False
    """Nobody asked for it: a start never brings back what somebody has gone back from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was done."""

    number: int
    new: bool
    """False: the same was live already, and nothing has changed."""
    act: Act
    about: str
    proposal: Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A release of the log."""

    entry: Entry
    live: bool
    kept: bool
    """Whether it can still be made live again."""


def propose(folders: Folders, config: Config, wish: Wish, *, reviews: Reviews = REVIEWS) -> Proposal:
    """What publishing this folder would do: nothing is written.

    Raises:
        ContentError: it does not check.
        StoreDown: the store does not answer.
    """
    desk = _Desk(config)
    gated = gate.stands(config)
    now = datetime.now(UTC)
    proposal = of_folder(
        folders, desk.served, reviews, now, override=wish.override, withdraw_stale=wish.withdraw_stale, gated=gated
    )
    more: tuple[Refusal, ...] = ()
    if gated:
        more = gate.alone(proposal.changes.numbers, wish.by or origin.person_at(own(folders)), wish.second)
    if wish.at_start and proposal.is_new and files_of(proposal.bundle) in desk.left_behind():
        more = (*more, Refusal("undone", UNDONE))
    return replace(proposal, refusals=(*proposal.refusals, *more))


def publish_folder(folders: Folders, config: Config, wish: Wish, *, reviews: Reviews = REVIEWS) -> Published:
    """Publish a folder.

    Raises:
        ContentError: it does not check.
        NotPublished: somebody would lose their place, a signature is missing, or something else was shown.
        Overtaken: another release was published meanwhile.
        StoreDown: the store does not answer.
    """
    proposal = propose(folders, config, wish, reviews=reviews)
    if wish.shown and wish.shown != proposal.shown:
        raise NotPublished((Refusal("unseen", UNSEEN),))
    if proposal.refusals:
        raise NotPublished(proposal.refusals)
    entry = proposal.entry(wish.by or origin.person_at(own(folders)), datetime.now(UTC))
    if proposal.is_new:
        entry = replace(entry, commit=origin.commit_of(folders), note=wish.note, second=wish.second)
    return _Desk(config).publish(proposal, entry)


def roll_back(config: Config, number: int | None = None, *, by: str = "", reviews: Reviews = REVIEWS) -> Published:
    """Make an earlier release live again, under a new number. None: the one before this content.

    Raises:
        NotPublished: it is not known, no longer kept, or written for other code.
        Overtaken: another release was published meanwhile.
        StoreDown: the store does not answer.
    """
    desk = _Desk(config)
    earlier = desk.entry(number) if number is not None else desk.before_this()
    bundle = desk.releases.bundle(earlier.digest)
    if bundle is None:
        raise _unknown(f"Release {earlier.number} is no longer kept. See: python3 -m bot releases")
    proposal = of_release(bundle, desk.served, reviews, datetime.now(UTC), gated=gate.stands(config))
    if proposal is None:
        raise _unknown(
            f"Release {earlier.number} was made for another version of this program, which cannot open it any more. "
            "Publish the folder of that time instead."
        )
    entry = proposal.entry(by or origin.person_at(config.content), datetime.now(UTC))
    return desk.publish(proposal, replace(entry, act="rollback", about=str(earlier.number)))


def withdraw(
    config: Config, name: str, *, locales: tuple[str, ...] = (), reason: str = "", by: str = "", undo: bool = False
) -> Published:
    """Take what a step says, or the reply to an option, out of the live release; or back in.

    Raises:
        NotPublished: nothing is live, or there is no such text.
        Overtaken: another release was published meanwhile.
        StoreDown: the store does not answer.
    """
    desk = _Desk(config)
    served = desk.served
    if served.bundle is None or served.library is None:
        raise _unknown("Nothing is live that could be changed. Publish first: python3 -m bot publish")
    caveats, where = withdrawn(served.library, name, locales, undo=undo)
    proposal = of_caveats(files_of(served.bundle), served.library, caveats, served)
    entry = proposal.entry(by or origin.person_at(config.content), datetime.now(UTC))
    act: Act = "undo" if undo else "withdraw"
    return desk.publish(proposal, replace(entry, act=act, about=f"{name} in {words(where)}", note=reason))


def listed(config: Config) -> tuple[Listed, ...]:
    """The log of releases, newest first.

    Raises:
        StoreDown: the store does not answer.
    """
    releases = _Desk(config).releases
    live, log = releases.live(), releases.log()
    kept = releases.kept(entry.digest for entry in log)
    return tuple(
        Listed(entry=entry, live=bool(live and live.number == entry.number), kept=entry.digest in kept) for entry in log
    )


class _Desk:
    """The store, for whoever publishes."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = connect(config.redis_url, answer_seconds=PATIENT_SECONDS)
        self.releases = Releases(self._client, keep_seconds=config.release_keep_seconds)

    @cached_property
    def served(self) -> Served:
        """What is live now, read once."""
        live = self.releases.live()
        bundle = self.releases.bundle(live.digest) if live else None
        return Served(live=live, bundle=bundle, library=opened(bundle) if bundle else None, crowd=self._crowd)

    def publish(self, proposal: Proposal, entry: Entry) -> Published:
        """Make a proposal live.

        Raises:
            NotPublished: the log would hold more than anybody reads.
            Overtaken: another release was published meanwhile.
        """
        for name, most in LONGEST.items():
            if len(said := getattr(entry, name)) > most:
                raise NotPublished((Refusal("long", f"Say it in at most {most} letters: {said[:most]} ..."),))
        number, new = self.releases.publish(canonical(proposal.bundle), entry)
        return Published(number=number, new=new, act=entry.act, about=entry.about, proposal=proposal)

    def entry(self, number: int) -> Entry:
        """A release of the log."""
        entry = next((entry for entry in self.releases.log() if entry.number == number), None)
        if entry is None:
            raise _unknown(f"There is no release {number} in the log. See: python3 -m bot releases")
        return entry

    def left_behind(self) -> list[Bundle]:
        """The files of the releases that somebody has gone back from; none where what is live was published."""
        log = {entry.number: entry for entry in self.releases.log()}
        number, left = self.served.number, []
        while (entry := log.get(number)) and entry.act != "publish":
            number -= 1
            if (earlier := log.get(number)) and (bundle := self.releases.bundle(earlier.digest)):
                left.append(files_of(bundle))
        return [files for files in left if files != self._files]

    def before_this(self) -> Entry:
        """The newest release before the present content: what is live may be a rollback or a withdrawal itself."""
        log = {entry.number: entry for entry in self.releases.log()}
        number = self.served.number
        while (entry := log.get(number)) and entry.act != "publish":
            number = int(entry.about) if entry.act == "rollback" else number - 1
        for entry in log.values():
            bundle = self.releases.bundle(entry.digest) if entry.number < number else None
            if bundle and files_of(bundle) != self._files:
                return entry
        raise _unknown("There is no earlier release to go back to. See: python3 -m bot releases")

    @property
    def _files(self) -> Bundle:
        """What is live, without its caveats."""
        return files_of(self.served.bundle or {})

    def _crowd(self) -> Crowd:
        registry = Registry(self._config.secrets, DayKeys(self._config.keys_folder))
        sessions = Sessions(self._client, registry, idle_seconds=1, max_seconds=1)
        return Crowd(sessions.standing_at(), registry.tag_keys())


def _unknown(text: str) -> NotPublished:
    return NotPublished((Refusal("unknown", text),))
