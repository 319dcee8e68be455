// sTDNoiseMap: every pixel one of 256 values, each as likely.
#include "lib/hash.glsl"

vec4 pixel(vec2 uv) {
    uint byte = pcg3d(uvec3(pixel_coord, 0)).x >> 24u;
    return vec4(float(byte) / 255.0);
}
