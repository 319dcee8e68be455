"""tdu: the utilities that expressions and scripts use."""

from __future__ import annotations

from typing import Any

import pytest
from graphops import sumX

import tdlite as td
from tdlite.graph import tdu


def test_scripts_outside_a_network_find_it_in_the_package() -> None:
    assert td.tdu is tdu


def test_random_numbers_depend_on_the_seed_alone() -> None:
    values = [tdu.rand(seed) for seed in range(2000)]
    assert all(0 <= value < 1 for value in values)
    assert len(set(values)) == 2000
    assert sum(values) / 2000 == pytest.approx(0.5, abs=0.03)
    assert tdu.rand(3) == tdu.rand(3.0) == values[3]
    assert tdu.rand("3") != tdu.rand("4")


def test_numbers_are_clamped_and_remapped() -> None:
    assert (tdu.clamp(5, 0, 3), tdu.clamp(-5, 0, 3), tdu.clamp(2, 0, 3)) == (3, 0, 2)
    assert tdu.remap(5, 0, 10, 100, 200) == 150
    assert tdu.remap(20, 0, 10, 0, 1) == 2  # not clamped
    assert tdu.remap(0, 10, 0, 1, 2) == 2
    with pytest.raises(ZeroDivisionError):
        tdu.remap(1, 2, 2, 0, 1)


def test_names_are_taken_apart_and_made_valid() -> None:
    assert (tdu.base("/a1/noise12"), tdu.base("noise"), tdu.base("3x")) == ("noise", "noise", "")
    assert (tdu.digits("a1b22"), tdu.digits("none")) == (22, None)
    assert (tdu.validName("a b-c"), tdu.validName("1a"), tdu.validName(""), tdu.validName("ok_1")) == (
        "a_b_c",
        "_1a",
        "_",
        "ok_1",
    )
    assert tdu.validPath("/a b/1c") == "/a_b/_1c"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("t[xyz]", ["tx", "ty", "tz"]),
        ("[tr][xy]", ["tx", "ty", "rx", "ry"]),
        ("chan[1-3]", ["chan1", "chan2", "chan3"]),
        ("chan[1-7:3]", ["chan1", "chan4", "chan7"]),
        ("c[1,4,7]", ["c1", "c4", "c7"]),
        ("a b", ["a", "b"]),
        ("", []),
    ],
)
def test_patterns_expand_to_names(text: str, names: list[str]) -> None:
    assert tdu.expand(text) == names


def test_names_are_matched_in_their_own_order() -> None:
    names = ["b", "a1", "A2", "a10"]
    assert tdu.match("a*", names) == ["a1", "a10"]
    assert tdu.match("a*", names, caseSensitive=False) == ["a1", "A2", "a10"]
    assert tdu.match("* ^a*", names) == ["b", "A2"]
    assert tdu.match("a10 b", names) == ["b", "a10"]


def test_texts_are_split_as_a_shell_does() -> None:
    assert tdu.split("a 'b c' 3") == ["a", "b c", "3"]
    assert tdu.split("a 'b c' 3 1.5 [1,2]", eval=True) == ["a", "b c", 3, 1.5, [1, 2]]


def test_a_fallback_is_taken_when_the_first_raises() -> None:
    assert tdu.tryExcept(lambda: 1, 2) == 1
    assert tdu.tryExcept(lambda: 1 / 0, 2) == 2
    assert tdu.tryExcept(lambda: 1 / 0, lambda: 3) == 3


def test_a_fallback_in_an_expression_still_notices_when_the_first_works(net: Any) -> None:
    op = net.make(sumX, "s", a="=tdu.tryExcept(lambda: op('other').par.a.eval(), -1)")
    assert op.value == -1
    net.make(sumX, "other", a=4)
    assert op.value == 4


def test_expressions_have_math_and_tdu(net: Any) -> None:
    op = net.make(sumX, "s", a="=math.floor(2.5) + tdu.clamp(9, 0, 3)", b="=[i for i in range(me.digits or 4)][-1]")
    assert op.value == 11


def test_a_file_path_answers_questions(tmp_path: Any) -> None:
    info = tdu.FileInfo(str(tmp_path / "a.png"))
    assert (info.ext, info.baseName, info.dir, info.exists) == (".png", "a.png", str(tmp_path), False)
    (tmp_path / "a.png").touch()
    assert info.exists
