#include "lib/noise.glsl"
#include "lib/dither.glsl"

// Numbers of the types.
#define PERLIN2 0
#define PERLIN3 1
#define PERLIN4 2
#define SIMPLEX2 3
#define SIMPLEX3 4
#define SIMPLEX4 5
#define RANDOM_GPU 6
#define SPARSE 7
#define HERMITE 8
#define HARMONIC 9
#define RANDOM 10
#define ALLIGATOR 11

bool smooth_gradient() { return type <= SIMPLEX4; }

// One layer: its value, and for Perlin and Simplex its slope.
float single(vec4 p, uvec4 seed, out vec4 slope) {
    vec2 g2 = vec2(0.0);
    vec3 g3 = vec3(0.0);
    slope = vec4(0.0);
    float value = 0.0;
    switch (type) {
    case PERLIN2: value = perlin(p.xy, seed, g2); slope.xy = g2; break;
    case PERLIN3: value = perlin(p.xyz, seed, g3); slope.xyz = g3; break;
    case PERLIN4: value = perlin(p, seed, slope); break;
    case SIMPLEX2: value = simplex(p.xy, seed, g2); slope.xy = g2; break;
    case SIMPLEX3: value = simplex(p.xyz, seed, g3); slope.xyz = g3; break;
    case SIMPLEX4: value = simplex(p, seed, slope); break;
    case HERMITE: value = hermite(p.xyz, seed); break;
    case SPARSE: case HARMONIC: value = sparse(p.xyz, seed); break;
    case RANDOM: value = white(p.xyz, seed); break;
    case ALLIGATOR: value = alligator(p.xyz, seed) + 1.0; break;    // bumps rise from 0
    }
    return value;
}

float shaped(float x) { return powered == 0 ? x : x == 0.0 ? 0.0 : sign(x) * pow(abs(x), par.exp); }

// The noise at one coordinate: all its layers, each of another seed. Perlin and Simplex are 0 at the corners of their
// cells, so their layers are moved against each other, else all would be 0 at the corners of the first.
float noise(vec4 p, uvec4 seed, out vec4 slope) {
    int layers = type == SPARSE ? 0 : few_layers < 0 ? par.harmon : few_layers;
    float falloff = smooth_gradient() ? par.gain : par.rough;
    // Copies: a loop on a CPU would read the parameter in every round.
    float spread = par.spread, sum = 0.0, weight = 1.0, scale = 1.0;
    vec4 slopes = vec4(0.0), shift = vec4(0.0);
    for (int k = 0; k <= layers; k++) {
        vec4 g;
        sum += weight * single(p * scale + shift, seed, g);
        slopes += weight * scale * g;
        weight *= falloff;
        scale *= spread;
        if (smooth_gradient()) shift += vec4(0.37, 0.61, 0.43, 0.29);
        seed += uvec4(0x9E3779B9u, 0x7F4A7C15u, 0xF39CC060u, 0x5CEDC834u);
    }
    if (type == ALLIGATOR) sum -= 1.0;
    float inner = powered == 0 ? 1.0 : sum == 0.0 ? 0.0 : par.exp * pow(abs(sum), par.exp - 1.0);
    slope = par.steepness * inner * slopes;
    return par.level.x + par.level.y * shaped(sum);
}

// A value for each pixel, and for each place in the map, where there is one.
vec4 grains(vec4 map, bool mapped, uvec4 seed) {
    uvec4 place = floatBitsToUint(vec4(par.t, par.t4d) + 0.0) + (mapped ? pcg4d(floatBitsToUint(map + 0.0)) : uvec4(0));
    vec4 r = unit(pcg4d(pcg4d(place) + uvec4(pixel_coord, 0, 0) + seed)) * 2.0 - 1.0;
    return par.level.x + par.level.y * vec4(shaped(r.x), shaped(r.y), shaped(r.z), shaped(r.w));
}

// All channels at a place in the picture.
vec4 channels(vec2 uv) {
    bool mapped = input_count > 1;
    uvec4 seed = uvec4(par.lattice);
    vec4 place = mapped ? input1(uv) : vec4(uv, 0.0, 0.0);
    if (type == RANDOM_GPU || (type == RANDOM && cells == 0)) {
        vec4 all = grains(place, mapped, seed);
        return mono != 0 ? all.xxxx : all;
    }
    vec4 p = vec4((par.xform * vec4(place.xyz, 1.0)).xyz, place.w * par.fourth.x + par.fourth.y);
    vec4 slope;
    if (gradient != 0 && smooth_gradient()) {
        noise(p, seed, slope);
        return slope;
    }
    if (mono != 0) return vec4(noise(p, seed, slope));
    int needed = alpha < 2 || alpha == 3 ? 3 : 4;
    vec4 values = vec4(0.0);
    for (int i = 0; i < needed; i++) {
        // Not values[i]: an index that varies is slow on software renderers.
        values = mix(values, vec4(noise(p, seed, slope)), equal(ivec4(i), ivec4(0, 1, 2, 3)));
        seed += 0x2545F491u;
    }
    return values;
}

vec4 pixel(vec2 uv) {
    vec4 n;
    if (mode == 0) {
        n = channels(uv);
    } else {
        vec2 d = 0.25 / size_px;
        n = 0.25 * (channels(uv + d) + channels(uv - d) + channels(uv + vec2(d.x, -d.y)) + channels(uv - vec2(d.x, -d.y)));
    }
    vec4 source = input0() * par.inputscale, result = n;
    switch (rgb) {
    case 1: result = source * n; break;
    case 2: result = source + n; break;
    case 3: result = source - n; break;
    }
    switch (alpha) {
    case 0: result.a = 0.0; break;
    case 1: result.a = 1.0; break;
    case 2: result.a = n.a; break;
    case 3: result.a = source.a; break;
    case 4: result.a = source.a * n.a; break;
    case 5: result.a = source.a + n.a; break;
    case 6: result.a = source.a + clamp(n.a, 0.0, 1.0); break;
    }
    return dither != 0 ? dithered(result, par.step_size) : result;
}
