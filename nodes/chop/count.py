"""Count CHOP: counts how often channels turn on."""

from typing import NamedTuple

from tdlite.ops import CHOP, At, Channels, Duration, Float, Menu, Page, Toggle, optional, required
from tdlite.ops.choppage import Reset, reset_pars, resets, samples_of

_ACTIONS = (("none", "None"), ("inc", "Increase Count"), ("dec", "Decrease Count"),
            ("inctime", "Increase Count by Time"), ("dectime", "Decrease Count by Time"),
            ("reset", "Reset Count to Zero"))  # fmt: skip


class Counter(NamedTuple):
    """Where one channel stands."""

    value: float
    on: bool = False
    since: float = float("inf")
    """Samples since the last trigger."""


class Counts(NamedTuple):
    """The counters by channel name."""

    counters: dict[str, Counter]
    reset: Reset


def limited(count: float, how: str, low: float, high: float) -> float:
    """A count within its limits. Loops step from the maximum to the minimum, which are both included."""
    if how == "off" or low <= count <= high:
        return count
    if how == "zigzag":
        span = high - low
        away = (count - low) % (2 * span) if span > 0 else 0.0
        return low + min(away, 2 * span - away)
    loops = how == "loop" or (how == "lc" and count < low) or (how == "cl" and count > high)
    if loops and high >= low:
        return low + (count - low) % (high - low + 1)
    return max(low, min(high, count))


class countCHOP(CHOP):
    """Count for each channel how often it rises above the threshold.

    A channel is on from the sample at which it is above the trigger threshold until it is at or below the
    release threshold. Before the first sample it counts as 0. The reset input resets all channels; the third
    input is the amount by which a count goes up or down.
    """

    sliced = True
    wires = (*required("Source"), *optional("Reset", "Increment"))
    parameters = (
        Page(
            "Trigger",
            Toggle("threshold", True, label="Release = Trigger Threshold", help="Use one threshold for both."),
            Float("threshup", 0, label="Trigger Threshold", help="On is above this."),
            Float("threshdown", 0, label="Release Threshold", help="Off is at or below this."),
            Float("retrigger", 0, low=0, unit=Duration("seconds", "unit"), label="Re-Trigger Delay",
                  help="A rise so soon after the last one does not count."),
            Menu("triggeron", (("increase", "Increasing Values"), ("decrease", "Decreasing Values")),
                 label="Trigger On", help="Whether on is above or below the thresholds."),
        ),
        Page(
            "Count",
            Menu("output", (("off", "Off"), ("loop", "Loop Min/Max"), ("min", "Clamp Min/Max"),
                            ("lc", "Loop Min, Clamp Max"), ("cl", "Clamp Min, Loop Max"),
                            ("zigzag", "Zigzag Min/Max")), label="Limit", help="What happens at the limits."),
            Float("limitmin", 0, label="Limit Minimum", help="The least count."),
            Float("limitmax", 1, label="Limit Maximum", help="The greatest count."),
            Menu("offtoon", _ACTIONS, "inc", label="Off to On", help="Done as a channel turns on."),
            Menu("on", _ACTIONS, label="While On", help="Done at each sample that is on."),
            Menu("ontooff", _ACTIONS, label="On to Off", help="Done as a channel turns off."),
            Menu("off", _ACTIONS, label="While Off", help="Done at each sample that is off."),
            *reset_pars,
            Float("resetvalue", 0, label="Reset Value", help="The count after a reset."),
        ),
    )  # fmt: skip

    def initial(self) -> Counts:
        return Counts({}, Reset())

    def step(self, at: At, state: Counts) -> tuple[Channels, Counts]:
        source, reset, increment = (*at.inputs, None, None, None)[:3]
        par = at.par
        given = at.sliced(source)
        mask, after = resets(at, reset, state.reset, given.length)
        amounts = at.sliced(increment) if increment is not None and len(increment) else None
        sign = 1 if par.triggeron == "increase" else -1
        up = sign * par.threshup
        down = up if par.threshold else min(up, sign * par.threshdown)
        pause = samples_of(at, par.retrigger, par.retriggerunit, given.rate)
        counters: dict[str, Counter] = {}
        rows = []
        for channel, name in enumerate(given.names):
            count, on, since = state.counters.get(name, Counter(par.resetvalue))
            row = []
            for i, value in enumerate(sign * given.samples[channel]):
                amount = 1.0
                if amounts is not None and amounts.length:
                    amount = float(amounts.samples[min(channel, len(amounts) - 1), min(i, amounts.length - 1)])
                since += 1
                was, on = on, bool(value > down) if on else bool(value > up)
                if on and not was:
                    if since < pause:
                        on = False
                    else:
                        since = 0
                        count = self._acted(par.offtoon, count, amount, given.rate)
                if was and not on:
                    count = self._acted(par.ontooff, count, amount, given.rate)
                count = self._acted(par.on if on else par.off, count, amount, given.rate)
                if mask[i]:
                    count = par.resetvalue
                shown = limited(count, par.output, par.limitmin, par.limitmax)
                if par.output != "zigzag":  # its way back can only be told from the count without limits
                    count = shown
                row.append(shown)
            counters[name] = Counter(count, on, since)
            rows.append(row)
        return given.like(given.names, rows), Counts(counters, after)

    @staticmethod
    def _acted(action: str, count: float, amount: float, rate: float) -> float:
        match action:
            case "inc":
                return count + amount
            case "dec":
                return count - amount
            case "inctime":
                return count + 1 / rate
            case "dectime":
                return count - 1 / rate
            case "reset":
                return 0.0
        return count
