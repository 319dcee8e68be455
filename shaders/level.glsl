// Negative values keep their sign.
vec3 gamma(vec3 c, float exponent) { return sign(c) * pow(abs(c), vec3(exponent)); }

vec3 stepped(vec3 c) {
    float size = max(par.stepsize, 1e-6);
    vec3 steps = (c - par.threshold) / size, whole = floor(steps);
    if (softened != 0) whole += smoothstep(1.0 - par.soften, 1.0, steps - whole);
    return clamp(par.threshold + whole * size, par.clamplow, par.clamphigh);
}

vec4 pixel(vec2 uv) {
    vec4 c = input0();
    if (clamped == 2) c = clamp(c, 0.0, 1.0);
    if (bent1 != 0) c.rgb = gamma(c.rgb * par.pre.x + par.pre.y, par.exponents.x);
    if (cut != 0 || clamped != 0) {
        c.rgb = c.rgb * par.inrange.x + par.inrange.y;
        c.rgb = cut != 0 ? step(0.0, c.rgb) : clamp(c.rgb, 0.0, 1.0);
    }
    if (graded == 2) c.rgb = c.rgb * par.factor.rgb + par.shift.rgb;
    else if (graded == 1) c.rgb = c.rgb * par.factor.r + par.shift.r;
    if (faded != 0) c.a = c.a * par.factor.a + par.shift.a;
    if (stepping != 0) c.rgb = stepped(c.rgb);
    if (bent2 != 0) c.rgb = gamma(c.rgb, par.exponents.y);
    if (stepping != 0 || bent2 != 0) c.rgb *= par.brightness2;
    if (limited != 0) c.rgb = clamp(c.rgb, par.clamplow2, par.clamphigh2);
    if (premultrgbbyalpha != 0) c.rgb *= c.a;
    return c;
}
