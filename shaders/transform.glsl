#include "lib/cover.glsl"

vec4 pixel(vec2 uv) {
    vec2 at = (par.xform * vec3(uv, 1.0)).xy;
    vec2 dx = par.xform[0].xy / size_px.x, dy = par.xform[1].xy / size_px.y;
    float bias = exp2(par.mipmapbias);
    vec4 picture = input0(at, dx * bias, dy * bias);
    float cover = 1.0;
    if (par.extend == 1) {
        cover = covered(at, dx, dy, vec2(0.0), vec2(1.0), par.soft);
    } else if (par.limittiles) {
        vec2 before = vec2(par.tileu.x, par.tilev.x), after = vec2(par.tileu.y, par.tilev.y);
        cover = covered(at, dx, dy, -before, 1.0 + after, par.soft);
    }
    vec4 back = par.premultrgbbyalpha ? vec4(par.bgcolor.rgb * par.bgcolor.a, par.bgcolor.a) : par.bgcolor;
    picture *= cover;
    return picture + back * (1.0 - (par.compover ? picture.a : cover));
}
