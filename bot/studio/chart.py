"""The map of one flow: its steps as boxes, its options as arrows, and where they all stand.

Apart from the page, which draws it. Where everything stands is graphlay's work: only this module knows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import dist
from typing import Any

import graphlay

from bot.engine.flow import LEADS_ON, Ask, Branch, Checklist, Collect, End, Flow, Item, Refer, Say, Step, Visit, flow_of

LETTER, PADDING, HEIGHT, LABEL_HEIGHT = 8.0, 28.0, 52.0, 18.0
"""In pixels: a letter as wide as the widest, the air beside a name, a box, a name on an arrow."""
MARGIN = 16.0
APART = 6.0
"""How far the places lie apart that are tried for a name on its arrow."""
Point = tuple[float, float]
Frame = tuple[float, float, float, float]
"""Left, top, right, bottom."""
SAYS = {
    Say: "says, and goes on", Ask: "asks", Collect: "asks for a fixed answer", Visit: "visits a flow",
    Branch: "decides", Refer: "shows numbers", Checklist: "is a checklist", Item: "is one item", End: "ends",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """One step; or another flow that an arrow leads to. `x` and `y` are its upper left corner."""

    key: str
    name: str
    says: str
    is_other_flow: bool
    x: float
    y: float
    width: float
    height: float = HEIGHT

    @property
    def frame(self) -> Frame:
        """What it covers."""
        return self.x, self.y, self.x + self.width, self.y + self.height


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one box to another, with the options that lead there."""

    start: str
    end: str
    names: str
    path: str
    x: float
    y: float

    @property
    def frame(self) -> Frame:
        """What its names cover, around `x` and `y`."""
        return _around((self.x, self.y), self.names)


@dataclass(frozen=True, slots=True)
class Chart:
    """A map, in a frame of its own size."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: float
    height: float


def chart(flow: Flow) -> Chart:
    """The map of a flow."""
    ways = _ways(flow)
    says = {step.key: SAYS[type(step)] for step in flow.steps}
    others = dict.fromkeys(end for _, end in ways if end not in says)
    graph = graphlay.Graph()
    for key in (*says, *others):
        graph.node(key, width=_width(_name(key, flow), says.get(key, "another flow")), height=HEIGHT)
    for (start, end), names in ways.items():
        label = {"width": LETTER * len(", ".join(names)) + 4, "height": LABEL_HEIGHT}
        size: dict[str, Any] = {"label_size": label} if names else {}
        graph.edge(start, end, weight=1.0, **size)
    layout = graphlay.layout(graph, preset="process_map")
    left, top = layout.bounds["min"]["x"] - MARGIN, layout.bounds["min"]["y"] - MARGIN
    boxes = tuple(
        Box(
            key, _name(key, flow), says.get(key, "another flow"), key not in says,
            round(node["center"]["x"] - node["size"]["width"] / 2 - left, 1),
            round(node["center"]["y"] - HEIGHT / 2 - top, 1), node["size"]["width"],
        )
        for key, node in zip((*says, *others), layout.nodes, strict=True)
    )  # fmt: skip
    drawn: dict[tuple[str, str], Arrow] = {}
    for ((start, end), names), edge in sorted(zip(ways.items(), layout.edges, strict=True), key=_length):
        taken = [*(box.frame for box in boxes), *(arrow.frame for arrow in drawn.values() if arrow.names)]
        drawn[start, end] = _arrow(start, end, ", ".join(names), edge, (left, top), taken)
    arrows = tuple(drawn[way] for way in ways)
    right, bottom = layout.bounds["max"]["x"] - left, layout.bounds["max"]["y"] - top
    return Chart(boxes, arrows, round(right + MARGIN), round(bottom + MARGIN))


def _ways(flow: Flow) -> dict[tuple[str, str], list[str]]:
    """Which step leads to which, by which options; no name where nobody chooses."""
    ways: dict[tuple[str, str], list[str]] = {}
    for step in flow.steps:
        for name, end in _leads(step):
            ways.setdefault((step.key, end), [])
            if name:
                ways[step.key, end].append(name)
    return ways


def _leads(step: Step) -> list[tuple[str, str]]:
    match step:
        case Ask(options=options):
            return [(option.key.rpartition(".")[2], option.then) for option in options]
        case Branch(cases=cases, otherwise=otherwise):
            return [*cases, ("else", otherwise)]
        case Visit(start=start, then=then):
            return [("visits", start), ("then", then)]
        case Say(then=then) | Collect(then=then):
            return [("", then)]
        case Refer(then=then):
            return [("", then)] if then else []
        case Checklist(go_on=go_on):
            return [(LEADS_ON, go_on.then)]
        case Item() | End():
            return []


def _name(key: str, flow: Flow) -> str:
    """A step by its own name, another flow by that flow's."""
    return key.partition(".")[2] if flow_of(key) == flow.name else flow_of(key)


def _width(*lines: str) -> float:
    return LETTER * max(map(len, lines)) + PADDING


def _arrow(start: str, end: str, names: str, edge: dict[str, Any], corner: Point, taken: Sequence[Frame]) -> Arrow:
    """An arrow, its names where the layout wants them, or as near to that as nothing else stands."""

    def here(point: dict[str, float]) -> Point:
        return round(point["x"] - corner[0], 1), round(point["y"] - corner[1], 1)

    points = [here(point) for point in edge["points"]]
    wanted = here(edge["label_anchor"]) if edge["label_anchor"] else points[len(points) // 2]
    places = sorted((at for line in pairwise(points) for at in _along(*line)), key=lambda at: dist(at, wanted))
    free = (at for at in places if not any(overlap(_around(at, names), frame) for frame in taken))
    x, y = next(free, places[0])
    return Arrow(start, end, names, "M" + " L".join(f"{x} {y}" for x, y in points), round(x, 1), round(y, 1))


def _length(drawn: tuple[Any, dict[str, Any]]) -> float:
    """How long an arrow is: the shorter, the fewer places there are for its names."""
    return sum(dist((one["x"], one["y"]), (other["x"], other["y"])) for one, other in pairwise(drawn[1]["points"]))


def _along(one: Point, other: Point) -> Iterator[Point]:
    """Places on a line, both ends among them."""
    count = max(1, round(dist(one, other) / APART))
    for number in range(count + 1):
        part = number / count
        yield one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part


def _around(at: Point, names: str) -> Frame:
    wide, high = LETTER * len(names) / 2, LABEL_HEIGHT / 2
    return at[0] - wide, at[1] - high, at[0] + wide, at[1] + high


def overlap(one: Frame, other: Frame) -> bool:
    """Whether two frames share any ground."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
