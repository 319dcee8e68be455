"""Containers: operators that hold a network, custom parameters and extensions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from .custom import CustomPages
from .errors import OpError
from .extensions import Extensions
from .op import OP, check_name
from .pardefs import Blocks, OPRef, Page, Str, Toggle
from .parvalues import ParMode
from .paths import natural, pattern, unique

if TYPE_CHECKING:
    from .project import Project

T = TypeVar("T", bound=OP)


class COMP(CustomPages, OP):
    """A container: operators live in it, and it can have parameters of its own."""

    family: ClassVar[str] = "COMP"
    common = (
        Page(
            "Common",
            Str("parentshortcut", label="Parent Shortcut", help="Inside, parent.<this> is this COMP."),
            Str("opshortcut", label="Global OP Shortcut", help="Everywhere, op.<this> is this COMP."),
            Blocks(
                "iop",
                Str("shortcut", label="Internal OP Shortcut", help="Inside, iop.<this> is the operator."),
                OPRef("op", label="Internal OP", help="The operator that the shortcut names."),
                blocks=0,
            ),
        ),
        Page(
            "Extensions",
            Blocks(
                "ext",
                Str("object", label="Object", help="Expression that makes the extension, evaluated inside."),
                Str("name", label="Name", help="ext.<this>; the class name when empty."),
                Toggle("promote", True, label="Promote", help="Capitalised members are members of the COMP."),
                blocks=0,
            ),
        ),
    )

    def __init__(self, project: Project, name: str, parent: COMP | None) -> None:
        self._children: dict[str, OP] = {}
        self._found: dict[str, str] = {}
        """For each name that was asked for, the free one that was found."""
        self._extensions = Extensions(self)
        self.allowCooking = True
        super().__init__(project, name, parent)

    # -- children ------------------------------------------------------------------------------------------------

    @property
    def children(self) -> list[OP]:
        self._read_structure()
        return list(self._children.values())

    @property
    def numChildren(self) -> int:
        return len(self.children)

    @property
    def numChildrenRecursive(self) -> int:
        return len(self.findChildren())

    def _child(self, name: str) -> OP | None:
        self._read_structure()
        return self._children.get(name)

    def _all_children(self) -> Sequence[OP]:
        self._read_structure()
        return sorted(self._children.values(), key=lambda child: natural(child._name))

    def _free_name(self, name: str) -> str:
        found = unique(self._found.get(name, check_name(name)), self._children)
        if found != name:  # up to it all are taken, until one is given back
            self._found[name] = found
        return found

    def _rekey(self) -> None:
        """A child has another name."""
        self._children = {child._name: child for child in self._children.values()}
        self._found.clear()

    def _forget(self, child: OP) -> None:
        del self._children[child._name]
        self._found.clear()
        self._structure_changed()

    @overload
    def create(self, opType: type[T], name: str | None = None, initialize: bool = True) -> T: ...
    @overload
    def create(self, opType: str, name: str | None = None, initialize: bool = True) -> Any: ...
    def create(self, opType: type[OP] | str, name: str | None = None, initialize: bool = True) -> Any:
        """Make an operator in this COMP: ``create(td.noiseTOP, 'noise1')`` or ``create('noiseTOP')``.

        A name that is taken becomes the next numbered one. Without ``initialize`` it comes bare, with no docked
        operators. OpError for an unknown type.
        """
        cls = self.project.find_type(opType) if isinstance(opType, str) else opType
        if not (isinstance(cls, type) and issubclass(cls, OP) and hasattr(cls, "table")):
            raise OpError(f"{self.path}: {opType!r} is not an operator type")
        own = self._free_name(name or cls.__name__.removesuffix(cls.family) + "1")
        self.engine.may_change(self._structure)
        child = cls(self.project, own, self)
        self._children[own] = child
        self._structure_changed()
        self.project._register(child)
        self.project.log("create", child)
        if initialize:
            child.created()
        return child

    def copy(self, op: T, name: str | None = None, includeDocked: bool = True) -> T:
        """A copy of an operator, with parameters, text, contents and storage; wires into it are not copied."""
        ops = [op, *(op.docked if includeDocked else ())]
        return self._copy_all(ops, name)[0]  # type: ignore[return-value]  # the copy has the type of the original

    def copyOPs(self, ops: Iterable[OP]) -> list[OP]:
        """Copies of several operators and of what is docked to them; wires and references among them are kept."""
        wanted = list(dict.fromkeys(ops))
        here = set(wanted)
        docked = [other for op in wanted for other in op.docked if other not in here]
        return self._copy_all(wanted + docked, None)[: len(wanted)]

    def _copy_all(self, ops: list[OP], name: str | None) -> list[OP]:
        inside = next((op for op in ops if f"{self.path}/".startswith(f"{op.path}/") or op._parent is None), None)
        if inside is not None:
            raise OpError(f"{self.path}: {inside.path} cannot be copied into itself")
        made: dict[int, OP] = {}
        for op in sorted(ops, key=lambda op: len([*op._hosts()])):  # what others are docked to comes before them
            host = made.get(op._dock.id) if op._dock is not None else None
            own = name or op.name
            if host is not None and op._dock is not None:
                own = host.name + op.name.removeprefix(op._dock.name) if op.name.startswith(op._dock.name) else op.name
            made[op.id] = self.create(type(op), own, initialize=False)
            made[op.id].dock = host
        for op in ops:
            self._copy_into(op, made[op.id])
        self._repoint({op.name: made[op.id] for op in ops}, made)
        for op in ops:
            for index, source in enumerate(op._wires):
                if source is not None and source.id in made:
                    made[op.id]._connect(index, made[source.id])
        return [made[op.id] for op in ops]

    @staticmethod
    def _repoint(names: dict[str, OP], made: dict[int, OP]) -> None:
        """Let the constant references among copied operators lead to the copies."""
        for new in made.values():
            for par in new.par:
                if par.isOP and par.mode is ParMode.CONSTANT and (value := par.val) != "":
                    target = made.get(value.id) if isinstance(value, OP) else names.get(value)
                    if target is not None:
                        par.val = target if isinstance(value, OP) else target.name

    def _copy_into(self, op: OP, new: OP) -> None:
        if isinstance(op, CustomPages) and isinstance(new, CustomPages):
            for page in op._custom_pages.values():
                mine = new.appendCustomPage(page.name)
                for par in page.pars:
                    new.values.add(replace(par._def))
                    mine._names.append(par.name)
        if isinstance(op, COMP) and isinstance(new, COMP):
            new.allowCooking = op.allowCooking
            if op._children:
                new.copyOPs(list(op._children.values()))
        for sequence in op.values.blocks:
            getattr(new.seq, sequence).numBlocks = len(op.values.blocks[sequence])
        new.copyParameters(op)
        new._flags = dict(op._flags)
        for key, value in op.storage.items():
            new.store(key, value)
        new.tags, new.comment, new.color = set(op.tags), op.comment, op.color
        new.nodeX, new.nodeY = op.nodeX, op.nodeY
        new.copied(op)

    def findChildren(
        self,
        type: type[OP] | str | None = None,
        name: str | None = None,
        path: str | None = None,
        depth: int | None = None,
        maxDepth: int | None = None,
        tags: Sequence[str] = (),
        allTags: bool = False,
        parName: str | None = None,
        key: Any = None,
    ) -> list[OP]:
        """Operators in this COMP at any depth that fit every given condition; texts are patterns."""
        cls = self.project.find_type(type) if isinstance(type, str) else type
        wanted = set(tags)
        out: list[OP] = []
        level: list[tuple[OP, int]] = [(child, 1) for child in self._all_children()]
        while level:
            op, deep = level.pop(0)
            level.extend((child, deep + 1) for child in op._all_children())
            if (maxDepth is not None and deep > maxDepth) or (depth is not None and deep != depth):
                continue
            if cls is not None and not isinstance(op, cls):
                continue
            if name is not None and not any(pattern(word).match(op.name) for word in name.split()):
                continue
            if path is not None and not pattern(path).match(op.path):
                continue
            if wanted and not (wanted <= op.tags if allTags else wanted & op.tags):
                continue
            if parName is not None and not op.pars(parName):
                continue
            if key is not None and not key(op):
                continue
            out.append(op)
        return out

    # -- shortcuts and extensions --------------------------------------------------------------------------------

    def _internal_ops(self) -> dict[str, OP | None]:
        return {name: ops[0] if ops else None for name, ops in self.values.blocks_of("iop")}

    @property
    def extensions(self) -> list[Any]:
        return [extension.object for extension in self._extensions.current().values()]

    def initializeExtensions(self) -> None:
        """Make the extensions anew."""
        self._extensions.forget()
        self._extensions.current()

    def __getattr__(self, name: str) -> Any:
        # Only reached for names that are no members: promoted members of extensions are capitalised.
        if name[:1].isupper() and "par" in self.__dict__:
            for extension in self._extensions.current().values():
                if extension.promoted and hasattr(extension.object, name):
                    return getattr(extension.object, name)
        raise AttributeError(f"{type(self).__name__} {self._name!r} has no attribute {name!r}")
