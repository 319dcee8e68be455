"""``tdlite graph``: a drawing of the network, as SVG, Graphviz dot or Mermaid."""

from __future__ import annotations

import argparse
import contextlib
import html
import os
import sys
from collections.abc import Iterator

from tdlite.graph.engine import CookError
from tdlite.graph.op import OP
from tdlite.graph.project import Project
from tdlite.graph.structure import dependency_graph
from tdlite.media.files import make_folder, write_atomically

from .exits import DONE, USAGE, Stop
from .layout import Box, layout
from .network import absolute, build, everything

_COLOURS = {"TOP": "#c9c3ea", "CHOP": "#c2e3c4", "DAT": "#ecc9d8", "COMP": "#e4e4e4"}
_RED = "#c62828"
Edge = tuple[OP, OP, bool]
"""Source, target, and whether it is a wire."""


def command(args: argparse.Namespace) -> int:
    """Cook everything once, so that dependencies are known, and draw them."""
    writers = {".svg": svg, ".dot": dot, ".mmd": mermaid}
    writer = writers.get(os.path.splitext(args.output)[1].lower())
    if writer is None:
        raise Stop(USAGE, f"cannot tell what to draw from the name {args.output!r}; end it with .svg, .dot or .mmd")
    with contextlib.redirect_stdout(sys.stderr), build(args, lambda problem: None) as project:
        everything(project)
        text = writer(project)
    path = absolute(args.output)
    make_folder(path)
    write_atomically(path, text.encode())
    return DONE


def edges(project: Project) -> list[Edge]:
    """Wires, what else operators read of each other, and what reference parameters name.

    Between a COMP and what is in it there is none: the place shows it.
    """
    graph = dependency_graph(project)
    node = graph.nodes
    found = [(node[a]["op"], node[b]["op"], data["kind"] == "wire") for a, b, data in graph.edges(data=True)]
    for op in project.all_ops():
        for source in _referenced(op):
            if not graph.has_edge(source.id, op.id):
                graph.add_edge(source.id, op.id)
                found.append((source, op, False))
    return [edge for edge in found if not (_inside(edge[0], edge[1]) or _inside(edge[1], edge[0]))]


def _referenced(op: OP) -> Iterator[OP]:
    for par in op.par:
        if par.isOP:
            with contextlib.suppress(CookError):  # it names nothing, which check tells
                yield from par.evalOPs()


def _inside(op: OP, comp: OP) -> bool:
    return op is comp or op.path.startswith(comp.path.rstrip("/") + "/")


def svg(project: Project) -> str:
    """A drawing with a box for each operator, larger boxes around the contents of COMPs."""
    links = edges(project)
    root = layout(project.root, links)
    places: dict[int, Box] = {}
    frames: list[str] = []
    boxes: list[str] = []

    def draw(box: Box, x: float, y: float) -> None:
        x, y = x + box.x, y + box.y
        places[box.op.id] = Box(box.op, x, y, box.width, box.height)
        if box.op is not project.root:
            (frames if box.children else boxes).append(_shape(box, x, y))
        for child in box.children:
            draw(child, x, y)

    draw(root, 0, 0)
    lines = [_line(places[a.id], places[b.id], wire) for a, b, wire in links]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {root.width:g} {root.height:g}" '
            f'width="{root.width:g}" height="{root.height:g}" font-family="sans-serif">',
            '<rect width="100%" height="100%" fill="white"/>',
            *frames,
            *lines,
            *boxes,
            "</svg>\n",
        ]
    )


def _shape(box: Box, x: float, y: float) -> str:
    op = box.op
    colour = _COLOURS.get(op.family, "white")
    edge, width = (_RED, 2) if op.errors() else ("#555", 1)
    fill = colour if not box.children else "#f6f6f6"
    title = html.escape("\n".join([op.path, *op.errors().splitlines()]))
    return (
        f'<g><title>{title}</title><rect x="{x:g}" y="{y:g}" width="{box.width:g}" height="{box.height:g}" rx="4" '
        f'fill="{fill}" stroke="{edge}" stroke-width="{width}"/>'
        f'<text x="{x + 8:g}" y="{y + 17:g}" font-size="13" font-weight="bold">{html.escape(op.name)}</text>'
        f'<text x="{x + 8:g}" y="{y + 31:g}" font-size="10" fill="#444">{op.opType}</text></g>'
    )


def _line(a: Box, b: Box, wire: bool) -> str:
    down = 14 if wire else 28  # so that a dashed line does not hide behind a wire
    x1, y1 = a.x + a.width, a.y + down
    x2, y2 = b.x, b.y + down
    bend = max(24.0, abs(x2 - x1) / 2)
    dash = "" if wire else ' stroke-dasharray="4 3" stroke-opacity="0.7"'
    return (
        f'<path d="M{x1:g},{y1:g} C{x1 + bend:g},{y1:g} {x2 - bend:g},{y2:g} {x2:g},{y2:g}" fill="none" '
        f'stroke="#333" stroke-width="1.3"{dash}/><circle cx="{x2:g}" cy="{y2:g}" r="2.5" fill="#333"/>'
    )


def dot(project: Project) -> str:
    """The same for Graphviz."""

    def body(comp: OP, indent: str) -> list[str]:
        lines = []
        for op in comp._all_children():
            red = f' color="{_RED}" penwidth=2' if op.errors() else ""
            if op.children:
                lines += [f"{indent}subgraph cluster_{op.id} {{", f'{indent}  label="{op.name}";']
                lines += [f'{indent}  n{op.id} [label="{op.opType}" fillcolor="{_COLOURS["COMP"]}"{red}];']
                lines += [*body(op, indent + "  "), f"{indent}}}"]
            else:
                colour = _COLOURS.get(op.family, "white")
                lines.append(f'{indent}n{op.id} [label="{op.name}\\n{op.opType}" fillcolor="{colour}"{red}];')
        return lines

    links = [f"  n{a.id} -> n{b.id}{'' if wire else ' [style=dashed]'};" for a, b, wire in edges(project)]
    head = ["digraph network {", "  rankdir=LR;", '  node [shape=box style="rounded,filled" fontname="sans-serif"];']
    return "\n".join([*head, *body(project.root, "  "), *links, "}\n"])


def mermaid(project: Project) -> str:
    """The same for Mermaid, which many wikis and code hosts draw."""

    def body(comp: OP, indent: str) -> list[str]:
        lines = []
        for op in comp._all_children():
            if op.children:
                lines += [f'{indent}subgraph n{op.id}["{op.name}"]', *body(op, indent + "  "), f"{indent}end"]
            else:
                lines.append(f'{indent}n{op.id}["{op.name}<br/><small>{op.opType}</small>"]:::{op.family}')
            if op.errors():
                lines.append(f"{indent}style n{op.id} stroke:{_RED},stroke-width:2px")
        return lines

    classes = [f"  classDef {family} fill:{colour},stroke:#555,color:#000" for family, colour in _COLOURS.items()]
    links = [f"  n{a.id} {'-->' if wire else '-.->'} n{b.id}" for a, b, wire in edges(project)]
    return "\n".join(["flowchart LR", *body(project.root, "  "), *links, *classes, ""])
