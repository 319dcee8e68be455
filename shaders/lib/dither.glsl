// Noise of ±½ step, so that what is rounded to steps is right on average.
#include "lib/hash.glsl"

vec4 dithered(vec4 c, float step_) {
    return c + (unit(pcg4d(uvec4(pixel_coord, 0, 0))) - 0.5) * step_;
}
