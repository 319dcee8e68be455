"""Text DAT: a text."""

from tdlite.ops import DAT, optional


class textDAT(DAT):
    """Hold a text: a script, a shader, notes. A wired input's text takes its place."""

    wires = optional("Text")
