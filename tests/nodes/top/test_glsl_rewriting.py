"""What the GLSL TOP changes in a text leaves alone what a good shader means by it, and what messages say of it."""

import time

import numpy as np
import pytest
from glslshaders import OUT, pixel_shader

from tdlite.gpu.source import Line
from tdlite.ops.glslold import unfrozen

MAIN = "void main() { %s }"
ARRAY = f"{OUT}const float S = 2.0; const int N = int(pow(S, 3.0)); float v[N]; float u[int(pow(S, 3.0))];\n"

TEXTS = {
    "a prototype of main": (f"{OUT}void main();\n", "fragColor = vec4(.25);", [.25] * 4),
    "an output of another name in a branch": (
        "#if 0\nlayout(location = 0) out vec4 a;\n#else\nlayout(location = 0) out vec4 b;\n#endif\n",
        "b = vec4(.25);", [.25] * 4),
    "parameters with the name of the output": (
        f"{OUT}void g(out vec4 fragColor);\nvoid g(out vec4 fragColor) {{ fragColor = vec4(.5); }}\n"
        "void f(inout vec4 fragColor) { fragColor += .25; }\n",
        "vec4 q; g(q); f(fragColor); fragColor += q;", [.75] * 4),
    "an output that stays precise": ("precise out vec4 c; invariant c;\n", "c = vec4(.25);", [.25] * 4),
    "the place of an output in a bigger type": (
        "#version 440\nlayout(location = 0, component = 0) out vec2 a;\n"
        "layout(location = 0, component = 2) out vec2 b;\n",
        "a = vec2(.25); b = vec2(.5);", [.25, .25, .5, .5]),
    "a constant power as a size": (ARRAY, "fragColor = vec4(v.length(), u.length(), 0, 1);", [8, 8, 0, 1]),
    "a constant power by a macro": (
        f"{OUT}#define CUBE(x) pow(x, 3.0)\nconst float S = 2.0, V = CUBE(S); float v[int(V)];\n",
        "fragColor = vec4(v.length());", [8] * 4),
    "a constant power as a case": (
        f"{OUT}const float S = 2.0;\n",
        "switch (8) { case int(pow(S, 3.0)): fragColor = vec4(.25); break; default: fragColor = vec4(1); }", [.25] * 4),
    "a pow of one's own": (f"{OUT}int pow(int a, int b) {{ return 7; }}\n", "int k = 2; fragColor = vec4(pow(k, 3));",
                           [7] * 4),
    "types as arguments of macros": (
        f"{OUT}#define ZERO(T) T(0)\n#define LOOK(T) float look(T p) {{ return float(p.x); }}\nLOOK(vec2) LOOK(vec3)\n",
        "fragColor = vec4(ZERO(float) +.25, look(vec3(ZERO(int) -(1))), 0, 1);", [.25, -1, 0, 1]),
    "casts of many kinds": (
        f"{OUT}#define THIRD (float)1/2\nfloat f(int i) {{ return(float)i/2; }}\n",
        "int i = 3; fragColor = vec4((float)1e-3, (float)max (1, 2), f(3) + (float)i++, THIRD);", [.001, 2, 4.5, .5]),
    "names in brackets": (OUT, "float a = 1., b = .25, vec2_ = 2.; int i = 2, j = 3; "
                          "fragColor = vec4((a)-b, float((i)*j), (vec2_)*b, 1);", [.75, 6, .5, 1]),
    "a const in a function that is made of a uniform": (
        f"{OUT}uniform float size;\nvoid f() {{ const float a = uTDOutputInfo.res.z; }}\n",
        "const int a = 3, size = 1; const int n = a + size; float w[n]; fragColor = vec4(w.length());", [4] * 4),
    "such a const of before 4.20": (
        f"#version 330\n{OUT}", "const float a = uTDOutputInfo.res.z; const float b = a * 2.0; fragColor = vec4(b);",
        [8] * 4),
    "a function that is called as a type of HLSL": (f"{OUT}vec2 float2(float a) {{ return vec2(a, .5); }}\n",
                                                   "fragColor = vec4(float2(.25), 0, 1);", [.25, .5, 0, 1]),
    "a struct whose name comes late": (
        f"{OUT}struct /* {'x' * 200} */\nT\n{{ float a; vec2 b; }};\n",
        "T t = T(.5, vec2(.25)); float a; a += t.a; fragColor = vec4(a);", [.5] * 4),
    "blocks": (
        f"{OUT}layout(std430, binding = 3) readonly buffer Dat {{ float x; vec4 y[]; }} dat;\n"
        "layout(std140) uniform Block { highp float z; mat4 m; };\n", "float q; q += .25; fragColor = vec4(q);",
        [.25] * 4),
    "a prototype of mainImage": (
        f"{OUT}void mainImage(out vec4 o, in vec2 p);\nvoid other() {{ }}\n"
        "void mainImage(out vec4 o, in vec2 p) { o += .25; }\n", "mainImage(fragColor, gl_FragCoord.xy);", [.25] * 4),
    "old and new outputs by version": (
        "#if __VERSION__ >= 130\nout highp vec4 FragColor;\n#else\n#define FragColor gl_FragColor\n#endif\n",
        "FragColor = vec4(.25);", [.25] * 4),
    "an old output as another name": (
        "#define gl_FragColor pc_color\nlayout(location = 0) out highp vec4 pc_color;\n", "gl_FragColor = vec4(.25);",
        [.25] * 4),
    "a comment that goes on": (f"{OUT}// broken \\\nnonsense;\n", "fragColor = vec4(.25);", [.25] * 4),
    "directives over several lines": (
        f"{OUT}#define F(x) \\\n  pow(x, \\\n  3.0)\n", "\\\nfragColor = vec4(F(-2.0));", [-8] * 4),
    "statements in a macro": (f"{OUT}#define DO(x) {{ x }}\n",
                              "float t; DO(float q; q = .5; t += q;) fragColor = vec4(t);", [.5] * 4),
    "a comment over several lines in a directive": (
        f"{OUT}#define HALF /* of\n one */ .5\n#define SUM \\\n HALF /* and\n\n more */ + .25\n",
        "fragColor = vec4(HALF, SUM, 0, 1);", [.5, .75, 0, 1]),
    "comments over several lines behind directives": (
        f"#version 330 /* of\n old */\n{OUT}#extension GL_ARB_shading_language_packing : enable /* for\n nothing */\n"
        "#if 1 /* not\n for ever */\n#define SUM(x) /* a\n*/ ((x) + /* and\n*/ .25)\n#endif /* that\n was it */\n",
        "fragColor = vec4(SUM(.5));", [.75] * 4),
    "a function of HLSL for matrices and structs of one's own": (
        f"{OUT}mat3 lerp(mat3 a, mat3 b, float t) {{ return a * (1. - t) + b * t; }}\nstruct Hit {{ float a; }};\n"
        "Hit saturate(Hit h) { return Hit(h.a + .25); }\n#define PART frac(x)\n",
        "float x = 1.5; fragColor = vec4(lerp(mat3(0), mat3(1), .25)[0].x, saturate(Hit(3.)).a, PART, 1);",
        [.25, 3.25, .5, 1]),
    "a line of its own": (f"{OUT}/*\n*/float first = float(__LINE__);\n", "\nfragColor = vec4(first, __LINE__, 0, 1);",
                          [3, 5, 0, 1]),
    "an extension in a branch that is left out": (
        f"#ifdef GL_OES_nothing\n#extension GL_OES_nothing : require\n#endif\n{OUT}", "fragColor = vec4(.25);",
        [.25] * 4),
    "a parameter with the name of the coordinate": (
        f"{OUT}vec4 at(in vec3 vUV) {{ return vec4(vUV.zz, .25, 1); }}\n"
        "float x(in vec2 vUV, float y) { return y; }\n",
        "fragColor = at(vUV) * x(vUV.st, 1.);", [0, 0, .25, 1]),
    "a coordinate declared again": (
        f"layout(location = 0) smooth in highp vec3 vUV;\nin vec4 gl_FragCoord;\n{OUT}",
        "fragColor = vec4(vUV.z, gl_FragCoord.xy - vUV.st * 4., 1);", [0, 0, 0, 1]),
    "arrays of arrays": (
        OUT, "float a[2][3]; float[2] b[2]; for (int i = 0; i < 6; i++) a[i / 3][i % 3] = float(i); "
        "b[1] = float[2](.5, 2.); fragColor = vec4(a[1][2], b[1][1], 0, 1);", [5, 2, 0, 1]),
}  # fmt: skip


