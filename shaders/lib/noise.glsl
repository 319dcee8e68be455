// Noises. Coordinates are in cells; `seed` is a seed_offset(); values reach about −1 and 1 around a mean of 0
// (alligator: mean below 0). Cell numbers wrap at 2^31. The forms with `out` also give the analytic gradient.
#include "lib/hash.glsl"

// ---- Gradient noise on a square lattice: Perlin, "Improving Noise", SIGGRAPH 2002, with gradients of unit length
// from the hash instead of his twelve. Quintic fade, so that first and second derivatives are continuous.

#define FADE(t) ((t) * (t) * (t) * ((t) * ((t) * 6.0 - 15.0) + 10.0))
#define FADE_SLOPE(t) (30.0 * (t) * (t) * ((t) * ((t) - 2.0) + 1.0))

float perlin(vec2 p, uvec4 seed, out vec2 gradient) {
    vec2 cell = floor(p), f = p - cell, u = FADE(f), du = FADE_SLOPE(f);
    uvec3 base = PCG_START(uvec3(ivec3(ivec2(cell), 0)) + seed.xyz);
    float value = 0.0;
    gradient = vec2(0.0);
    for (int i = 0; i < 4; i++) {
        ivec2 corner = ivec2(i & 1, i >> 1);
        vec2 side = vec2(corner), sign_ = side * 2.0 - 1.0;
        vec2 g = normalize(signed_unit(pcg3d_rest(base + PCG_STEP * uvec3(corner, 0)).xy));
        vec2 w = mix(1.0 - u, u, side);
        float ramp = dot(g, f - side);
        value += w.x * w.y * ramp;
        gradient += w.x * w.y * g + ramp * sign_ * du * w.yx;
    }
    gradient *= 1.4142136;
    return value * 1.4142136;
}

float perlin(vec3 p, uvec4 seed, out vec3 gradient) {
    vec3 cell = floor(p), f = p - cell, u = FADE(f), du = FADE_SLOPE(f);
    uvec3 base = PCG_START(uvec3(ivec3(cell)) + seed.xyz);
    float value = 0.0;
    gradient = vec3(0.0);
    for (int i = 0; i < 8; i++) {
        ivec3 corner = ivec3(i & 1, (i >> 1) & 1, i >> 2);
        vec3 side = vec3(corner), sign_ = side * 2.0 - 1.0;
        vec3 g = normalize(signed_unit(pcg3d_rest(base + PCG_STEP * uvec3(corner))));
        vec3 w = mix(1.0 - u, u, side);
        float ramp = dot(g, f - side);
        value += w.x * w.y * w.z * ramp;
        gradient += w.x * w.y * w.z * g + ramp * sign_ * du * w.yzx * w.zxy;
    }
    gradient *= 1.45;
    return value * 1.45;
}

float perlin(vec4 p, uvec4 seed, out vec4 gradient) {
    vec4 cell = floor(p), f = p - cell, u = FADE(f), du = FADE_SLOPE(f);
    uvec4 base = PCG_START(uvec4(ivec4(cell)) + seed);
    float value = 0.0;
    gradient = vec4(0.0);
    for (int i = 0; i < 16; i++) {
        ivec4 corner = ivec4(i & 1, (i >> 1) & 1, (i >> 2) & 1, i >> 3);
        vec4 side = vec4(corner), sign_ = side * 2.0 - 1.0;
        vec4 g = normalize(signed_unit(pcg4d_rest(base + PCG_STEP * uvec4(corner))));
        vec4 w = mix(1.0 - u, u, side);
        float ramp = dot(g, f - side);
        value += w.x * w.y * w.z * w.w * ramp;
        gradient += w.x * w.y * w.z * w.w * g + ramp * sign_ * du * w.yzwx * w.zwxy * w.wxyz;
    }
    gradient *= 1.5;
    return value * 1.5;
}

float perlin(vec2 p, uvec4 seed) { vec2 gradient; return perlin(p, seed, gradient); }
float perlin(vec3 p, uvec4 seed) { vec3 gradient; return perlin(p, seed, gradient); }
float perlin(vec4 p, uvec4 seed) { vec4 gradient; return perlin(p, seed, gradient); }

