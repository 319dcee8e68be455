"""The branches of a text's #if … #endif, and which of them are never there at once."""

from tdlite.glsl.branches import Branches, exclusive
from tdlite.glsl.text import joined

TEXT = """a
#if X
  b
# ifdef Y
    c
# else
    d
# endif
#elif Z
  e
#else
  f
#endif
g
#ifndef X
  h
#endif
#endif
i
"""


def branch(name):
    return Branches(TEXT).at(TEXT.index(f"{name}\n", TEXT.index(f" {name}\n") if f" {name}\n" in TEXT else 0))


def test_branches_of_one_condition_exclude_each_other_and_what_is_in_them():
    for one, other in ("be", "bf", "ef", "cd", "ce", "df"):
        assert exclusive(branch(one), branch(other))
        assert exclusive(branch(other), branch(one))


def test_what_is_in_the_same_branch_or_in_none_or_under_another_condition_is_not_excluded():
    for one, other in ("ab", "ag", "bb", "bc", "bd", "bh", "eh", "gi"):
        assert not exclusive(branch(one), branch(other))


def test_outside_of_all_there_is_no_branch_however_often_it_ends():
    assert branch("a") == branch("g") == branch("i") == ()


def test_only_a_directive_goes_on_behind_a_comment_over_several_lines():
    text = "#define A /* x\n\ny */ 1\n/* z\n# w */ int b; /* q\nq */ int c;\n// #define /* B\n"
    made = joined(text)
    assert made.count("\n") == text.count("\n")
    assert made.startswith("#define A  \\\n \\\n  1\n/* z\n# w */ int b; /* q\nq */ int c;\n")
