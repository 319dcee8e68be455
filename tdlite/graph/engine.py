"""Versioned pull: cells, memos and the engine that keeps results in step with what they read.

One revision counts changes. A *cell* is a leaf that says when it last changed; a *memo* is a computed
result that keeps what it read, in order. To use a memo:

1. verified in this revision: use it;
2. nothing as durable as the memo has changed since it was verified: use it, O(1);
3. every read, asked in the order it was made, is unchanged since then: use it;
4. otherwise compute it, recording its reads.

Invariants:

* ``memo.durability`` is the least durable of its reads; *time-dependent* is ``durability == TIME``.
* An equal new value keeps the old ``changed_at``, so the wave stops there, unless the durability fell:
  then readers must learn that they now depend on something that changes more often.
* The stack of unsettled memos is explicit. Computes nest at most ``NESTING`` deep; a compute that reads a
  stale memo at that depth is aborted and started again once the wanted memo is settled.
* A cycle is an edge from a compute to a memo below it on the stack, where every edge in between was found
  by a compute too. Each member ends in the same error, whichever of them was pulled first.
* Nothing changes while anything is being computed.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import get_ident
from typing import Any, Final, NamedTuple, Protocol

TIME: Final = 0
"""Durability of what changes every frame."""
VALUE: Final = 1
"""Durability of parameter values, table text, flags."""
STRUCTURE: Final = 2
"""Durability of wires, names and existence."""

NESTING: Final = 12
VOLATILE_AFTER: Final = 3
"""A cell set on so many consecutive frames is treated as TIME from then on."""

_LONG_RING: Final = 12
"""A cycle of more operators than this is told by its first and last ones."""

_FRESH: Final = 0
_VERIFYING: Final = 1
_COMPUTING: Final = 2
_WAITING: Final = 3  # computed as far as a read that had to be settled first


class Owner(Protocol):
    """What a memo belongs to: something with a path to name in messages."""

    @property
    def path(self) -> str: ...


class Fault(NamedTuple):
    """Why a result has an error: whose it is and the sentence."""

    owner: Owner
    message: str
    origin: Owner
    """Where the error arose; another operator than ``owner`` for one that only depends on it."""
    members: tuple[Memo, ...] = ()
    """The memos of a dependency cycle."""
    kind: str = ""
    """The sort of thing that failed, where the error says it; see ``kind_of``."""

    @property
    def own(self) -> bool:
        return self.origin is self.owner


class WithError(NamedTuple):
    """A compute's result that is usable although something is wrong: a picture and a message."""

    value: Any
    message: str


class CookError(Exception):
    """A result that was asked for does not exist; says which operator failed and why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"{fault.origin.path}: {fault.message}")


class ChangeWhileCooking(RuntimeError):
    """Something tried to change the network from inside a cook."""

    is_message = True


class WrongThread(RuntimeError):
    """Another thread than the project's tried to change the network."""

    is_message = True


class _Cycle(BaseException):
    def __init__(self, members: tuple[Memo, ...], message: str) -> None:
        self.members = members
        self.message = message


class _Restart(BaseException):
    """Abort this compute: ``wanted`` has to be settled first."""

    def __init__(self, wanted: Memo) -> None:
        self.wanted = wanted


class _Unwind(BaseException):
    """Give up everything above stack position ``depth`` and compute that memo."""

    def __init__(self, depth: int) -> None:
        self.depth = depth


class Cell:
    """A leaf input: it holds no value, only when its owner's value last changed."""

    __slots__ = ("changed_at", "durability", "label", "last_frame", "streak")
    is_memo: Final = False

    def __init__(self, durability: int, label: str = "") -> None:
        self.durability = durability
        self.changed_at = 0
        self.label = label
        self.last_frame = -1
        self.streak = 0


class Memo:
    """A computed result that knows what it read. ``compute`` takes no argument and returns the value."""

    __slots__ = (
        "changed_at", "compute", "durability", "engine", "fault", "label", "leaf", "owner", "reads", "state",
        "value", "verified_at", "why",
    )  # fmt: skip
    is_memo: Final = True

    def __init__(self, engine: Engine, owner: Owner, label: str, compute: Callable[[], Any]) -> None:
        self.engine = engine
        self.owner = owner
        self.label = label
        self.compute = compute
        self.value: Any = None
        self.fault: Fault | None = None
        self.changed_at = 0
        self.verified_at = -1
        self.durability = STRUCTURE
        self.reads: list[Cell | Memo] | None = None
        self.leaf = False
        """Whether it read only cells."""
        self.state = _FRESH
        self.why: Cell | Memo | None = None
        """The read whose change caused the last compute; None for the first."""

    def pull(self) -> Any:
        """Return the current value, computing it if needed; raise CookError when there is none."""
        engine = self.engine
        recording = engine.recording
        if recording is not None:
            recording.append(self)
        if self.verified_at != engine.revision:
            if engine.last_change[self.durability] <= self.verified_at:
                self.verified_at = engine.revision
            else:
                engine.settle(self)
        if self.fault is not None and self.value is None:
            if self.fault.members and engine.computing in self.fault.members:
                raise _Cycle(self.fault.members, self.fault.message)
            raise CookError(self.fault)
        return self.value

    def peek(self) -> Any:
        """Return the last value without asking whether it is current, and without recording a read."""
        return self.value

    def forget(self) -> None:
        """Drop value and reads: the next pull computes, and what the value held is released."""
        self.value = None
        self.fault = None
        self.reads = None
        self.leaf = False
        self.verified_at = -1
        self.durability = STRUCTURE


