// How much of this pixel the box low…high covers: uv is the pixel's place in the box's coordinates, dx and dy how far
// that moves from pixel to pixel. Exact for edges along the axes; `soft` 0 makes it all or nothing.
float covered(vec2 uv, vec2 dx, vec2 dy, vec2 low, vec2 high, float soft) {
    if (soft == 0.0) return all(greaterThanEqual(uv, low)) && all(lessThan(uv, high)) ? 1.0 : 0.0;
    vec2 pixels = 1.0 / sqrt(dx * dx + dy * dy);
    vec2 c = clamp(0.5 + (uv - low) * pixels, 0.0, 1.0) + clamp(0.5 + (high - uv) * pixels, 0.0, 1.0) - 1.0;
    return c.x * c.y;
}
