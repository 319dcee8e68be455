// What GLSL TOPs can call. Only the functions that a shader uses, and those that they need, are put into it; all but
// the TD ones get a prefix there, so that they stay out of the author's way.
#include "lib/noise.glsl"
#include "lib/color.glsl"

vec3 TDHSVToRGB(vec3 hsv) { return hsv_to_rgb(hsv); }
vec3 TDRGBToHSV(vec3 rgb) { return rgb_to_hsv(rgb); }

// Up to half a step of eight bits either way, evenly spread: the mean over many pixels is the colour itself.
vec4 TDDither(vec4 color) {
    return color + (unit(pcg4d(uvec4(uvec2(gl_FragCoord.xy), 0u, 0u))) - 0.5) / 255.0;
}

float TDPerlinNoise(vec2 p) { return perlin(p, uvec4(0u)); }
float TDPerlinNoise(vec3 p) { return perlin(p, uvec4(0u)); }
float TDPerlinNoise(vec4 p) { return perlin(p, uvec4(0u)); }
float TDSimplexNoise(vec2 p) { return simplex(p, uvec4(0u)); }
float TDSimplexNoise(vec3 p) { return simplex(p, uvec4(0u)); }
float TDSimplexNoise(vec4 p) { return simplex(p, uvec4(0u)); }

mat4 TDTranslate(float x, float y, float z) {
    return mat4(1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, x, y, z, 1.0);
}

mat3 TDScale(float x, float y, float z) { return mat3(x, 0.0, 0.0, 0.0, y, 0.0, 0.0, 0.0, z); }

// Rodrigues' formula: counter-clockwise seen from the tip of the axis, which has length 1.
mat3 TDRotateOnAxis(float radians_, vec3 axis) {
    float c = cos(radians_), s = sin(radians_);
    mat3 cross_ = mat3(0.0, axis.z, -axis.y, -axis.z, 0.0, axis.x, axis.y, -axis.x, 0.0);
    return c * mat3(1.0) + s * cross_ + (1.0 - c) * outerProduct(axis, axis);
}

mat3 TDRotateX(float radians_) { return TDRotateOnAxis(radians_, vec3(1.0, 0.0, 0.0)); }
mat3 TDRotateY(float radians_) { return TDRotateOnAxis(radians_, vec3(0.0, 1.0, 0.0)); }
mat3 TDRotateZ(float radians_) { return TDRotateOnAxis(radians_, vec3(0.0, 0.0, 1.0)); }

// The shortest turn of one direction, of length 1, into another. For opposite ones any axis across them does.
mat3 TDCreateRotMatrix(vec3 from, vec3 to) {
    vec3 axis = cross(from, to);
    float c = dot(from, to);
    if (c < -0.999999) {
        vec3 across = abs(from.x) < 0.6 ? vec3(1.0, 0.0, 0.0) : vec3(0.0, 1.0, 0.0);
        axis = normalize(cross(from, across));
        return 2.0 * outerProduct(axis, axis) - mat3(1.0);
    }
    mat3 cross_ = mat3(0.0, axis.z, -axis.y, -axis.z, 0.0, axis.x, axis.y, -axis.x, 0.0);
    return c * mat3(1.0) + cross_ + outerProduct(axis, axis) / (1.0 + c);
}

// Turns +z to the front, and +y as near to `up` as that allows.
mat3 TDRotateToVector(vec3 forward, vec3 up) {
    vec3 z = normalize(forward), x = normalize(cross(up, z));
    return mat3(x, cross(z, x), z);
}
