layout(local_size_x = 8, local_size_y = 8) in;

void main()
{
#if TD_NUM_2D_INPUTS > 0
    vec4 color = texelFetch(sTD2DInputs[0], ivec2(gl_GlobalInvocationID.xy), 0);
#else
    vec4 color = vec4(1.0);
#endif
    TDImageStoreOutput(0, gl_GlobalInvocationID, color);
}
