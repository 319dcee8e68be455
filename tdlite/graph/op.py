"""Operators: names, wires, flags, storage, and the one result that everybody pulls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar

from .engine import STRUCTURE, VALUE, Cell, CookError, Engine, Fault, Memo, WithError
from .errors import OpError
from .expr import Parent, scope
from .finding import find, near, relative_path
from .par import Par, Pars
from .pardef import Page
from .pargroup import ParGroup
from .partable import ParTable
from .parvalues import ParValues
from .parviews import ParGroups, Sequences
from .paths import base, digits, is_name, match, natural, nearest
from .storage import MISSING, Storage
from .trace import NEVER
from .wires import Connectors, Wire, accept, connect

if TYPE_CHECKING:
    from .comp import COMP
    from .project import Project
    from .timeline import Timeline


_OUTPUT_FLAGS = ("bypass", "lock")
"""Flags that change what an operator puts out; the others leave its result alone."""


class Phase:
    """When a frame calls an operator, beside pulling it: the names of the methods."""

    START = "frame_start"
    WATCH = "watch"
    SINK = "sink"
    END = "frame_end"
    ALL = (START, WATCH, SINK, END)


class OP:
    """An operator: a node of the network.

    Subclasses declare ``parameters`` (pages), ``wires`` (inputs) and how to cook; see the family bases.
    """

    family: ClassVar[str] = ""
    wires: ClassVar[tuple[Wire, ...]] = ()
    parameters: ClassVar[tuple[Page, ...]] = ()
    common: ClassVar[tuple[Page, ...]] = ()
    table: ClassVar[ParTable]
    phases: ClassVar[tuple[str, ...]] = ()
    """When the frame loop calls this operator: the methods of these names."""
    stateful: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__name__.endswith(cls.family) and cls.__name__ != cls.family:
            cls.table = ParTable(cls.__name__, cls.parameters, cls.common)
            cls.phases = tuple(phase for phase in Phase.ALL if hasattr(cls, phase))

    def __init__(self, project: Project, name: str, parent: COMP | None) -> None:
        self.project = project
        self.engine: Engine = project.engine
        self.id = project._new_id()
        self._name = name
        self._parent = parent
        self.valid = True
        self._structure = Cell(STRUCTURE, name)
        self._name_cell: Cell | None = None
        self._wires: list[OP | None] = []
        self._outputs: dict[tuple[OP, int], None] = {}
        """Where wires lead: the operators and their inputs, in the order in which they were connected."""
        self._flags: dict[str, bool] = {}
        self._flag_cells: dict[str, Cell] = {}
        self._dock: OP | None = None
        self._docked: dict[OP, None] = {}
        self._storage = Storage(self.engine)
        self.tags: set[str] = set()
        self.comment = ""
        self.color = (0.545, 0.545, 0.545)
        self.nodeX = self.nodeY = 0
        self.warnings_now: list[str] = []
        """Those of the last cook."""
        self._cautions: list[str] = []
        self.script_errors: dict[Any, str] = {}
        """What went wrong in scripts and callbacks, by the script's code."""
        self.totalCooks = 0
        self.last_cook = NEVER
        self._phase_faults: dict[str, Fault] = {}
        self.result = Memo(self.engine, self, "cook", self._cook_traced)
        self.values = ParValues(self, self.table)
        self.par = Pars(self.values)

    def __repr__(self) -> str:
        return f"<{self.opType} {self.path}>" if self.valid else f"<destroyed {self.opType}>"

    # -- type ------------------------------------------------------------------------------------------------

    @property
    def opType(self) -> str:
        return type(self).__name__

    OPType = opType

    @property
    def type(self) -> str:
        return type(self).__name__.removesuffix(self.family)

    @property
    def label(self) -> str:
        """The type as people read it."""
        return str(getattr(type(self), "title", self.type.capitalize()))

    isTOP = property(lambda self: self.family == "TOP")
    isCHOP = property(lambda self: self.family == "CHOP")
    isDAT = property(lambda self: self.family == "DAT")
    isCOMP = property(lambda self: self.family == "COMP")
    isFilter = property(lambda self: any(wire.required for wire in self.wires))
    isMultiInputs = property(lambda self: any(wire.many for wire in self.wires))

    @property
    def minInputs(self) -> int:
        return sum(wire.required for wire in self.wires)

    @property
    def maxInputs(self) -> int:
        return 9999 if self.isMultiInputs else len(self.wires)

    # -- names and places ------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        self._read_name()
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if name == self._name:
            return
        parent = self._parent
        if parent is None:
            raise OpError("the root cannot be renamed")
        before = self.path
        own = parent._free_name(name)
        parent._structure_changed()
        if self._name_cell is not None:
            self._name_cell = self.engine.changed(self._name_cell)
        self._name = own
        parent._rekey()
        self.project.log("rename", self, before=before)

    def _read_name(self) -> None:
        # Few names are read while something is computed: the cell is made for those.
        if self.engine.recording is not None:
            if self._name_cell is None:
                self._name_cell = Cell(STRUCTURE, f"name {self._name}")
            self.engine.read(self._name_cell)

    @property
    def path(self) -> str:
        """Absolute path, such as ``/render/noise1``."""
        names = []
        op: OP | None = self
        while op is not None and op._parent is not None:
            op._read_name()
            names.append(op._name)
            op = op._parent
        return "/" + "/".join(reversed(names))

    @property
    def base(self) -> str:
        return base(self.name)

    @property
    def digits(self) -> int | None:
        return digits(self.name)

    @property
    def parent(self) -> Parent:
        """``parent()``, ``parent(2)``, ``parent.Shortcut``; otherwise it behaves as ``parent()``."""
        return Parent(self)

    ext = property(lambda self: scope(self, "ext"))
    iop = property(lambda self: scope(self, "iop"))
    ipar = property(lambda self: scope(self, "ipar"))
    mod = property(lambda self: scope(self, "mod"))

    def _ancestor(self, n: int) -> COMP | None:
        op: OP | None = self
        for _ in range(n):
            op = op._parent if op is not None else None
        return op  # type: ignore[return-value]  # only COMPs have children

    @property
    def children(self) -> list[OP]:
        return []

    @property
    def time(self) -> Timeline:
        """The timeline that governs this operator."""
        return self.project.timeline

    def _structure_changed(self) -> None:
        self._structure = self.engine.changed(self._structure)
        self.project._structure_changed()

    def _read_structure(self) -> None:
        self.engine.read(self._structure)

    # -- finding -----------------------------------------------------------------------------------------------

    def op(self, *paths: Any) -> OP | None:
        """The first operator that matches, from the inside of this one; None if there is none."""
        for path in paths:
            found = self._find(path, inside=True)
            if found:
                return found[0]
        return None

    def ops(self, *paths: Any) -> list[OP]:
        """All operators that match."""
        out: dict[int, OP] = {}
        for path in paths:
            for found in self._find(path, inside=True):
                out.setdefault(found.id, found)
        return list(out.values())

    def opex(self, *paths: Any) -> OP:
        """Like op(), but OpError when nothing matches."""
        found = self.op(*paths)
        if found is None:
            raise OpError(f"no operator {' or '.join(map(repr, paths))} in {self.path}{near(self, paths)}")
        return found

    def _find(self, path: Any, inside: bool = False) -> list[OP]:
        return find(self, path, inside)

    def relativePath(self, op: OP) -> str:
        """The path that leads from here to ``op``."""
        return relative_path(self, op)

    def _child(self, name: str) -> OP | None:
        return None

    def _all_children(self) -> Sequence[OP]:
        return ()

    # -- parameters --------------------------------------------------------------------------------------------

    @property
    def parGroup(self) -> ParGroups:
        return ParGroups(self.values)

    @property
    def seq(self) -> Sequences:
        return Sequences(self.values)

    def pars(self, *patterns: str) -> list[Par]:
        """Parameters whose names match; all without arguments."""
        pars = list(self.par)
        names = set(match(" ".join(patterns) or "*", [par.name for par in pars]))
        return [par for par in pars if par.name in names]

    @property
    def builtinPars(self) -> list[Par]:
        return [par for par in self.par if not par.isCustom]

    @property
    def customPars(self) -> list[Par]:
        return [par for par in self.par if par.isCustom]

    def parGroups(self, *patterns: str) -> list[ParGroup]:
        groups = {par._def.group: par.parGroup for par in self.pars(*patterns)}
        return list(groups.values())

    def copyParameters(self, op: OP, custom: bool = True, builtin: bool = True) -> None:
        """Take the values and modes of another operator's parameters of the same names."""
        for par in op.par:
            mine = self.par[par.name]
            if mine is not None and (custom if par.isCustom else builtin) and not par.isPulse:
                mine.copy(par)

    def resetPars(self, parNames: str = "*", includeBuiltin: bool = True, includeCustom: bool = True) -> bool:
        """Put parameters back to their defaults; True if anything changed."""
        chosen = [par for par in self.pars(parNames) if (includeCustom if par.isCustom else includeBuiltin)]
        return sum(par.reset() for par in chosen) > 0

    def evalExpression(self, text: str) -> Any:
        """Evaluate an expression in this operator's context."""
        return self.project.expressions.bind(self, text)()

    def _pulsed(self, name: str) -> None:
        """A button of this operator was pressed; sinks that act at once override this."""

    # -- wires -------------------------------------------------------------------------------------------------

    @property
    def inputs(self) -> list[OP]:
        """The connected inputs, without gaps."""
        self._read_structure()
        return [wire for wire in self._wires if wire is not None]

    @property
    def outputs(self) -> list[OP]:
        self._read_structure()
        return [op for op, _ in self._outputs]

    @property
    def inputConnectors(self) -> Connectors:
        count = len(self._wires) + 1 if self.isMultiInputs else len(self.wires)
        return Connectors(self, count, True)

    @property
    def outputConnectors(self) -> Connectors:
        return Connectors(self, 0 if self.family == "COMP" else 1, False)

    def setInputs(self, ops: Sequence[OP | None]) -> None:
        """Connect all inputs at once; None leaves a gap. Nothing changes if one of them cannot be connected."""
        for index, op in enumerate(ops):
            if op is not None:
                accept(self, index, op)
        for index in reversed(range(len(ops), len(self._wires))):
            self._connect(index, None)
        for index, op in enumerate(ops):
            self._connect(index, op)

    def _connect(self, index: int, source: OP | None) -> None:
        connect(self, index, source)

    # -- flags -------------------------------------------------------------------------------------------------

    def _flag(self, name: str, default: bool = False) -> bool:
        self.engine.read(self.values.cell if name in _OUTPUT_FLAGS else self._flag_cell(name))
        return self._flags.get(name, default)

    def _flag_cell(self, name: str) -> Cell:
        cell = self._flag_cells.get(name)
        if cell is None:
            cell = self._flag_cells[name] = Cell(VALUE, f"flag {name}")
        return cell

    def _set_flag(self, name: str, value: bool) -> None:
        if self._flags.get(name, False) == bool(value):
            return
        if name in _OUTPUT_FLAGS:
            self.values.changed()
        else:
            self._flag_cells[name] = self.engine.changed(self._flag_cell(name))
        self._flags[name] = bool(value)
        if name == "viewer":
            self.project._structure_changed()
        self.project.log("flag", self, name=name, value=bool(value))

    bypass = property(lambda self: self._flag("bypass"), lambda self, value: self._set_flag("bypass", value))
    lock = property(lambda self: self._flag("lock"), lambda self, value: self._set_flag("lock", value))
    display = property(lambda self: self._flag("display"), lambda self, value: self._set_flag("display", value))
    render = property(lambda self: self._flag("render"), lambda self, value: self._set_flag("render", value))
    viewer = property(lambda self: self._flag("viewer"), lambda self, value: self._set_flag("viewer", value))
    """While on, the operator is pulled every frame, as if somebody looked at it."""

    # -- storage -----------------------------------------------------------------------------------------------

    @property
    def storage(self) -> dict[str, Any]:
        """All stored values. What reads it notices store() and unstore(), not changes made in the dict itself."""
        return self._storage.all()

    def store(self, key: str, value: Any) -> Any:
        """Keep a value on this operator; what fetched it notices."""
        self._storage.put(key, value)
        return value

    def fetch(self, key: str, default: Any = MISSING, search: bool = True, storeDefault: bool = False) -> Any:
        """A stored value of this operator, or with ``search`` of the nearest COMP above that has it."""
        op: OP | None = self
        while op is not None:
            value = op._storage.get(key)
            if value is not MISSING:
                return value
            op = op._parent if search else None
        if default is MISSING:
            raise OpError(f"{self.path} has nothing stored as {key!r}{nearest(key, self._storage)}")
        if storeDefault:
            self.store(key, default)
        return default

    def unstore(self, *patterns: str) -> None:
        """Forget stored values whose keys match."""
        self._storage.remove(patterns)

    # -- cooking -----------------------------------------------------------------------------------------------

    def _cook_traced(self) -> Any:
        """Compute the result, and note who cooked, when and for how long."""
        if not self.valid:
            raise OpError("this operator was destroyed")
        start = perf_counter()
        before, self.warnings_now = self.warnings_now, []
        try:
            value = self._cook() if not self.project.checked else self._cook_checked()
        except Exception:
            self._note_cook(start)
            raise
        self._note_cook(start)
        if before:
            self.project.warnings_gone(self, before)
        return value

    def _cook_checked(self) -> Any:
        """Cook twice from the same inputs and state; what differs came from outside the network."""
        value, again = self._cook(), self._cook()
        output = _plain(value)
        if not self.same_output(output, _plain(again)):
            return WithError(
                output,
                "two cooks from the same inputs differ: the operator reads something outside the network "
                "(the wall clock, a random number, a global, a file)",
            )
        return value

    def same_output(self, a: Any, b: Any) -> bool:
        """Whether two cooks gave the same result."""
        return bool(a == b)

    def _note_cook(self, start: float) -> None:
        self.totalCooks += 1
        self.last_cook = self.project.trace.cooked(self, start, perf_counter())

    def _cook(self) -> Any:
        """Compute this operator's result from what it reads; the family bases do."""
        return None

    def cook(self, force: bool = False, recurse: bool = False) -> None:
        """Bring this operator up to date; with ``force`` cook it even if nothing changed."""
        if force:
            self.values.changed()
        if recurse:
            for child in self.children:
                child.cook(force=force, recurse=True)
        with self.project.pulling(), suppress(CookError):  # the error is on the operator
            self.result.pull()

    cookTime = property(lambda self: self.last_cook[4] * 1e3 - self.last_cook[3] * 1e3, doc="Of the last cook, in ms.")
    cpuCookTime = cookTime
    cookAbsFrame = property(lambda self: self.last_cook[1], doc="The frame of the last cook; 0 before the first.")
    cookFrame = property(lambda self: self.last_cook[5], doc="The same on the timeline.")
    cookStartTime = property(lambda self: (self.last_cook[3] - self.last_cook[6]) * 1e3, doc="In its frame, in ms.")
    cookEndTime = property(lambda self: (self.last_cook[4] - self.last_cook[6]) * 1e3, doc="In its frame, in ms.")
    cookedThisFrame = property(lambda self: self.cookAbsFrame == self.project.frame)
    cookedPreviousFrame = property(lambda self: 0 < self.cookAbsFrame == self.project.frame - 1)

    def _memos(self) -> Iterator[Memo]:
        """The results whose errors are this operator's."""
        yield self.result

    def own_errors(self) -> list[str]:
        """What is wrong with this operator itself, or that it depends on one with an error."""
        out: list[str] = []
        faults = [memo.fault for memo in self._memos() if memo.fault is not None]
        for fault in [*faults, *self._phase_faults.values()]:
            text = (
                fault.message if fault.own else f"depends on {fault.origin.path}, which has an error: {fault.message}"
            )
            if text not in out:
                out.append(text)
        return out

    def phase_error(self, phase: str, fault: Fault | None) -> None:
        """Show or clear the error of a step of the frame loop."""
        before = self._phase_faults.pop(phase, None)
        if fault is not None:
            self._phase_faults[phase] = fault
        if fault != before:
            self.project.fault_changed(self, fault, before)

    def errors(self, recurse: bool = False) -> str:
        """What is wrong, one message a line; an empty text when nothing is."""
        lines = self.own_errors()
        if recurse:
            lines += [f"{child.path}: {line}" for child in self.children for line in child.errors(True).splitlines()]
        return "\n".join(lines)

    def warnings(self, recurse: bool = False) -> str:
        """What works, but not as asked; one message a line."""
        lines = list(dict.fromkeys([*self.warnings_now, *self._cautions]))
        if recurse:
            lines += [f"{child.path}: {line}" for child in self.children for line in child.warnings(True).splitlines()]
        return "\n".join(lines)

    def scriptErrors(self, recurse: bool = False) -> str:
        """Errors of this operator's scripts and callbacks, one message a line."""
        lines = list(self.script_errors.values())
        if recurse:
            lines += [line for child in self.children for line in child.scriptErrors(True).splitlines()]
        return "\n".join(lines)

    def addScriptError(self, message: str, kind: str = "", script: Any = None) -> None:
        """Put an error of a script on this operator; the next good run of that script takes it away."""
        key = script or message
        if self.script_errors.get(key) != message:
            self.script_errors[key] = message
            self.project.report(self, message, kind=kind)

    def clearScriptErrors(self, recurse: bool = False, error: str = "*") -> None:
        self.script_errors = {
            script: text for script, text in self.script_errors.items() if not fnmatchcase(text, error)
        }
        if recurse:
            for child in self.children:
                child.clearScriptErrors(True, error)

    def warn(self, message: str) -> None:
        """Say on this operator that something works, but not as asked; once per cook and message."""
        if message not in self.warnings_now:
            self.warnings_now.append(message)
            self.project.report(self, message, warning=True)

    def caution(self, messages: list[str]) -> None:
        """Show these warnings, which are not those of a cook, in place of the ones shown so before."""
        if messages == self._cautions:
            return
        before, self._cautions = self._cautions, messages
        for message in messages:
            self.project.report(self, message, warning=True)
        self.project.warnings_gone(self, before)

    def info(self) -> dict[str, float]:
        """The operator's own Info CHOP channels, beside those that every operator has."""
        return {}

    def dependenciesTo(self, op: OP) -> list[list[OP]]:
        """Paths of operators through which this one depends on ``op``, as of the last cooks."""
        from .structure import dependency_paths

        return dependency_paths(self, op)

    # -- docking -----------------------------------------------------------------------------------------------

    @property
    def dock(self) -> OP | None:
        """The operator that this one is docked to: it is copied and destroyed with it. None when it is not."""
        return self._dock

    @dock.setter
    def dock(self, host: OP | None) -> None:
        if host is not None and (host is self or host._parent is not self._parent):
            raise OpError(f"{self.path} cannot be docked to {host.path}: it takes another operator of the same COMP")
        if host is not None and self in host._hosts():
            raise OpError(f"{self.path} cannot be docked to {host.path}, which is docked to it")
        if self._dock is not None:
            del self._dock._docked[self]
        self._dock = host
        if host is not None:
            host._docked[self] = None

    def _hosts(self) -> Iterator[OP]:
        """What this operator is docked to, what that is docked to, and so on."""
        host = self._dock
        while host is not None:
            yield host
            host = host._dock

    @property
    def docked(self) -> list[OP]:
        """The operators that are docked to this one."""
        if self._parent is not None:
            self._parent._read_structure()
        return sorted(self._docked)

    # -- life --------------------------------------------------------------------------------------------------

    def created(self) -> None:
        """Called once this operator stands in the network."""

    def destroy(self) -> None:
        """Remove this operator, with everything in it. A second call is an error."""
        if not self.valid:
            raise OpError("this operator was destroyed already")
        if self._parent is None:
            raise OpError("the root cannot be destroyed")
        self.engine.may_change(self._structure)
        self._destroy()

    def _destroy(self) -> None:
        path = self.path
        for child in [*self.docked, *self.children]:
            if child.valid:  # not gone already with what it was docked to
                child._destroy()
        for index in reversed(range(len(self._wires))):
            self._connect(index, None)
        for target, index in list(self._outputs):
            target._connect(index, None)
        self.dock = None
        parent = self._parent
        assert parent is not None
        self.removed()
        parent._forget(self)
        self._structure_changed()
        self.valid = False
        for memo in self._memos():
            memo.forget()
        self.released()
        self.project.log("destroy", self, before=path)
        self.project._unregister(self)

    def copied(self, op: OP) -> None:
        """Called on a copy: take from the original what is not a parameter."""

    def removed(self) -> None:
        """Called before this operator is destroyed: finish what is open."""

    def released(self) -> None:
        """Called when this operator is gone or its project closes: let go of what is held."""

    def __lt__(self, other: OP) -> bool:
        return natural(self.path) < natural(other.path)


def _plain(output: Any) -> Any:
    """What was made, without the error that came with it."""
    return output.value if type(output) is WithError else output


def check_name(name: str) -> str:
    """``name`` if an operator can have it; OpError otherwise."""
    if not is_name(name):
        told = f"{name[:40]}…" if isinstance(name, str) and len(name) > 40 else name
        raise OpError(
            f"an operator cannot be named {told!r}: at most 255 letters, digits and underscores, not a digit first"
        )
    return name
