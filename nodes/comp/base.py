"""Base COMP: a plain container."""

from tdlite.ops import COMP


class baseCOMP(COMP):
    """Hold a network of operators and custom parameters; nothing else."""
