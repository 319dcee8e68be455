// Noises. Coordinates are in cells; `seed` moves them in the lattice: any numbers, best random ones. Values reach about
// −1 and 1 around a mean of 0 (alligator: mean below 0). Cell numbers wrap at 2^31. The forms with `out` also give the analytic gradient.
#include "lib/hash.glsl"

// ---- The random gradients of lattice noise. Each side of a cell has a key for each axis, and a corner's hash is made
// of the keys of its sides, joined by exclusive or (Zobrist, "A New Hashing Method", 1970): few keys serve all corners.

// Moves the axes against each other, else the lattice would be symmetric where their numbers are equal.
#define AXES uvec4(0x9E3779B9u, 0x7F4A7C15u, 0xF39CC060u, 0x5CEDC834u)
#define CORNER(keys) ((keys) * 0x9E3779B1u)

// In the direction 2π·h/2³², 1 to 1.06 long: parabolas instead of cosine and sine, of equal mean square on all lines.
vec2 circle(uint h) {
    vec2 a = vec2(ivec2(uvec2(h + 0x40000000u, h))) * (1.0 / 1073741824.0);
    return a * (2.0 - abs(a));
}

// The low half of the bits as 0 < x < 1. They do not depend on the high half of the keys until these are mixed in.
float low_half(uint h) { return (float(int((h ^ (h >> 15u)) & 0xFFFFu)) + 0.5) * (1.0 / 65536.0); }

// On a sphere heights are evenly distributed (Archimedes), and on that of four dimensions the squares of the
// distances from a plane.
vec2 corner_gradient2(uint keys) { return circle(CORNER(keys)); }
vec3 corner_gradient3(uint keys) {
    uint h = CORNER(keys);
    float z = low_half(h) * 2.0 - 1.0;
    return vec3(sqrt(1.0 - z * z) * circle(h), z);
}
vec4 corner_gradient4(uint keys) {
    uint h = CORNER(keys);
    float t = low_half(h);
    return vec4(sqrt(t) * circle(h), sqrt(1.0 - t) * circle(h * 0x85EBCA6Bu));
}

// ---- Gradient noise on a square lattice: Perlin, "Improving Noise", SIGGRAPH 2002, with gradients in all directions
// instead of his twelve. Quintic fade, so that first and second derivatives are continuous.

#define FADE(t) ((t) * (t) * (t) * ((t) * ((t) * 6.0 - 15.0) + 10.0))
#define FADE_SLOPE(t) (30.0 * (t) * (t) * ((t) * ((t) - 2.0) + 1.0))

float perlin(vec2 p, uvec4 seed, out vec2 gradient) {
    vec2 cell = floor(p), f = p - cell, u = FADE(f), du = FADE_SLOPE(f);
    uvec2 low = uvec2(ivec2(cell)) + seed.xy + AXES.xy;
    uvec4 keys = mixed(uvec4(low, low + 1u));
    float value = 0.0;
    gradient = vec2(0.0);
    for (int i = 0; i < 4; i++) {
        ivec2 corner = ivec2(i & 1, i >> 1);
        vec2 side = vec2(corner), sign_ = side * 2.0 - 1.0;
        vec2 g = corner_gradient2((corner.x == 0 ? keys.x : keys.z) ^ (corner.y == 0 ? keys.y : keys.w));
        vec2 w = mix(1.0 - u, u, side);
        float ramp = dot(g, f - side);
        value += w.x * w.y * ramp;
        gradient += w.x * w.y * g + ramp * sign_ * du * w.yx;
    }
    gradient *= 1.3333333;
    return value * 1.3333333;
}

float perlin(vec3 p, uvec4 seed, out vec3 gradient) {
    vec3 cell = floor(p), f = p - cell, u = FADE(f), du = FADE_SLOPE(f);
    uvec3 at = uvec3(ivec3(cell)) + seed.xyz + AXES.xyz, low = mixed(at), high = mixed(at + 1u);
    float value = 0.0;
    gradient = vec3(0.0);
    for (int i = 0; i < 8; i++) {
        ivec3 corner = ivec3(i & 1, (i >> 1) & 1, i >> 2);
        vec3 side = vec3(corner), sign_ = side * 2.0 - 1.0;
        uvec3 keys = uvec3(corner.x == 0 ? low.x : high.x, corner.y == 0 ? low.y : high.y, corner.z == 0 ? low.z : high.z);
        vec3 g = corner_gradient3(keys.x ^ keys.y ^ keys.z);
        vec3 w = mix(1.0 - u, u, side);
        float ramp = dot(g, f - side);
        value += w.x * w.y * w.z * ramp;
        gradient += w.x * w.y * w.z * g + ramp * sign_ * du * w.yzx * w.zxy;
    }
    gradient *= 1.4;
    return value * 1.4;
}

