// Paper, tinted by the ink that lies on it, with a little light on its edges.
#iChannel0 "bufferA.glsl"

void mainImage(out vec4 fragColor, in vec2 fragCoord) {
    vec2 uv = fragCoord / iResolution.xy, step = 1.0 / iResolution.xy;
    vec3 ink = texture(iChannel0, uv).rgb;
    float slope = texture(iChannel0, uv + step).g - texture(iChannel0, uv - step).g;
    vec3 paper = vec3(0.97, 0.95, 0.9) - 0.25 * dot(uv - 0.5, uv - 0.5);
    fragColor = vec4(paper * exp(-1.6 * ink) + 0.5 * slope, 1.0);
}
