"""GLSL as text, looked into without a compiler. It imports nothing of tdlite."""
