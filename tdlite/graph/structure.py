"""Questions about the network as a whole. networkx is imported here, at the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .op import OP
    from .project import Project


def dependency_graph(project: Project) -> Any:
    """A networkx.DiGraph of operator ids: wires (kind 'wire') and what the last cooks read (kind 'read')."""
    import networkx as nx

    graph = nx.DiGraph()
    for op in project.all_ops():
        graph.add_node(op.id, op=op)
    for op in project.all_ops():
        for source in reads(op):
            graph.add_edge(source.id, op.id, kind="read")
        for wire in op._wires:
            if wire is not None:
                graph.add_edge(wire.id, op.id, kind="wire")
    return graph


def reads(op: OP) -> list[OP]:
    """The other operators that the last cook of ``op``, or of its parameters, read."""
    found: dict[int, OP] = {}
    pending: list[Any] = [*op._memos(), *(source.memo for source in op.values.sources.values())]
    seen: set[int] = set()
    while pending:
        memo = pending.pop()
        if id(memo) in seen or not memo.is_memo:
            continue
        seen.add(id(memo))
        for read in memo.reads or ():
            if not read.is_memo:
                continue
            if read.owner is op:
                pending.append(read)
            else:
                found.setdefault(read.owner.id, read.owner)
    return list(found.values())


def dependency_paths(op: OP, target: OP) -> list[list[OP]]:
    """Every simple path from ``target`` to ``op``, nearest first."""
    import networkx as nx

    graph = dependency_graph(op.project)
    paths = nx.all_simple_paths(graph, target.id, op.id)
    return sorted(([graph.nodes[number]["op"] for number in reversed(path)] for path in paths), key=len)
