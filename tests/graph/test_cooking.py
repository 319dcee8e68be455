"""What cooks, what does not, and why: pull, equal values, cycles, deep networks."""

from __future__ import annotations

import itertools
import sys
from typing import Any

import pytest
from graphops import X, refX, sumX

from tdlite.graph.engine import TIME, Memo, WithError
from tdlite.graph.pardefs import Float, Page
from tdlite.graph.wires import many


def test_nothing_cooks_that_nobody_asks_for(fast: Any) -> None:
    a = fast.make(sumX, "a")
    b = fast.make(sumX, "b", inputs=[a])
    fast.make(sumX, "c", inputs=[b], a="=absTime.frame")
    fast.run(frames=3)
    assert fast.cooked == []
    fast.frames(2, pull=[b])
    assert fast.cooked == ["/a", "/b"]


def test_only_what_a_change_reaches_cooks_again_and_the_trace_says_why(fast: Any) -> None:
    a, b = fast.make(sumX, "a", a=1), fast.make(sumX, "b", a=2)
    c = fast.make(sumX, "c", inputs=[a, b])
    d = fast.make(sumX, "d", a="=op('c').result.pull()")
    _ = d.value
    assert sorted(fast.cooked) == ["/a", "/b", "/c", "/d"]
    assert {cook.why for cook in fast.trace} == {"first"}
    fast.trace.clear()
    b.par.a = 3
    assert d.value == 4
    assert [(cook.path, cook.why) for cook in fast.trace] == [
        ("/b", "b"),
        ("/c", "/b cook"),
        ("/d", "/d par.a"),
    ]
    assert (a.totalCooks, b.totalCooks, c.totalCooks) == (1, 2, 2)


def test_an_equal_value_stops_the_wave(fast: Any) -> None:
    source = fast.make(sumX, "source", a=2)
    half = fast.make(sumX, "half", a="=op('source').par.a // 2")
    end = fast.make(sumX, "end", inputs=[half])
    assert end.value == 1
    fast.trace.clear()
    source.par.a = 3  # 3 // 2 is 1 again
    assert end.value == 1
    assert fast.cooked == []
    source.par.a = 4
    assert end.value == 2
    assert fast.cooked == ["/half", "/end"]


def test_an_equal_result_stops_the_wave_too(fast: Any) -> None:
    source = fast.make(sumX, "source", a=2)
    end = fast.make(sumX, "end", inputs=[source])
    _ = end.value
    fast.trace.clear()
    source.par.a, source.par.b = 0, 1  # 0 + 2·1
    assert end.value == 2
    assert fast.cooked == ["/source"]


def test_an_animated_expression_cooks_each_frame_and_a_static_neighbour_does_not(fast: Any) -> None:
    still = fast.make(sumX, "still", a=1)
    moving = fast.make(sumX, "moving", a="=absTime.frame")
    end = fast.make(sumX, "end", inputs=[still, moving])
    fast.frames(3, pull=[end])
    assert sorted(fast.cooked) == sorted(["/still", *["/moving", "/end"] * 3])
    assert end.value == 4
    assert {cook.frame for cook in fast.trace if cook.path == "/moving"} == {1, 2, 3}


def test_a_read_that_no_longer_happens_no_longer_wakes(fast: Any) -> None:
    switch = fast.make(sumX, "switch", a=1)
    moving = fast.make(sumX, "moving", a="=absTime.frame")
    op = fast.make(sumX, "s", a="=op('moving').result.pull() if op('switch').par.a.eval() else 0")
    fast.frames(2, pull=[op])
    switch.par.a = 0
    fast.trace.clear()
    fast.frames(3, pull=[op])
    assert fast.cooked == ["/s"]
    assert op.result.durability != TIME
    assert moving.valid


def test_cook_on_request_and_by_force(fast: Any) -> None:
    op = fast.make(sumX, "s")
    op.cook()
    op.cook()
    assert op.totalCooks == 1
    op.cook(force=True)
    assert op.totalCooks == 2
    fast.root.cook(recurse=True, force=True)
    assert op.totalCooks == 3