// ---- Gradient noise on a simplex lattice: Perlin, "Noise Hardware", 2001; see Gustavson, "Simplex Noise Demystified".
// Each corner's kernel is (½ − r²)⁴, which vanishes before the simplex ends: no seams.

// One corner: adds to the gradient and returns the value. (½ − r²)⁴·(g·x) has the gradient (½ − r²)⁴·g − 8(½ − r²)³(g·x)·x.
float simplex_corner(vec2 x, vec2 g, inout vec2 gradient) {
    float t = max(0.5 - dot(x, x), 0.0), t3 = t * t * t, ramp = dot(g, x);
    gradient += t3 * (t * g - 8.0 * ramp * x);
    return t3 * t * ramp;
}

float simplex_corner(vec3 x, vec3 g, inout vec3 gradient) {
    float t = max(0.5 - dot(x, x), 0.0), t3 = t * t * t, ramp = dot(g, x);
    gradient += t3 * (t * g - 8.0 * ramp * x);
    return t3 * t * ramp;
}

float simplex_corner(vec4 x, vec4 g, inout vec4 gradient) {
    float t = max(0.5 - dot(x, x), 0.0), t3 = t * t * t, ramp = dot(g, x);
    gradient += t3 * (t * g - 8.0 * ramp * x);
    return t3 * t * ramp;
}

float simplex(vec2 p, uvec4 seed, out vec2 gradient) {
    const float skew = 0.36602540, unskew = 0.21132487;    // (√3 − 1)/2, (3 − √3)/6
    vec2 cell = floor(p + (p.x + p.y) * skew);
    vec2 x = p - cell + (cell.x + cell.y) * unskew;
    ivec2 step_ = x.x > x.y ? ivec2(1, 0) : ivec2(0, 1);
    uvec3 base = PCG_START(uvec3(ivec3(ivec2(cell), 0)) + seed.xyz);
    float value = 0.0;
    gradient = vec2(0.0);
    for (int i = 0; i < 3; i++) {
        ivec2 corner = i == 0 ? ivec2(0) : i == 1 ? step_ : ivec2(1);
        vec2 g = normalize(signed_unit(pcg3d_rest(base + PCG_STEP * uvec3(corner, 0)).xy));
        value += simplex_corner(x - vec2(corner) + float(i) * unskew, g, gradient);
    }
    gradient *= 99.204310;
    return value * 99.204310;
}

float simplex(vec3 p, uvec4 seed, out vec3 gradient) {
    const float skew = 1.0 / 3.0, unskew = 1.0 / 6.0;
    vec3 cell = floor(p + (p.x + p.y + p.z) * skew);
    vec3 x = p - cell + (cell.x + cell.y + cell.z) * unskew;
    // Which axis is greater, pair by pair; of equal ones the earlier, or all three equal would have no order.
    vec3 first = vec3(step(x.yz, x.xy), 1.0 - step(x.z, x.x)), second = 1.0 - first.zxy;
    ivec3 one = ivec3(min(first, second)), two = ivec3(max(first, second));
    uvec3 base = PCG_START(uvec3(ivec3(cell)) + seed.xyz);
    float value = 0.0;
    gradient = vec3(0.0);
    for (int i = 0; i < 4; i++) {
        ivec3 corner = i == 0 ? ivec3(0) : i == 1 ? one : i == 2 ? two : ivec3(1);
        vec3 g = normalize(signed_unit(pcg3d_rest(base + PCG_STEP * uvec3(corner))));
        value += simplex_corner(x - vec3(corner) + float(i) * unskew, g, gradient);
    }
    gradient *= 108.0;
    return value * 108.0;
}

