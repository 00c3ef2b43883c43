"""A bar for each size, as a picture that a paper can show.

Apart from `bot/studio/bars`, which gives a page of the workshop numbers to draw: here is no page, and what is drawn has
to be a file that stands alone, in light and in dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, BAR, GAP, LEFT, TOP, MOST = 480, 20, 10, 90, 30, 300


def drawn(title: str, points: Sequence[tuple[str, float]]) -> str:
    """The picture. Its title says every number, for whoever cannot see it.

    >>> print(drawn("Texts", [("1", 2.0), ("10", 4.0)]).count("<rect"))
    2
    """
    most = max((value for _, value in points), default=0) or 1
    height = TOP + len(points) * (BAR + GAP)
    says = escape(f"{title}. " + "; ".join(f"{name}: {value:.3g}" for name, value in points))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{says}">',
        "<style>text{font:13px sans-serif;fill:#333}rect{fill:#26648e}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}rect{fill:#7fb4d8}}</style>",
        f'<text x="0" y="16">{escape(title)}</text>',
    ]
    for number, (name, value) in enumerate(points):
        top, length = TOP + number * (BAR + GAP), round(MOST * value / most, 1)
        lines += [
            f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{length}" height="{BAR}"/>',
            f'<text x="{LEFT + length + 8}" y="{top + 15}">{value:.3g}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
