#include "lib/cover.glsl"

vec4 pixel(vec2 uv) {
    vec2 at = (par.xform * vec3(pixel_coord, 1.0)).xy;
    float bias = exp2(par.mipmapbias);
    vec4 picture = input0(at, par.xform[0].xy * bias, par.xform[1].xy * bias);
    float cover = 1.0;
    if (extend == 1) {
        cover = covered(at, par.drawn, vec2(0.0), vec2(1.0), soft);
    } else if (limittiles != 0) {
        vec2 before = vec2(par.tileu.x, par.tilev.x), after = vec2(par.tileu.y, par.tilev.y);
        cover = covered(at, par.drawn, -before, 1.0 + after, soft);
    }
    picture *= cover;
    if (backed == 0) return picture;
    vec4 back = premultrgbbyalpha != 0 ? vec4(par.bgcolor.rgb * par.bgcolor.a, par.bgcolor.a) : par.bgcolor;
    return picture + back * (1.0 - (compover != 0 ? picture.a : cover));
}
