"""Parameters as scripts see them: ``op.par.tx``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .engine import same
from .errors import ParError
from .pardef import REFERENCES, ParDef, Pulses
from .pargroup import ParGroup
from .parvalues import ParMode, ParValues, Source
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
