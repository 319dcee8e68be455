#include "lib/blend.glsl"
#include "lib/cover.glsl"

// The part of the picture's width and height that an overlay fills when it is fitted.
vec2 fitted(vec2 size) {
    vec2 part = size / size_px;
    switch (prefit) {
    case 1: return part / part.x;
    case 2: return part / part.y;
    case 3: return part / max(part.x, part.y);
    case 4: return part / min(part.x, part.y);
    }
    return part;
}

vec4 layer(int i) {
    if (moved == 0 || i == fixed_layer) return inputs(i);
    vec2 at = (par.xform * vec3(pixel_coord, 1.0)).xy - float(max(i - 1, 0)) * par.stride, part = vec2(1.0);
    if (prefit != 0) {
        vec2 side = 0.5 * vec2(justifyh, justifyv);
        part = fitted(input_size(i));
        at = (at - side) / part + side;
    }
    vec4 picture = inputs(i, at, par.xform[0].xy / part, par.xform[1].xy / part);
    return extend == 1 ? picture * covered(at, par.drawn * part, vec2(0.0), vec2(1.0), soft) : picture;
}

vec4 pixel(vec2 uv) {
    vec4 result = layer(0);
    for (int i = 1; i < input_count; i++) {
        vec4 next = layer(i);
        result = swaporder != 0 ? blend(operand, next, result) : blend(operand, result, next);
    }
    return result;
}
