"""Record pictures with an NVENC encoder of ours, in a process whose driver is the fake one.

Usage: record.py JOB.json; the answer is JSON on the last line. Pictures are handed over as the network's road does it:
all in the same memory, which is overwritten as soon as the call is over, unless the encoder keeps pictures.
"""

from __future__ import annotations

import ctypes
import json
import sys
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from doubles.cudaarray import CudaArray

if find_spec("PyNvVideoCodec") is None:
    from doubles import PyNvVideoCodec as double

    sys.modules["PyNvVideoCodec"] = double

from tdlite.media.encoder import Colour, Settings
from tdlite.media.movie import MovieWriter
from tdlite.media.nvenc import nvenc_for
from tdlite.media.nvencprobe import nvenc_status


class Road:
    """What `tdlite.ops.recordingroads` does, without a network: encode here, write packets on the other thread."""

    def __init__(self, encoder: Any) -> None:
        self.encoder, self.codec = encoder, encoder.codec

    def __getattr__(self, name: str) -> Any:
        return getattr(self.encoder, name)

    def encode(self, packets: Any, index: int) -> Any:
        return packets

    def finish(self) -> Any:
        return []

    def abort(self) -> None:
        pass


def stream() -> int:
    """A stream of the first device, whose primary context is made current, as CUDA's runtime makes it."""
    cuda = ctypes.CDLL("libcuda.so.1")
    context, made = ctypes.c_void_p(), ctypes.c_void_p()
    assert cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), 0) == 0
    assert cuda.cuCtxSetCurrent(context) == 0
    assert cuda.cuStreamCreate(ctypes.byref(made), 1) == 0
    assert made.value
    return made.value


def main(job: dict[str, Any]) -> dict[str, Any]:
    frames = np.load(job["frames"])
    job["settings"]["colour"] = Colour(**job["settings"].get("colour", {}))
    settings = Settings(**job["settings"])
    handle = stream()
    row = {"h264nvgpu": "h264", "h265nvgpu": "hevc", "av1": "av1"}[job["token"]]
    if (reason := nvenc_status(row).reason) is not None:
        return {"reason": reason}
    encoder = nvenc_for(job["token"], settings, stream=handle)
    rows, width = frames.shape[1:]
    padding = job["pitch"]
    memory = CudaArray(np.zeros((rows, width), frames.dtype), padding)
    counts = []
    height = job["height"]
    with MovieWriter(job["path"], Road(encoder), "automatic", width, height, Fraction(job["rate"]), settings) as movie:
        for index, frame in enumerate(frames):
            if encoder.keeps:
                memory = CudaArray(np.zeros((rows, width), frames.dtype), padding)
            memory.array[:] = frame
            packets = encoder.encode(memory, index)
            if not encoder.keeps:
                memory.array[:] = 0
            counts.append(len(packets))
            movie.put(packets)
        movie.put(encoder.finish())
    return {
        "encoder": type(encoder).__name__,
        "package": type(encoder._session).__module__,
        "counts": counts,
        "warnings": encoder.warnings,
        "stream": handle,
        "given": list(set(memory.streams)),
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
