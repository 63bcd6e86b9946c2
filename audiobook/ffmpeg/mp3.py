"""Blocks of sound in, an MP3 file out, as loud as what was given; measured on the way if asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from audiobook.audio import Audio
from audiobook.ffmpeg.measured import encode_measured
from audiobook.ffmpeg.meter import Loudness
from audiobook.ffmpeg.sound import encode

__all__ = ["encode_mp3", "encode_mp3_measured"]

# LAME turns the sound down before it encodes at low bit rates (its presets' "scale"; measured with
# a 1 kHz sine: -0.446 dB up to 160 kbps, -0.265 at 192, -0.175 at 224, 0 above). Turned up first,
# a master arrives at the loudness it was made for.
LAME_SCALE = {192: 0.97, 224: 0.98, 256: 1.0, 320: 1.0}
LAME_SCALE_BELOW_192 = 0.95


def encode_mp3(
    blocks: Iterable[Audio], target: Path, *, bitrate_kbps: int = 128, n_channels: int = 2
) -> int:
    """Encode to constant-bit-rate MP3 at `SAMPLE_RATE`, with an Info header and without tags.

    Returns the samples written, of each channel. What is decoded is as loud as what was given.
    """
    options = [*_codec(bitrate_kbps), "-write_xing", "1", "-id3v2_version", "0"]
    louder = _louder(blocks, bitrate_kbps)
    return encode(louder, target, options, n_channels=n_channels, file_format="mp3")


def encode_mp3_measured(
    blocks: Iterable[Audio], target: Path, *, bitrate_kbps: int = 128, n_channels: int = 2
) -> Loudness:
    """Encode as `encode_mp3` does, to the same bytes; see `encode_measured`."""
    return encode_measured(
        _louder(blocks, bitrate_kbps),
        target,
        _codec(bitrate_kbps),
        container="mp3",
        options=":id3v2_version=0:write_xing=1",
        piped_options=":id3v2_version=0:write_xing=0",
        n_channels=n_channels,
    )


def _codec(bitrate_kbps: int) -> list[str]:
    return ["-codec:a", "libmp3lame", "-b:a", f"{bitrate_kbps}k"]


def _louder(blocks: Iterable[Audio], bitrate_kbps: int) -> Iterator[Audio]:
    makeup = np.float32(1.0 / LAME_SCALE.get(bitrate_kbps, LAME_SCALE_BELOW_192))
    return (block * makeup for block in blocks)
