// Signed distances and coverage. Distances are in pixels, negative inside; angles in radians, counter-clockwise.

// The point turned about the origin.
vec2 rotated(vec2 p, float angle) {
    float c = cos(angle), s = sin(angle);
    return vec2(c * p.x - s * p.y, s * p.x + c * p.y);
}

// Distance to a box about the origin; the radius counts at most half the shorter side.
float rounded_box(vec2 p, vec2 half_size, float radius) {
    float r = clamp(radius, 0.0, min(half_size.x, half_size.y));
    vec2 q = abs(p) - half_size + r;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - r;
}

// How much of a pixel an edge at this distance leaves covered: exact for edges along the axes.
float coverage(float d) { return clamp(0.5 - d, 0.0, 1.0); }
