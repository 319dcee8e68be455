"""Which encoder makes what is asked for."""

from __future__ import annotations

from tdlite.media.codecs import codec
from tdlite.media.encoder import Encoder, Picture, Settings
from tdlite.media.libav import LibavEncoder
from tdlite.media.process import ProcessEncoder


def encoder_for(token: str, settings: Settings) -> Encoder[Picture]:
    """Return a fresh software encoder for the entry `token` of the menu `videocodec`.

    EncoderError, before anything is started or written, when the codec cannot be written here or does not
    have the type or the pixel format of `settings`, which are the settings to open it with.
    """
    row = codec(token)
    row.resolve(settings)
    return ProcessEncoder(row.encoder) if row.process else LibavEncoder(row.encoder)
