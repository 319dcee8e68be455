// Instead of a shader that does not compile.
vec4 pixel(vec2 uv) {
    ivec2 square = pixel_coord / 16;
    return ((square.x + square.y) & 1) == 0 ? vec4(1.0, 0.0, 0.0, 1.0) : vec4(0.0, 0.0, 1.0, 1.0);
}
