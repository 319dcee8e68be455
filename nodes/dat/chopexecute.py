"""CHOP Execute DAT: callbacks when the channels of a CHOP change."""

from collections.abc import Sequence
from typing import Any

from tdlite.graph.paths import match
from tdlite.graph.project import Project
from tdlite.ops import CHOP, COMP, DAT, Channel, Channels, CHOPRef, Menu, Page, StrMenu, Toggle
from tdlite.ops.callbacks import absent

Call = tuple[str, Channel, int, float, float]
"""A callback's name and its arguments."""

CALLBACKS = ("onOffToOn", "whileOn", "onOnToOff", "whileOff", "onValueChange")
ARGUMENTS = "channel, sampleIndex, val, prev"


class chopexecuteDAT(DAT):
    """Watch channels every frame and call back for each sample that turned on or off, changed, or stayed so.

    On is above 0. Before its first cook a watched channel counts as 0. Callbacks:
    ``onOffToOn``, ``whileOn``, ``onOnToOff``, ``whileOff``, ``onValueChange``, each with
    ``(channel, sampleIndex, val, prev)``.
    """

    title = "CHOP Execute"
    language = "python"
    parameters = (
        Page(
            "CHOP Execute",
            Toggle("active", True, help="Watch at all."),
            CHOPRef("chop", label="CHOP", help="The CHOP to watch; it cooks every frame."),
            StrMenu("channel", ("*",), "*", label="Channel", help="The channels to watch, as patterns."),
            Toggle("offtoon", label="Off to On", help="Call onOffToOn at the first sample above 0."),
            Toggle("whileon", label="While On", help="Call whileOn while the channel is above 0."),
            Toggle("ontooff", label="On to Off", help="Call onOnToOff at the first sample that is 0 or less."),
            Toggle("whileoff", label="While Off", help="Call whileOff while the channel is 0 or less."),
            Toggle("valuechange", True, label="Value Change", help="Call onValueChange at each different sample."),
            Menu(
                "freq",
                (("everysample", "Execute For Every Sample"), ("onceperframe", "Execute Once Per Frame")),
                "onceperframe",
                label="While Off/On Frequency",
                help="How often whileOn and whileOff are called.",
            ),
        ),
    )

    def __init__(self, project: Project, name: str, parent: COMP | None) -> None:
        super().__init__(project, name, parent)
        self._last: dict[tuple[int, str], float] = {}
        self._seen: Any = None
        self._missing: set[str] = set()

    def watch(self) -> None:
        chop = self.par.chop.eval() if self.par.active.eval() else None
        if not isinstance(chop, CHOP):
            self.caution([])
            return
        with self.project.demand():
            channels: Channels = chop.result.pull()
        fresh = channels is not self._seen
        self._seen = channels
        # All calls are known before the first is made: what it changes is for others, and for the next frame.
        calls: list[Call] = []
        watched = match(self.par.channel.eval(), list(channels.names))
        for name in watched:
            samples = channels.samples[channels.names.index(name)].tolist()
            if not channels.sliced:
                # Of a clip only the value at the current time counts, as in expressions.
                samples = [chop.value_of(name)]
            elif not fresh:
                samples = samples[-1:]
            calls += self._compare(chop, name, samples)
        functions = {name: self.function(name) for name in {call[0] for call in calls} | self._missing}
        self._missing = {name for name, function in functions.items() if function is None}
        self._look(chop, channels.names if not watched else ())
        for name, *arguments in calls:
            function = functions[name]
            if function is not None:
                self.project.call(self, function, *arguments)

    def _look(self, chop: CHOP, others: Sequence[str]) -> None:
        """Warn of what makes this DAT do nothing: a pattern beside the channels there are, misspelt callbacks.

        Value Change, which is on to begin with, is missed only where there is no callback at all.
        """
        missing = sorted(self._missing)
        if "onValueChange" in missing and any(self.function(name) for name in CALLBACKS):
            missing.remove("onValueChange")
        cautions = absent(self, dict.fromkeys(missing, ARGUMENTS), required=True)
        if others:
            cautions.append(
                f"no channel of {chop.path} is called {self.par.channel.eval()!r}; it has {' '.join(others)}"
            )
        self.caution(cautions)

    def _compare(self, chop: CHOP, name: str, samples: list[float]) -> list[Call]:
        channel = Channel(chop, name)
        par = self.par
        calls: list[Call] = []
        previous = self._last.get((chop.id, name), 0.0)
        every = par.freq.eval() == "everysample"
        for index, value in enumerate(samples):
            on, was_on = value > 0, previous > 0
            once = every or index == len(samples) - 1
            if on and not was_on and par.offtoon.eval():
                calls.append(("onOffToOn", channel, index, value, previous))
            if was_on and not on and par.ontooff.eval():
                calls.append(("onOnToOff", channel, index, value, previous))
            if on and once and par.whileon.eval():
                calls.append(("whileOn", channel, index, value, previous))
            if not on and once and par.whileoff.eval():
                calls.append(("whileOff", channel, index, value, previous))
            if value != previous and not (value != value and previous != previous) and par.valuechange.eval():
                calls.append(("onValueChange", channel, index, value, previous))
            previous = value
        self._last[chop.id, name] = previous
        return calls