@pytest.mark.parametrize("path", ["raster", "auto"])
@pytest.mark.parametrize("what", TEXTS)
def test_a_good_shader_draws_what_it_says(net, path, what):
    declared, body, colour = TEXTS[what]
    top = pixel_shader(net, declared + MAIN % body, pathmode=path)
    picture = top.numpyArray()
    assert top.errors() == ""
    np.testing.assert_allclose(picture, np.broadcast_to(np.float32(colour), (4, 4, 4)), rtol=1e-6)


@pytest.mark.parametrize(
    ("declared", "body"),
    [
        ("#define LOC 1\nlayout(location = LOC) out vec4 a; layout(location = 0) out vec4 b;\n",
         "a = vec4(2); b = vec4(1);"),
        ("layout(location = 0x1) out vec4 a; out vec4 b;\n", "a = vec4(2); b = vec4(1);"),
        ("out layout(location = 1) vec4 a; layout(location = 0) out vec4 b;\n", "a = vec4(2); b = vec4(1);"),
        ("#define OUTPUT(n, name) layout(location = n) out vec4 name\nOUTPUT(0, a); OUTPUT(1, b);\n",
         "a = vec4(1); b = vec4(2);"),
        ("const int N = 2;\nout vec4 c[N];\n", "c[0] = vec4(1); c[1] = vec4(2);"),
        ("out vec4[2] c;\n", "c[0] = vec4(1); c[1] = vec4(2);"),
        ("out vec4 a, b;\n", "a = vec4(1); b = vec4(2);"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["raster", "auto"])
def test_outputs_are_where_the_text_puts_them(net, path, declared, body):
    top = pixel_shader(net, declared + MAIN % body, pathmode=path, numcolorbufs=2)
    second = net.renderselectTOP(top=top.path, colorbufferindex=1).numpyArray()
    assert top.errors() == ""
    assert np.all(top.numpyArray() == 1)
    assert np.all(second == 2)


@pytest.mark.parametrize("path", ["raster", "auto"])
def test_an_output_in_two_branches_is_one(net, path):
    text = "#if 1\nlayout(location = 0) out vec4 c;\n#else\nout vec4 c;\n#endif\n"
    top = pixel_shader(net, text + MAIN % "c += 0.25;", pathmode=path, numcolorbufs=2)
    assert np.all(top.numpyArray() == 0.25)
    assert not np.any(net.renderselectTOP(top=top.path, colorbufferindex=1).numpyArray() == 0.25)


@pytest.mark.parametrize("declared", ["out vec4 d[999999999];", "out vec4 " + "c," * 99 + "d[9];"])
def test_outputs_beyond_number_are_an_error(net, declared):
    top = pixel_shader(net, f"{declared}\n{MAIN % 'd[0] = vec4(1);'}", pathmode="auto")
    top.numpyArray()
    assert top.errors()


def test_outputs_beyond_number_that_nobody_writes_are_none(net):
    top = pixel_shader(net, f"out vec4 d; out vec4 c[120];\n{MAIN % 'd = vec4(1);'}", pathmode="auto")
    assert np.all(top.numpyArray() == 1)


# -- messages --------------------------------------------------------------------------------------------------

LONG = f"{OUT}float a; vec3 b;\nfloat f(int i) {{ float q; q += pow((float)i, 3.0); return q; }}\n"


@pytest.mark.parametrize("path", ["raster", "auto"])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("broken first;\n" + LONG + MAIN % "fragColor = vec4(f(1));", "_pixel:1: "),
        (LONG + "void main() {\n  fragColor = vec4(f(1));\n}\nbroken last;", "_pixel:7: "),
        ("#include <tools>\n" + LONG + MAIN % "fragColor = vec4(missing);", "_pixel:5: `missing' undeclared"),
        ("#include <wrong>\n" + LONG + MAIN % "fragColor = vec4(wrong());", "/wrong:3: `missing' undeclared"),
        (LONG + "#define M(x) \\\n  (x * \\\n  missing)\nvoid main() {\n\n  fragColor = vec4(M(2.0)); }",
         "_pixel:9: `missing' undeclared"),
        ("#line 70\n" + LONG + "/* \n\n */ // \\\n ignored\n" + MAIN % "fragColor = vec4(missing);",
         "_pixel:9: `missing' undeclared"),
        (LONG + MAIN % "fragColor = vec4(f(1));" + "\n/* no end\n\n", "_pixel:5: the comment that begins here"),
    ],
)  # fmt: skip
def test_a_message_names_the_line_that_its_author_wrote(net, path, text, place):
    net.textDAT("tools").text = "float tool() {\n  float v; v += 1.0;\n  return v;\n}\n\n"
    net.textDAT("wrong").text = "float wrong() {\n  float v; v += (float)1;\n  return missing;\n}"
    top = pixel_shader(net, text, pathmode=path)
    top.numpyArray()
    assert place in top.errors().splitlines()[0]
    assert "td_" not in top.errors()


