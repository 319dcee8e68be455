"""The operators, one a file: ``nodes/top/rectangle.py`` holds ``rectangleTOP``.

This folder is installed as the package ``tdlite.nodes``; only the registry imports from it.
"""

if __name__ != "tdlite.nodes":
    raise ImportError(
        f"this folder is the package tdlite.nodes, but it was imported as {__name__!r}; "
        "install tdlite (pip install -e .) and use tdlite.<type>, such as tdlite.noiseTOP"
    )
