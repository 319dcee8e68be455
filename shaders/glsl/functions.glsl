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

// A rise from 0 to 1 in the shape of half a sine wave; 0 before, 1 after.
float TDSineLookup(float v) { return 0.5 - 0.5 * cos(clamp(v, 0.0, 1.0) * 3.14159265358979); }

// From one range to another, also beyond its ends.
float TDRemap(float v, float a, float b, float c, float d) { return c + (v - a) * (d - c) / (b - a); }
vec2 TDRemap(vec2 v, vec2 a, vec2 b, vec2 c, vec2 d) { return c + (v - a) * (d - c) / (b - a); }
vec3 TDRemap(vec3 v, vec3 a, vec3 b, vec3 c, vec3 d) { return c + (v - a) * (d - c) / (b - a); }
vec4 TDRemap(vec4 v, vec4 a, vec4 b, vec4 c, vec4 d) { return c + (v - a) * (d - c) / (b - a); }

float TDLoop(float v, float low, float high) { return low + mod(v - low, high - low); }
float TDZigZag(float v, float low, float high) {
    float span = high - low;
    return high - abs(mod(v - low, 2.0 * span) - span);
}
float TDAverage(float a, float b) { return 0.5 * (a + b); }

// From the space of a surface, whose normal and tangent have length 1, to the space that they are in.
mat3 TDCreateTBNMatrix(vec3 normal, vec3 tangent, float handedness) {
    return mat3(tangent, cross(normal, tangent) * handedness, normal);
}

// u turns from +x over +z to -x and -z, v rises from -y to +y.
vec3 TDEquirectangularToCubeMap(vec2 coord) {
    float turn = coord.x * 6.28318530717959, rise = (coord.y - 0.5) * 3.14159265358979;
    return vec3(cos(turn) * cos(rise), sin(rise), sin(turn) * cos(rise));
}
vec2 TDCubeMapToEquirectangular(vec3 coord) {
    float rise = atan(coord.y, length(coord.xz));
    return vec2(fract(atan(coord.z, coord.x) / 6.28318530717959), rise / 3.14159265358979 + 0.5);
}
vec2 TDCubeMapToEquirectangular(vec3 coord, out float mipMapBias) {
    mipMapBias = 0.0;
    return TDCubeMapToEquirectangular(coord);
}
