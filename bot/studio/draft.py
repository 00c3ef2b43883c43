"""The content folder as it is now, and the last good content in it: checked again whenever somebody saves a file.

Apart from the pages, which only show it. A broken file never stops anything: it is told, and what was good before goes
on being used.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from bot.content.files import Files, stamp_of
from bot.content.layers import Folders, folders_of, own
from bot.content.library import Checked, Library, check_folder

LOOK_SECONDS = 0.2
"""How often the folder is looked at: some fifty files, a fraction of a millisecond."""

_log = logging.getLogger("bot.studio")


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the folder. `number` grows with every change."""

    number: int
    checked: Checked
    good: Checked | None
    """The newest content without errors, which may be older than `checked`."""
    good_since: datetime | None

    @property
    def library(self) -> Library | None:
        """The content that the practice phone speaks."""
        return self.good.opened if self.good else None

    @property
    def is_stale(self) -> bool:
        """Whether the folder now holds mistakes, so that the phone speaks something older."""
        return self.checked.opened is None

    @property
    def errors(self) -> int:
        """Mistakes that forbid a release."""
        return sum(problem.severity == "error" for problem in self.checked.problems)


class Draft:
    """Watches the content. `tell` is called with good content before anybody else sees it. `folder`: the one on top, in
    which is saved."""

    def __init__(self, folders: Folders, tell: Callable[[Library, Checked], None], now: Callable[[], datetime]) -> None:
        self.folder, self._folders, self._tell, self._now = own(folders), folders, tell, now
        self._files = Files(folders)
        self._changed = threading.Condition()
        self._checking = threading.Lock()
        self._stamps = _stamps(folders)
        self.seen = self._see(None)

    def look(self) -> Seen:
        """Check the folder if it has changed since the last look."""
        with self._checking:
            stamps = _stamps(self._folders)
            if stamps == self._stamps:
                return self.seen
            seen = self._see(self.seen)
            self._stamps = stamps
            with self._changed:
                self.seen = seen
                self._changed.notify_all()
            return seen

    def _see(self, before: Seen | None) -> Seen:
        """Check the folder; good content is told before it is shown."""
        checked = check_folder(self._folders, today=date.today(), files=self._files)
        good, since = (before.good, before.good_since) if before else (None, None)
        if checked.opened is not None:
            self._tell(checked.opened, checked)
            good, since = checked, self._now()
        return Seen((before.number if before else 0) + 1, checked, good, since)

    def with_edit(self, file: str, content: bytes) -> Checked:
        """The folder as it would be with another content of one file."""
        with self._checking:
            return check_folder(self._folders, today=date.today(), files=self._files, instead={file: content})

    def wait(self, after: int, seconds: float) -> int:
        """The number of the newest look, as soon as it is not `after`; or when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.seen.number != after, seconds)
            return self.seen.number

    def watch(self) -> None:
        """Look again and again, in a thread of its own, as long as this object lives."""
        threading.Thread(target=_watch, args=(weakref.ref(self),), name="draft", daemon=True).start()


def _watch(watched: weakref.ref[Draft]) -> None:
    """Nothing may end it early: the pages would go on showing an old folder."""
    while True:
        time.sleep(LOOK_SECONDS)
        draft = watched()
        if draft is None:
            return
        try:
            draft.look()
        except Exception:
            _log.exception("looking at the folder failed")
        del draft


def _stamps(folders: Folders) -> dict[str, tuple[int, int, int]]:
    return {
        str(path): stamp_of(path)
        for folder in folders_of(folders)
        for room in ("flows", "messages")
        for path in (folder / room).rglob("*")
        if path.suffix in (".yaml", ".yml")
    }
