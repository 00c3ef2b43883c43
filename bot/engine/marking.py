"""A person in a checklist: an item is opened, answered, and the next one follows; a long list is shown in parts.

Apart from `checklist`, which is what is stored of it and moves nobody, and from `acting`, because what is said to an
item does the same from wherever it was opened.
"""

from __future__ import annotations

from dataclasses import replace

from bot.engine.checklist import MARKS, choices, following, listed, marked
from bot.engine.events import Outcome
from bot.engine.flow import Checklist, Item, flow_of, step_of
from bot.engine.moving import Moving
from bot.engine.session import Said, Session, short_id


def opened(moving: Moving, session: Session, key: str) -> Outcome:
    """Show an item. Its list always stands before it on the way: it keeps the marks, and BACK leads there."""
    item, here, flow = moving.release.steps[key], session.place, flow_of(key)
    assert isinstance(item, Item), "only items of this release are opened"
    entered = "" if here and flow_of(moving.release.keys.get(here.step, "")) == flow else flow
    session = _at_list(moving, session, step_of(key)).at(short_id(key))
    return moving.arrive(session, item, (), entered=entered)


def answered(moving: Moving, session: Session, answer: str) -> Outcome:
    """What was said to an item. The next open one follows, or the list."""
    item = moving.step_at(session)
    plan = moving.release.steps.get(step_of(item.key)) if isinstance(item, Item) else None
    if not isinstance(item, Item) or not isinstance(plan, Checklist):
        return moving.show_again(session, Said("notice", "changed"))
    session = _at_list(moving, session, plan.key)
    follows = None
    if answer in MARKS:
        session = session.answered(marked(moving.know.progress(session, plan), item, MARKS[answer]))
        follows = following(plan, item, moving.know.progress(session, plan))
    return opened(moving, session, follows.key) if follows else moving.arrive(session, plan, ())


def listed_on(moving: Moving, session: Session, plan: Checklist, shown: tuple[str, ...]) -> Outcome:
    """The items behind those shown; behind the last the list from its beginning."""
    items = listed(plan, shown)
    if not items:
        return moving.arrive(session, plan, ())
    return moving.wait(session, "list", choices(plan, items), (moving.know.marks(session, plan, items),))


def _at_list(moving: Moving, session: Session, plan: str) -> Session:
    """The same person at the list itself, whose key is given; not at one of its items."""
    id_, here = short_id(plan), moving.step_at(session)
    if isinstance(here, Item) and step_of(here.key) == plan and session.path[-2:-1]:
        session = replace(session, path=session.path[:-1])
    return session if session.place and session.place.step == id_ else session.at(id_)
