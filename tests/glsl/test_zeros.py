"""Variables without a value."""

import pytest

from tdlite.glsl.zeros import initialised


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("void f() { float a; a += 1.0; }", "void f() { float a = 0.0; a += 1.0; }"),
        ("void f() { float a; a = 1.0; }", None),
        ("void f() { vec3 a, b = vec3(1), c; g(a); c = b; }",
         "void f() { vec3 a = vec3(0.0), b = vec3(1), c; g(a); c = b; }"),
        ("void f() { vec2 a; if (x) a = b; c = a; }", "void f() { vec2 a = vec2(0.0); if (x) a = b; c = a; }"),
        ("void f() { for (float i; i++ < 9.; ) {} }", "void f() { for (float i = 0.0; i++ < 9.; ) {} }"),
        ("void f() { bool b; uvec2 u; return b ? u : u; }",
         "void f() { bool b = false; uvec2 u = uvec2(0); return b ? u : u; }"),
        ("struct S { float a; vec2 b; };", None),
        ("float f(float a, vec2 b);", None),
        ("uniform float a; const float b = 1.0;", None),
        ("vec3 glow;", "vec3 glow = vec3(0.0);"),
        ("// float a;\n#define A float b;\n", None),
        ("void mainImage(out vec4 o, vec2 p) { o += 1.0; }", "void mainImage(inout vec4 o, vec2 p) { o += 1.0; }"),
        ("void mainImage(out vec4 o, vec2 p) { for (;;) { break; } o = vec4(1); }", None),
        ("void f() { float a[3]; a[0] = 1.0; }", None),
    ],
)  # fmt: skip
def test_only_what_may_be_read_too_early_gets_a_value(before, after):
    assert initialised(before) == (before if after is None else after)
