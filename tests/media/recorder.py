"""A process that records, for tests that end or limit it: recorder.py PATH FRAMES HOW [CODEC [AUDIO CODEC]].

The sound, where there is one, are all the 24-bit numbers in their order.
"""

from __future__ import annotations

import os
import resource
import signal
import sys

import numpy as np
from movies import numbered_frame  # type: ignore[import-not-found]  # beside this script

from tdlite.media.audio import AUDIO_CODECS
from tdlite.media.audioencoder import AudioEncoder
from tdlite.media.encoder import Settings
from tdlite.media.encoders import encoder_for
from tdlite.media.errors import OutputError
from tdlite.media.movie import MovieWriter

forgotten: list[object] = []


def main(path: str, frames: int, how: str, codec: str = "h264nvgpu", sound: str = "") -> None:
    if how.startswith("limit="):
        limit = int(how.removeprefix("limit="))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    settings = Settings(keyframe_interval=30, pixel_format="automatic")
    audio = AudioEncoder(AUDIO_CODECS[sound], 1, 48000) if sound else None
    movie = MovieWriter(path, encoder_for(codec, settings), "automatic", 160, 96, 30, settings, audio=audio)
    random = np.random.default_rng(1)
    try:
        for index in range(frames):
            frame = numbered_frame(index)
            if how.startswith("limit="):  # something to fill the disk with; the upper half keeps the number
                frame[:48] = random.integers(0, 255, (48, 160, 4), np.uint8)
            movie.put(frame, np.arange(index * 1600, index * 1600 + 1600)[None] / 2**23 if sound else None)
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "forget":
            forgotten.append(movie)
        else:
            movie.close()
    except OutputError as error:
        print(error)
        movie.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
