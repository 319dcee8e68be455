// Colour conversions.

// Luminance of linear Rec. 709 primaries.
float luminance(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

// Hue 0..1 (0 is red, 1/3 green), saturation, value. A grey has hue 0, black also saturation 0.
vec3 rgb_to_hsv(vec3 c) {
    float high = max(c.r, max(c.g, c.b)), chroma = high - min(c.r, min(c.g, c.b));
    if (chroma == 0.0) return vec3(0.0, 0.0, high);
    float sixth = high == c.r ? (c.g - c.b) / chroma
                : high == c.g ? (c.b - c.r) / chroma + 2.0
                              : (c.r - c.g) / chroma + 4.0;
    return vec3(fract(sixth / 6.0), high == 0.0 ? 0.0 : chroma / high, high);
}

// The inverse; hue is taken modulo 1.
vec3 hsv_to_rgb(vec3 c) {
    vec3 ramp = clamp(abs(fract(c.x + vec3(0.0, 2.0, 1.0) / 3.0) * 6.0 - 3.0) - 1.0, 0.0, 1.0);
    return c.z * mix(vec3(1.0), ramp, c.y);
}

// IEC 61966-2-1; negative values are mirrored.
vec3 srgb_encoded(vec3 c) {
    vec3 a = abs(c), high = 1.055 * pow(a, vec3(1.0 / 2.4)) - 0.055;
    return sign(c) * mix(high, 12.92 * a, lessThanEqual(a, vec3(0.0031308)));
}

vec3 srgb_decoded(vec3 c) {
    vec3 a = abs(c), high = pow((a + 0.055) / 1.055, vec3(2.4));
    return sign(c) * mix(high, a / 12.92, lessThanEqual(a, vec3(0.04045)));
}
