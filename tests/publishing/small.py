"""A small release before and after a change, for everything about publishing that needs no store.

Apart from `tests/releases.py`, which makes any small release: these are two versions of one.
"""

from __future__ import annotations

from functools import cache

from bot.content.library import Library
from tests.releases import library_of

LAW = "law: {sources_until: 2026-10-07, recheck: 2026-12-23, lawyer: {lawyer}, sources: [S-ONA-2026]}\n"
MENU = """
    steps:
      choose:
        ask:
          door: door
          again: door
"""
DOOR = """
    steps:
      knock:
        ask:
          paper: paper
          gone: safe
          call: call
      paper:
        ask:
          judge: safe
          nobody: knock
      safe:
        end: said
      call:
        refer: {need: legal}
"""
MENU_WORDS = """
    choose:
      text: What is happening?
      door: {label: The door}
      again: {label: Again}
"""
DOOR_WORDS = """
    keywords: [door]
    knock:
      text: Keep the door closed.
      paper: {label: They show a paper}
      gone: {label: They left, reply: Good.}
      call: {label: Call}
    paper:
      text: Is it signed by a judge?
      judge: {label: A judge}
      nobody: {label: Nobody}
    safe:
      text: Write down what happened.
"""


@cache
def door(*changes: tuple[str, str], locales: tuple[str, ...] = ("en",), top: str = "", end: str = "") -> Library:
    """The release with some of its words replaced, in its flow and its messages alike. `top`, `end`: of the flow."""
    flow, words = DOOR, DOOR_WORDS
    for old, new in changes:
        assert old in flow + words, old
        flow, words = flow.replace(old, new), words.replace(old, new)
    flow = f"    {top}\n{flow}    {end}\n" if top or end else flow
    return library_of({"menu": MENU, "door": flow}, {"menu": MENU_WORDS, "door": words}, locales=locales)


RENAMED_STEP = (("      paper:\n        ask", "      the_paper:\n        ask"), ("paper: paper", "paper: the_paper"),
                ("    paper:\n      text", "    the_paper:\n      text"))  # fmt: skip
REMOVED_OPTION = (("          gone: safe\n", ""), ("      gone: {label: They left, reply: Good.}\n", ""))
