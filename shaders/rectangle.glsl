#include "lib/shapes.glsl"

vec4 premultiplied(vec4 color) {
    return multrgbbyalpha != 0 ? vec4(color.rgb * color.a, color.a) : color;
}

// How much of the pixel lies inside, d in pixels, negative inside.
float inside(float d) {
    if (softened != 0) return 1.0 - smoothstep(-0.5 * par.softness, 0.5 * par.softness, d);
    return antialias != 0 ? coverage(d) : step(d, 0.0);
}

vec4 pixel(vec2 uv) {
    vec2 p = rotated(vec2(pixel_coord) - par.anchor, par.turn);
    float outer = rounded_box(p, par.half_size, par.cornerradius), shape = inside(outer);
    vec4 result = premultiplied(par.bgcolor) * (1.0 - shape);
    if (bordered == 0) return result + premultiplied(par.fillcolor) * shape;
    float fill = inside(outer + par.borderwidth);
    return result + premultiplied(par.fillcolor) * fill + premultiplied(par.border) * (shape - fill);
}
