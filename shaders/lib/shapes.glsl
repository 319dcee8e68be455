// Signed distances and coverage. Distances are in pixels, negative inside.

// The point turned about the origin, counter-clockwise by an angle of this cosine and sine.
vec2 rotated(vec2 p, vec2 turn) { return vec2(turn.x * p.x - turn.y * p.y, turn.y * p.x + turn.x * p.y); }

// Distance to a box about the origin; the radius counts at most half the shorter side.
float rounded_box(vec2 p, vec2 half_size, float radius) {
    float r = clamp(radius, 0.0, min(half_size.x, half_size.y));
    vec2 q = abs(p) - half_size + r;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - r;
}

// How much of a pixel an edge at this distance leaves covered: exact for edges along the axes.
float coverage(float d) { return clamp(0.5 - d, 0.0, 1.0); }
