// Integer hashes, equal on every GPU: PCG by Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020.

// The first step of each, apart: of neighbours it differs by multiples of PCG_STEP, so that a cell's corners share it.
#define PCG_STEP 1664525u
#define PCG_START(v) ((v) * PCG_STEP + 1013904223u)

uvec2 pcg2d_rest(uvec2 v) {
    v.x += v.y * 1664525u;
    v.y += v.x * 1664525u;
    v ^= v >> 16u;
    v.x += v.y * 1664525u;
    v.y += v.x * 1664525u;
    return v ^ (v >> 16u);
}

uvec3 pcg3d_rest(uvec3 v) {
    v.x += v.y * v.z;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v ^= v >> 16u;
    v.x += v.y * v.z;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    return v;
}

uvec4 pcg4d_rest(uvec4 v) {
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    v ^= v >> 16u;
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    return v;
}

uvec2 pcg2d(uvec2 v) { return pcg2d_rest(PCG_START(v)); }
uvec3 pcg3d(uvec3 v) { return pcg3d_rest(PCG_START(v)); }
uvec4 pcg4d(uvec4 v) { return pcg4d_rest(PCG_START(v)); }

// A cheaper one of a single number: "lowbias32" of Wellons' Hash Prospector, 2018.
uvec3 mixed(uvec3 x) {
    x = (x ^ (x >> 16u)) * 0x7FEB352Du;
    x = (x ^ (x >> 15u)) * 0x846CA68Bu;
    return x ^ (x >> 16u);
}

uvec4 mixed(uvec4 x) {
    x = (x ^ (x >> 16u)) * 0x7FEB352Du;
    x = (x ^ (x >> 15u)) * 0x846CA68Bu;
    return x ^ (x >> 16u);
}

// 0 ≤ x < 1 from the upper 24 bits, the better ones; exact in a float. By way of int, which CPUs convert faster.
float unit(uint h) { return float(int(h >> 8u)) * (1.0 / 16777216.0); }
vec2 unit(uvec2 h) { return vec2(ivec2(h >> 8u)) * (1.0 / 16777216.0); }
vec3 unit(uvec3 h) { return vec3(ivec3(h >> 8u)) * (1.0 / 16777216.0); }
vec4 unit(uvec4 h) { return vec4(ivec4(h >> 8u)) * (1.0 / 16777216.0); }
