"""What is found in GLSL text without a compiler."""

import time

import pytest

from tdlite.glsl.text import arguments, bare, code, edited, enclosed, joined, owns, split, unclosed


def test_comments_are_blanked_in_place():
    assert bare("a // b\nc /* d\n e */ f") == "a     \nc     \n      f"
    assert bare("a // b \\\nc\nd /* \\\n // */ e") == "a       \n \nd     \n       e"


def test_preprocessor_lines_are_blanked_with_what_they_go_on_in():
    assert code("a;\n # define b \\\n c // d\ne # f") == f"a;\n{' ' * 13}\n{' ' * 7}\ne # f"


@pytest.mark.parametrize(
    ("text", "place"),
    [("a /* b", 2), ("/* a */ /*/", 8), ("/**/ // /*", None), ("/*", 0), ("// /*\na", None), ("/* // */", None)],
)
def test_a_comment_without_an_end_is_found(text, place):
    assert unclosed(text) == place


def test_brackets_hold_lists_together():
    assert split("a, f(b, c[1, 2]), {d, e}") == ["a", " f(b, c[1, 2])", " {d, e}"]
    assert enclosed("f(a[0], (b)) + c", 1) == 12
    assert arguments("f(a[0, 1], g(b, c))", 1) == ["a[0, 1]", " g(b, c)"]
    assert arguments("f( )", 1) == arguments("f(a, b", 1) == []


def test_edits_are_made_in_the_order_of_their_places():
    assert edited("abcdef", [(4, 1, ""), (0, 2, "xyz"), (6, 0, "!")]) == "xyzcdf!"


@pytest.mark.parametrize(
    ("text", "own"),
    [("mat3 f(mat3 a)", True), ("Hit\nf (Hit a)", True), ("#define f(a) a", True), ("#define R(T) T f(T a)", True),
     ("return f(a)", False), ("else f(a);", False), ("#define F f(a)", False), ("x = f(a) + g.f(b)", False)],
)  # fmt: skip
def test_functions_of_a_texts_own_are_told_from_calls(text, own):
    assert owns(text, "f") is own


@pytest.mark.parametrize("piece", ["/*", "/*/", "//\\\n", "# \\\n", "/", "/**/\\\n", "#/*\n*/ x"])
def test_texts_that_open_without_end_are_read_soon(piece):
    start = time.perf_counter()
    for look in (bare, code, joined, unclosed):
        look(piece * 100_000)
    assert time.perf_counter() - start < 5
