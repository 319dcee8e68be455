// The ink: what was here is carried on by the current and fades; three drops leave colour behind.
#iChannel0 "self"

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec2 p = (2.0 * fragCoord - iResolution.xy) / iResolution.y;
    vec2 from = fragCoord - current(p, iTime * 0.3) * iResolution.y * 0.006;
    vec3 ink = texture(iChannel0, from / iResolution.xy).rgb * 0.992;

    for (float i = 0.0; i < 3.0; i++) {
        float angle = iTime * (0.5 + 0.2 * i) + TAU * i / 3.0;
        vec2 drop = 0.55 * vec2(cos(angle), sin(angle * 1.5));
        vec3 hue = 0.5 + 0.5 * cos(TAU * (i / 3.0 + vec3(0.0, 0.33, 0.67)) + 0.4 * iTime);
        ink += hue * 0.25 * exp(-600.0 * dot(p - drop, p - drop));
    }
    fragColor = vec4(ink, 1.0);
}
