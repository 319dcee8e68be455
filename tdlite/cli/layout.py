"""Where the boxes of a drawn network go: from left to right along the wires, COMPs around their contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import Any

from tdlite.graph.op import OP

_HEIGHT, _CHARACTER, _PAD, _TITLE = 40.0, 8.0, 16.0, 40.0
_ACROSS, _DOWN = 44.0, 16.0
"""Gaps between columns and between rows."""


@dataclass
class Box:
    """An operator's rectangle, relative to that of its COMP; y points down."""

    op: OP
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    children: list[Box] = field(default_factory=list)


def layout(op: OP, links: Sequence[tuple[OP, OP, bool]]) -> Box:
    """The box of ``op`` with everything in it placed; ``links`` are source, target and whether it is a wire."""
    box = Box(op, width=max(80.0, 16 + _CHARACTER * len(op.name), 16 + 6.2 * len(op.opType)), height=_HEIGHT)
    box.children = [layout(child, links) for child in op._all_children()]
    if box.children:
        top = _PAD if op._parent is None else _TITLE
        right, bottom = _arrange(box.children, _between(op, links), top)
        box.width, box.height = max(box.width, right + _PAD), bottom + _PAD
    return box


def _between(comp: OP, links: Sequence[tuple[OP, OP, bool]]) -> set[tuple[int, int, bool]]:
    """The links as they run between the operators directly in ``comp``."""
    found = set()
    for a, b, wire in links:
        source, target = _member(a, comp), _member(b, comp)
        if source is not None and target is not None and source is not target:
            found.add((source.id, target.id, wire))
    return found


def _member(op: OP | None, comp: OP) -> OP | None:
    """The operator directly in ``comp`` that is or contains ``op``."""
    while op is not None and op._parent is not comp:
        op = op._parent
    return op


def _arrange(boxes: list[Box], links: set[tuple[int, int, bool]], top: float) -> tuple[float, float]:
    """Place linked boxes in columns and the others in rows below; the right and bottom ends."""
    by_id = {box.op.id: box for box in boxes}
    linked = {end for a, b, _ in links for end in (a, b)}
    x, bottom, y_of = _PAD, top, dict.fromkeys(by_id, 0.0)
    sources: dict[int, list[int]] = {number: [] for number in by_id}
    order = {number: place for place, number in enumerate(by_id)}
    for a, b, _ in links:
        sources[b].append(a)
    for column in _columns([number for number in by_id if number in linked], links):
        heights = {number: sum(y_of[a] for a in sources[number]) / max(1, len(sources[number])) for number in column}
        placed = sorted(column, key=lambda number: (heights[number], order[number]))
        y = top
        for number in placed:
            box = by_id[number]
            box.x, box.y = x, y
            y_of[number] = y
            y += box.height + _DOWN
        bottom = max(bottom, y - _DOWN)
        x += max(by_id[number].width for number in placed) + _ACROSS
    right = x - _ACROSS if linked else 0.0
    loose = [box for box in boxes if box.op.id not in linked]
    if loose:
        ends = _rows(loose, bottom + (_DOWN if linked else 0), max(right, 120 * ceil(sqrt(len(loose)))))
        right, bottom = max(right, ends[0]), ends[1]
    return right, bottom


def _columns(numbers: list[int], links: set[tuple[int, int, bool]]) -> list[set[int]]:
    """Layers in which every link leads to a later one, except links that close a cycle; wires count first."""
    import networkx as nx

    graph: Any = nx.DiGraph()
    graph.add_nodes_from(numbers)
    graph.add_edges_from((a, b) for a, b, _ in links)
    wires = {(a, b) for a, b, wire in links if wire}
    for keep in (wires, set()):
        for cycle in [part for part in nx.strongly_connected_components(graph) if len(part) > 1]:
            inner = [(a, b) for a, b in graph.subgraph(cycle).edges if (a, b) not in keep]
            graph.remove_edges_from(inner)
    return [set(layer) for layer in nx.topological_generations(graph)]


def _rows(boxes: list[Box], y: float, width: float) -> tuple[float, float]:
    """Place boxes side by side in rows of about ``width``; the right and bottom ends."""
    x, right, height = _PAD, 0.0, 0.0
    for box in boxes:
        if x > _PAD and x + box.width > width:
            x, y, height = _PAD, y + height + _DOWN, 0.0
        box.x, box.y = x, y
        x += box.width + _DOWN
        right, height = max(right, x - _DOWN), max(height, box.height)
    return right, y + height
