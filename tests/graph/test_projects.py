"""Projects: threads, several at once, closing, memory, and life without GL."""

from __future__ import annotations

import gc
import itertools
import subprocess
import sys
import textwrap
import threading
import tracemalloc
import weakref
from pathlib import Path
from typing import Any

import pytest
from graphops import kitX, refX, sumX

import tdlite as td
from tdlite.graph import tdu
from tdlite.graph.engine import WrongThread
from tdlite.graph.errors import TdError


def in_thread(function: Any) -> BaseException | None:
    """What ``function`` raised in another thread."""
    caught: list[BaseException] = []

    def call() -> None:
        try:
            function()
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    return caught[0] if caught else None


def test_another_thread_may_post_and_nothing_else(net: Any) -> None:
    op, other = net.make(sumX, "s", a=1), net.make(sumX, "other")
    assert in_thread(lambda: net.post(lambda: setattr(op.par, "a", 5))) is None
    edits = [
        lambda: setattr(op.par, "a", 2),
        lambda: setattr(op.par.a, "expr", "1"),
        lambda: setattr(op, "name", "x"),
        lambda: setattr(op, "display", True),
        lambda: op.inputConnectors[0].connect(other),
        lambda: op.store("key", 1),
        lambda: net.root.create(sumX),
        op.destroy,
        lambda: net.root.appendCustomPage("P").appendFloat("X"),
    ]
    for edit in edits:
        error = in_thread(edit)
        assert isinstance(error, WrongThread)
        assert "use project.post(function)" in str(error)
    assert (op.par.a.val, op.name, op.valid, op.inputs, op.storage, net.root.numChildren) == (1, "s", True, [], {}, 2)
    assert isinstance(in_thread(lambda: op.result.pull()), WrongThread)
    assert isinstance(in_thread(lambda: net.run(frames=1)), TdError)
    assert op.value == 1
    net.run(frames=1)
    assert op.value == 5


def test_projects_live_side_by_side_and_close_in_any_order() -> None:
    for order in itertools.permutations(range(3)):
        projects = [td.Project(cookRate=rate) for rate in (10, 20, 30)]
        ops = [project.root.create(sumX, "s") for project in projects]
        for number, op in enumerate(ops):
            op.par.a.expr = f"absTime.seconds * project.cookRate + {number}"
        for count, project in enumerate(projects):
            project.run(frames=count + 1)
        assert [op.value for op in ops] == pytest.approx([0, 2, 4])
        for number in order:
            projects[number].close()
            projects[number].close()
            for left in projects:
                if not left.closed:
                    left.run(frames=1)
        with pytest.raises(TdError, match="closed"):
            projects[0].run(frames=1)


def test_a_project_can_be_read_from_inside_anothers_cook(net: Any) -> None:
    with td.Project() as other:
        inner = other.root.create(sumX, "inner")
        inner.par.a = 3
        net.root.store("inner", inner)
        op = net.make(sumX, "s", a="=root.fetch('inner').result.pull()")
        assert op.value == 3
        assert net.engine.recording is None
        assert other.engine.recording is None


def test_closing_releases_results_and_the_project_itself() -> None:
    project = td.Project()
    op = project.root.create(sumX, "s")
    assert op.value == 0
    project.close()
    assert op.result.peek() is None
    gone = weakref.ref(project)
    del project, op
    gc.collect()
    assert gone() is None


def test_a_project_closes_when_its_block_raises() -> None:
    with pytest.raises(KeyError), td.Project() as project:
        raise KeyError("x")
    assert project.closed


def test_strict_projects_stop_at_the_first_error(net: Any) -> None:
    op = net.make(sumX, "s", a="=1 / (absTime.frame - 3)")
    op.viewer = True
    net.strict = True
    net.run(frames=10)
    assert (net.frame, net.failed) == (3, True)


def test_problems_are_told_to_listeners(net: Any) -> None:
    told: list[str] = []
    net.on_problem.append(lambda problem: told.append(str(problem)))
    net.make(sumX, "s", a="=1 / 0").cook()
    assert told == ["/s: par.a: ZeroDivisionError: division by zero; expression: 1 / 0"]


def test_files_are_looked_for_in_the_folder_and_beside_the_network(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "a.png").touch()
    with td.Project(folder=tmp_path / "run") as project:
        project.network_folder = str(tmp_path / "net")
        assert project.find_file("a.png") == str(tmp_path / "net" / "a.png")
        assert project.find_file("b.png") == str(tmp_path / "run" / "b.png")
        (tmp_path / "run" / "a.png").touch()
        assert project.find_file("a.png") == str(tmp_path / "run" / "a.png")
        assert project.find_file(str(tmp_path / "net" / "a.png")) == str(tmp_path / "net" / "a.png")


