// One invocation writes one 32-bit word of a buffer that holds a picture as bytes: rows from the top, without padding.
// The engine puts the number of channels before this text.

layout(local_size_x = 256) in;
layout(binding = 0) uniform sampler2D picture;
layout(std430, binding = 0) writeonly restrict buffer Bytes { uint words[]; };

void main() {
    uvec2 size = uvec2(textureSize(picture, 0));
    uint first = (gl_WorkGroupID.y * gl_NumWorkGroups.x * 256u + gl_GlobalInvocationID.x) * 4u;
    uint end = size.x * size.y * CHANNELS;
    if (first >= end) return;
    uint four = 0u;
    for (uint byte = first; byte < min(first + 4u, end); ++byte) {
        uint pixel = byte / CHANNELS;
        ivec2 place = ivec2(pixel % size.x, size.y - 1u - pixel / size.x);
        vec4 c = texelFetch(picture, place, 0);
        four |= uint(c[byte % CHANNELS] * 255.0 + 0.5) << 8u * (byte - first);
    }
    words[first / 4u] = four;
}
