#include "lib/blend.glsl"
#include "lib/cover.glsl"

// The size in pixels to which an overlay is fitted.
vec2 fitted(vec2 size) {
    vec2 ratio_ = size_px / size;
    switch (par.prefit) {
    case 0: return size_px;
    case 1: return size * ratio_.x;
    case 2: return size * ratio_.y;
    case 3: return size * min(ratio_.x, ratio_.y);
    case 4: return size * max(ratio_.x, ratio_.y);
    }
    return size;
}

vec4 layer(int i, vec2 uv) {
    if (moved == 0 || i == fixed_layer) return inputs(i);
    vec2 place = (uv - 0.5) * size_px - float(max(i - 1, 0)) * par.tstep;
    vec2 drawn = fitted(input_size(i)), side = vec2(par.justifyh - 1, par.justifyv - 1);
    vec2 at = ((par.xform * vec3(place, 1.0)).xy - 0.5 * side * (size_px - drawn)) / drawn + 0.5;
    vec2 dx = par.xform[0].xy / drawn, dy = par.xform[1].xy / drawn;
    vec4 picture = inputs(i, at, dx, dy);
    return par.extend == 1 ? picture * covered(at, dx, dy, vec2(0.0), vec2(1.0), par.soft) : picture;
}

vec4 pixel(vec2 uv) {
    vec4 result = layer(0, uv);
    for (int i = 1; i < input_count; i++) {
        vec4 next = layer(i, uv);
        result = par.swaporder ? blend(operand, next, result) : blend(operand, result, next);
    }
    return result;
}
