"""Broken shaders in a process of their own: each ends in a message, whatever the driver makes of it."""

import contextlib
import json
import re
import selectors
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SECONDS = 20
"""More than any of these takes: who is not done by then hangs."""

SEEDS = {
    "vertexpixel": [
        "#version 430\nuniform float uGain[3];\nuniform atomic_uint n;\nlayout(location = 0) out vec4 fragColor;\n"
        "/* a\ncomment */\nvec4 shade(vec2 p, int steps) {\n    vec4 sum = vec4(0.0);\n"
        "    for (int i = 0; i < steps; i++) { sum += texture(sTD2DInputs[i % 3], p) * uGain[i % 3]; }\n"
        "    return sum / float(steps);\n}\n"
        "void main() {\n    float f = TDHSVToRGB(vUV).r;\n"
        "    fragColor = TDOutputSwizzle(TDDither(shade(vUV.st, 4) + f + atomicCounterIncrement(n)));\n}\n",
        "#extension GL_ARB_gpu_shader5 : enable\nlayout(constant_id = 0) const int N = 4;\nvarying vec3 vUV;\n"
        "#define GAIN(x) \\\n  ((x) * 2.0)\n#if TD_NUM_2D_INPUTS > 0\n#define MORE\n#endif\n"
        "void main() { gl_FragColor = GAIN(vec4(float(N))) + texture2D(sTD2DInputs[0], vUV.st); }\n",
    ],
    "compute": [
        "layout(local_size_x = 8, local_size_y = 8) in;\nshared float tile[64];\nuniform mat3 uTurn;\nvoid main() {\n"
        "    ivec2 p = ivec2(gl_GlobalInvocationID.xy);\n    tile[gl_LocalInvocationIndex] = float(p.x);\n"
        "    barrier();\n    vec3 c = uTurn * vec3(p, tile[0]);\n"
        "    TDImageStoreOutput(0, gl_GlobalInvocationID, vec4(c, 1.0));\n"
        "    imageStore(mTDComputeOutputs[0], p, texelFetch(sTD2DInputs[1], p, 0));\n}\n",
    ],
}  # fmt: skip
TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
STRANGE = ["", ";", "{", "}", "(", ")", "[", "]", "#", "\\", "\n", "/*", "*/", "//", "0", "-1", "1e99", "99999999999",
           "\0", "é", "\t", "#include <glsl1_pixel>", "#include \"x\"", "#version", "#version 9999999999999 es",
           "#version 1", "#define", "#if 0\n", "#endif\n", "layout(", "uniform", "uniform sampler2D",
           "uniform atomic_uint", "atomic_uint", "const", "layout(constant_id = 1) const",
           "gl_FragColor", "gl_FragData[7]", "varying", "vUV", "sample",
           "td_FragColor", "sTD2DInputs[9]", "sTDNoiseMap", "TDImageStoreOutput(0,", "%", "{}", "$1", "\\1", "void",
           "main", "discard;", "out vec4", "vec4", "1.0", "while (true) {}", "a" * 3000]  # fmt: skip


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, str]:
    """A shader some of whose tokens are left out, exchanged, repeated, or replaced by something strange."""
    mode = draw(st.sampled_from(sorted(SEEDS)))
    tokens = TOKENS.findall(draw(st.sampled_from(SEEDS[mode])))
    places = st.integers(0, len(tokens) - 1)
    for how, place, other in draw(st.lists(st.tuples(st.integers(0, 4), places, places), min_size=1, max_size=4)):
        if how == 0:
            tokens[place] = ""
        elif how == 1:
            tokens[place], tokens[other] = tokens[other], tokens[place]
        elif how == 2:
            tokens[place] *= 2
        else:
            strange = draw(st.sampled_from(STRANGE) if how == 3 else st.text(max_size=5))
            tokens[place] = f"{tokens[place]}{strange}"
    text = "".join(tokens)
    return mode, text[: draw(st.integers(0, len(text)))] if draw(st.integers(0, 9)) == 0 else text


class Child:
    """The process that cooks; another one after one that hung or died."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def ask(self, mode: str, text: str) -> str:
        """What came of cooking a shader; AssertionError if there is no answer."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("glslchild.py"))], cwd=self._folder, text=True,
                encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps([mode, text]) + "\n")
            process.stdin.flush()
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            line = process.stdout.readline() if waiting.select(SECONDS) else ""
        if not line:
            self.close()
            raise AssertionError(f"no answer, exit code {process.returncode}, for {text!r}")
        answer: str = json.loads(line)
        return answer

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(BrokenPipeError):
                self._process.communicate()
            self._process = None


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    process = Child(tmp_path_factory.mktemp("fuzz"))
    yield process
    process.close()


@given(shader=broken())
@settings(max_examples=250, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
def test_a_broken_shader_ends_in_a_message_or_a_picture(child, shader):
    answer = child.ask(*shader)
    assert answer
    # An exception that nobody made into a message would begin with its type.
    assert not re.match(r"\w*(?:Error|Exception)\b(?!s)", answer), answer


@pytest.mark.parametrize("mode", sorted(SEEDS))
def test_what_is_mutated_is_good_before(child, mode):
    for text in SEEDS[mode]:
        assert child.ask(mode, text) == "good: (8, 8, 4)"


def test_a_process_that_dies_is_noticed_and_another_one_answers(child):
    child.ask("compute", SEEDS["compute"][0])
    child._process.kill()
    child._process.wait()
    with pytest.raises(AssertionError, match="no answer"):
        child.ask("compute", SEEDS["compute"][0])
    assert child.ask("compute", SEEDS["compute"][0]) == "good: (8, 8, 4)"
