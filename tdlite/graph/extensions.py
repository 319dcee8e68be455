"""Extensions of COMPs: Python objects made by expressions, found through ``ext`` or as members of the COMP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .engine import Memo

if TYPE_CHECKING:
    from .comp import COMP


class Extension(NamedTuple):
    """One extension object, and whether its capitalised members are members of the COMP."""

    object: Any
    promoted: bool


class Extensions:
    """The extensions of one COMP: made at their first use, and anew when their expression or a DAT it read changed."""

    def __init__(self, comp: COMP) -> None:
        self._comp = comp
        self._made: dict[str, Extension] | None = None
        self._blocks: list[tuple[Any, ...]] = []
        self._sources: list[tuple[Memo, Any]] = []

    def find(self, name: str) -> Any:
        """The extension object of that name, or None."""
        found = self.current().get(name)
        return None if found is None else found.object

    def forget(self) -> None:
        """Make them again at the next use."""
        self._made = None

    def current(self) -> dict[str, Extension]:
        """All extensions by name."""
        blocks = self._comp.values.blocks_of("ext")
        # Asking every source, also after one that changed, records all of them as reads of whoever asks.
        same = [memo.pull() == text for memo, text in self._sources]
        if self._made is None or blocks != self._blocks or not all(same):
            self._make(blocks)
        assert self._made is not None
        return self._made

    def _make(self, blocks: list[tuple[Any, ...]]) -> None:
        engine = self._comp.engine
        outer, engine.recording = engine.recording, []
        made: dict[str, Extension] = {}
        self._made, self._blocks = made, blocks  # an extension may look for others while it is made
        try:
            for text, name, promoted in blocks:
                if text:
                    value = self._comp.project.expressions.bind(self._comp, text, inside=True)()
                    made[name or type(value).__name__] = Extension(value, promoted)
        except BaseException:
            self._made = None
            raise
        finally:
            reads, engine.recording = engine.recording, outer
            # Of what was read only scripts count: an extension is not made again because a parameter moved.
            memos = {read: None for read in reads if isinstance(read, Memo) and getattr(read.owner, "isDAT", False)}
            self._sources = [(memo, memo.peek()) for memo in memos]
            for memo in memos:
                if outer is not None:
                    outer.append(memo)
