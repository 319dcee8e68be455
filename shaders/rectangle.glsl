#include "lib/shapes.glsl"

vec4 premultiplied(vec4 color) {
    return par.multrgbbyalpha ? vec4(color.rgb * color.a, color.a) : color;
}

// How much of the pixel lies inside, d in pixels, negative inside.
float inside(float d) {
    if (par.softness > 0.0) return 1.0 - smoothstep(-0.5 * par.softness, 0.5 * par.softness, d);
    return par.antialias ? coverage(d) : step(d, 0.0);
}

vec4 pixel(vec2 uv) {
    // Justified left, the shape's left edge lies at the image's left edge; likewise the others.
    vec2 side = vec2(par.justifyh - 1, par.justifyv - 1);
    vec2 anchor = 0.5 * size_px + 0.5 * side * (size_px - par.size) + par.center;
    vec2 p = rotated(uv * size_px - anchor, -radians(par.rotate));
    float outer = rounded_box(p, 0.5 * par.size + par.borderoffset * par.borderwidth, par.cornerradius);
    float shape = inside(outer), fill = inside(outer + par.borderwidth);
    return premultiplied(par.fillcolor) * fill + premultiplied(par.border) * (shape - fill)
         + premultiplied(par.bgcolor) * (1.0 - shape);
}
