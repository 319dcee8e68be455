layout(location = 0) out vec4 fragColor;

void main()
{
#if TD_NUM_2D_INPUTS > 0
    vec4 color = texture(sTD2DInputs[0], vUV.st);
#else
    vec4 color = vec4(1.0);
#endif
    fragColor = TDOutputSwizzle(color);
}
