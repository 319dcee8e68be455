"""CHOP: the base of channel operators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tdlite.graph.engine import CookError, Memo
from tdlite.graph.errors import OpError
from tdlite.graph.op import OP
from tdlite.graph.par import Par
from tdlite.graph.pardefs import DATRef, Menu, OPRef, Page, Str, Toggle
from tdlite.graph.parvalues import ParMode
from tdlite.graph.paths import match
from tdlite.graph.proxy import Proxy

from .channels import Channels
from .cook import At, Step, gather, step

if TYPE_CHECKING:
    from tdlite.graph.comp import COMP
    from tdlite.graph.project import Project


_SCOPE = Str("scope", "*", label="Scope", help="The channels to work on; others pass unchanged.")
_RATES = Menu(
    "srselect",
    (
        ("first", "Resample At First Input's Rate"),
        ("max", "Resample At Maximum Rate"),
        ("min", "Resample At Minimum Rate"),
        ("err", "Error If Rates Differ"),
    ),
    label="Sample Rate Match",
    help="The rate of the result when inputs differ.",
)


def common_page(cls: type[CHOP]) -> Page:
    """The Common page of a CHOP: what concerns inputs is there when it works on inputs."""
    return Page(
        "Common",
        Toggle("timeslice", cls.sliced, label="Time Slice", help="Output only the samples since the last frame."),
        *((_SCOPE,) if cls.scoped else ()),
        *((_RATES,) if any(wire.many for wire in cls.wires) else ()),
        Menu(
            "exportmethod",
            (
                ("autoname", "Channel Name is Path:Parameter"),
                ("datname", "DAT Table by Name"),
                ("datindex", "DAT Table by Index"),
            ),
            label="Export Method",
            help="How channels find the parameters that they move while the Export flag is on.",
        ),
        OPRef("autoexportroot", "", label="Export Root", help="Where the paths in channel names start."),
        DATRef("exporttable", label="Export Table", help="Rows of channel, path, parameter."),
    )


class CHOP(OP):
    """A channel operator: ``evaluate(at)`` returns Channels, or ``step(at, state)`` Channels and new state.

    The state before the first step is what ``initial()`` returns.
    """

    family: ClassVar[str] = "CHOP"
    sliced: ClassVar[bool] = False
    """Whether Time Slice is on in a new operator."""
    scoped: ClassVar[bool] = False
    """Whether it changes the channels of its first input, so that Scope can leave some of them alone."""
    state: Step | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "common" not in cls.__dict__:
            cls.common = (common_page(cls),)
        cls.stateful = hasattr(cls, "step")
        super().__init_subclass__(**kwargs)

    def __init__(self, project: Project, name: str, parent: COMP | None) -> None:
        super().__init__(project, name, parent)
        self._export = False
        self._exported: dict[str, list[Par]] = {}
        self._names = Memo(self.engine, self, "channel names", lambda: self.result.pull().names)
        self._values_of: dict[str | int, Memo] = {}

    # -- cooking -----------------------------------------------------------------------------------------------

    def _cook(self) -> Channels:
        if self._flags:
            if self._flags.get("lock") and self.result.value is not None:
                return self._kept()
            if self._flags.get("bypass"):
                self.engine.read(self.values.cell)
                return next((each for each in gather(self) if each is not None), Channels.empty())
        inputs = gather(self)
        at = At(self, self.values.row(0), inputs)
        output = self.produce(at)
        common = self.values.row(1)
        if self.scoped and common.scope != "*" and at.inputs and at.inputs[0] is not None:
            output = self._within(common.scope, output, at.inputs[0])
        if common.timeslice:
            return at.sliced(output)
        return output.last() if self.sliced and output.sliced else output

    def produce(self, at: At) -> Channels:
        """The channels, from a step of the state where there is one."""
        output: Channels = step(self, at) if self.stateful else self.evaluate(at)
        return output

    def _kept(self) -> Channels:
        self.engine.read(self.values.cell)
        kept: Channels = self.result.value
        return kept

    @staticmethod
    def _within(scope: str, output: Channels, source: Channels) -> Channels:
        """Channels out of scope as they came in."""
        if output.samples.shape[1:] != source.samples.shape[1:]:
            return output
        inside = set(match(scope, list(source.names)))
        rows = [
            output.samples[output.names.index(name)] if name in inside and name in output.names else source.samples[i]
            for i, name in enumerate(source.names)
        ]
        extra = [i for i, name in enumerate(output.names) if name not in source.names]
        names = [*source.names, *(output.names[i] for i in extra)]
        return output.like(names, [*rows, *(output.samples[i] for i in extra)])

    def evaluate(self, at: At) -> Channels:
        """The channels, from nothing but what ``at`` gives."""
        raise OpError(f"{self.opType} does not say how it cooks")

    def same_output(self, a: Channels, b: Channels) -> bool:
        """Whether two cooks gave the same samples."""
        return a.same(b)

    # -- reading -----------------------------------------------------------------------------------------------

    def _pulled(self) -> Channels:
        channels: Channels = self.result.pull()
        return channels

    def __getitem__(self, name: str | int) -> Channel | None:
        names: tuple[str, ...] = self._names.pull()
        if isinstance(name, int):
            return Channel(self, names[name]) if -len(names) <= name < len(names) else None
        return Channel(self, name) if name in names else None

    def __iter__(self) -> Iterator[Channel]:
        return iter(self.chans())

    def __len__(self) -> int:
        return self.numChans

    def __bool__(self) -> bool:
        return True

    def chan(self, *names: str | int, caseSensitive: bool = True) -> Channel | None:
        """The first channel that matches any of the names, patterns or indices; None if none does."""
        found = self.chans(*names, caseSensitive=caseSensitive)
        return found[0] if found else None

    def chans(self, *names: str | int, caseSensitive: bool = True) -> list[Channel]:
        """All channels that match; every channel without arguments."""
        known: list[str] = list(self._names.pull())
        if not names:
            return [Channel(self, name) for name in known]
        out: list[str] = []
        for name in names:
            if isinstance(name, int):
                hits = known[name : name + 1]
            elif caseSensitive:
                hits = match(name, known)
            else:
                hits = [each for each in known if each.lower() in match(name.lower(), [k.lower() for k in known])]
            out.extend(hit for hit in hits if hit not in out)
        return [Channel(self, name) for name in out]

    @property
    def numChans(self) -> int:
        """How many channels there are."""
        return len(self._names.pull())

    numSamples = property(lambda self: self._pulled().length, doc="Samples in each channel.")
    start = property(lambda self: self._pulled().start, doc="Index of the first sample.")
    end = property(lambda self: self._pulled().end, doc="Index of the last sample.")
    rate = property(lambda self: self._pulled().rate, doc="Samples per second.")
    isTimeSlice = property(lambda self: self._pulled().sliced, doc="Whether it holds only the samples of this frame.")

    def numpyArray(self) -> NDArray[np.float32]:
        """A copy of all samples: float32 [channels, samples]."""
        return self._pulled().samples.astype(np.float32)

    def value_of(self, name: str) -> float:
        """A channel's value at the current time, read through a memo that stops the wave at an equal value."""
        memo = self._values_of.get(name)
        if memo is None:
            memo = self._values_of[name] = Memo(self.engine, self, f"channel {name}", lambda: self._current(name))
        value: float = memo.pull()
        return value

    def _current(self, name: str) -> float:
        channels = self._pulled()
        index = channels.index(name)
        if index is None:
            raise OpError(f"there is no channel {name!r} any more")
        if channels.sliced or channels.length == 1:
            return float(channels.samples[index, -1]) if channels.length else 0.0
        return channels.at(index, self.project.absTime.seconds * channels.rate)

    def info(self) -> dict[str, float]:
        channels: Channels | None = self.result.peek()
        if channels is None:
            channels = Channels.empty()
        return {
            "start": channels.start,
            "length": channels.length,
            "sample_rate": channels.rate,
            "num_channels": len(channels),
            "time_slice": float(channels.sliced),
            "export_sernum": float(len(self._exported)),
            **self.own_info(),
        }

    def own_info(self) -> dict[str, float]:
        """Info CHOP channels of this type alone."""
        return {}

    # -- export ------------------------------------------------------------------------------------------------

    @property
    def export(self) -> bool:
        """The Export flag: while it is on, channels move the parameters that the Common page maps them to."""
        return self._export

    @export.setter
    def export(self, on: bool) -> None:
        self._export = bool(on)
        self.map_exports()

    def _note_cook(self, start: float) -> None:
        super()._note_cook(start)
        if self._export:
            # Names may have changed; the mapping is edited where edits are allowed.
            self.project.delay(self.map_exports, end_frame=True)

    def map_exports(self) -> None:
        """Bring the parameters that this CHOP moves in line with its channels and its Common page."""
        wanted: dict[tuple[int, int], tuple[Par, str]] = {}
        if self._export and self.valid:
            try:
                for par, channel in self._targets():
                    wanted.setdefault((par.owner.id, par._position), (par, channel))
            except CookError:
                return
        current = {(par.owner.id, par._position): par for pars in self._exported.values() for par in pars}
        for key, par in current.items():
            if key not in wanted and par.valid and par.exportOP is self:
                par.mode = ParMode.CONSTANT
        self._exported = {}
        for par, channel in wanted.values():
            self._exported.setdefault(channel, []).append(par)
            source = par._source
            if source is None or source.mode is not ParMode.EXPORT or source.text != (self, channel):
                par._values.move(par._position, ParMode.EXPORT, (self, channel))

    def _targets(self) -> Iterator[tuple[Par, str]]:
        common = self.values.row(1)
        names: tuple[str, ...] = self._names.pull()
        if common.exportmethod == "autoname":
            root = common.autoexportroot[0] if common.autoexportroot else self._ancestor(1)
            for name in names:
                path, colon, parameter = name.rpartition(":")
                target = root.op(path) if colon and root is not None else None
                if target is not None and (par := target.par[parameter]) is not None:
                    yield par, name
            return
        table = common.exporttable[0] if common.exporttable else None
        for row in table.rows() if table is not None else ():
            channel, path, parameter, *_ = [str(cell) for cell in row] + ["", "", ""]
            if common.exportmethod == "datindex":
                channel = names[int(channel)] if channel.isdigit() and int(channel) < len(names) else ""
            target = self._parent.op(path) if self._parent is not None else None
            if channel in names and target is not None and (par := target.par[parameter]) is not None:
                yield par, channel

    def _export_value(self, channel: str) -> float:
        return self.value_of(channel)

    def removed(self) -> None:
        self.export = False


