"""What the web process looks after: a worker that is gone, and law that is due."""

from __future__ import annotations

import sys
from datetime import timedelta

from bot.alerts import Alerts
from bot.live import LiveRelease
from bot.lookout import DEAD_SECONDS, Lookout, overdue
from bot.store.counts import Counts
from bot.store.releases import Releases
from tests.conftest import NOON, settings

HOOK = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"


def test_a_worker_that_is_gone_is_told_of_and_its_return_too(store, tmp_path, clock):
    heard, hook = tmp_path / "heard.txt", tmp_path / "hook.py"
    hook.write_text(HOOK)
    alerts = Alerts(settings("unix:///nowhere", tmp_path, ALERT_HOOK=f"{sys.executable} {hook} {heard}"))
    lookout = Lookout(Counts(store), LiveRelease(Releases(store, keep_seconds=60)), alerts, clock)
    lookout.look()
    clock.passes(seconds=DEAD_SECONDS)
    lookout.look()
    assert not heard.exists(), "it has as long to come up"
    clock.passes(seconds=60)
    lookout.look()
    assert "The worker has not been seen for 3 minutes" in heard.read_text()
    Counts(store).beat(worker=int(clock().timestamp()))
    lookout.look()
    assert "Over" in heard.read_text().splitlines()[1]


def test_the_law_that_is_due_is_counted_for_the_worker_to_tell(app, store, library):
    app.extensions["lookout"].look()

    assert Counts(store).pulse() == {"law": overdue(library.release, NOON)}
    assert overdue(library.release, NOON + timedelta(days=400)) > overdue(library.release, NOON)