def test_a_message_about_the_coordinate_of_a_slice_speaks_of_it_by_its_name(net):
    top = pixel_shader(net, OUT + "void f(out vec4 c) { }\n" + MAIN % "f(vUV);", type="texture3d")
    top.cook()
    assert "_pixel:3: " in top.errors()
    assert "td_" not in top.errors()


@pytest.mark.parametrize("path", ["raster", "auto"])
@pytest.mark.parametrize("declared", ["", "in vec3 vUV;\n", "varying vec3 vUV;\n"])
def test_who_declares_the_coordinate_knows_the_slice_too(net, path, declared):
    text = f"{declared}{OUT}float depth(in vec3 vUV) {{ return vUV.z; }}\n"
    top = pixel_shader(net, text + MAIN % "fragColor = vec4(depth(vUV));", pathmode=path, type="texture3d",
                       depth="custom", customdepth=2)  # fmt: skip
    assert top.numpyArray()[:, 0, 0, 0].tolist() == [0.25, 0.75]


def test_macros_of_the_directives_know_the_slice_too(net):
    net.textDAT("before").text = "#define PLACE vUV.p"
    text = f"{OUT}struct V {{ vec3 vUV; }};\nfloat f(vec3 vUV) {{ return vUV.z; }}\n"
    body = "V v = V(vUV); fragColor = vec4(PLACE, f(v.vUV), vUV.st);"
    top = pixel_shader(net, text + MAIN % body, predat="before", type="texture3d", depth="custom", customdepth=2)
    np.testing.assert_allclose(top.numpyArray()[:, 0, 0], [[0.25, 0.25, 0.125, 0.125], [0.75, 0.75, 0.125, 0.125]])


