"""The text around a pixel function: what it may use, and the compute kernel or raster pass that calls it."""

from collections.abc import Sequence
from struct import Struct

from .formats import FORMATS
from .layout import Layout
from .source import Line

GROUP = 8
"""Side of a compute work group in pixels."""

header = Struct("<2ffii12x").pack
"""Packs the block's head: width, height, aspect, pass index, channel mask. Parameters follow at byte 32."""

VERSION = "#version 430 core"

VERTEX = """
out vec3 vUV;
void main() {
    // One triangle that covers the screen.
    vec2 corner = vec2(gl_VertexID == 1 ? 2.0 : 0.0, gl_VertexID == 2 ? 2.0 : 0.0);
    vUV = vec3(corner, 0.0);
    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}
"""

_MASK = "notEqual(td_mask & ivec4(1, 2, 4, 8), ivec4(0))"

_COMPUTE_MAIN = """
void main() {
    pixel_coord = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(pixel_coord, ivec2(size_px)))) return;
    td_uv = (vec2(pixel_coord) + 0.5) / size_px;
    imageStore(td_output, pixel_coord, td_stored(pixel(td_uv)));
}
"""

_RASTER_MAIN = """
void main() {
    pixel_coord = ivec2(gl_FragCoord.xy);
    td_uv = gl_FragCoord.xy / size_px;
    td_output = td_stored(pixel(td_uv));
}
"""


def wrapped(
    body: Sequence[Line],
    layout: Layout,
    variants: Sequence[tuple[str, int]],
    declared: int,
    *,
    format: str,
    compute: bool,
    inputs: int,
    same_size: int,
    mipmapped: bool,
    masked: bool,
) -> list[Line]:
    """A pixel function's lines as a complete compute or fragment shader.

    ``declared`` inputs may be named in the text, the first ``inputs`` of them are connected; bit i of
    ``same_size`` says that input i has the output's size, so that its own pixel is fetched, not filtered.
    ``masked`` leaves the channels that are not in ``td_mask`` as they are in the first input.
    """
    made = FORMATS[format]
    if compute:
        output = f"layout({made.image}, binding = 0) writeonly restrict uniform image2D td_output;"
        head = [f"layout(local_size_x = {GROUP}, local_size_y = {GROUP}) in;", output]
    else:
        head = ["layout(location = 0) out vec4 td_output;"]
    members = layout.glsl()
    text = [
        VERSION,
        *head,
        *([f"struct TdPar {{ {members} }};"] if members else []),
        "layout(std140, binding = 0) uniform TdBlock {",
        "    vec2 size_px; float aspect; int pass_index; int td_mask;" + (" TdPar par;" if members else ""),
        "};",
        f"const int input_count = {inputs};",
        *(f"const int {name} = {value};" for name, value in variants),
        "vec2 td_uv;",
        "ivec2 pixel_coord;",
        *_inputs(inputs, max(declared, inputs), same_size, mipmapped),
    ]
    store = ["vec4 td_stored(vec4 c) {"]
    if masked:
        store.append(f"    c = mix({'inputs(0)' if inputs else 'vec4(0.0)'}, c, {_MASK});")
    if made.kind == "fixed":
        # min and max may return either operand for NaN, so NaN is taken out first.
        store.append("    c = clamp(mix(c, vec4(0.0), isnan(c)), 0.0, 1.0);")
    store += [f"    return {made.packed('c')};", "}"]
    tail = "\n".join(store) + (_COMPUTE_MAIN if compute else _RASTER_MAIN)
    return [*map(Line, text), *body, *map(Line, tail.splitlines())]


def _inputs(count: int, declared: int, same_size: int, mipmapped: bool) -> list[str]:
    """The functions that read inputs: by number, and by index for operators with any number of inputs."""

    def read(index: int | str, own_pixel: bool, fetched: bool = False, slopes: str = "") -> str:
        """The expression for input ``index`` at ``uv`` or at the own pixel; 0 beyond the connected ones."""
        if isinstance(index, int) and index >= count:
            return "vec4(0.0)"
        texture, uv = f"td_inputs[{index}]", "td_uv" if own_pixel else "uv"
        if own_pixel and fetched:
            return f"texelFetch({texture}, pixel_coord, 0)"
        if mipmapped:
            # Compute has no derivatives, so both paths use those of the mapping from pixel to pixel.
            slopes = slopes or "vec2(1.0 / size_px.x, 0.0), vec2(0.0, 1.0 / size_px.y)"
            return f"textureGrad({texture}, {uv}, {slopes})"
        return f"textureLod({texture}, {uv}, 0.0)"

    def or_nothing(value: str, nothing: str) -> str:
        return f"i < {count} ? {value} : {nothing}" if count else nothing

    lines = [f"layout(binding = 0) uniform sampler2D td_inputs[{count}];"] if count else []
    size = or_nothing("vec2(textureSize(td_inputs[i], 0))", "vec2(0.0)")
    all_fetched = same_size == (1 << count) - 1
    lines += [
        f"vec2 input_size(int i) {{ return {size}; }}",
        f"vec4 inputs(int i, vec2 uv) {{ return {or_nothing(read('i', False), 'vec4(0.0)')}; }}",
        "vec4 inputs(int i, vec2 uv, vec2 dx, vec2 dy) "
        f"{{ return {or_nothing(read('i', False, slopes='dx, dy'), 'vec4(0.0)')}; }}",
        f"vec4 inputs(int i) {{ return {or_nothing(read('i', True, all_fetched), 'vec4(0.0)')}; }}",
    ]
    for i in range(declared):
        lines.append(f"vec4 input{i}(vec2 uv) {{ return {read(i, False)}; }}")
        lines.append(f"vec4 input{i}(vec2 uv, vec2 dx, vec2 dy) {{ return {read(i, False, slopes='dx, dy')}; }}")
        lines.append(f"vec4 input{i}() {{ return {read(i, True, bool(same_size >> i & 1))}; }}")
        gathered = f"textureGather(td_inputs[{i}], uv)" if i < count else "vec4(0.0)"
        lines.append(f"vec4 gather{i}(vec2 uv) {{ return {gathered}; }}")
    return lines
