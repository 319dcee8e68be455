"""Table DAT: rows of cells, written by scripts, read from a file, or filled by expressions."""

import csv
import os
from typing import Any

from tdlite.graph.engine import CookError, sentence
from tdlite.graph.paths import expand
from tdlite.ops import DAT, At, Blocks, File, Int, Menu, OpError, Page, Pulse, Str, Toggle, optional

Rows = tuple[tuple[str, ...], ...]


class tableDAT(DAT):
    """Hold a table of text cells. A wired input's table takes its place; a file or a fill come before scripts.

    Files ending in ``.csv`` are separated by commas, others by tabs; they are read as UTF-8. In a cell
    expression ``me.subRow`` and ``me.subCol`` are the cell's place in what is being filled.
    """

    table_like = True
    wires = optional("Table")
    parameters = (
        Page(
            "Table",
            File("file", help="A file to read the rows from; while it is set, scripts cannot edit them."),
            Pulse("loadonstartpulse", label="Load File", help="Read the file again.", aliases=("refreshpulse",)),
            Toggle("removeblank", True, label="Remove Blank Lines", help="Skip empty lines of the file."),
        ),
        Page(
            "Fill",
            Menu("fill", (("manual", "Manual"), ("setsize", "Set Size"),
                          ("setsizeandcontents", "Set Size and Contents"), ("fillbycol", "Fill by Column"),
                          ("fillbyrow", "Fill by Row")),
                 label="Fill Type", help="What rows, columns and cells come from."),
            Int("rows", 1, low=0, help="How many rows; with Fill by Row the blocks say so."),
            Int("cols", 1, low=0, label="Columns", help="How many columns; with Fill by Column the blocks say so."),
            Str("cellexpr", "", label="Cell Expression", help="The cells of Set Size and Contents; empty is empty."),
            Toggle("includenames", label="Include Names", help="Fill by Column or Row: write the names first."),
            Blocks(
                "fills",
                Str("names", "", label="Names", help="Names of the columns or rows; t[xyz] makes three."),
                Str("expr", "", label="Cell Expression", help="What is in their cells."),
            ),
        ),
    )  # fmt: skip

    subRow = 0
    subCol = 0

    def evaluate(self, at: At) -> str | Rows:
        par = at.par
        content = super().evaluate(at)
        if at.inputs and at.inputs[0] is not None:
            return content
        if par.file:
            # A press of par.loadonstartpulse is a change of the parameters: it comes here again.
            return self._file(par)
        if par.fill == "manual" or isinstance(content, str):
            return content
        if par.fill == "setsize":
            return tuple(
                tuple(content[r][c] if r < len(content) and c < len(content[r]) else "" for c in range(par.cols))
                for r in range(par.rows)
            )
        if par.fill == "setsizeandcontents":
            return self._filled(par.cellexpr, par.rows, par.cols)
        return self._by_name(at)

    def _by_name(self, at: At) -> Rows:
        """The blocks one beside the other as columns, or one below the other as rows."""
        par = at.par
        by_column = par.fill == "fillbycol"
        lines: list[tuple[str, ...]] = []
        for names, text in at.blocks("fills"):
            words = expand(names)
            if by_column:
                cells = list(zip(*self._filled(text, par.rows, len(words)), strict=True)) or [()] * len(words)
            else:
                cells = list(self._filled(text, len(words), par.cols))
            lines += [(name, *line) if par.includenames else line for name, line in zip(words, cells, strict=True)]
        return tuple(zip(*lines, strict=True)) if by_column else tuple(lines)

    def _filled(self, text: str, rows: int, cols: int) -> Rows:
        if not text:
            return (("",) * cols,) * rows
        expression = self.project.expressions.bind(self, text)

        def cell(row: int, col: int) -> str:
            self.subRow, self.subCol = row, col
            return str(expression())

        try:
            return tuple(tuple(cell(r, c) for c in range(cols)) for r in range(rows))
        except CookError:
            raise
        except Exception as error:
            raise OpError(f"cell {self.subRow}, {self.subCol}: {sentence(error)}; expression: {text}") from error
        finally:
            self.subRow = self.subCol = 0

    def _file(self, par: Any) -> Rows:
        path = self.project.find_file(par.file)
        try:
            with open(path, encoding="utf-8-sig", newline="") as file:
                if os.path.splitext(path)[1].lower() == ".csv":
                    rows = list(csv.reader(file))
                else:
                    rows = [line.split("\t") if line else [] for line in file.read().splitlines()]
        except OSError as error:
            raise OpError(f"cannot read the table {path}: {error.strerror}; set par.file to a readable file") from error
        except UnicodeDecodeError as error:
            raise OpError(f"cannot read the table {path} as UTF-8 (byte {error.start})") from error
        if par.removeblank:
            rows = [row for row in rows if any(row)]
        width = max((len(row) for row in rows), default=0)
        return tuple(tuple(row) + ("",) * (width - len(row)) for row in rows)

    def _put(self, content: str | Rows) -> None:
        if self.par.file.val:
            raise OpError(f"{self.path} cannot be edited: its rows come from {self.par.file.val!r}; clear par.file")
        super()._put(content)