class Channel(Proxy):
    """One channel of a CHOP. In expressions it stands for its value at the current time."""

    __slots__ = ("_chop", "name")

    def __init__(self, chop: CHOP, name: str) -> None:
        self._chop = chop
        self.name = name

    def __repr__(self) -> str:
        return f"<Channel {self.name} of {self._chop.path}>"

    def proxied(self) -> float:
        return self._chop.value_of(self.name)

    @property
    def val(self) -> float:
        """The current value."""
        return self._chop.value_of(self.name)

    @property
    def owner(self) -> CHOP:
        """The CHOP it is a channel of."""
        return self._chop

    @property
    def valid(self) -> bool:
        """Whether the CHOP still has it."""
        return self._chop.valid and self.name in self._chop._names.pull()

    @property
    def index(self) -> int:
        """Its position among the channels."""
        names: tuple[str, ...] = self._chop._names.pull()
        return names.index(self.name)

    @property
    def exports(self) -> list[Par]:
        """The parameters that this channel moves."""
        return list(self._chop._exported.get(self.name, ()))

    def _row(self) -> NDArray[np.float64]:
        channels = self._chop._pulled()
        index = channels.index(self.name)
        if index is None:
            raise OpError(f"{self._chop.path} has no channel {self.name!r} any more")
        row: NDArray[np.float64] = channels.samples[index]
        return row

    @property
    def vals(self) -> list[float]:
        """All samples."""
        return [float(value) for value in self._row()]

    def __getitem__(self, index: int) -> float:
        return float(self._row()[index])

    def __len__(self) -> int:
        return len(self._row())

    def eval(self, index: float | None = None) -> float:
        """The value at a sample index, with the extend conditions; at the current time without one."""
        if index is None:
            return self.val
        channels = self._chop._pulled()
        return channels.at(self.index, index + channels.start)

    def evalFrame(self, frame: float) -> float:
        """The value at a 1-based frame of the timeline."""
        channels = self._chop._pulled()
        return channels.at(self.index, (frame - 1) * channels.rate / float(self._chop.project.rate))

    def evalSeconds(self, seconds: float) -> float:
        """The value at a time."""
        channels = self._chop._pulled()
        return channels.at(self.index, seconds * channels.rate)

    def numpyArray(self) -> NDArray[np.float32]:
        """A copy of the samples as float32."""
        return self._row().astype(np.float32)

    def average(self) -> float:
        return float(self._row().mean())

    def min(self) -> float:
        return float(self._row().min())

    def max(self) -> float:
        return float(self._row().max())
