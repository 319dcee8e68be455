/*{
    "DESCRIPTION": "A ring of light whose glow lingers: the second pass fades over the first.",
    "ISFVSN": "2",
    "CATEGORIES": ["Generator"],
    "INPUTS": [
        { "NAME": "tint", "LABEL": "Tint", "TYPE": "color", "DEFAULT": [1.0, 0.55, 0.2, 1.0] },
        { "NAME": "center", "LABEL": "Center", "TYPE": "point2D", "DEFAULT": [0.5, 0.5], "MIN": [0, 0], "MAX": [1, 1] },
        { "NAME": "radius", "LABEL": "Radius", "TYPE": "float", "DEFAULT": 0.3, "MIN": 0.0, "MAX": 1.0 },
        { "NAME": "petals", "LABEL": "Petals", "TYPE": "long", "VALUES": [3, 5, 8], "LABELS": ["Three", "Five", "Eight"],
          "DEFAULT": 5 },
        { "NAME": "trail", "LABEL": "Trail", "TYPE": "float", "DEFAULT": 0.95, "MIN": 0.0, "MAX": 1.0 },
        { "NAME": "inverted", "LABEL": "Inverted", "TYPE": "bool", "DEFAULT": false }
    ],
    "PASSES": [
        { "TARGET": "glow", "PERSISTENT": true, "FLOAT": true, "WIDTH": "floor($WIDTH / 2.0)",
          "HEIGHT": "floor($HEIGHT / 2.0)" },
        { }
    ]
}*/

void main() {
    if (PASSINDEX == 0) {
        vec2 p = (isf_FragNormCoord - center) * RENDERSIZE / RENDERSIZE.y;
        float wave = radius * (1.0 + 0.25 * sin(float(petals) * atan(p.y, p.x) + 2.0 * TIME));
        float ring = 0.004 / (0.004 + pow(length(p) - wave, 2.0) * 8.0);
        vec4 before = IMG_THIS_PIXEL(glow);
        gl_FragColor = vec4(max(before.rgb * trail, tint.rgb * ring), 1.0);
    } else {
        vec3 light = IMG_NORM_PIXEL(glow, isf_FragNormCoord).rgb;
        gl_FragColor = vec4(inverted ? 1.0 - light : light, 1.0);
    }
}
