"""The values of one operator's parameters, their modes, and how the engine reads them.

All constants of an operator share one cell; each expression, export, bind and operator reference is a memo
of its own, so a wave stops at an equal value. The operator's own cook takes a whole block at once (`row`);
anybody else reads single parameters through `outside`, which wakes a reader only when that one changed.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .engine import VALUE, Cell, CookError, Memo, same, sentence
from .errors import ParError
from .finding import references
from .pardef import REFERENCES, BlockSequence, ParDef, Pulses
from .partable import ParTable
from .paths import nearest
from .proxy import Proxy, unwrap

if TYPE_CHECKING:
    from .op import OP


class ParMode(enum.Enum):
    """Where a parameter's value comes from."""

    CONSTANT = 0
    EXPRESSION = 1
    EXPORT = 2
    BIND = 3

    def __repr__(self) -> str:
        return f"ParMode.{self.name}"


class Source:
    """What moves a parameter: its mode, the text or channel it comes from, and the memo of its value."""

    __slots__ = ("memo", "mode", "text")

    def __init__(self, mode: ParMode, text: Any, memo: Memo) -> None:
        self.mode = mode
        self.text = text
        self.memo = memo


class ParValues:
    """The parameters of one operator as the engine sees them: positions, values, and what moves them."""

    def __init__(self, op: OP, table: ParTable) -> None:
        self.op = op
        self.table = table
        self.cell = Cell(VALUE, op.name)
        self.values: list[Any] = list(table.defaults)
        self.count = len(table.defs)
        self.extra: list[ParDef | None] = []
        """Custom parameters and blocks of sequences, after the class's own; None for destroyed ones."""
        self.extra_index: dict[str, int] = {}
        self.sources: dict[int, Source] = {}
        self.texts: dict[tuple[int, ParMode], str] = {}
        """The last expression and bind expression of each parameter, also while another mode is on."""
        self._retired: dict[str, int] = {}
        self.blocks: dict[str, list[list[int]]] = {}
        self._outside: dict[int, Memo] = {}
        self._notfinite: set[int] | None = None
        self._rows: list[Any] = [None, None]
        self._moving: list[tuple[tuple[int, Memo], ...]] = [(), ()]
        for sequence in table.sequences.values():
            self.grow(sequence, sequence.blocks)
        for position, pardef in enumerate(table.defs):
            if pardef.default_expr:
                self.move(position, ParMode.EXPRESSION, pardef.default_expr)

    # -- look-up -------------------------------------------------------------------------------------------

    def position(self, name: str) -> int | None:
        found = self.table.index.get(name)
        if found is None:
            found = self.extra_index.get(name)
        if found is None:
            lower = name.lower()
            for index in (self.table.index, self.extra_index):
                for known, position in index.items():
                    if known.lower() == lower:
                        return position
        return found

    def found(self, name: str) -> int:
        position = self.position(name)
        if position is None and self.grow_for(name):
            position = self.position(name)
        if position is None:
            self.op._read_structure()
            names = [*self.table.index, *self.extra_index]
            raise ParError(
                f"{self.op.path} ({self.op.opType}) has no parameter {name!r}{nearest(name, names)}; "
                f"tdlite ops {self.op.opType} lists them"
            )
        return position

    def definition(self, position: int) -> ParDef:
        if position < self.count:
            return self.table.defs[position]
        pardef: ParDef | None = self.extra[position - self.count]
        if pardef is None:
            name = next((name for name, place in self._retired.items() if place == position), "")
            raise ParError(f"the parameter {name!r} was destroyed")
        return pardef

    # -- the operator's own reading --------------------------------------------------------------------------

    def row(self, which: int) -> Any:
        """All values of the own (0) or common (1) block, as the class's named tuple; records the reads."""
        engine = self.op.engine
        engine.read(self.cell)
        if self._notfinite:
            position = next(iter(self._notfinite))
            raise ParError(
                f"par.{self.definition(position).name} is {self.values[position]}; it must be a finite number"
            )
        row = self._rows[which]
        moving = self._moving[which]
        if row is not None and not moving:
            return row
        block = self.table.common if which else self.table.own
        start = block.start
        values = None
        for offset, memo in moving:
            value = memo.pull()
            # != alone would do for numbers and texts, but any object can be the value of a Python parameter.
            if row is None or (value != row[offset] if type(value) is float else not same(value, row[offset])):
                if values is None:
                    values = list(row) if row is not None else self.values[start : start + len(block.defs)]
                values[offset] = value
        if row is None and values is None:
            values = self.values[start : start + len(block.defs)]
        if values is not None:
            row = self._rows[which] = block.row._make(values)
        return row

    def blocks_of(self, name: str) -> list[tuple[Any, ...]]:
        """The evaluated values of each block of a sequence, in the order of its declaration."""
        self.op.engine.read(self.cell)
        out = []
        for positions in self.blocks.get(name, ()):
            out.append(tuple(self._current(position) for position in positions))
        return out

    def _current(self, position: int) -> Any:
        source: Source | None = self.sources.get(position)
        if source is not None:
            return source.memo.pull()
        if self._notfinite and position in self._notfinite:
            raise ParError(
                f"par.{self.definition(position).name} is {self.values[position]}; it must be a finite number"
            )
        return self.values[position]

    def outside(self, position: int) -> Memo:
        """The memo through which everybody but the owner's cook reads one parameter."""
        memo: Memo | None = self._outside.get(position)
        if memo is None:

            def read() -> Any:
                engine.read(self.cell)
                self.definition(position)
                source: Source | None = self.sources.get(position)
                return self.values[position] if source is None else source.memo.pull()

            engine = self.op.engine
            memo = self._outside[position] = Memo(engine, self.op, "parameter", read)
        return memo

    # -- changing --------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """Everything about these parameters may have changed: the cell moves, cached rows are dropped."""
        self.cell = self.op.engine.changed(self.cell)

    def assign(self, position: int, value: Any) -> None:
        """What ``par.x = value`` does: set it, or press it if it is a button."""
        if self.definition(position).style in ("Pulse", "Momentary"):
            if value:
                self.pulse(position)
        else:
            self.set(position, value)

    def set(self, position: int, value: Any) -> None:
        pardef = self.definition(position)
        try:
            value = pardef.coerce(unwrap(value))
        except ParError as error:
            raise ParError(f"{self.op.path} par.{pardef.name} {error}") from None
        source: Source | None = self.sources.get(position)
        if source is not None and source.mode is ParMode.BIND:
            master = self._master_of_all(position, source)
            if master is not None:
                master.val = value
                return
        moved = source is not None and source.mode is not ParMode.CONSTANT
        before = self.values[position]
        if not moved and same(value, before):
            return
        self.changed()
        self.values[position] = value
        self._note_finite(position, value)
        if moved:
            self.still(position)
        if pardef.style in REFERENCES:
            self.follow(position)
        self._forget_row(position)
        self.op.project.log("parameter", self.op, name=pardef.name, value=value)

    def _note_finite(self, position: int, value: Any) -> None:
        if isinstance(value, float) and not math.isfinite(value):
            self._notfinite = {*(self._notfinite or ()), position}
        elif self._notfinite:
            self._notfinite = self._notfinite - {position} or None

    def _forget_row(self, position: int) -> None:
        if position < self.count:
            self._rows[position >= self.table.common.start] = None

    def still(self, position: int) -> None:
        self.sources.pop(position, None)
        self._find_moving()

    def _find_moving(self) -> None:
        moving: list[list[tuple[int, Memo]]] = [[], []]
        for position, source in self.sources.items():
            if position < self.count:
                which = position >= self.table.common.start
                start = self.table.common.start if which else 0
                moving[which].append((position - start, source.memo))
        self._moving = [tuple(sorted(group, key=lambda item: item[0])) for group in moving]
        self._rows = [None, None]

    def move(self, position: int, mode: ParMode, text: Any) -> None:
        """Let an expression, a bind or an export move a parameter."""
        op = self.op
        pardef = self.definition(position)
        current: Source | None = self.sources.get(position)
        if current is not None and current.mode is mode and current.text == text:
            return
        self.changed()
        if mode is not ParMode.EXPORT:
            self.texts[position, mode] = text
        evaluate: Callable[[], Any]
        if mode is ParMode.EXPORT:
            chop, channel = text

            def evaluate() -> Any:
                return chop._export_value(channel)

        else:
            evaluate = op.project.expressions.bind(op, text)
        where = f"par.{pardef.name}"

        plain = pardef.style == "Float" and pardef.low is None and pardef.high is None
        project = op.project

        def compute() -> Any:
            try:
                value = evaluate()
                if plain and type(value) is float and value - value == 0.0 and not project.checked:
                    return value  # finite, and there is nothing to convert: what most expressions give
                value = pardef.coerce(unwrap(value))
                if project.checked and pardef.style != "Python":
                    again = pardef.coerce(unwrap(evaluate()))
                    if not same(value, again):
                        raise ParError(
                            f"two evaluations differ ({value}, {again}): it reads something outside the network"
                        )
            except CookError:
                raise
            except (Exception, SystemExit) as error:
                source = f"{project.expressions.missing(op, text)}; expression: {text}" if isinstance(text, str) else ""
                raise ParError(f"{where}: {sentence(error)}{source}") from error
            if isinstance(value, float) and not math.isfinite(value):
                raise ParError(f"{where} is {value}; it must be a finite number; expression: {text}")
            if pardef.style in REFERENCES:
                value = references(op, pardef, value)
            return value

        self.sources[position] = Source(mode, text, Memo(op.engine, op, where, compute))
        self._find_moving()
        op.project.log("parameter", op, name=pardef.name, value=text)

    def follow(self, position: int) -> None:
        """A constant reference to an operator is looked up again whenever names change."""
        op, pardef = self.op, self.definition(position)
        if self.values[position] == "":
            self.still(position)
            return
        memo = Memo(op.engine, op, f"par.{pardef.name}", lambda: references(op, pardef, self.values[position]))
        self.sources[position] = Source(ParMode.CONSTANT, None, memo)
        self._find_moving()

    def master(self, source: Source) -> Any:
        """The parameter that a bind expression names."""
        try:
            found = self.op.project.expressions.bind(self.op, source.text)()
        except Exception as error:
            raise ParError(f"{self.op.path}: bind expression {source.text!r}: {sentence(error)}") from error
        return found if isinstance(found, Proxy) and hasattr(found, "bindMaster") else None

    def _master_of_all(self, position: int, source: Source) -> Any:
        """The parameter at the end of a chain of binds: the one that holds the value."""
        master, seen = self.master(source), {(self.op.id, position)}
        while master is not None and master.mode is ParMode.BIND:
            place = (master.owner.id, master._position)
            if place in seen:
                raise ParError(f"{self.op.path} par.{self.definition(position).name} is bound to itself in a circle")
            seen.add(place)
            master = master.bindMaster
        return master

    def pulse(self, position: int) -> None:
        pulses = self.values[position]
        frame = self.op.project.next_frame
        self.changed()
        before = pulses.count if pulses.frame < frame else pulses.before
        self.values[position] = Pulses(pulses.count + 1, frame, before)
        self._forget_row(position)
        self.op._pulsed(self.definition(position).name)
        self.op.project.log("pulse", self.op, name=self.definition(position).name)

    # -- parameters beside the class's own: custom ones and blocks of sequences --------------------------------

    def add(self, pardef: ParDef) -> int:
        """Make a parameter beside the class's own; its position."""
        existing = self.extra_index.get(pardef.name)
        if pardef.name in self.table.index:
            raise ParError(f"{self.op.path} has a built-in parameter {pardef.name!r}")
        self.changed()
        if existing is None:
            existing = self._retired.pop(pardef.name, None)
        if existing is not None:
            position = existing
            self.extra[position - self.count] = pardef
            self.extra_index[pardef.name] = position
            self._rest(position, pardef.default)
        else:
            position = self.count + len(self.extra)
            self.extra.append(pardef)
            self.extra_index[pardef.name] = position
            self.values.append(pardef.default)
        self.op._structure_changed()
        return position

    def redefine(self, position: int, pardef: ParDef) -> None:
        current = self.extra[position - self.count] if position >= self.count else None
        if current is None:
            raise ParError(f"{self.op.path} par.{pardef.name} is built in: its declaration cannot be changed")
        if not current.custom:
            raise ParError(f"{self.op.path} par.{pardef.name} is part of a sequence: its declaration cannot be changed")
        self.changed()
        self.extra[position - self.count] = pardef
        if pardef.style in ("Float", "Int"):
            self.values[position] = pardef.coerce(self.values[position])  # there may be new limits

    def _rest(self, position: int, value: Any) -> None:
        """Be constant, with nothing remembered of other modes."""
        self.still(position)
        self.values[position] = value
        self._note_finite(position, value)
        for mode in ParMode:
            self.texts.pop((position, mode), None)

    def reset(self, position: int) -> None:
        """Go back to the default value and mode."""
        pardef = self.definition(position)
        self.changed()
        self._rest(position, pardef.default)
        if pardef.style in REFERENCES:
            self.follow(position)
        if pardef.default_expr:
            self.move(position, ParMode.EXPRESSION, pardef.default_expr)
        else:
            self.op.project.log("parameter", self.op, name=pardef.name, value=pardef.default)

    def remove(self, position: int) -> None:
        pardef = self.definition(position)
        if position < self.count:
            raise ParError(f"{self.op.path} par.{pardef.name} is built in and cannot be destroyed")
        self.changed()
        self._rest(position, None)
        self.extra[position - self.count] = None
        self._retired[pardef.name] = position  # the same name gets the same place again
        del self.extra_index[pardef.name]
        self.op._structure_changed()

    def grow(self, sequence: BlockSequence, count: int) -> None:
        """Make a sequence have ``count`` blocks."""
        blocks = self.blocks.setdefault(sequence.name, [])
        while len(blocks) > count:
            for position in blocks.pop():
                self.remove(position)
        while len(blocks) < count:
            groups = sequence.groups(len(blocks))
            blocks.append([self.add(pardef) for group in groups for pardef in group.pars])

    def grow_for(self, name: str) -> bool:
        """Naming a parameter of the block after the last one makes that block: ``const3value``."""
        if self.op.engine.computing is not None:
            return False
        for sequence in self.table.sequences.values():
            found = re.match(rf"{sequence.name}(\d+)", name)
            if found and len(self.blocks[sequence.name]) == int(found[1]):
                fields = {p.name for group in sequence.groups(int(found[1])) for p in group.pars}
                if name in fields:
                    self.grow(sequence, int(found[1]) + 1)
                    return True
        return False
