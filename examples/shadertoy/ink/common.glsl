// Ink in water: shared by both passes.
#define TAU 6.2831853

mat2 turn(float angle) {
    float c = cos(angle), s = sin(angle);
    return mat2(c, -s, s, c);
}

// A slow current without sources or sinks: the curl of a few sine waves.
vec2 current(vec2 p, float time) {
    vec2 v = vec2(0.0);
    float size = 1.5;
    for (int i = 0; i < 4; i++) {
        p *= turn(1.3);
        v += vec2(cos(p.y * size + time), -sin(p.x * size - time * 0.7)) / size;
        size *= 1.8;
    }
    return v;
}