def test_cook_figures_say_when(fast: Any) -> None:
    op = fast.make(sumX, "s", a="=absTime.frame")
    fast.root.time.end = 3
    fast.frames(5, pull=[op])
    assert (op.cookFrame, op.cookAbsFrame, op.cookedThisFrame, op.cookedPreviousFrame) == (2, 5, True, False)
    fast.run(frames=1)
    assert (op.cookAbsFrame, op.cookedThisFrame, op.cookedPreviousFrame) == (5, False, True)
    fast.run(frames=2)  # the timeline stands at frame 2 again
    assert (op.cookedThisFrame, op.cookedPreviousFrame) == (False, False)
    assert op.cookTime > 0


# -- static branches while something unrelated is set every frame ----------------------------------------------


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The labels of memos that were settled (verified or computed) beyond the O(1) check."""
    from tdlite.graph.engine import Engine

    seen: list[str] = []
    settle = Engine.settle

    def watched(self: Engine, target: Memo) -> None:
        seen.append(f"{target.owner.path} {target.label}")
        settle(self, target)

    monkeypatch.setattr(Engine, "settle", watched)
    return seen


def chain(net: Any, count: int) -> list[Any]:
    ops = [net.make(sumX, "n0", a=1)]
    for number in range(1, count):
        ops.append(net.make(sumX, f"n{number}", inputs=[ops[-1]]))
    return ops


def test_a_static_branch_is_not_verified_while_only_time_moves(fast: Any, verified: list[str]) -> None:
    ops = chain(fast, 50)
    ops[-1].viewer = True
    fast.run(frames=1)
    verified.clear()
    fast.run(frames=20)
    assert verified == []


def test_a_static_branch_is_not_verified_while_an_unrelated_parameter_is_set(fast: Any, verified: list[str]) -> None:
    ops = chain(fast, 50)
    other = fast.make(sumX, "other")
    ops[-1].viewer = True
    dat = fast.executeDAT("set", framestart=True)
    dat.bind(onFrameStart=lambda frame: setattr(other.par, "a", frame))
    fast.run(frames=4)  # within these the set parameter is found to be volatile
    assert other.par.a == 4
    verified.clear()
    fast.trace.clear()
    fast.run(frames=20)
    assert verified == []
    assert fast.cooked == []
    assert other.value == 24


def test_a_reader_of_a_parameter_that_is_set_every_frame_sees_every_value(fast: Any) -> None:
    other, reader = fast.make(sumX, "other"), fast.make(sumX, "reader", a="=op('other').par.a")
    still = fast.make(sumX, "still", a="=op('other').par.b")
    seen = []
    for frame in range(1, 12):
        other.par.a = frame
        fast.frames(1, pull=[reader, still])
        seen.append((reader.value, still.value))
    assert seen == [(frame, 0) for frame in range(1, 12)]
    assert still.totalCooks == 2  # once more when the parameters of other were found to be volatile
    other.par.b = 3
    assert still.value == 3


def test_each_kind_of_leaf_that_is_set_every_frame_becomes_volatile(fast: Any, verified: list[str]) -> None:
    ops = chain(fast, 5)
    other, text = fast.make(sumX, "other"), fast.textDAT("text")
    ops[-1].viewer = True
    settings = itertools.cycle([1, 2])

    def edit(frame: int) -> None:
        other.store("key", frame)
        text.text = str(frame)
        other.display = not other.display
        fast.resolutionMultiplier = next(settings)

    fast.executeDAT("set", framestart=True).bind(onFrameStart=edit)
    fast.run(frames=4)
    verified.clear()
    fast.run(frames=5)
    assert verified == []
    assert (other.fetch("key"), text.text) == (9, "9")


# -- cycles ----------------------------------------------------------------------------------------------------


def test_a_cycle_is_named_on_all_its_members_whatever_is_pulled_first(net: Any) -> None:
    for order in itertools.permutations("abc"):
        with type(net)(checked=True) as project:
            ops = {name: project.make(sumX, name) for name in "abc"}
            ops["b"].inputConnectors[0].connect(ops["a"])
            ops["c"].inputConnectors[0].connect(ops["b"])
            ops["a"].par.a.expr = "op('c').result.pull()"
            after = project.make(sumX, "after", inputs=[ops["b"]])
            before = project.make(sumX, "before", a=1)
            ops["a"].inputConnectors[0].connect(before)
            for name in order:
                ops[name].cook()
            after.cook()
            for op in ops.values():
                text = op.errors()
                assert text.startswith("dependency cycle: ")
                names = text.removeprefix("dependency cycle: ").split(" → ")
                assert names[0] == names[-1]
                assert set(names) == {"/a", "/b", "/c"}
            assert after.errors().startswith("depends on /b, which has an error: dependency cycle")
            assert before.errors() == ""
            ops["a"].par.a = 2
            assert (after.value, ops["c"].value) == (3, 3)
            assert not any(op.errors() for op in project.all_ops())


def test_an_operator_wired_or_bound_to_itself_is_a_cycle(net: Any) -> None:
    op = net.make(sumX, "s")
    op.inputConnectors[0].connect(op)
    op.cook()
    assert op.errors() == "dependency cycle: /s → /s"
    op.inputConnectors[0].disconnect()
    op.par.a.expr = "me.par.a + 1"
    op.cook()
    assert "dependency cycle: /s → /s" in op.errors()
    op.par.a = 1
    assert op.value == 1


def test_a_cycle_of_a_thousand_operators_ends_and_clears(net: Any) -> None:
    ops = [net.make(sumX, f"n{number}") for number in range(1000)]
    for number, op in enumerate(ops):
        op.inputConnectors[0].connect(ops[number - 1])
    net.frames(2, pull=[ops[500]])
    assert all(op.errors().startswith("dependency cycle") for op in ops)
    assert {op.errors() for op in ops} == {ops[0].errors()}
    assert "→ … (992 more) →" in ops[0].errors()
    ops[0].inputConnectors[0].disconnect()
    ops[0].par.a = 1
    assert ops[-1].value == 1
    assert not any(op.errors() for op in ops)


def test_a_cycle_cannot_be_caught_by_a_member(net: Any) -> None:
    class catchX(X):
        wires = many("Input")

        def _cook(self) -> float:
            self._read_structure()
            try:
                return sum(wire.result.pull() for wire in self._wires if wire is not None) + 1.0
            except Exception:
                return 0.0

    a, b = net.make(catchX, "a"), net.make(catchX, "b")
    a.inputConnectors[0].connect(b)
    b.inputConnectors[0].connect(a)
    a.cook()
    assert "dependency cycle" in a.errors()
    assert "dependency cycle" in b.errors()


def test_a_cycle_that_depends_on_time_comes_and_goes(net: Any) -> None:
    a, b = net.make(sumX, "a", a="=op('b').par.a if absTime.frame == 2 else 1"), net.make(sumX, "b", a="=op('a').par.a")
    errors: list[bool] = []
    b.viewer = True
    net.on_frame.append(lambda: errors.append(bool(b.errors())))
    net.run(frames=3)  # nothing but time changes
    assert errors == [False, True, False]
    assert a.valid


# -- deep networks ---------------------------------------------------------------------------------------------


def test_ten_thousand_wires_in_a_row_cook_without_recursion(fast: Any) -> None:
    limit = sys.getrecursionlimit()
    ops = chain(fast, 10_000)
    assert ops[-1].value == 1
    ops[0].par.a = 2
    assert ops[-1].value == 2
    ops[0].par.a.expr = "absTime.frame"
    fast.frames(2, pull=[ops[-1]])
    assert ops[-1].value == 2
    ops[0].par.a.expr = "1 / 0"
    ops[-1].cook()
    assert ops[-1].errors() == (
        "depends on /n0, which has an error: par.a: ZeroDivisionError: division by zero; expression: 1 / 0"
    )
    ops[0].par.a = 5
    assert ops[-1].value == 5
    assert sys.getrecursionlimit() == limit


def test_ten_thousand_expressions_in_a_row_cook_without_recursion(fast: Any) -> None:
    ops = [fast.make(sumX, "n0", a=1)]
    for number in range(1, 10_000):
        ops.append(fast.make(sumX, f"n{number}"))
        ops[-1].par.a.expr = f"op('n{number - 1}').result.pull()"
    assert ops[-1].value == 1
    ops[0].par.a = 2
    assert ops[-1].value == 2
    assert ops[5000].totalCooks == 2


def test_a_deep_network_cooks_from_a_deep_stack(fast: Any) -> None:
    ops = chain(fast, 200)

    def dive(depth: int) -> float:
        return dive(depth - 1) if depth else float(ops[-1].value)

    assert dive(sys.getrecursionlimit() - 300) == 1


def test_a_recursion_error_speaks_of_the_caller_and_is_not_kept(fast: Any) -> None:
    op = fast.make(sumX, "s", a=1)

    def dive() -> None:
        try:
            dive()
        except RecursionError:
            _ = op.value
            raise

    with pytest.raises(RecursionError):
        dive()
    assert op.errors() == ""
    assert op.value == 1


# -- errors are values -----------------------------------------------------------------------------------------


def test_an_error_is_shown_once_and_dependants_say_on_whom_they_depend(net: Any) -> None:
    a = net.make(sumX, "a", a="=1 / 0")
    b = net.make(sumX, "b", inputs=[a])
    c = net.make(sumX, "c", a="=op('b').result.pull()")
    other = net.make(sumX, "other", a="=absTime.frame")
    net.frames(5, pull=[a, b, c, other])
    text = "par.a: ZeroDivisionError: division by zero; expression: 1 / 0"
    assert a.errors() == text
    assert b.errors() == f"depends on /a, which has an error: {text}"
    assert c.errors() == f"depends on /a, which has an error: {text}"
    assert [str(problem) for problem in net.problems] == [f"/a: {text}"]
    assert net.failed
    assert other.value == 5
    assert net.root.errors(recurse=True).count("\n") == 2
    a.par.a = 1
    assert c.value == 1
    assert net.root.errors(recurse=True) == ""
    a.par.a.expr = "1 / 0"
    net.frames(2, pull=[c])
    assert len(net.problems) == 2  # it came back


def test_an_error_that_a_viewer_met_is_gone_after_a_good_cook_without_a_frame(net: Any) -> None:
    op = net.make(sumX, "s", a="=1 / 0")
    net.frames(1, pull=[op])
    op.par.a = 1
    op.cook()
    assert op.errors() == ""


def test_an_error_with_a_value_does_not_spread(net: Any) -> None:
    class shakyX(X):
        parameters = (Page("Shaky", Float("a")),)

        def _cook(self) -> Any:
            a = self.values.row(0).a
            return WithError(a, "not quite") if a < 0 else a

    shaky = net.make(shakyX, "shaky", a=-1)
    end = net.make(refX, "end", target="shaky")
    assert end.value == (-1.0,)
    assert (shaky.errors(), end.errors()) == ("not quite", "")
    assert [str(problem) for problem in net.problems] == ["/shaky: not quite"]
    shaky.par.a = 1
    assert end.value == (1.0,)
    assert shaky.errors() == ""


def test_a_warning_is_told_once_until_it_has_been_away(net: Any) -> None:
    class warnX(X):
        parameters = (Page("Warn", Float("a")),)

        def _cook(self) -> Any:
            if self.values.row(0).a > 1:
                self.warn("rather large")
            return self.values.row(0).a

    op = net.make(warnX, "w", a=2)
    for value in (2, 3, 4):
        op.par.a = value
        op.cook()
    assert (op.warnings(), op.errors()) == ("rather large", "")
    assert [(problem.message, problem.warning) for problem in net.problems] == [("rather large", True)]
    assert not net.failed
    op.par.a = 0
    op.cook()
    assert op.warnings() == ""
    op.par.a = 5
    op.cook()
    assert len(net.problems) == 2


def test_an_error_before_any_frame_and_from_python_is_a_cook_error(net: Any) -> None:
    import tdlite as td

    a = net.make(sumX, "a", a="=1 / 0")
    b = net.make(sumX, "b", inputs=[a])
    with pytest.raises(td.CookError, match=r"/a: par\.a: ZeroDivisionError") as caught:
        _ = b.value
    assert caught.value.fault.origin is a
    b.cook()  # asking for a cook does not raise


# -- checked mode ----------------------------------------------------------------------------------------------


def test_checked_mode_names_the_operator_that_reads_outside_the_network(net: Any) -> None:
    counter = itertools.count()

    class outsideX(X):
        def _cook(self) -> int:
            return next(counter)

    op = net.make(outsideX, "outside")
    good = net.make(sumX, "good", a=1)
    net.frames(1, pull=[op, good])
    assert "reads something outside the network" in op.errors()
    assert good.errors() == ""


@pytest.mark.parametrize("parameter", ["a", "text"])
def test_checked_mode_names_the_expression_that_reads_outside_the_network(net: Any, parameter: str) -> None:
    from graphops import kitX

    net.root.store("counter", itertools.count())
    op = net.make(kitX, "s")
    getattr(op.par, "free" if parameter == "a" else "text").expr = "next(root.fetch('counter'))"
    op.cook()
    assert "two evaluations differ" in op.errors()
    assert "next(root.fetch('counter'))" in op.errors()
