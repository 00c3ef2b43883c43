"""Who judges what the walk hears: a process for each core, each with some of the languages.

Apart from the judge because nothing here reads a word. The walk goes on while its replies are judged beside it, and
what was found is laid together in the order of the walk and of the languages: it is the same, however many judge. A
small line is judged where it is walked, in less time than another process takes to start.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context, parent_process
from threading import Thread

from bot.content.library import Library
from bot.explore.judge import Failure, Judge, Sight, Verdict
from bot.explore.walk import Heard, Reply

SMALL = 800
"""So many texts, all languages together, are a small line."""


class Bench:
    """Everybody who judges one library, until it is closed."""

    def __init__(self, library: Library, processes: int | None = None) -> None:
        """`processes`: how many judge beside the walk; None: as many as there are cores, none for a small line."""
        locales = ("", *library.release.locales)
        if processes is None:
            texts = sum(len(library.messages.keys(locale)) for locale in locales)
            processes = 0 if texts < SMALL else min(os.cpu_count() or 1, len(library.release.locales))
        self._judge = None if processes else Judge(library)
        sent = replace(library, compared=dict)  # the records stay here: no reply is judged by them
        self._order = {locale: number for number, locale in enumerate(locales)}
        self._beside = [
            ProcessPoolExecutor(
                1,
                mp_context=get_context("spawn"),
                initializer=_sit,
                initargs=(sent, locales[number::processes]),
            )
            for number in range(processes)
        ]
        self._waiting: dict[Reply, list[Future[list[Verdict]]]] = {}
        self._verdicts: dict[Reply, list[Verdict]] = {}

    def close(self) -> None:
        """End the processes."""
        for one in self._beside:
            one.shutdown(cancel_futures=True)

    def hears(self, reply: Reply, heard: Heard) -> None:
        """Take a reply, each once, in the order in which they were met."""
        self._verdicts[reply] = self._judge.judged(reply, heard) if self._judge else []
        self._waiting[reply] = [one.submit(_judged, reply, heard) for one in self._beside]

    def verdicts(self, reply: Reply) -> list[Verdict]:
        """What was found about a reply, in the order of the languages."""
        if waiting := self._waiting.pop(reply, []):
            found = [verdict for future in waiting for verdict in future.result()]
            self._verdicts[reply] = sorted(found, key=lambda verdict: self._order[verdict.locale])
        return self._verdicts[reply]

    def sizes(self, reply: Reply) -> list[int]:
        """The numbers of pages that a reply may have."""
        sights = (verdict.sight for verdict in self.verdicts(reply))
        return sorted({len(pages) for sight in sights for seen in sight.values() for pages in seen})

    def sights(self) -> dict[Reply, Sight]:
        """All that there is to see of every reply."""
        return {
            reply: {form: seen for verdict in self.verdicts(reply) for form, seen in verdict.sight.items()}
            for reply in self._verdicts
        }

    def failures(self) -> list[Failure]:
        """All that is wrong with a reply."""
        return [failure for reply in self._verdicts for found in self.verdicts(reply) for failure in found.failures]

    @property
    def composed(self) -> int:
        """How many times a reply was composed."""
        return sum(found.composed for reply in self._verdicts for found in self.verdicts(reply))


_judges: list[Judge] = []
"""In a process that judges beside the walk: its one judge."""


def _sit(library: Library, locales: tuple[str, ...]) -> None:
    _judges.append(Judge(library, locales))
    Thread(target=_leave_with_the_walk, daemon=True).start()


def _leave_with_the_walk() -> None:
    """A walk that is killed tells nobody: the others would wait for its replies for ever."""
    walk = parent_process()
    assert walk is not None, "it was started by one"
    walk.join()
    os._exit(0)


def _judged(reply: Reply, heard: Heard) -> list[Verdict]:
    (judge,) = _judges
    return judge.judged(reply, heard)
