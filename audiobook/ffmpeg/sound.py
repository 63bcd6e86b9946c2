"""Sound files in and out, as raw little-endian float32 through pipes, a block at a time."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from audiobook.audio import SAMPLE_RATE, Audio
from audiobook.errors import FFmpegError
from audiobook.ffmpeg.process import (
    PIPE_INPUT,
    QUIET,
    SOUND_INPUT,
    complaint,
    executable,
    file_input,
    file_name,
    running,
)

__all__ = [
    "REPRODUCIBLE",
    "decode",
    "decode_blocks",
    "decode_bytes",
    "encode",
    "feed",
    "raw_input",
]

BLOCK_SAMPLES = 10 * SAMPLE_RATE  # ten seconds: 3.5 MB of stereo float32 at a time
FLOAT_BYTES = 4
# No encoder names, dates or random ids: the same sound gives the same bytes.
REPRODUCIBLE = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]


def decode_blocks(
    path: Path,
    *,
    sample_rate: int = SAMPLE_RATE,
    n_channels: int = 2,
    block_samples: int = BLOCK_SAMPLES,
) -> Iterator[Audio]:
    """Decode any audio file a block at a time.

    Yields
    ------
    Audio, shape (up to block_samples, n_channels)
        Every block but the last is full.

    Raises
    ------
    FFmpegError
        If the file holds no audio that ffmpeg can decode.
    """
    arguments = [*file_input(path), *_raw_output(sample_rate, n_channels)]
    n_bytes = block_samples * n_channels * FLOAT_BYTES
    with running(arguments, str(path), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while data := process.stdout.read(n_bytes):
            yield _as_audio(data, n_channels)


def decode(path: Path, *, sample_rate: int = SAMPLE_RATE, n_channels: int = 2) -> Audio:
    """Decode a whole audio file; see `decode_blocks`. For short files only."""
    blocks = list(decode_blocks(path, sample_rate=sample_rate, n_channels=n_channels))
    return np.concatenate(blocks) if blocks else np.zeros((0, n_channels), dtype=np.float32)


def decode_bytes(
    data: bytes, *, sample_rate: int, n_channels: int = 1, tempo: float = 1.0
) -> Audio:
    """Decode an audio file that is in memory, as it came from the network.

    Parameters
    ----------
    tempo : float, 0.5 to 2
        How much faster it plays than it was; its pitch stays.

    Raises
    ------
    FFmpegError
        If the bytes are not audio that ffmpeg can decode.
    """
    stretch = ["-af", f"atempo={tempo:.4f}"] if tempo != 1.0 else []
    arguments = [*SOUND_INPUT, *stretch, *_raw_output(sample_rate, n_channels)]
    process = subprocess.run(
        [executable(), *QUIET, *arguments], input=data, capture_output=True, check=False
    )
    if process.returncode != 0:
        raise FFmpegError(f"ffmpeg could not decode the audio: {complaint(process.stderr)}")
    return _as_audio(process.stdout, n_channels)


def encode(
    blocks: Iterable[Audio],
    target: Path,
    options: Sequence[str] = (),
    *,
    sample_rate: int = SAMPLE_RATE,
    n_channels: int = 2,
    file_format: str = "",
) -> int:
    """Encode blocks of sound into a file, in the format its suffix names.

    The file is written in place, so that headers at its start are right: give a temporary path.

    Returns
    -------
    int
        Samples written, of each channel.

    Raises
    ------
    FFmpegError
        If ffmpeg refuses, or the disk is full.
    """
    container = ["-f", file_format] if file_format else []
    raw = raw_input(sample_rate, n_channels)
    arguments = [*raw, *REPRODUCIBLE, *options, *container, "-y", file_name(target)]
    with running(arguments, str(target), stdin=subprocess.PIPE) as process:
        return feed(process, blocks)


def feed(process: subprocess.Popen[bytes], blocks: Iterable[Audio]) -> int:
    """Give a running encoder all its sound; return the samples given, of each channel.

    When ffmpeg ends early the pipe breaks; why is in its exit status and last line.
    """
    assert process.stdin is not None
    n_samples = 0
    with contextlib.suppress(BrokenPipeError):
        for block in blocks:
            process.stdin.write(np.ascontiguousarray(block, dtype="<f4").data)
            n_samples += len(block)
        process.stdin.close()
    return n_samples


def raw_input(sample_rate: int = SAMPLE_RATE, n_channels: int = 2) -> list[str]:
    """Return the arguments that read raw float32 from standard input."""
    return ["-f", "f32le", "-ar", str(sample_rate), "-ac", str(n_channels), *PIPE_INPUT]


def _raw_output(sample_rate: int, n_channels: int) -> list[str]:
    shape = ["-ar", str(sample_rate), "-ac", str(n_channels)]
    return ["-map", "0:a:0", "-vn", "-sn", "-dn", *shape, "-f", "f32le", "pipe:1"]


def _as_audio(data: bytes, n_channels: int) -> Audio:
    whole = len(data) - len(data) % (n_channels * FLOAT_BYTES)
    samples = np.frombuffer(data[:whole], dtype="<f4").astype(np.float32, copy=False)
    return samples.reshape(-1, n_channels)
