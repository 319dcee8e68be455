// Negative values keep their sign.
vec3 gamma(vec3 c, float g) { return sign(c) * pow(abs(c), vec3(1.0 / max(g, 1e-4))); }

vec3 ranged(vec3 c) {
    float span = par.inhigh - par.inlow;
    c = span == 0.0 ? step(par.inlow, c) : (c - par.inlow) / span;
    if (par.clamped) c = clamp(c, 0.0, 1.0);
    return c * (par.outhigh - par.outlow) + par.outlow;
}

vec3 stepped(vec3 c) {
    float size = max(par.stepsize, 1e-6);
    vec3 steps = (c - par.threshold) / size, whole = floor(steps);
    if (par.soften > 0.0) whole += smoothstep(1.0 - par.soften, 1.0, steps - whole);
    return clamp(par.threshold + whole * size, par.clamplow, par.clamphigh);
}

vec4 pixel(vec2 uv) {
    vec4 c = input0();
    if (par.clamped) c = clamp(c, 0.0, 1.0);
    c.rgb = mix(c.rgb, 1.0 - c.rgb, par.invert);
    if (par.blacklevel != 0.0) c.rgb = (c.rgb - par.blacklevel) / max(1.0 - par.blacklevel, 1e-6);
    c.rgb *= par.brightness1;
    if (bent1 != 0) c.rgb = gamma(c.rgb, par.gamma1);
    if (par.contrast != 1.0) c.rgb = (c.rgb - 0.5) * par.contrast + 0.5;
    c.rgb = ranged(c.rgb);
    c = c * (par.high - par.low) + par.low;
    if (stepping != 0) c.rgb = stepped(c.rgb);
    if (bent2 != 0) c.rgb = gamma(c.rgb, par.gamma2);
    c.a *= par.opacity;
    c.rgb *= par.brightness2;
    if (par.clamp) c.rgb = clamp(c.rgb, par.clamplow2, par.clamphigh2);
    if (par.premultrgbbyalpha) c.rgb *= c.a;
    return c;
}
