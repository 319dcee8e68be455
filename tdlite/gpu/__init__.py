"""The GPU layer: one GL context, pooled textures, pixel programs, passes and reading back.

Knows nothing of operators. Importing it loads no GL library: ``Gpu.shared()`` does, when it makes a context.
"""
