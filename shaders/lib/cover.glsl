// How much of this pixel the box low…high covers: uv is the pixel's place in the box's coordinates, `unit` how many
// pixels a step of 1 in them is. Exact for edges along the axes; `soft` 0 makes it all or nothing.
float covered(vec2 uv, vec2 unit, vec2 low, vec2 high, int soft) {
    if (soft == 0) return all(greaterThanEqual(uv, low)) && all(lessThan(uv, high)) ? 1.0 : 0.0;
    vec2 c = clamp(0.5 + (uv - low) * unit, 0.0, 1.0) + clamp(0.5 + (high - uv) * unit, 0.0, 1.0) - 1.0;
    return c.x * c.y;
}
