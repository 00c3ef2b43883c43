"""Why something was not published: all reasons at once, each with its cure.

Apart because every part that publishes may refuse, and whoever shows it should not have to know which part it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Code = Literal["strands", "unreviewed", "second", "undone", "unknown", "unseen", "long"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason, in plain words with what to do. `code` never changes its meaning."""

    code: Code
    text: str


class NotPublished(Exception):
    """Nothing was published, for these reasons."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("\n".join(refusal.text for refusal in refusals))
        self.refusals = refusals
