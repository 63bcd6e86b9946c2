"""Blocks of sound in, an MP3 file out, as loud as what was given; measured on the way if asked."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from audiobook.audio import Audio
from audiobook.ffmpeg.meter import METER, Loudness, read_summary
from audiobook.ffmpeg.process import executable, running
from audiobook.ffmpeg.sound import REPRODUCIBLE, encode, feed, raw_input

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
    """Encode as `encode_mp3` does, to the same bytes, and measure what comes out of a decoder.

    A second ffmpeg decodes the frames as they are made, beside the encoder: measuring the
    finished file would take a quarter as long again.

    Parameters
    ----------
    target : Path
        Its name is letters, digits, dots and hyphens: it stands in a list of outputs.
    """
    if not re.fullmatch(r"[\w.-]+", target.name):
        raise ValueError(f"target={target.name!r} must be a plain name")
    muxer = "f=mp3:id3v2_version=0:fflags=+bitexact"
    outputs = f"[{muxer}:write_xing=1]{target.name}|[{muxer}:write_xing=0]pipe:1"
    options = [*REPRODUCIBLE, "-map", "0:a", *_codec(bitrate_kbps), "-f", "tee", outputs, "-y"]
    with tempfile.TemporaryFile() as report:
        with running(
            [*raw_input(n_channels=n_channels), *options],
            str(target),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            folder=target.parent,
        ) as encoder:
            meter = subprocess.Popen(
                [executable(), "-hide_banner", "-nostats", "-f", "mp3", "-i", "pipe:0", *METER],
                stdin=encoder.stdout,
                stdout=subprocess.DEVNULL,
                stderr=report,
            )
            assert encoder.stdout is not None
            encoder.stdout.close()  # the meter's alone now: it ends when the encoder does
            feed(encoder, _louder(blocks, bitrate_kbps))
        status = meter.wait()
        report.seek(0)
        return read_summary(report.read(), status, str(target))


def _codec(bitrate_kbps: int) -> list[str]:
    return ["-codec:a", "libmp3lame", "-b:a", f"{bitrate_kbps}k"]


def _louder(blocks: Iterable[Audio], bitrate_kbps: int) -> Iterator[Audio]:
    makeup = np.float32(1.0 / LAME_SCALE.get(bitrate_kbps, LAME_SCALE_BELOW_192))
    return (block * makeup for block in blocks)