def test_the_graph_runs_without_gl_images_or_operators() -> None:
    script = """
        import sys
        sys.path.insert(0, {here!r})
        from tdlite.graph.project import Project
        from graphops import boxCOMP, sumX
        with Project() as project:
            a = project.root.create(sumX, "a")
            b = project.root.create(sumX, "b")
            a.par.a.expr = "absTime.frame"
            b.inputConnectors[0].connect(a)
            b.viewer = True
            project.run(frames=3)
            assert b.value == 3
        unwanted = ("moderngl", "glcontext", "numpy", "av", "networkx", "tdlite.gpu", "tdlite.media", "tdlite.ops",
                    "tdlite.nodes", "cv2")
        print([name for name in unwanted if name in sys.modules])
    """
    text = textwrap.dedent(script).format(here=str(Path(__file__).parent))
    out = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60)
    assert (out.stdout.strip(), out.stderr) == ("[]", "")


# -- memory ----------------------------------------------------------------------------------------------------


def test_memory_stays_flat_over_ten_thousand_animated_frames(fast: Any) -> None:
    first = fast.make(sumX, "first", a="=absTime.seconds", b="=op('set').par.a")
    second = fast.make(sumX, "second", inputs=[first], a="=op('first').par.a * 2")
    kit = fast.make(kitX, "kit", free="=absTime.frame", text="=str(me.time.frame)")
    broken = fast.make(sumX, "broken", a="=1 / (absTime.frame % 2)")
    last = fast.make(refX, "last", target="second")
    for op in (last, kit, broken):
        op.viewer = True
    setter = fast.make(sumX, "set")
    chop = fast.constantCHOP("c", const0name="set:b", const0value=0)
    chop.par.const0value.expr = "absTime.frame % 7"
    chop.export = True
    chop.viewer = True
    dat = fast.executeDAT("e", framestart=True)

    def edit(frame: int) -> None:
        setter.par.a = frame
        fast.root.store("frame", frame)
        kit.par.go.pulse()
        kit.seq.item.numBlocks = 1 + frame % 3
        fast.run_script(fast.root, "me.store('late', absTime.frame)", delayFrames=2)
        if frame % 50 == 0:
            fast.root.create(sumX, "short").destroy()
        if frame % 100 == 0:
            raise ValueError(frame)

    dat.bind(onFrameStart=edit)

    def counts() -> tuple[int, ...]:
        return (
            len(fast._runs),
            len(fast._ops),
            sum(map(len, fast._reported.values())),
            len(fast.engine.stack),
            len(kit.values.values),
            len(dat.script_errors),
            len(fast._posted),
            len(fast._latches),
            *(len(op.result.reads or ()) for op in (first, second, kit, last)),
        )

    fast.trace._cooks = type(fast.trace._cooks)(maxlen=100)
    fast.problems = type(fast.problems)(maxlen=100)
    fast.run(frames=5_000)
    before = counts()
    assert fast._runs
    gc.collect()
    tracemalloc.start()
    try:
        fast.run(frames=100)
        gc.collect()
        start = tracemalloc.get_traced_memory()[0]
        fast.run(frames=4_900)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - start
    finally:
        tracemalloc.stop()
    assert counts() == before
    assert grown < 50_000  # ten bytes a frame; frame numbers and seconds are new objects
    assert last.valid


def test_an_operator_that_fails_to_end_or_to_release_keeps_no_other_from_it() -> None:
    ended: list[str] = []

    class endsX(sumX):
        def on_exit(self) -> None:
            ended.append(f"{self.name} exit")
            raise ValueError("no end")

        def sink(self) -> None: ...

        def flush(self) -> None: ...

        def finish(self) -> None:
            ended.append(f"{self.name} finish")

        def released(self) -> None:
            ended.append(f"{self.name} released")
            raise KeyError("no release")

    with td.Project() as project:
        ops = [project.root.create(endsX, name) for name in "ab"]
        project.on_close.append(lambda: ended.append("closed"))
    assert ended == ["a exit", "b exit", "a finish", "b finish", "b released", "a released", "closed"]
    for op in ops:
        assert "no end" in op.scriptErrors()
        assert "no release" in op.scriptErrors()


def test_a_dependency_is_read_while_other_threads_make_projects() -> None:
    stop = threading.Event()

    def others() -> None:
        while not stop.is_set():
            with td.Project():
                pass

    threads = [threading.Thread(target=others) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        value = tdu.Dependency(1)
        for _ in range(20_000):
            assert value.val == 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
