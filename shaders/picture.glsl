// Planes of samples as colours. `layout_of`: 0 the colours themselves, 1 luma and chroma, 2 green, blue and red.
// `planes` with a fourth one has alpha in it.

// A chroma sample between its four neighbours, `at` in texels of the plane. Exact, which the texture unit's own
// interpolation is not.
float between(vec4 four, vec2 w) { return mix(mix(four.w, four.z, w.x), mix(four.x, four.y, w.x), w.y); }

vec4 pixel(vec2 uv) {
    vec4 first = input0();
    if (layout_of == 0) return vec4(first.rgb * par.scale, first.a);
    float alpha = planes == 4 ? input3().r * par.scale : 1.0;
    if (layout_of == 2) return vec4(vec3(input2().r, first.r, input1().r) * par.scale, alpha);
    vec2 chroma;
    if (full == 1) chroma = vec2(input1().r, input2().r);
    else {
        vec2 at = (vec2(pixel_coord) + 0.5) * par.chroma_step + par.chroma_shift - 0.5, low = floor(at);
        vec2 corner = (low + 1.0) / input_size(1);
        chroma = vec2(between(gather1(corner), at - low), between(gather2(corner), at - low));
    }
    return vec4(par.matrix * (vec3(first.r, chroma) - par.offset), alpha);
}
