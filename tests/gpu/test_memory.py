"""Memory that is used again: never while anybody holds it."""

import numpy as np

from tdlite.gpu.memory import Memory


def test_what_somebody_holds_is_not_given_out_again():
    memory = Memory()
    first, second = memory.take(64), memory.take(64)
    assert not np.shares_memory(first, second)
    for look in (
        lambda array: array[8:],
        lambda array: array[::-1],
        lambda array: np.frombuffer(array, np.float32).reshape(4, 4)[::-1],
        lambda array: memoryview(array),
    ):
        view = look(memory.take(64))
        assert not any(np.shares_memory(view, each) for each in (first, second, memory.take(64)))


def test_what_nobody_holds_is_given_out_again():
    memory = Memory()
    array = memory.take(64)
    address = array.ctypes.data
    view = array.view(np.uint16)[::-1]
    del array
    other = memory.take(64)
    assert other.ctypes.data != address
    del view
    assert memory.take(64).ctypes.data == address


def test_memory_of_a_size_that_is_past_is_let_go():
    memory = Memory()
    kept, size = memory.take(64), 1 << 24
    for _ in range(3):
        memory.take(size)
    assert sum(each.nbytes for each in memory._arrays) == 64 + size
    memory.take(128)
    assert sum(each.nbytes for each in memory._arrays) == 64 + 128
    assert kept.size == 64


def test_what_one_reference_holds_is_held_however_this_python_counts():
    memory = Memory()
    for size in (64, 128):
        held = [memory.take(size) for _ in range(4)]
        assert len({array.ctypes.data for array in held}) == 4
        addresses = {array.ctypes.data for array in held}
        held.clear()
        assert memory.take(size).ctypes.data in addresses
