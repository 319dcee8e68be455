// One invocation writes one 32-bit word of a buffer that holds a picture as luma and chroma planes, rows from the top.
// The engine puts the layout before this text, as constants: size, planes, pitches, offsets, weights.

layout(local_size_x = 256) in;
layout(binding = 0) uniform sampler2D picture;
layout(std430, binding = 0) writeonly restrict buffer Samples { uint words[]; };

// The colour of a pixel, rows counted from the top, the edge continued outside; fixed to 0..1, NaN is 0.
vec3 rgb_at(int x, int y) {
    ivec2 place = clamp(ivec2(x, HEIGHT - 1 - y), ivec2(0), ivec2(WIDTH, HEIGHT) - 1);
    vec3 c = texelFetch(picture, place, 0).rgb;
    c = clamp(mix(c, vec3(0.0), isnan(c)), 0.0, 1.0);
    if (ENCODED) {
        // The texture is sRGB and was decoded by the fetch: back to the 255 steps that are stored.
        vec3 high = 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055;
        c = round(mix(high, 12.92 * c, lessThanEqual(c, vec3(0.0031308))) * 255.0) / 255.0;
    }
    return c;
}

// The colour that a chroma sample stands for: the mean of the pixels around its place.
vec3 rgb_around(int column, int row) {
    if (ACROSS == 1) return rgb_at(column, row);
    vec3 sum = vec3(0.0);
    int x = column * ACROSS, y = row * DOWN;
    for (int j = -CO_SITED_Y; j < DOWN; ++j)
        for (int i = -CO_SITED_X; i < ACROSS; ++i) {
            int weight = (CO_SITED_X == 1 && i == 0 ? 2 : 1) * (CO_SITED_Y == 1 && j == 0 ? 2 : 1);
            sum += float(weight) * rgb_at(x + i, y + j);
        }
    return sum / float((2 + 2 * CO_SITED_X) * (DOWN == 1 ? 1 : 2 + 2 * CO_SITED_Y));
}

uint coded(float value) {
    return min(uint(max(floor(value + 0.5), 0.0)), MOST) << SHIFT;
}

// The sample that begins at a byte of the buffer; 0 in the padding of rows.
uint sample_at(uint byte) {
    int plane = 0;
    while (plane + 1 < PLANES && byte >= OFFSETS[plane + 1]) ++plane;
    uint within = byte - OFFSETS[plane];
    uint row = within / PITCHES[plane], index = within % PITCHES[plane] / SAMPLE_BYTES;
    if (row >= ROWS[plane] || index >= COLUMNS[plane]) return 0u;
    if (plane == 0) return coded(dot(LUMA, rgb_at(int(index), int(row))) + BLACK);
    bool red = INTERLEAVED ? index % 2u == 1u : plane == 2;
    vec3 colour = rgb_around(int(INTERLEAVED ? index / 2u : index), int(row));
    return coded(dot(red ? CR : CB, colour) + NEUTRAL);
}

void main() {
    uint word = gl_WorkGroupID.y * gl_NumWorkGroups.x * 256u + gl_GlobalInvocationID.x;
    if (word >= WORDS) return;
    uint packed_samples = 0u;
    for (uint byte = 0u; byte < 4u; byte += SAMPLE_BYTES)
        packed_samples |= sample_at(word * 4u + byte) << byte * 8u;
    words[word] = packed_samples;
}
