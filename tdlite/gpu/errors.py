"""What can go wrong on the GPU."""


class GpuError(Exception):
    """The GPU layer could not do what it was asked; the message says what and why."""

    is_message = True


class NoDevice(GpuError):
    """There is no usable GL device on this machine; the message says what to install."""

    kind = "device"


class ShaderError(GpuError):
    """A shader did not compile or link.

    ``log`` is the driver's message with every position rewritten to the author's own file and line;
    ``lines`` has one ``(source name, line from 1, message)`` for each message that carries a position.
    """

    def __init__(self, log: str, lines: tuple[tuple[str, int, str], ...] = ()) -> None:
        super().__init__(log)
        self.log = log
        self.lines = lines


class CudaError(GpuError):
    """CUDA is not there, or refused; the message says why and what to do."""

    kind = "device"
