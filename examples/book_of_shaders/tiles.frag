// Tiles of quarter circles, each turned at random, that change their mind now and then.
#ifdef GL_ES
precision mediump float;
#endif

uniform vec2 u_resolution;
uniform vec2 u_mouse;
uniform float u_time;

float random(vec2 st) {
    return fract(sin(dot(st, vec2(12.9898, 78.233))) * 43758.5453);
}

void main() {
    vec2 st = gl_FragCoord.xy / u_resolution.y * 6.0 + u_mouse / u_resolution.y;
    vec2 cell = floor(st), p = fract(st);
    if (random(cell + floor(u_time * 0.5 + random(cell.yx))) > 0.5) p.x = 1.0 - p.x;
    float d = min(abs(length(p) - 0.5), abs(length(p - 1.0) - 0.5));
    float line = 1.0 - smoothstep(0.12, 0.12 + 12.0 / u_resolution.y, d);
    vec3 ground = mix(vec3(0.08, 0.1, 0.2), vec3(0.12, 0.2, 0.3), random(cell));
    gl_FragColor = vec4(mix(ground, vec3(0.95, 0.75, 0.45) - 0.3 * d, line), 1.0);
}
