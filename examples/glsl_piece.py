"""Silk: a sheet of folded cloth made of noise, with glowing threads that leave trails.

Three GLSL TOPs. ``field`` is the height of the cloth, noise bent by noise; ``cloth`` lights it from its slopes and
picks the colours; ``threads`` draws the lines of equal height over its own last frame, which has faded and drifted
outward. After five seconds the cloth lies as in the beginning. Writes glsl_piece.mp4.
"""

from typing import Any

import tdlite as td

SECONDS = 5
WIDTH, HEIGHT = 960, 540

FIELD = """
uniform float uTurn;    // 0..1, once through the loop
layout(location = 0) out vec4 fragColor;

// Four octaves in a space whose last two axes are a circle: at the end of the loop it is where it began.
float fbm(vec2 p, float radius) {
    vec2 time = radius * vec2(cos(6.2831853 * uTurn), sin(6.2831853 * uTurn));
    float sum = 0.0, gain = 0.5;
    for (int i = 0; i < 4; i++) {
        sum += gain * TDPerlinNoise(vec4(p, time));
        p = mat2(0.8, 0.6, -0.6, 0.8) * p * 2.03 + 17.0;
        gain *= 0.42;
    }
    return sum;
}

void main() {
    vec2 p = (vUV.st - 0.5) * uTDOutputInfo.res.zw / uTDOutputInfo.res.w * 1.5;
    vec2 q = vec2(fbm(p + vec2(1.7, 9.2), 0.45), fbm(p + vec2(8.3, 2.8), 0.45));
    float height = fbm(p * vec2(0.8, 1.1) + 2.6 * q, 0.3);
    fragColor = vec4(height, q, 1.0);
}
"""

CLOTH = """
uniform vec3 uLight;
uniform vec4 uShade, uBody, uSheen;
layout(location = 0) out vec4 fragColor;

float height(ivec2 at) {
    return texelFetch(sTD2DInputs[0], clamp(at, ivec2(0), ivec2(uTDOutputInfo.res.zw) - 1), 0).r;
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec3 here = texelFetch(sTD2DInputs[0], at, 0).rgb;
    vec2 slope = vec2(height(at + ivec2(1, 0)) - height(at - ivec2(1, 0)),
                      height(at + ivec2(0, 1)) - height(at - ivec2(0, 1))) * uTDOutputInfo.res.w * 0.11;
    vec3 normal = normalize(vec3(-slope, 1.0)), light = normalize(uLight);
    float lit = max(dot(normal, light), 0.0);
    float gloss = pow(max(dot(reflect(-light, normal), vec3(0.0, 0.0, 1.0)), 0.0), 22.0);
    float edge = pow(1.0 - normal.z, 1.5);

    vec3 color = mix(uShade.rgb, uBody.rgb, smoothstep(-0.3, 0.35, here.x));
    color = mix(color, uSheen.rgb, smoothstep(0.08, 0.5, length(here.yz)) * 0.85);
    // Light that grazes a fold takes another hue, as it does on shot silk.
    vec3 shot = TDRGBToHSV(color);
    color = mix(color, TDHSVToRGB(vec3(shot.x + 0.12 + 0.2 * here.y, shot.y * 0.9, shot.z)), edge);
    color = color * (0.12 + 1.5 * lit * lit) + gloss * mix(color, vec3(1.0), 0.35) * 0.4;
    float corner = length((vUV.st - 0.5) * vec2(1.0, 0.8));
    fragColor = TDOutputSwizzle(vec4(color * smoothstep(0.95, 0.25, corner), 1.0));
}
"""

THREADS = """
uniform vec4 uGlow;
uniform float uFade;
layout(location = 0) out vec4 fragColor;

void main() {
    vec3 field = texture(sTD2DInputs[0], vUV.st).rgb;
    float level = field.r * 9.0;
    float width = fwidth(level);
    float line = 1.0 - smoothstep(0.4, 1.6, abs(fract(level) - 0.5) / max(width, 1e-4));
    // Only some of the levels carry a thread, and each only where the cloth is bent that way.
    line *= smoothstep(0.05, 0.4, field.g) * smoothstep(0.5, 0.1, width);
    vec3 trail = texture(sTD2DInputs[1], (vUV.st - 0.5) * 0.994 + 0.5 + field.gb * 0.002).rgb;
    fragColor = vec4(max(trail * uFade * vec3(1.0, 0.93, 0.9), line * uGlow.rgb), 1.0);    // embers redden
}
"""


def build(root: Any) -> None:
    field = shader(root, "field", FIELD, uTurn=f"absTime.seconds / {SECONDS}")
    cloth = shader(root, "cloth", CLOTH, field, uLight=(-0.45, 0.55, 0.7))
    colors(cloth, uShade=(0.05, 0.02, 0.22), uBody=(0.02, 0.42, 0.68), uSheen=(1.0, 0.3, 0.24))

    black = root.create(td.constantTOP, "black")
    black.par.outputresolution = "custom"
    black.par.resolutionw, black.par.resolutionh = WIDTH, HEIGHT
    black.par.colorr = black.par.colorg = black.par.colorb = 0
    black.par.format = "rgba16float"
    before = root.create(td.feedbackTOP, "before")
    before.inputConnectors[0].connect(black)
    threads = shader(root, "threads", THREADS, field, before, uFade=0.88)
    colors(threads, uGlow=(1.0, 0.72, 0.38))
    before.par.top = "threads"

    over = root.create(td.compositeTOP, "over")
    over.par.operand = "screen"
    over.inputConnectors[0].connect(threads)
    over.inputConnectors[1].connect(cloth)
    grade = root.create(td.levelTOP, "grade")
    grade.par.gamma1 = 1.15
    grade.par.format = "rgba8fixed"
    grade.inputConnectors[0].connect(over)

    movie = root.create(td.moviefileoutTOP, "movie")
    movie.par.file = "glsl_piece.mp4"
    movie.par.videocodec = "h264nvgpu"
    movie.par.uniquesuff = False
    movie.par.overwrite = True
    movie.par.record = True
    movie.inputConnectors[0].connect(grade)
    root.time.end = SECONDS * 60


def shader(root: Any, name: str, text: str, *inputs: Any, **vectors: object) -> Any:
    """A GLSL TOP with its text and the values of its uniforms; a text is an expression."""
    top = root.create(td.glslTOP, name)
    top.par.pixeldat.eval().text = text
    top.par.outputresolution = "custom"
    top.par.resolutionw, top.par.resolutionh = WIDTH, HEIGHT
    top.par.format = "rgba16float"
    for index, source in enumerate(inputs):
        top.inputConnectors[index].connect(source)
    top.seq.vec.numBlocks = len(vectors)
    for block, (uniform, value) in enumerate(vectors.items()):
        top.par[f"vec{block}name"] = uniform
        if isinstance(value, str):
            top.par[f"vec{block}valuex"].expr = value
        else:
            for part, number in zip("xyzw", value if isinstance(value, tuple) else (value,), strict=False):
                top.par[f"vec{block}value{part}"] = number
    return top


def colors(top: Any, **uniforms: tuple[float, float, float]) -> None:
    """Give a GLSL TOP colours by the names of their uniforms."""
    top.seq.color.numBlocks = len(uniforms)
    for block, (uniform, (red, green, blue)) in enumerate(uniforms.items()):
        top.par[f"color{block}name"] = uniform
        top.parGroup[f"color{block}rgb"].val = red, green, blue
