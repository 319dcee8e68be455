"""Parameters as scripts see them: ``op.par.tx``, groups, and blocks of sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .engine import same
from .errors import ParError
from .pardefs import REFERENCES, BlockSequence, ParDef, Pulses
from .parvalues import ParMode, ParValues, Source
from .paths import nearest
from .proxy import Proxy

if TYPE_CHECKING:
    from .custom import CustomPage
    from .op import OP


class Pars:
    """``op.par``: the parameters of an operator, by name.

    ``op.par.tx`` is a Par, ``op.par.tx = 3`` sets it, ``op.par['tx']`` is None where there is no such parameter.
    """

    __slots__ = ("_values",)
    _values: ParValues

    def __init__(self, values: ParValues) -> None:
        object.__setattr__(self, "_values", values)

    def __getattr__(self, name: str) -> Par:
        if name.startswith("__"):
            raise AttributeError(name)
        return Par(self._values, self._values.found(name))

    def __setattr__(self, name: str, value: Any) -> None:
        self._values.assign(self._values.found(name), value)

    def __getitem__(self, name: str) -> Par | None:
        position = self._values.position(name)
        if position is None:
            self._values.op._read_structure()
            return None
        return Par(self._values, position)

    def __setitem__(self, name: str, value: Any) -> None:
        self.__setattr__(name, value)

    def __iter__(self) -> Iterator[Par]:
        values = self._values
        for position in range(values.count):
            yield Par(values, position)
        for offset, pardef in enumerate(values.extra):
            if pardef is not None:
                yield Par(values, values.count + offset)

    def __len__(self) -> int:
        return self._values.count + sum(pardef is not None for pardef in self._values.extra)

    def __dir__(self) -> list[str]:
        return [par.name for par in self]


class Par(Proxy):
    """One parameter of one operator. It casts to its value in arithmetic and comparisons."""

    __slots__ = ("_position", "_values")

    def __init__(self, values: ParValues, position: int) -> None:
        self._values = values
        self._position = position

    def __repr__(self) -> str:
        return f"<Par {self.owner.path}.par.{self.name}>"

    def proxied(self) -> Any:
        return self.eval()

    @property
    def _def(self) -> ParDef:
        return self._values.definition(self._position)

    @property
    def _source(self) -> Source | None:
        return self._values.sources.get(self._position)

    @property
    def owner(self) -> OP:
        return self._values.op

    @property
    def valid(self) -> bool:
        extra = self._position - self._values.count
        return self.owner.valid and (extra < 0 or self._values.extra[extra] is not None)

    # -- value and mode --------------------------------------------------------------------------------------

    def eval(self) -> Any:
        """The current value, by mode: float, int, bool, str, a menu's token, or operators.

        A button is True in the frame that its press is dated with.

        A reference gives the operator, None, or a list when it names several. Raises CookError when an
        expression fails.
        """
        values = self._values
        if values.op.engine.computing is not None:
            value = values.outside(self._position).pull()
        else:
            source = values.sources.get(self._position)
            value = values.values[self._position] if source is None else source.memo.pull()
        if isinstance(value, Pulses):
            project = values.op.project  # the clock is read only for a press that is not over
            return value.frame >= project.frame and value.frame == project.absTime.frame
        if self._def.style in REFERENCES:
            several = value if isinstance(value, tuple) else ()
            return several[0] if len(several) == 1 else (list(several) or None)
        return value

    def evalOPs(self) -> list[OP]:
        """The operators that a reference names, as a list."""
        value = self.eval()
        return [] if value is None else value if isinstance(value, list) else [value]

    @property
    def val(self) -> Any:
        """The constant-mode value; setting it switches to constant mode."""
        value = self._values.values[self._position]
        return bool(value) if isinstance(value, Pulses) else value

    @val.setter
    def val(self, value: Any) -> None:
        self._values.assign(self._position, value)

    @property
    def expr(self) -> str:
        """The expression; setting it switches to expression mode, and ``mode`` can come back to it later."""
        return self._values.texts[self._position, ParMode.EXPRESSION] if self.mode is ParMode.EXPRESSION else ""

    @expr.setter
    def expr(self, text: str) -> None:
        self._values.move(self._position, ParMode.EXPRESSION, str(text))

    @property
    def bindExpr(self) -> str:
        """An expression that names the parameter this one is bound to; setting it switches to bind mode."""
        return self._values.texts[self._position, ParMode.BIND] if self.mode is ParMode.BIND else ""

    @bindExpr.setter
    def bindExpr(self, text: str) -> None:
        self._values.move(self._position, ParMode.BIND, str(text))

    @property
    def bindMaster(self) -> Par | None:
        source = self._source
        return self._values.master(source) if source is not None and source.mode is ParMode.BIND else None

    @property
    def mode(self) -> ParMode:
        source = self._source
        return ParMode.CONSTANT if source is None else source.mode

    @mode.setter
    def mode(self, mode: ParMode) -> None:
        if mode is self.mode:
            return
        if mode is not ParMode.CONSTANT:
            text = self._values.texts.get((self._position, mode))
            if text is None:
                raise ParError(
                    f"{self!r}: set expr or bindExpr, or export a CHOP to it, to leave {self.mode.name} mode"
                )
            self._values.move(self._position, mode, text)
            return
        value = self._values.values[self._position]
        self._values.changed()
        self._values.still(self._position)
        self._values.values[self._position] = value
        if self._def.style in REFERENCES:
            self._values.follow(self._position)

    @property
    def exportOP(self) -> OP | None:
        source = self._source
        return source.text[0] if source is not None and source.mode is ParMode.EXPORT else None

    @property
    def exportSource(self) -> Any:
        source = self._source
        if source is None or source.mode is not ParMode.EXPORT:
            return None
        chop, channel = source.text
        return chop[channel]

    def pulse(self, value: Any = 1, frames: int = 0, seconds: float = 0) -> None:
        """Press a button; on other parameters set ``value`` and put the old one back after that time.

        A press is dated with the frame being cooked, or between frames with the next one.
        """
        if self.isPulse:
            self._values.pulse(self._position)
            return
        before = self.val
        self.val = value
        delay = max(1, int(frames) or round(float(seconds) * float(self.owner.project.rate)))
        self.owner.project.delay(lambda: setattr(self, "val", before), delay)

    def reset(self) -> bool:
        """Go back to the default value and mode; True if that changed anything."""
        if self.isDefault:
            return False
        self._values.reset(self._position)
        return True

    def copy(self, par: Par) -> None:
        """Take value and mode of another parameter."""
        if self.mode is ParMode.BIND:
            self.mode = ParMode.CONSTANT
        if par.mode is ParMode.EXPRESSION:
            self.expr = par.expr
        elif par.mode is ParMode.BIND:
            self.bindExpr = par.bindExpr
        else:
            self.val = par.val

    def destroy(self) -> None:
        """Remove a custom parameter."""
        if not self.isCustom:
            raise ParError(f"{self.owner.path} par.{self.name} is built in and cannot be destroyed")
        self._values.remove(self._position)

    def isSamePar(self, par: Par) -> bool:
        return self._values is par._values and self._position == par._position

    # -- what was declared -----------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._def.name

    @property
    def style(self) -> str:
        return self._def.style

    @property
    def index(self) -> int:
        return self._position

    @property
    def vecIndex(self) -> int:
        return [par.name for par in self.parGroup].index(self.name)

    @property
    def parGroup(self) -> ParGroup:
        group = self._def.group
        return ParGroup(group, [par for par in Pars(self._values) if par._def.group == group])

    @property
    def page(self) -> str | CustomPage:
        """The page: its name for built-in parameters, a Page object for custom ones."""
        name = self._def.page
        pages: dict[str, CustomPage] = getattr(self.owner, "_custom_pages", {})
        return pages.get(name, name) if self.isCustom else name

    @property
    def isDefault(self) -> bool:
        pardef = self._def
        if pardef.default_expr:
            return self.mode is ParMode.EXPRESSION and self.expr == pardef.default_expr
        return self.isPulse or (self.mode is ParMode.CONSTANT and same(self.val, pardef.default))

    @property
    def menuIndex(self) -> int | None:
        tokens, value = self._def.tokens, self.eval()
        return tokens.index(value) if value in tokens else None

    @menuIndex.setter
    def menuIndex(self, index: int) -> None:
        self.val = int(index)

    @property
    def menuNames(self) -> list[str] | None:
        return list(self._def.tokens) if self.isMenu else None

    @menuNames.setter
    def menuNames(self, names: list[str]) -> None:
        if not self.isMenu or not names:
            raise ParError(f"{self!r}: a menu needs entries, and only menus have them")
        labels = dict(self._def.menu)
        self._declare(menu=tuple((str(name), labels.get(str(name), str(name))) for name in names))
        if self.style == "Menu" and self.val not in self._def.tokens:
            self._declare(default=self._def.tokens[0])
            self.val = self._def.tokens[0]

    @property
    def menuLabels(self) -> list[str] | None:
        return [label for _, label in self._def.menu] if self.isMenu else None

    @menuLabels.setter
    def menuLabels(self, labels: list[str]) -> None:
        if len(labels) != len(self._def.tokens):
            raise ParError(f"{self!r} has {len(self._def.tokens)} menu entries, not {len(labels)}")
        self._declare(menu=tuple(zip(self._def.tokens, map(str, labels), strict=True)))

    def _declare(self, **changes: Any) -> None:
        self._values.redefine(self._position, replace(self._def, **changes))

    isCustom = property(lambda self: self._def.custom)
    isPulse = property(lambda self: self._def.style in ("Pulse", "Momentary"))
    isMomentary = property(lambda self: self._def.style == "Momentary")
    isMenu = property(lambda self: self._def.style in ("Menu", "StrMenu"))
    isFloat = property(lambda self: self._def.style == "Float")
    isInt = property(lambda self: self._def.style == "Int")
    isNumber = property(lambda self: self._def.style in ("Float", "Int"))
    isToggle = property(lambda self: self._def.style == "Toggle")
    isString = property(lambda self: self._def.style in ("Str", "StrMenu", "File", "FileSave", "Folder"))
    isOP = property(lambda self: self._def.style in REFERENCES)


def _declared(attribute: str, summary: str, convert: Callable[[Any], Any] = lambda value: value) -> property:
    """A property of the declaration, settable on custom parameters."""

    def get(self: Par) -> Any:
        return getattr(self._def, attribute)

    def put(self: Par, value: Any) -> None:
        self._declare(**{attribute: self._def.coerce(value) if attribute == "default" else convert(value)})

    return property(get, put, doc=summary)


for _name, _attribute, _summary in (
    ("label", "label", "The text beside the parameter."),
    ("help", "help", "What it does, in one sentence."),
    ("min", "low", "Lower limit; clamps when clampMin is on."),
    ("max", "high", "Upper limit; clamps when clampMax is on."),
    ("clampMin", "clamp_low", "Whether min clamps."),
    ("clampMax", "clamp_high", "Whether max clamps."),
    ("normMin", "norm_low", "Lower end of the slider."),
    ("normMax", "norm_high", "Upper end of the slider."),
    ("default", "default", "The value that reset() goes back to; setting it leaves the value alone."),
    ("enable", "enable", "Whether people can change it."),
    ("startSection", "section", "Whether a line is drawn above it."),
    ("readOnly", "read_only", "For people only: scripts may set it."),
):
    setattr(Par, _name, _declared(_attribute, _summary))


class ParGroup:
    """Parameters declared together, such as tx ty tz; behaves like a tuple of them."""

    __slots__ = ("name", "pars")

    def __init__(self, name: str, pars: list[Par]) -> None:
        self.name = name
        self.pars = pars

    def __repr__(self) -> str:
        return f"<ParGroup {self.name}: {', '.join(par.name for par in self.pars)}>"

    def __iter__(self) -> Iterator[Par]:
        return iter(self.pars)

    def __len__(self) -> int:
        return len(self.pars)

    def __getitem__(self, index: int) -> Par:
        return self.pars[index]

    def eval(self) -> tuple[Any, ...]:
        return tuple(par.eval() for par in self.pars)

    @property
    def val(self) -> tuple[Any, ...]:
        return tuple(par.val for par in self.pars)

    @val.setter
    def val(self, values: Any) -> None:
        values = tuple(values) if isinstance(values, (tuple, list, ParGroup)) else (values,) * len(self.pars)
        if len(values) != len(self.pars):
            raise ParError(f"{self!r} takes {len(self.pars)} values, not {len(values)}")
        for par, value in zip(self.pars, values, strict=True):
            par.val = value

    @property
    def expr(self) -> tuple[str, ...]:
        return tuple(par.expr for par in self.pars)

    @expr.setter
    def expr(self, texts: Any) -> None:
        texts = (texts,) * len(self.pars) if isinstance(texts, str) else tuple(texts)
        if len(texts) != len(self.pars):
            raise ParError(f"{self!r} takes {len(self.pars)} expressions, not {len(texts)}")
        for par, text in zip(self.pars, texts, strict=True):
            par.expr = text

    def pulse(self) -> None:
        for par in self.pars:
            par.pulse()


class ParGroups:
    """``op.parGroup``: parameter groups by name."""

    __slots__ = ("_values",)
    _values: ParValues

    def __init__(self, values: ParValues) -> None:
        object.__setattr__(self, "_values", values)

    def __getitem__(self, name: str) -> ParGroup | None:
        pars = [par for par in Pars(self._values) if par._def.group == name]
        return ParGroup(name, pars) if pars else None

    def __getattr__(self, name: str) -> ParGroup:
        group = self[name]
        if group is None:
            names = {par._def.group for par in Pars(self._values)}
            raise ParError(f"{self._values.op.path} has no parameter group {name!r}{nearest(name, names)}")
        return group

    def __setattr__(self, name: str, value: Any) -> None:
        getattr(self, name).val = value


class BlockView:
    """``op.seq.const``: the blocks of a sequence."""

    __slots__ = ("_sequence", "_values")

    def __init__(self, values: ParValues, sequence: BlockSequence) -> None:
        self._values = values
        self._sequence = sequence

    @property
    def numBlocks(self) -> int:
        return len(self._values.blocks[self._sequence.name])

    @numBlocks.setter
    def numBlocks(self, count: int) -> None:
        if not 0 <= int(count) <= 10_000:
            raise ParError(f"{self._values.op.path} seq.{self._sequence.name} cannot have {count} blocks")
        self._values.grow(self._sequence, int(count))

    def __len__(self) -> int:
        return self.numBlocks

    def __getitem__(self, index: int) -> BlockPars:
        if not -self.numBlocks <= index < self.numBlocks:
            raise IndexError(f"{self._values.op.path} seq.{self._sequence.name} has {self.numBlocks} blocks")
        return BlockPars(self._values, f"{self._sequence.name}{index % self.numBlocks}")


class BlockPars:
    """``op.seq.const[0].par``: the parameters of one block by their short names."""

    __slots__ = ("_prefix", "_values")
    _prefix: str
    _values: ParValues

    def __init__(self, values: ParValues, prefix: str) -> None:
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_prefix", prefix)

    @property
    def par(self) -> BlockPars:
        return self

    def __getattr__(self, name: str) -> Par:
        return Pars(self._values).__getattr__(self._prefix + name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(Pars(self._values), self._prefix + name, value)


class Sequences:
    """``op.seq``: the sequences of an operator."""

    __slots__ = ("_values",)

    def __init__(self, values: ParValues) -> None:
        self._values = values

    def __getattr__(self, name: str) -> BlockView:
        sequence = self._values.table.sequences.get(name)
        if sequence is None:
            raise ParError(
                f"{self._values.op.path} has no sequence {name!r}{nearest(name, self._values.table.sequences)}"
            )
        return BlockView(self._values, sequence)
