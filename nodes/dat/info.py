"""Info DAT: what an operator says about itself, in words."""

from contextlib import suppress

from tdlite.graph.engine import CookError
from tdlite.graph.op import OP
from tdlite.ops import DAT, At, OPRef, Page, Toggle


class infoDAT(DAT):
    """Show text about another operator: its own report where it has one, such as a compiler's messages.

    Otherwise a table of name and value: type, path, cooks, then its numbers, errors and warnings.
    """

    table_like = True
    parameters = (
        Page(
            "Info",
            OPRef("op", label="Operator", help="The operator to tell about."),
            Toggle("passive", False, help="Do not bring the operator up to date first."),
        ),
    )

    def evaluate(self, at: At) -> str | tuple[tuple[str, ...], ...]:
        op: OP | None = at.ref("op")
        if op is None:
            return ()
        self.engine.read(self.project.latch_cell)
        if not at.par.passive:
            with suppress(CookError):  # it is in the rows
                op.result.pull()
        report = getattr(op, "info_text", None)
        if report is not None:
            text: str | tuple[tuple[str, ...], ...] = report()
            return text
        rows = [("name", "value"), ("type", op.opType), ("path", op.path), ("total_cooks", str(op.totalCooks))]
        rows += [(name, f"{value:g}") for name, value in op.info().items()]
        rows += [("error", line) for line in op.errors().splitlines()]
        rows += [("warning", line) for line in op.warnings().splitlines()]
        return tuple(rows)
