// Each invocation takes one pixel from an array of numbers. The engine puts the array's type before this text.

layout(local_size_x = 8, local_size_y = 8) in;

void main() {
    ivec2 size = imageSize(picture), place = ivec2(gl_GlobalInvocationID.xy);
    if (any(greaterThanEqual(place, size))) return;
    uint first = (uint(place.y) * uint(size.x) + uint(place.x)) * CHANNELS;
    vec4 c = vec4(0.0, 0.0, 0.0, 1.0);
    for (uint i = 0u; i < CHANNELS; ++i) c[i] = number(first + i);
    if (CHANNELS == 1u) c.gb = c.rr;
    imageStore(picture, place, packed_colour(c));
}