@pytest.mark.parametrize(
    "piece", ["pow(", "(float)", "(float)(", "float a;", "in ", "{", "struct {", "texture(", "uniform ", "layout("]
)
def test_a_text_that_opens_without_end_is_a_message_soon(net, piece):
    top = pixel_shader(net, OUT + piece * (20_000 // len(piece)), pathmode="auto")
    top.numpyArray()
    assert top.errors()


# -- time ------------------------------------------------------------------------------------------------------


def chain(length):
    lines = [f"const float c{n} = c{n - 1} + 1.0;" for n in range(1, length)]
    return "\n".join([OUT, "uniform float gain; const float c0 = gain;", *lines, "void main() {"]) + "\n"


def test_a_long_chain_of_constants_is_looked_through_once():
    lines = [Line(line) for line in chain(4000).splitlines()]
    start = time.perf_counter()
    made = unfrozen(lines, ["gain"], 430)
    assert time.perf_counter() - start < 10  # a fraction of a second, where nothing else runs; it was minutes
    assert not any("const" in line.text for line in made)
    assert [len(line.text) for line in made] == [len(line.text) for line in lines]


@pytest.mark.parametrize("path", ["raster", "auto"])
def test_a_chain_of_constants_of_a_uniform_is_calculated(net, path):
    text = chain(300) + "fragColor = vec4(c299, THREE, two, 1); }"
    text = text.replace("void main", "const highp float two = 2.0, THREE = c1 + two, FOUR = 4.0;\nvoid main")
    top = pixel_shader(net, text, pathmode=path, vec0name="gain", vec0valuex=0.5)
    assert top.numpyArray()[0, 0].tolist() == [299.5, 3.5, 2, 1]
