"""Files in and out: decode, encode, measure. The only module that starts ffmpeg.

The program comes from the package ``imageio-ffmpeg``, so no system-wide ffmpeg is needed (set
``IMAGEIO_FFMPEG_EXE`` to use another one). Sound crosses the border as raw little-endian float32.
Inputs are local files or pipes: protocols are whitelisted, and a path is never taken for an option.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import numpy as np

from audiobook.audio import SAMPLE_RATE, SILENCE_DB, Audio
from audiobook.errors import FFmpegError

__all__ = [
    "Loudness",
    "decode",
    "decode_blocks",
    "decode_bytes",
    "encode",
    "encode_mp3",
    "executable",
    "measure",
    "version",
]

BLOCK_SAMPLES = 10 * SAMPLE_RATE  # ten seconds: 3.5 MB of stereo float32 at a time
FLOAT_BYTES = 4

# LAME turns the sound down before it encodes at low bit rates (its presets' "scale"; measured with
# a 1 kHz sine: -0.446 dB up to 160 kbps, -0.265 at 192, -0.175 at 224, 0 above). Turned up first,
# a master arrives at the loudness it was made for.
LAME_SCALE = {192: 0.97, 224: 0.98, 256: 1.0, 320: 1.0}
LAME_SCALE_BELOW_192 = 0.95


@dataclass(frozen=True)
class Loudness:
    """What ITU-R BS.1770 says of a file.

    Attributes
    ----------
    integrated_lufs : float
        Gated loudness of the whole; -70 when everything is below the gate.
    range_lu : float
        Loudness range (EBU Tech 3342).
    true_peak_dbtp : float
        Highest inter-sample peak, `SILENCE_DB` for silence.
    """

    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float


@cache
def executable() -> str:
    """Return the path of ffmpeg.

    Raises
    ------
    FFmpegError
        If there is none; the message names the command that mends it.
    """
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise FFmpegError(
            "ffmpeg is missing; install it with: pip install --force-reinstall imageio-ffmpeg"
        ) from error


@cache
def version() -> str:
    """Return ffmpeg's version, as in ``7.1``."""
    first = subprocess.run(
        [executable(), "-version"], capture_output=True, text=True, check=False
    ).stdout.partition("\n")[0]
    match = re.match(r"ffmpeg version (\S+)", first)
    return match.group(1) if match else "unknown"


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
    arguments = [*_input(path), *_raw_output(sample_rate, n_channels)]
    n_bytes = block_samples * n_channels * FLOAT_BYTES
    with _running(arguments, str(path), stdout=subprocess.PIPE) as process:
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
    arguments = [*_PIPE_INPUT, *stretch, *_raw_output(sample_rate, n_channels)]
    process = subprocess.run(
        [executable(), *_QUIET, *arguments], input=data, capture_output=True, check=False
    )
    if process.returncode != 0:
        raise FFmpegError(f"ffmpeg could not decode the audio: {_tail(process.stderr)}")
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
    raw = ["-f", "f32le", "-ar", str(sample_rate), "-ac", str(n_channels)]
    arguments = [*raw, *_PIPE_INPUT, *_REPRODUCIBLE, *options, *container, "-y", _file(target)]
    n_samples = 0
    with _running(arguments, str(target), stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        # When ffmpeg ends early the pipe breaks; why is in its exit status and last line.
        with contextlib.suppress(BrokenPipeError):
            for block in blocks:
                process.stdin.write(np.ascontiguousarray(block, dtype="<f4").data)
                n_samples += len(block)
            process.stdin.close()
    return n_samples


def encode_mp3(
    blocks: Iterable[Audio], target: Path, *, bitrate_kbps: int = 128, n_channels: int = 2
) -> int:
    """Encode to constant-bit-rate MP3 at `SAMPLE_RATE`, with an Info header and without tags.

    Returns the samples written, of each channel. What is decoded is as loud as what was given.
    """
    makeup = np.float32(1.0 / LAME_SCALE.get(bitrate_kbps, LAME_SCALE_BELOW_192))
    options = [
        *("-codec:a", "libmp3lame", "-b:a", f"{bitrate_kbps}k"),
        *("-write_xing", "1", "-id3v2_version", "0"),
    ]
    louder = (block * makeup for block in blocks)
    return encode(louder, target, options, n_channels=n_channels, file_format="mp3")


def measure(path: Path) -> Loudness:
    """Decode a file and measure it: integrated loudness, range, true peak (mono as dual mono)."""
    meter = "ebur128=peak=true:dualmono=true:framelog=quiet"
    arguments = [*_input(path), "-vn", "-af", meter, "-f", "null", "-"]
    process = subprocess.run(
        [executable(), "-hide_banner", "-nostats", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    report = process.stderr.decode("utf-8", "replace")
    if process.returncode != 0 or "Summary:" not in report:
        raise FFmpegError(f"{path}: ffmpeg could not measure it: {_tail(process.stderr)}")
    summary = report.rpartition("Summary:")[2]

    def value(label: str, otherwise: float) -> float:
        match = re.search(rf"{label}:\s+(-?[\d.]+)\s", summary)
        return float(match.group(1)) if match else otherwise

    return Loudness(value("I", -70.0), value("LRA", 0.0), value("Peak", SILENCE_DB))


_NULL = subprocess.DEVNULL
_QUIET = ["-hide_banner", "-nostats", "-loglevel", "error", "-nostdin"]
_LOCAL_ONLY = ["-protocol_whitelist", "file,pipe"]
_PIPE_INPUT = ["-protocol_whitelist", "pipe", "-i", "pipe:0"]
# No encoder names, dates or random ids, and one thread: the same sound gives the same bytes.
_REPRODUCIBLE = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]


def _file(path: Path) -> str:
    """Name a local file so that neither "-i.mp3" nor "concat:x" is anything but a file."""
    return f"file:{os.path.abspath(path)}"  # noqa: PTH100  (resolve() would follow links)


def _input(path: Path) -> list[str]:
    return [*_LOCAL_ONLY, "-i", _file(path)]


def _raw_output(sample_rate: int, n_channels: int) -> list[str]:
    shape = ["-ar", str(sample_rate), "-ac", str(n_channels)]
    return ["-map", "0:a:0", "-vn", "-sn", "-dn", *shape, "-f", "f32le", "pipe:1"]


def _as_audio(data: bytes, n_channels: int) -> Audio:
    whole = len(data) - len(data) % (n_channels * FLOAT_BYTES)
    samples = np.frombuffer(data[:whole], dtype="<f4").astype(np.float32, copy=False)
    return samples.reshape(-1, n_channels)


def _tail(stderr: bytes, status: int = 1) -> str:
    """Return the line of ffmpeg's complaint that tells most: the last one."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    if "No space left" in last:
        return "the disk is full; make room and build again"
    return last or f"no reason given (exit status {status})"


@contextlib.contextmanager
def _running(
    arguments: Sequence[str], what: str, *, stdin: int = _NULL, stdout: int = _NULL
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ffmpeg while the caller talks to it; end it if the caller leaves early.

    Its complaints go to a temporary file, so that no pipe can fill up and block it.
    """
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            [executable(), *_QUIET, *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=complaints,
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            _close(process.stdin)
            _close(process.stdout)
            status = process.wait()
        if status != 0:
            complaints.seek(0)
            raise FFmpegError(f"{what}: ffmpeg failed: {_tail(complaints.read(), status)}")


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
