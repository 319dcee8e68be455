"""NVENC, the encoder in NVIDIA GPUs: which way of using it follows which settings."""

from __future__ import annotations

from tdlite.media.codecs import codec
from tdlite.media.encoder import Settings
from tdlite.media.nvencencoder import NoNvenc, NvencEncoder, layout_of
from tdlite.media.nvenclibav import LibavNvencEncoder
from tdlite.media.nvencoptions import TITLES, only_libav
from tdlite.media.nvencprobe import nvenc_status
from tdlite.media.nvencpynv import PyNvEncoder

_LIBAV_FORMATS = ("yuv420", "yuv420p10bit")


def way(name: str, settings: Settings) -> type[NvencEncoder]:
    """Return which encoder can follow resolved `settings` best; `name` is FFmpeg's of the format.

    FFmpeg's can be told the profile, slices and the entropy mode, but takes 4:2:0 alone from the GPU;
    PyNvVideoCodec's takes all formats.
    """
    if only_libav(name, settings) and settings.pixel_format in _LIBAV_FORMATS:
        return LibavNvencEncoder
    return PyNvEncoder


def nvenc_for(token: str, settings: Settings, device: int = 0, stream: int = 0) -> NvencEncoder:
    """Return a fresh NVENC encoder for the entry `token` of the menu `videocodec`.

    `device` is a CUDA ordinal, `stream` a CUDA stream's address. NoNvenc, with the reason, when NVENC does not
    do the codec or the pixel format, or is not there; EncoderError when nothing could do what is asked.
    Settings that the encoder cannot follow are its warnings once it is open.
    """
    row = codec(token)
    settings = row.resolve(settings)
    if row.name not in TITLES:
        raise NoNvenc(f"NVENC has no {row.title}")
    layout_of(settings)
    limits, reason = nvenc_status(row.name, device)
    if limits is None:
        raise NoNvenc(reason or "it is not there")
    return way(row.name, settings)(row, limits, device, stream)