float simplex(vec4 p, uvec4 seed, out vec4 gradient) {
    const float skew = 0.30901699, unskew = 0.13819660;    // (√5 − 1)/4, (5 − √5)/20
    vec4 cell = floor(p + (p.x + p.y + p.z + p.w) * skew);
    vec4 x = p - cell + (cell.x + cell.y + cell.z + cell.w) * unskew;
    // How many of the other axes each axis exceeds: the corners add the axes in falling order.
    vec3 a = step(x.yzw, x.xxx), b = step(x.zww, x.yyz);
    ivec4 rank = ivec4(a.x + a.y + a.z, 1.0 - a.x + b.x + b.y, 2.0 - a.y - b.x + b.z, 3.0 - a.z - b.y - b.z);
    uvec4 base = PCG_START(uvec4(ivec4(cell)) + seed);
    float value = 0.0;
    gradient = vec4(0.0);
    for (int i = 0; i < 5; i++) {
        ivec4 corner = ivec4(greaterThanEqual(rank, ivec4(4 - i)));
        vec4 g = normalize(signed_unit(pcg4d_rest(base + PCG_STEP * uvec4(corner))));
        value += simplex_corner(x - vec4(corner) + float(i) * unskew, g, gradient);
    }
    gradient *= 108.0;
    return value * 108.0;
}

float simplex(vec2 p, uvec4 seed) { vec2 gradient; return simplex(p, seed, gradient); }
float simplex(vec3 p, uvec4 seed) { vec3 gradient; return simplex(p, seed, gradient); }
float simplex(vec4 p, uvec4 seed) { vec4 gradient; return simplex(p, seed, gradient); }

// ---- Random: one value for a whole cell, evenly distributed in −1..1.

float white(vec4 p, uvec4 seed) {
    return unit(pcg4d(uvec4(ivec4(floor(p))) + seed).x) * 2.0 - 1.0;
}
float white(vec3 p, uvec4 seed) { return white(vec4(p, 0.0), seed); }
float white(vec2 p, uvec4 seed) { return white(vec4(p, 0.0, 0.0), seed); }

// ---- Hermite: random values at the corners, blended along 3t² − 2t³.

float hermite(vec3 p, uvec4 seed) {
    vec3 cell = floor(p), u = smoothstep(0.0, 1.0, p - cell);
    uvec3 base = PCG_START(uvec3(ivec3(cell)) + seed.xyz);
    float value = 0.0;
    for (int i = 0; i < 8; i++) {
        ivec3 corner = ivec3(i & 1, (i >> 1) & 1, i >> 2);
        vec3 w = mix(1.0 - u, u, vec3(corner));
        value += w.x * w.y * w.z * unit(pcg3d_rest(base + PCG_STEP * uvec3(corner)).x);
    }
    return value * 2.0 - 1.0;
}

// ---- Sparse convolution: Lewis, "Algorithms for Solid Noise Synthesis", SIGGRAPH 1989. Two impulses a cell, of
// random place and height, each smeared over a ball of radius one.

float sparse(vec3 p, uvec4 seed) {
    vec3 cell = floor(p), f = p - cell;
    uvec4 base = PCG_START(uvec4(ivec4(ivec3(cell), 0)) + seed);
    float value = 0.0;
    for (int i = 0; i < 54; i++) {
        ivec4 neighbour = ivec4(i % 3 - 1, i / 3 % 3 - 1, i / 9 % 3 - 1, i / 27);
        uvec4 h = pcg4d_rest(base + PCG_STEP * uvec4(neighbour));
        vec3 x = f - vec3(neighbour) - unit(h.xyz);
        float t = max(1.0 - dot(x, x), 0.0);
        value += t * t * t * (unit(h.w) * 2.0 - 1.0);
    }
    return value * 0.4;
}

// ---- Alligator: bumps with creases between them, the strongest of the bumps around less the second strongest.

float alligator(vec3 p, uvec4 seed) {
    vec3 cell = floor(p), f = p - cell;
    uvec4 base = PCG_START(uvec4(ivec4(ivec3(cell), 0)) + seed);
    vec2 strongest = vec2(0.0);
    for (int i = 0; i < 27; i++) {
        ivec3 neighbour = ivec3(i % 3, i / 3 % 3, i / 9) - 1;
        uvec4 h = pcg4d_rest(base + PCG_STEP * uvec4(neighbour, 0));
        float bump = unit(h.w) * smoothstep(0.0, 1.0, 1.0 - distance(f, vec3(neighbour) + unit(h.xyz)));
        strongest = bump > strongest.x ? vec2(bump, strongest.x) : vec2(strongest.x, max(strongest.y, bump));
    }
    return (strongest.x - strongest.y) * 2.0 - 1.0;
}
