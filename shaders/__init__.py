"""GLSL sources: ``rectangle.glsl`` is the pixel function of rectangleTOP; ``lib/`` holds shared functions."""
