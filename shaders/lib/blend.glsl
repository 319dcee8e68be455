// The blend modes of the Composite TOP and of the generators' Output page; a is the first input, on top, b the
// second. Modes are numbered in the alphabetical order of their tokens. Where the definition of a mode speaks of
// colour only, alpha is that of a covering b.
#include "lib/color.glsl"

// What is not finite (a division by 0) counts as 0 over 0, else as full.
vec3 ratio(vec3 n, vec3 d) {
    return mix(n / d, step(vec3(1e-20), abs(n)), equal(d, vec3(0.0)));
}

vec3 with_luminance(vec3 c, float wanted) { return c + (wanted - luminance(c)); }

vec3 hard_light(vec3 a, vec3 b) {
    return mix(2.0 * a * b, 1.0 - 2.0 * (1.0 - a) * (1.0 - b), step(0.5, a));
}

// W3C Compositing and Blending Level 1, §10.1.11.
vec3 soft_light(vec3 a, vec3 b) {
    vec3 root = mix(sqrt(max(b, 0.0)), ((16.0 * b - 12.0) * b + 4.0) * b, lessThanEqual(b, vec3(0.25)));
    return mix(b - (1.0 - 2.0 * a) * b * (1.0 - b), b + (2.0 * a - 1.0) * (root - b), step(0.5, a));
}

vec3 burn(vec3 a, vec3 b) { return 1.0 - min(ratio(1.0 - b, a), 1.0); }
vec3 dodge(vec3 a, vec3 b) { return min(ratio(b, 1.0 - a), 1.0); }

vec3 vivid_light(vec3 a, vec3 b) {
    return mix(burn(2.0 * a, b), dodge(2.0 * a - 1.0, b), step(0.5, a));
}

vec3 pin_light(vec3 a, vec3 b) { return mix(min(b, 2.0 * a), max(b, 2.0 * a - 1.0), step(0.5, a)); }

vec4 blend(int mode, vec4 a, vec4 b) {
    vec3 p = a.rgb, q = b.rgb;
    float alpha = a.a + b.a - a.a * b.a, la = luminance(p), lb = luminance(q);
    vec4 over = a + b * (1.0 - a.a);
    switch (mode) {
    case 0: return a + b;                                                       // add
    case 1: return a * b.a + b * (1.0 - a.a);                                   // atop
    case 2: return (a + b) * 0.5;                                               // average
    case 3: return la >= lb ? a : b;                                            // brightest
    case 4: return vec4(burn(p, q), alpha);                                     // burncolor
    case 5: return vec4(p + q - 1.0, alpha);                                    // burnlinear
    case 6: return vec4(abs((p - la) - (q - lb)), 1.0);                         // chromadifference
    case 7: return vec4(with_luminance(p, lb), alpha);                          // color
    case 8: return la <= lb ? a : b;                                            // darkercolor
    case 9: return vec4(abs(p - q), 1.0);                                       // difference
    case 10: return la <= lb ? a : b;                                           // dimmest
    case 11: return vec4(ratio(p, q), ratio(a.aaa, b.aaa).x);                   // divide
    case 12: return vec4(dodge(p, q), alpha);                                   // dodge
    case 13: return vec4(p + q - 2.0 * p * q, alpha);                           // exclude
    case 14: return vec4(1.0 - min(ratio((1.0 - p) * (1.0 - p), q), 1.0), alpha);    // freeze
    case 15: return vec4(min(ratio(q * q, 1.0 - p), 1.0), alpha);               // glow
    case 16: return vec4(hard_light(p, q), alpha);                              // hardlight
    case 17: return vec4(step(1.0, p + q), alpha);                              // hardmix
    case 18: return vec4(1.0 - min(ratio((1.0 - q) * (1.0 - q), p), 1.0), alpha);    // heat
    case 19: {                                                                  // hue
        vec3 hsv = vec3(rgb_to_hsv(p).x, rgb_to_hsv(q).yz);
        return vec4(with_luminance(hsv_to_rgb(hsv), lb), alpha);
    }
    case 20: return a * clamp(b.a, 0.0, 1.0);                                   // inside
    case 21: return a * lb;                                                     // insideluminance
    case 22: return over;                                                       // inverse: not documented
    case 23: return la >= lb ? a : b;                                           // lightercolor
    case 24: return vec4(q + 2.0 * p - 1.0, alpha);                             // linearlight
    case 25: return vec4(vec3(abs(la - lb)), 1.0);                              // luminancedifference
    case 26: return max(a, b);                                                  // maximum
    case 27: return min(a, b);                                                  // minimum
    case 28: return a * b;                                                      // multiply
    case 29: return vec4(1.0 - abs(1.0 - p - q), alpha);                        // negate
    case 30: return a * (1.0 - b.a);                                            // outside
    case 31: return a * (1.0 - lb);                                             // outsideluminance
    case 32: return over;                                                       // over
    case 33: return vec4(hard_light(q, p), alpha);                              // overlay
    case 34: return vec4(pin_light(p, q), alpha);                               // pinlight
    case 35: return vec4(min(ratio(p * p, 1.0 - q), 1.0), alpha);               // reflect
    case 36: return 1.0 - (1.0 - a) * (1.0 - b);                                // screen
    case 37: return vec4(soft_light(p, q), alpha);                              // softlight
    case 38: return b * la;                                                     // stencilluminance
    case 39: return a - b;                                                      // subtract
    case 40: return vec4(p + q - 1.0, alpha);                                   // subtractive
    case 41: return a * (1.0 - b.a) + b;                                        // under
    case 42: return vec4(vivid_light(p, q), alpha);                             // vividlight
    case 43: return a * (1.0 - b.a) + b * (1.0 - a.a);                          // xor
    case 44: return over;                                                       // yfilm: not documented
    case 45: return over;                                                       // zfilm: not documented
    }
    return over;
}
