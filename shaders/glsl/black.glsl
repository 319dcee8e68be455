// Instead of a shader that does not compile.
vec4 pixel(vec2 uv) { return vec4(0.0, 0.0, 0.0, 1.0); }