float perlin(vec4 p, uvec4 seed, out vec4 gradient) {
    vec4 cell = floor(p), f = p - cell, u = FADE(f), du = FADE_SLOPE(f);
    uvec4 at = uvec4(ivec4(cell)) + seed + AXES, low = mixed(at), high = mixed(at + 1u);
    float value = 0.0;
    gradient = vec4(0.0);
    for (int i = 0; i < 16; i++) {
        ivec4 corner = ivec4(i & 1, (i >> 1) & 1, (i >> 2) & 1, i >> 3);
        vec4 side = vec4(corner), sign_ = side * 2.0 - 1.0;
        uvec4 keys = uvec4(corner.x == 0 ? low.x : high.x, corner.y == 0 ? low.y : high.y,
                           corner.z == 0 ? low.z : high.z, corner.w == 0 ? low.w : high.w);
        vec4 g = corner_gradient4(keys.x ^ keys.y ^ keys.z ^ keys.w);
        vec4 w = mix(1.0 - u, u, side);
        float ramp = dot(g, f - side);
        value += w.x * w.y * w.z * w.w * ramp;
        gradient += w.x * w.y * w.z * w.w * g + ramp * sign_ * du * w.yzwx * w.zwxy * w.wxyz;
    }
    gradient *= 1.45;
    return value * 1.45;
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
    bvec2 step_ = x.x > x.y ? bvec2(true, false) : bvec2(false, true);
    uvec2 low = uvec2(ivec2(cell)) + seed.xy + AXES.xy;
    uvec4 keys = mixed(uvec4(low, low + 1u));
    float value = 0.0;
    gradient = vec2(0.0);
    for (int i = 0; i < 3; i++) {
        bvec2 corner = i == 0 ? bvec2(false) : i == 1 ? step_ : bvec2(true);
        vec2 g = corner_gradient2((corner.x ? keys.z : keys.x) ^ (corner.y ? keys.w : keys.y));
        value += simplex_corner(x - vec2(corner) + float(i) * unskew, g, gradient);
    }
    gradient *= 93.530766;
    return value * 93.530766;
}

float simplex(vec3 p, uvec4 seed, out vec3 gradient) {
    const float skew = 1.0 / 3.0, unskew = 1.0 / 6.0;
    vec3 cell = floor(p + (p.x + p.y + p.z) * skew);
    vec3 x = p - cell + (cell.x + cell.y + cell.z) * unskew;
    // Which axis is greater, pair by pair; of equal ones the earlier, or all three equal would have no order.
    bool xy = x.x >= x.y, yz = x.y >= x.z, xz = x.x >= x.z;
    bvec3 one = bvec3(xy && xz, !xy && yz, !xz && !yz), two = bvec3(xy || xz, !xy || yz, !xz || !yz);
    uvec3 at = uvec3(ivec3(cell)) + seed.xyz + AXES.xyz, low = mixed(at), high = mixed(at + 1u);
    float value = 0.0;
    gradient = vec3(0.0);
    for (int i = 0; i < 4; i++) {
        bvec3 corner = i == 0 ? bvec3(false) : i == 1 ? one : i == 2 ? two : bvec3(true);
        uvec3 keys = uvec3(corner.x ? high.x : low.x, corner.y ? high.y : low.y, corner.z ? high.z : low.z);
        vec3 g = corner_gradient3(keys.x ^ keys.y ^ keys.z);
        value += simplex_corner(x - vec3(corner) + float(i) * unskew, g, gradient);
    }
    gradient *= 102.51653;
    return value * 102.51653;
}

float simplex(vec4 p, uvec4 seed, out vec4 gradient) {
    const float skew = 0.30901699, unskew = 0.13819660;    // (√5 − 1)/4, (5 − √5)/20
    vec4 cell = floor(p + (p.x + p.y + p.z + p.w) * skew);
    vec4 x = p - cell + (cell.x + cell.y + cell.z + cell.w) * unskew;
    // How many of the other axes each axis exceeds: the corners add the axes in falling order.
    vec3 a = step(x.yzw, x.xxx), b = step(x.zww, x.yyz);
    ivec4 rank = ivec4(a.x + a.y + a.z, 1.0 - a.x + b.x + b.y, 2.0 - a.y - b.x + b.z, 3.0 - a.z - b.y - b.z);
    uvec4 at = uvec4(ivec4(cell)) + seed + AXES, low = mixed(at), high = mixed(at + 1u);
    float value = 0.0;
    gradient = vec4(0.0);
    for (int i = 0; i < 5; i++) {
        bvec4 corner = greaterThanEqual(rank, ivec4(4 - i));
        uvec4 keys = uvec4(corner.x ? high.x : low.x, corner.y ? high.y : low.y,
                           corner.z ? high.z : low.z, corner.w ? high.w : low.w);
        vec4 g = corner_gradient4(keys.x ^ keys.y ^ keys.z ^ keys.w);
        value += simplex_corner(x - vec4(corner) + float(i) * unskew, g, gradient);
    }
    gradient *= 102.41162;
    return value * 102.41162;
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
