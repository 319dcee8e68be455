vec4 pixel(vec2 uv) {
    const float[] full = float[](1.0, 255.0, 65535.0);
    vec4 color = par.color / full[rgbaunit];
    return multrgbbyalpha != 0 ? vec4(color.rgb * color.a, color.a) : color;
}
