"""A project in which tests make operators by their type."""

from __future__ import annotations

from typing import Any

import tdlite as td
from tdlite.graph.op import OP


class Net(td.Project):
    """A project in which operators are made by their type: ``net.rectangleTOP(sizex=0.5, inputs=[noise])``."""

    def make(self, type_: str, name: str | None = None, inputs: Any = (), parent: Any = None, **pars: Any) -> Any:
        """An operator with parameters set; a text that begins with '=' is an expression."""
        op: OP = (parent or self.root).create(type_, name)
        size = pars.pop("resolution", None)
        if size is not None:
            op.par.outputresolution = "custom"
            op.par.resolutionw, op.par.resolutionh = size
        for key, value in pars.items():
            par = getattr(op.par, key)
            if isinstance(value, str) and value.startswith("="):
                par.expr = value[1:]
            else:
                par.val = value
        for index, source in enumerate(inputs):
            if source is not None:
                op.inputConnectors[index].connect(source)
        return op

    def __getattr__(self, type_: str) -> Any:
        if type_.endswith(("TOP", "CHOP", "DAT", "COMP")):
            return lambda *args, **kwargs: self.make(type_, *args, **kwargs)
        raise AttributeError(type_)

    def frames(self, count: int, pull: Any = ()) -> None:
        """Cook frames while a sink demands the operators in ``pull``."""
        for op in pull:
            op.viewer = True
        self.run(frames=count)
        for op in pull:
            op.viewer = False

    @property
    def cooked(self) -> list[str]:
        """The paths of the operators that cooked, in order, since the trace was last cleared."""
        return self.trace.paths
