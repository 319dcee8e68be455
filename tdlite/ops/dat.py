"""DAT: the base of text and table operators."""

from __future__ import annotations

import builtins
import csv
import io
import types
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tdlite.graph.engine import VALUE, Cell
from tdlite.graph.errors import OpError
from tdlite.graph.expr import script_globals
from tdlite.graph.op import OP
from tdlite.graph.pardefs import Menu, Page
from tdlite.graph.paths import match, nearest
from tdlite.graph.proxy import Proxy

from .callbacks import Outline
from .cook import At, gather

if TYPE_CHECKING:
    from tdlite.graph.comp import COMP
    from tdlite.graph.project import Project
    from tdlite.graph.schedule import Run

Rows = tuple[tuple[str, ...], ...]
Content = str | Rows
"""What a DAT cooks: a text, or rows of cells."""


class DAT(OP):
    """A text or a table. ``evaluate(at)`` returns a str, or rows of str; by default what scripts put in."""

    family: ClassVar[str] = "DAT"
    table_like: ClassVar[bool] = False
    language: ClassVar[str] = "text"
    common = (
        Page(
            "Common",
            Menu("language", ("text", "python", "glsl", "json", "xml"), label="Language", help="What the text is in."),
        ),
    )

    def __init__(self, project: Project, name: str, parent: COMP | None) -> None:
        super().__init__(project, name, parent)
        self.content: Content = () if self.table_like else ""
        self._content_cell = Cell(VALUE, "text")
        self._module: types.ModuleType | None = None
        self._module_text: str | None = None
        self._bound: dict[str, Callable[..., Any]] = {}
        self._outline: Outline | None = None
        if self.language != "text":
            self.values.values[self.table.index["language"]] = self.language

    def copied(self, op: OP) -> None:
        if isinstance(op, DAT):
            self._put(op.content)
            self._bound = dict(op._bound)

    # -- content -----------------------------------------------------------------------------------------------

    def _cook(self) -> Content:
        inputs = gather(self)
        return self.evaluate(At(self, self.values.row(0), inputs))

    def evaluate(self, at: At) -> Content:
        """The text or rows: an input's, else what scripts and files put in."""
        self.engine.read(self._content_cell)
        first: Content | None = at.inputs[0] if at.inputs else None
        return self.content if first is None else first

    def _put(self, content: Content) -> None:
        if content == self.content:
            return
        self._content_cell = self.engine.changed(self._content_cell)
        self.content = content
        self.project.log("text", self)

    def _now(self) -> Content:
        content: Content = self.result.pull()
        return content

    @property
    def isTable(self) -> bool:
        """Whether it holds rows of cells."""
        return not isinstance(self._now(), str)

    isText = property(lambda self: not self.isTable, doc="Whether it holds a text.")
    isEditable = property(lambda self: not self._wires, doc="Whether scripts can change what it holds.")

    @property
    def text(self) -> str:
        """The text; of a table its rows, cells separated by tabs."""
        content = self._now()
        return content if isinstance(content, str) else "".join("\t".join(row) + "\n" for row in content)

    @text.setter
    def text(self, text: str) -> None:
        text = str(text)
        self._put(tuple(tuple(line.split("\t")) for line in text.splitlines()) if self.table_like else text)

    @property
    def csv(self) -> str:
        """The table as comma-separated values."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(self._rows())
        return out.getvalue()

    @csv.setter
    def csv(self, text: str) -> None:
        self._put(tuple(tuple(row) for row in csv.reader(io.StringIO(text))))

    @property
    def jsonObject(self) -> Any:
        """The text read as JSON."""
        import json

        return json.loads(self.text)

    def write(self, text: str) -> int:
        """Append to the text, as print(…, file=dat) does."""
        self.text = self.text + text
        return len(text)

    def flush(self) -> None:
        """For print(…, file=dat); there is nothing to flush."""

    def clear(self, keepSize: bool = False, keepFirstRow: bool = False, keepFirstCol: bool = False) -> None:
        """Empty the text, or the table; the first row or column may stay."""
        if not self.table_like:
            self.text = ""
            return
        rows = self._own_rows()
        if keepSize:
            kept = [
                [cell if (keepFirstRow and r == 0) or (keepFirstCol and c == 0) else "" for c, cell in enumerate(row)]
                for r, row in enumerate(rows)
            ]
        elif keepFirstCol:
            kept = [row[:1] for row in rows]
        else:
            kept = rows[:1] if keepFirstRow else []
        self._put_rows(kept)

    def save(self, filepath: str, append: bool = False, createFolders: bool = False) -> str:
        """Write the text to a file; the path that was written."""
        import os

        path = os.path.join(self.project.folder, filepath)
        if createFolders:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a" if append else "w", encoding="utf-8") as file:
            file.write(self.text)
        return path

    # -- cells -------------------------------------------------------------------------------------------------

    def _rows(self) -> Rows:
        content = self._now()
        return tuple((line,) for line in content.splitlines()) if isinstance(content, str) else content

    numRows = property(lambda self: len(self._rows()), doc="Rows of the table, or lines of the text.")
    numCols = property(lambda self: max((len(row) for row in self._rows()), default=0), doc="The longest row's cells.")

    def _row_index(self, key: int | str, rows: Rows) -> int | None:
        if isinstance(key, int):
            return key % len(rows) if -len(rows) <= key < len(rows) else None
        return next((i for i, row in enumerate(rows) if row and row[0] == key), None)

    def _col_index(self, key: int | str, rows: Rows) -> int | None:
        width = max((len(row) for row in rows), default=0)
        if isinstance(key, int):
            return key % width if -width <= key < width else None
        return rows[0].index(key) if rows and key in rows[0] else None

    def __getitem__(self, key: tuple[int | str, int | str]) -> DatCell | None:
        rows = self._rows()
        row, col = self._row_index(key[0], rows), self._col_index(key[1], rows)
        return None if row is None or col is None or col >= len(rows[row]) else DatCell(self, row, col)

    def __setitem__(self, key: tuple[int | str, int | str], value: Any) -> None:
        cell = self[key]
        if cell is None:
            raise OpError(
                f"{self.path} has no cell {key!r}{nearest(str(key[1]), self._rows()[0] if self._rows() else ())}"
            )
        cell.val = value

    def cell(self, row: int | str, col: int | str) -> DatCell | None:
        """One cell by indices or labels, or None."""
        return self[row, col]

    def row(self, key: int | str) -> list[DatCell] | None:
        """The cells of a row, by index or by the label in its first cell."""
        rows = self._rows()
        index = self._row_index(key, rows)
        return None if index is None else [DatCell(self, index, col) for col in range(len(rows[index]))]

    def col(self, key: int | str) -> list[DatCell] | None:
        """The cells of a column, by index or by the label in the first row."""
        rows = self._rows()
        index = self._col_index(key, rows)
        return None if index is None else [DatCell(self, row, index) for row in range(len(rows))]

    def rows(self, *patterns: str) -> list[list[DatCell]]:
        """All rows, or those whose labels match."""
        rows = self._rows()
        wanted = set(match(" ".join(patterns), [row[0] for row in rows if row])) if patterns else None
        return [
            [DatCell(self, r, c) for c in range(len(row))]
            for r, row in enumerate(rows)
            if wanted is None or (row and row[0] in wanted)
        ]

    def cols(self, *patterns: str) -> list[list[DatCell]]:
        """All columns, or those whose labels match."""
        rows = self._rows()
        labels = rows[0] if rows else ()
        wanted = set(match(" ".join(patterns), list(labels))) if patterns else None
        return [
            [DatCell(self, r, c) for r in range(len(rows))]
            for c in range(self.numCols)
            if wanted is None or (c < len(labels) and labels[c] in wanted)
        ]

    def _own_rows(self) -> list[list[str]]:
        if isinstance(self.content, str):
            raise OpError(f"{self.path} is a text, not a table")
        return [list(row) for row in self.content]

    def _put_rows(self, rows: Sequence[Sequence[Any]]) -> None:
        width = max((len(row) for row in rows), default=0)
        self._put(tuple(tuple(map(str, row)) + ("",) * (width - len(row)) for row in rows))

    def appendRow(self, values: Sequence[Any] = (), index: int | str | None = None) -> int:
        """Add a row at the end, or after the row ``index``; its position."""
        return self.insertRow(values, None if index is None else self._place(index) + 1)

    def insertRow(self, values: Sequence[Any], index: int | str | None = None) -> int:
        """Add a row before ``index``; its position."""
        rows = self._own_rows()
        at = len(rows) if index is None else self._place(index) if isinstance(index, str) else min(index, len(rows))
        rows.insert(at, [str(value) for value in values])
        self._put_rows(rows)
        return at

    def appendRows(self, rows: Sequence[Sequence[Any]]) -> int:
        """Add several rows at the end; the position of the first."""
        before = self._own_rows()
        self._put_rows([*before, *rows])
        return len(before)

    def appendCol(self, values: Sequence[Any] = ()) -> int:
        """Add a column at the right; its position."""
        return self.insertCol(values)

    def insertCol(self, values: Sequence[Any] = (), index: int | str | None = None) -> int:
        """Add a column before ``index``, at the right without one; its position."""
        rows = self._own_rows()
        width = max((len(row) for row in rows), default=0)
        at = width if index is None else self._column(index) if isinstance(index, str) else min(index, width)
        rows += [[""] * width for _ in range(len(values) - len(rows))]
        cells = [*map(str, values), *[""] * (len(rows) - len(values))]
        self._put_rows([[*row[:at], cell, *row[at:]] for row, cell in zip(rows, cells, strict=True)])
        return at

    def appendCols(self, cols: Sequence[Sequence[Any]]) -> int:
        """Add several columns at the right; the position of the first."""
        before: int = self.numCols
        for values in cols:
            self.insertCol(values)
        return before

    def replaceRow(self, index: int | str, values: Sequence[Any]) -> None:
        """Put other cells into a row."""
        rows = self._own_rows()
        rows[self._place(index)] = [str(value) for value in values]
        self._put_rows(rows)

    def replaceCol(self, index: int | str, values: Sequence[Any]) -> None:
        """Put other cells into a column."""
        col = self._column(index)
        self.deleteCol(col)
        self.insertCol(values, col)

    def deleteRow(self, index: int | str) -> None:
        """Remove a row."""
        self.deleteRows([index])

    def deleteRows(self, indices: Sequence[int | str]) -> None:
        """Remove several rows, each named as the table is now."""
        gone = {self._place(index) for index in indices}
        self._put_rows([row for r, row in enumerate(self._own_rows()) if r not in gone])

    def deleteCol(self, index: int | str) -> None:
        """Remove a column."""
        self.deleteCols([index])

    def deleteCols(self, indices: Sequence[int | str]) -> None:
        """Remove several columns, each named as the table is now."""
        gone = {self._column(index) for index in indices}
        self._put_rows([[cell for c, cell in enumerate(row) if c not in gone] for row in self._own_rows()])

    def copy(self, dat: DAT) -> None:
        """Take the text or table of another DAT."""
        content = dat._now()
        if self.table_like == isinstance(content, str):
            self.text = dat.text
        else:
            self._put(content)

    def cells(self, row: int | str, col: int | str) -> list[DatCell]:
        """The cells where matching rows and columns meet; texts are patterns of labels."""
        table = self._rows()
        rows = self._labelled(row, [line[0] if line else "" for line in table])
        cols = self._labelled(col, list(table[0]) if table else [])
        return [DatCell(self, r, c) for r in rows for c in cols if c < len(table[r])]

    def findCells(self, text: str, caseSensitive: bool = False) -> list[DatCell]:
        """The cells that match a pattern, row by row."""
        wanted = text if caseSensitive else text.lower()
        return [
            DatCell(self, r, c)
            for r, row in enumerate(self._rows())
            for c, cell in enumerate(row)
            if match(wanted, [cell if caseSensitive else cell.lower()])
        ]

    def findCell(self, text: str, caseSensitive: bool = False) -> DatCell | None:
        """The first cell that matches a pattern, or None."""
        found = self.findCells(text, caseSensitive)
        return found[0] if found else None

    def setSize(self, rows: int, cols: int) -> None:
        """Make the table have that many rows and columns; new cells are empty."""
        old = self._own_rows()
        self._put_rows(
            [[old[r][c] if r < len(old) and c < len(old[r]) else "" for c in range(cols)] for r in range(rows)]
        )

    @staticmethod
    def _labelled(key: int | str, labels: Sequence[str]) -> list[int]:
        if isinstance(key, int):
            return [key % len(labels)] if -len(labels) <= key < len(labels) else []
        wanted = set(match(key, labels))
        return [i for i, label in enumerate(labels) if label in wanted]

    def _column(self, key: int | str) -> int:
        col = self._col_index(key, tuple(map(tuple, self._own_rows())))
        if col is None:
            raise OpError(f"{self.path} has no column {key!r}")
        return col

    def _place(self, key: int | str) -> int:
        rows = tuple(map(tuple, self._own_rows()))
        index = self._row_index(key, rows)
        if index is None:
            raise OpError(f"{self.path} has no row {key!r}")
        return index

    # -- scripts -----------------------------------------------------------------------------------------------

    @property
    def module(self) -> types.ModuleType:
        """The text as a Python module; made anew when the text has changed."""
        text = self.text
        if self._module is None or text != self._module_text:
            module = types.ModuleType(self.name)
            code = compile(text, f"<{self.path}>", "exec")
            module.__dict__.update(script_globals(self, code))
            module.__dict__["print"] = builtins.print
            exec(code, module.__dict__)
            self.script_errors.clear()  # they spoke of the text before
            self._module, self._module_text = module, text
        return self._module

    def bind(self, **functions: Callable[..., Any]) -> None:
        """Give callbacks as Python functions, by their names; they come before those in the text."""
        self._bound.update(functions)

    @property
    def bound(self) -> tuple[str, ...]:
        """The names of the callbacks that are Python functions."""
        return tuple(self._bound)

    def defines(self, name: str) -> bool:
        """Whether there is a callback of that name; the text is not run to find out."""
        content = self._now()
        return name in self._bound or (isinstance(content, str) and self.outline(content).defines(name))

    def outline(self, text: str) -> Outline:
        """What ``text``, which is that of this DAT, may define."""
        if self._outline is None or text != self._outline.text:
            self._outline = Outline(text)
        return self._outline

    def function(self, name: str) -> Callable[..., Any] | None:
        """A callback of this DAT: a bound function, or the one that the text defines; None if there is none.

        A text that does not compile or raises is a script error of this DAT.
        """
        bound = self._bound.get(name)
        if bound is not None:
            return bound
        if not isinstance(self.content, str):
            return None
        text = self.text
        if name not in text and not self.outline(text).all:
            return None
        module = self.project.call(self, lambda: self.module)
        return getattr(module, name, None)

    def callback(self, name: str, *args: Any) -> Any:
        """Call a callback if there is one; its error becomes a script error of this DAT. None if there is none."""
        function = self.function(name)
        return None if function is None else self.project.call(self, function, *args)

    def run(self, *args: Any, endFrame: bool = False, fromOP: OP | None = None, group: str | None = None,
            delayFrames: int = 0, delayMilliSeconds: float = 0, delayRef: OP | None = None) -> Run:  # fmt: skip
        """Execute the text as a script, now or later; ``args`` is the tuple of arguments in it."""
        return self.project.run_script(
            fromOP or self, self.text, *args, endFrame=endFrame, group=group, delayFrames=delayFrames,
            delayMilliSeconds=delayMilliSeconds,
        )  # fmt: skip

    def info(self) -> dict[str, float]:
        content = self.result.peek()
        rows = content.splitlines() if isinstance(content, str) else content or ()
        return {
            "num_rows": len(rows),
            "num_cols": max((len(r) for r in rows), default=0) if rows and not isinstance(content, str) else 1,
        }


class DatCell(Proxy):
    """One cell of a table; casts to its text, or to a number in arithmetic."""

    __slots__ = ("_dat", "col", "row")

    def __init__(self, dat: DAT, row: int, col: int) -> None:
        self._dat = dat
        self.row = row
        self.col = col

    def __repr__(self) -> str:
        return f"<Cell {self.row},{self.col} of {self._dat.path}>"

    @property
    def val(self) -> str:
        """The text of the cell."""
        return self._dat._rows()[self.row][self.col]

    @val.setter
    def val(self, value: Any) -> None:
        rows = self._dat._own_rows()
        rows[self.row][self.col] = str(value)
        self._dat._put_rows(rows)

    owner = property(lambda self: self._dat)

    def proxied(self) -> Any:
        text = self.val
        try:
            number = float(text)
        except ValueError:
            return text
        return int(number) if number.is_integer() and "." not in text and "e" not in text.lower() else number

    def __str__(self) -> str:
        return self.val

    def __eq__(self, other: object) -> bool:
        return self.val == other if isinstance(other, str) else super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = object.__hash__