class Engine:
    """The revision, the stack, and the rules above. One per project; used from one thread."""

    __slots__ = (
        "__weakref__", "computing", "depth", "frame", "last_change", "on_fault", "positions", "recording", "revision",
        "stack", "thread",
    )  # fmt: skip

    def __init__(self, on_fault: Callable[[Memo, Fault | None], None]) -> None:
        self.revision = 1
        self.last_change = [1, 1, 1]
        self.recording: list[Cell | Memo] | None = None
        self.computing: Memo | None = None
        self.stack: list[Memo] = []
        self.positions: list[int] = []
        self.depth = 0
        self.frame = 0
        """The frame being cooked, or the last cooked one; only to recognise cells set every frame."""
        self.on_fault = on_fault
        self.thread = get_ident()

    def read(self, cell: Cell) -> None:
        """Record that whoever is being computed depends on ``cell``."""
        if self.recording is not None:
            self.recording.append(cell)

    def changed(self, cell: Cell) -> Cell:
        """Note that what ``cell`` stands for has changed; return the cell to use from now on.

        A cell that is set on consecutive frames is replaced by a TIME cell, so that static branches stop
        being verified because of it. It is replaced, not lowered: its readers must find the new one.
        """
        if self.computing is not None or get_ident() != self.thread:
            self.may_change(cell)
        self.revision = revision = self.revision + 1
        cell.changed_at = revision
        last_change = self.last_change
        for level in range(cell.durability + 1):
            last_change[level] = revision
        if cell.durability == VALUE and cell.last_frame != self.frame:
            cell.streak = cell.streak + 1 if cell.last_frame == self.frame - 1 else 1
            cell.last_frame = self.frame
            if cell.streak >= VOLATILE_AFTER:
                fresh = Cell(TIME, cell.label)
                fresh.changed_at = revision
                return fresh
        return cell

    def may_change(self, cell: Cell) -> None:
        """Raise if now is no time to change anything: inside a cook, or in another thread than the project's."""
        if get_ident() != self.thread:
            raise WrongThread(
                f"{cell.label or 'the network'} was changed from another thread than its project's; "
                "use project.post(function)"
            )
        if self.computing is not None:
            chain = " → ".join(memo.owner.path for memo in self.stack if memo.state == _COMPUTING)
            raise ChangeWhileCooking(f"{cell.label or 'the network'} cannot be changed while cooking ({chain})")

    # -- settling ------------------------------------------------------------------------------------------

    def settle(self, target: Memo) -> None:
        """Bring ``target`` up to date, with everything it reads."""
        if get_ident() != self.thread:
            raise WrongThread(
                f"{target.owner.path} was read from another thread than its project's; use project.post(function)"
            )
        if target.state != _FRESH:
            self._meet_unsettled(target)
        if self.depth >= NESTING:
            raise _Restart(target)
        stack = self.stack
        base = len(stack)
        if target.leaf:
            # Only cells to ask, as for most expressions: no need to walk them on the stack.
            since = target.verified_at
            for read in target.reads or ():
                if read.changed_at > since:
                    target.why = read
                    break
            else:
                target.verified_at = self.revision
                return
            self._push(target)
            target.state = _WAITING
        else:
            self._push(target)
        try:
            while len(stack) > base:
                memo = stack[-1]
                wanted = self._verify(memo) if memo.state == _VERIFYING else memo
                if wanted is None:
                    self._pop()
                elif wanted is not memo:
                    self._push(wanted)
                else:
                    try:
                        self._compute(memo)
                        self._pop()
                    except _Restart as restart:
                        memo.state = _WAITING
                        self._push(restart.wanted)
                    except _Unwind as unwind:
                        if unwind.depth < base:
                            raise
                        while len(stack) - 1 > unwind.depth:
                            self._pop()
                        stack[-1].state = _WAITING
        except BaseException:
            while len(stack) > base:
                self._pop()
            raise

    def _push(self, memo: Memo) -> None:
        memo.state = _VERIFYING if memo.reads is not None else _WAITING
        self.stack.append(memo)
        self.positions.append(0)

    def _pop(self) -> None:
        self.stack.pop().state = _FRESH
        self.positions.pop()

    def _verify(self, memo: Memo) -> Memo | None:
        """Ask the reads in order: None if all hold, a read to settle first, or ``memo`` itself to compute."""
        revision = self.revision
        last_change = self.last_change
        reads = memo.reads
        assert reads is not None
        since = memo.verified_at
        for index in range(self.positions[-1], len(reads)):
            read = reads[index]
            if isinstance(read, Memo) and read.verified_at != revision:
                if last_change[read.durability] <= read.verified_at:
                    read.verified_at = revision
                elif read.state != _FRESH:  # already below us: perhaps a cycle, the compute will tell
                    memo.why = read
                    return memo
                else:
                    self.positions[-1] = index
                    return read
            if read.changed_at > since:
                memo.why = read
                return memo
        memo.verified_at = revision
        return None

    def _compute(self, memo: Memo) -> None:
        before_recording, before_computing = self.recording, self.computing
        reads: list[Cell | Memo] = []
        self.recording = reads
        self.computing = memo
        self.depth += 1
        memo.state = _COMPUTING
        fault: Fault | None = None
        try:
            value = memo.compute()
            if type(value) is WithError:
                fault = Fault(memo.owner, value.message, memo.owner)
                value = value.value
        except CookError as error:
            value = None
            origin = error.fault
            fault = Fault(memo.owner, origin.message, origin.origin, kind=origin.kind)
        except _Cycle as cycle:
            value = None
            fault = Fault(memo.owner, cycle.message, memo.owner, cycle.members)
        except (RecursionError, MemoryError):
            raise  # these speak of the caller, not of the operator: nothing is cached
        except (Exception, SystemExit) as error:  # exit() in an expression is as wrong there as any other error
            value = None
            fault = Fault(memo.owner, sentence(error), memo.owner, kind=kind_of(error))
        finally:
            self.recording, self.computing = before_recording, before_computing
            self.depth -= 1
        self._finish(memo, value, fault, reads)

    def _finish(self, memo: Memo, value: Any, fault: Fault | None, reads: list[Cell | Memo]) -> None:
        durability = STRUCTURE
        if fault is not None and fault.members:
            durability = TIME
        else:
            for read in reads:
                if read.durability < durability:
                    durability = read.durability
                    if durability == TIME:
                        break
        if (
            memo.reads is None
            or not (value is memo.value or same(value, memo.value))
            or durability < memo.durability
            or fault != memo.fault
        ):
            memo.changed_at = self.revision
        memo.value = value
        memo.durability = durability
        if reads != memo.reads:  # keeping the equal list saves the collector the work
            memo.reads = reads
            memo.leaf = not any(read.is_memo for read in reads)
        memo.verified_at = self.revision
        if fault is not memo.fault:
            before, memo.fault = memo.fault, fault
            if fault != before:
                self.on_fault(memo, before)

    def _meet_unsettled(self, target: Memo) -> None:
        """A compute reads a memo that is below it on the stack: a cycle, if every edge between is real."""
        stack = self.stack
        start = stack.index(target)
        suspects = [depth for depth in range(start, len(stack)) if stack[depth].state == _VERIFYING]
        if suspects:
            # Edges of memos that were only being verified may be gone by now: compute them to find out.
            for depth in suspects:
                stack[depth].reads = None
                stack[depth].leaf = False
            raise _Unwind(suspects[0])
        members = tuple(stack[start:])
        raise _Cycle(members, f"dependency cycle: {_ring([memo.owner.path for memo in members])}")


def _ring(paths: list[str]) -> str:
    """The members of a cycle, from the first by name and back to it, so that all results tell it alike."""
    names = [path for before, path in zip([paths[-1], *paths], paths, strict=False) if path != before] or paths[:1]
    first = names.index(min(names))
    names = [*names[first:], *names[:first]]
    if len(names) > _LONG_RING:
        names[6:-2] = [f"… ({len(names) - 8} more)"]
    return " → ".join([*names, names[0]])


def same(a: Any, b: Any) -> bool:
    """Whether two results are equal for back-dating: immutable scalars and tuples of them, NaN equal to NaN."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return a == b or (a != a and b != b)
    if isinstance(a, (int, str, bytes)):
        return bool(a == b)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return False


def sentence(error: BaseException) -> str:
    """The message of an exception as an operator shows it: the type is named unless the error is our own."""
    text = str(error).strip()
    if getattr(error, "is_message", False):
        return text
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def kind_of(error: BaseException) -> str:
    """The sort of thing that failed, as the class of the error says it: 'device', 'encoder', 'output' or ''."""
    return error.fault.kind if isinstance(error, CookError) else str(getattr(type(error), "kind", ""))
