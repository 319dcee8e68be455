"""Execute DAT: callbacks at the start, at each frame, and at the end."""

from tdlite.graph.project import Project
from tdlite.ops import COMP, DAT, Page, Toggle
from tdlite.ops.callbacks import absent

CALLBACKS = {
    "start": ("onStart", ""),
    "create": ("onCreate", ""),
    "exit": ("onExit", ""),
    "framestart": ("onFrameStart", "frame"),
    "frameend": ("onFrameEnd", "frame"),
}
"""What each toggle has called, and with which arguments."""


class executeDAT(DAT):
    """Call ``onStart()``, ``onFrameStart(frame)``, ``onFrameEnd(frame)``, ``onExit()`` and the like.

    ``frame`` is the frame of the timeline. Several Execute DATs go in natural order of their paths.
    """

    title = "Execute"
    language = "python"
    parameters = (
        Page(
            "Execute",
            Toggle("active", True, help="Call back at all."),
            Toggle("start", label="Start", help="Call onStart() before the project's first frame."),
            Toggle("create", label="Create", help="Call onCreate() before the first frame after it was made."),
            Toggle("exit", label="Exit", help="Call onExit() when the project closes."),
            Toggle("framestart", label="Frame Start", help="Call onFrameStart(frame) before each frame cooks."),
            Toggle("frameend", label="Frame End", help="Call onFrameEnd(frame) after each frame has cooked."),
        ),
    )

    def __init__(self, project: Project, name: str, parent: COMP | None) -> None:
        super().__init__(project, name, parent)
        self._new = True
        self._from_start = project.begun == 0
        self._par: object = None
        self._wanted: dict[str, str] = {}
        """The callbacks that the parameters ask for, and their arguments."""

    def _on(self, toggle: str) -> bool:
        par = self.values.row(0)
        return bool(par.active and getattr(par, toggle))

    def frame_start(self) -> None:
        par = self.values.row(0)
        if par is not self._par:
            self._par = par
            self._wanted = dict(callback for toggle, callback in CALLBACKS.items() if self._on(toggle))
        self.caution(absent(self, self._wanted, required=True))
        if self._new:
            self._new = False
            if self._on("create"):
                self.callback("onCreate")
            if self._from_start and self._on("start"):
                self.callback("onStart")
        if self._on("framestart"):
            self.callback("onFrameStart", int(self.time.frame))

    def frame_end(self) -> None:
        if self._on("frameend"):
            self.callback("onFrameEnd", int(self.time.frame))

    def on_exit(self) -> None:
        """The project closes."""
        if self._on("exit"):
            self.callback("onExit")
