"""Wires: the inputs that an operator class declares, and the connectors of an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex, overload

from .errors import OpError

if TYPE_CHECKING:
    from .op import OP


_TOLD = 6
"""So many connectors are named in a message."""


class Wire(NamedTuple):
    """An input that an operator class declares."""

    label: str
    required: bool = False
    many: bool = False


def required(*labels: str) -> tuple[Wire, ...]:
    """Inputs without which the operator cannot cook."""
    return tuple(Wire(label, required=True) for label in labels)


def optional(*labels: str) -> tuple[Wire, ...]:
    """Inputs that may stay open."""
    return tuple(Wire(label) for label in labels)


def many(label: str, required: bool = True) -> tuple[Wire, ...]:
    """Any number of inputs."""
    return (Wire(label, required, many=True),)


def connect(target: OP, index: int, source: OP | None) -> None:
    """Wire ``source`` into an input of ``target``, or with None open it. OpError when that cannot be."""
    if source is not None:
        accept(target, index, source)
    current = target._wires[index] if index < len(target._wires) else None
    if current is source:
        return
    target._structure_changed()
    if source is not None:
        source._structure_changed()
    if current is not None:
        del current._outputs[target, index]
    while len(target._wires) <= index:
        target._wires.append(None)
    target._wires[index] = source
    if source is not None:
        source._outputs[target, index] = None
    while target._wires and target._wires[-1] is None:
        target._wires.pop()
    target.project.log("wire", target, index=index, source=source)


def accept(target: OP, index: int, source: Any) -> None:
    """OpError when ``source`` cannot be wired into this input."""
    if not getattr(source, "valid", False):
        raise OpError(f"{target.path}: cannot connect {source!r}")
    if source.project is not target.project:
        raise OpError(f"{target.path}: {source.path} belongs to another project")
    if source.family != target.family:
        raise OpError(f"{target.path}: a {source.family} ({source.path}) cannot be wired into a {target.family}")
    if index >= target.maxInputs:
        there = f"{target.maxInputs or 'no'} input{'' if target.maxInputs == 1 else 's'}"
        raise OpError(f"{target.path} ({target.opType}) has {there}, not {index + 1}")
    if source._parent is not target._parent:
        raise OpError(f"{target.path}: {source.path} is in another network; wires stay inside one COMP")


class NoConnector(OpError, IndexError):
    """A connector that an operator does not have."""


class Connectors(list["Connector"]):
    """The connectors on one side of an operator; asking for one that is not there says which there are."""

    def __init__(self, owner: OP, count: int, are_inputs: bool) -> None:
        super().__init__(Connector(owner, index, are_inputs) for index in range(count))
        self._owner = owner
        self._side = "input" if are_inputs else "output"

    @overload
    def __getitem__(self, index: SupportsIndex) -> Connector: ...
    @overload
    def __getitem__(self, index: slice) -> list[Connector]: ...
    def __getitem__(self, index: Any) -> Connector | list[Connector]:
        try:
            found: Connector | list[Connector] = super().__getitem__(index)
            return found
        except IndexError:
            raise NoConnector(
                f"{self._owner.path} ({self._owner.opType}) has no {self._side}Connectors[{index}]; {self._there()}"
            ) from None

    def _there(self) -> str:
        """Which connectors there are, in words."""
        if self._side == "output":
            return "its only output is 0" if self else "wires lead to what is in a COMP, not to the COMP"
        if not self:
            return f"a {self._owner.opType} takes no inputs"
        named = ", ".join(f"{end.index} ({end.description})" for end in self[:_TOLD])
        more = f" and {len(self) - _TOLD} more" if len(self) > _TOLD else ""
        count = f"{len(self)} input{'' if len(self) == 1 else 's'}"
        if self._owner.isMultiInputs:
            return f"it takes any number, in order: {named}{more}; the next free one is {len(self) - 1}"
        return f"it has {count}: {named}{more}"


class Connector:
    """One end of possible wires of an operator."""

    __slots__ = ("index", "isInput", "owner")

    def __init__(self, owner: OP, index: int, is_input: bool) -> None:
        self.owner = owner
        self.index = index
        self.isInput = is_input

    @property
    def isOutput(self) -> bool:
        return not self.isInput

    @property
    def description(self) -> str:
        wires = self.owner.wires
        return wires[min(self.index, len(wires) - 1)].label if self.isInput and wires else ""

    @property
    def connections(self) -> list[Connector]:
        """The connectors at the other ends."""
        self.owner._read_structure()
        if self.isInput:
            wires = self.owner._wires
            source = wires[self.index] if self.index < len(wires) else None
            return [Connector(source, 0, False)] if source is not None else []
        return [Connector(op, index, True) for op, index in self.owner._outputs]

    def connect(self, other: OP | Connector) -> None:
        """Make a wire. An input connector replaces its wire; an output connector takes the first free input."""
        if self.isInput:
            if isinstance(other, Connector) and other.isInput:
                raise OpError(f"{self.owner.path}: an input connects to an output, not to another input")
            source = other.owner if isinstance(other, Connector) else other
            if source is None:
                raise OpError(f"{self.owner.path}: cannot connect None; disconnect() removes a wire")
            self.owner._connect(self.index, source)
            return
        if isinstance(other, Connector):
            if not other.isInput:
                raise OpError(f"{self.owner.path}: an output connects to an input, not to another output")
            other.owner._connect(other.index, self.owner)
            return
        if not hasattr(other, "_wires"):
            raise OpError(f"{self.owner.path}: cannot connect to {other!r}")
        wires = other._wires
        free = next((index for index, wire in enumerate(wires) if wire is None), len(wires))
        if wires and free >= other.maxInputs:
            raise OpError(
                f"{other.path} ({other.opType}) has no free input for {self.owner.path}; "
                "inputConnectors[n].connect() replaces a wire"
            )
        other._connect(free, self.owner)

    def disconnect(self) -> None:
        """Remove the wires of this connector."""
        for end in self.connections:
            target, index = (self.owner, self.index) if self.isInput else (end.owner, end.index)
            target._connect(index, None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Connector) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[int, int, bool]:
        return self.owner.id, self.index, self.isInput

    def __repr__(self) -> str:
        return f"<{'input' if self.isInput else 'output'} {self.index} of {self.owner.path}>"
