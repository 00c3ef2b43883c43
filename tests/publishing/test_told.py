"""What a terminal shows, word for word: the dry run of one change of every kind."""

from __future__ import annotations

from dataclasses import replace

from bot.publishing import told
from bot.publishing.compare import compare
from bot.publishing.people import standing
from bot.publishing.proposal import Proposal
from bot.publishing.refusal import Refusal
from bot.publishing.withdrawals import Ended
from bot.store.releases import Live
from tests.conftest import NOON
from tests.publishing.small import REMOVED_OPTION, RENAMED_STEP, door
from tests.publishing.test_people import crowd

AFTER = door(
    *RENAMED_STEP, *REMOVED_OPTION, ("Keep the door closed.", "Do not open. " * 12), end="moved: {paper: the_paper}"
)


def proposed() -> Proposal:
    """That change, seen from release 3."""
    before = door()
    changes = compare(before, AFTER)
    people = standing(before, AFTER, changes, crowd(knock=12, paper=2), NOON)
    return Proposal(bundle={}, library=AFTER, over=Live(3, before.digest), changes=changes, standing=people)


SHOWN = """Compared with release 3, which is live:

Steps
  renamed  door.paper -> door.the_paper

Options
  removed  door.knock.gone

Texts
  en: door.knock.text
    - Keep the door closed.
    + Do not open. Do not open. Do not open. Do not open. Do not open. Do not open. Do not op...

People at steps that change
  door.knock: 12
    1 paper: still counts, shows door.the_paper
    2 gone: shows door.knock as it is now, with one line that it has changed
    3 call: still counts, shows door.call
  door.paper, now door.the_paper: fewer than 5
    1 judge: still counts, shows door.safe
    2 nobody: still counts, shows door.knock
"""


def test_a_dry_run_shows_what_changes_for_whom():
    assert told.dry_run(proposed()) == f"{SHOWN}\nNothing stands against it. To make it live: python3 -m bot publish"


def test_a_dry_run_shows_what_would_be_refused_and_what_is_said_again():
    proposal = replace(
        proposed(), ended=(Ended("door.safe.text", "en"),), refusals=(Refusal("unreviewed", "No lawyer has signed."),)
    )

    assert told.dry_run(proposal) == (
        f"{SHOWN}\n"
        "No longer withdrawn: other words, read again, or gone\n"
        "  door.safe.text in en\n\n"
        "It would be refused:\n"
        "No lawyer has signed."
    )


def test_a_dry_run_of_what_is_live_says_so():
    proposal = Proposal(bundle={}, library=AFTER, over=Live(3, AFTER.digest))

    assert told.dry_run(proposal) == "This is what is live as release 3: publishing changes nothing."


def test_before_the_first_release_everything_is_new_and_there_is_no_log():
    assert told.dry_run(Proposal(bundle={}, library=AFTER, over=None)).startswith("Nothing is live yet")
    assert told.releases(()) == "Nothing was published yet. To publish: python3 -m bot publish"
