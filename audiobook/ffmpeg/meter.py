"""A sound file in, its loudness out: what ITU-R BS.1770 says of the decoded sound."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from audiobook.audio import SILENCE_DB
from audiobook.errors import FFmpegError
from audiobook.ffmpeg.process import complaint, executable, file_input

__all__ = ["METER", "Loudness", "measure", "read_summary"]

# Mono counts as heard from both loudspeakers; only the summary is printed.
METER = [
    *("-vn", "-af", "ebur128=peak=true:dualmono=true:framelog=quiet"),
    *("-f", "null", "-"),
]


@dataclass(frozen=True)
class Loudness:
    """What was measured.

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


def measure(path: Path) -> Loudness:
    """Decode a file and measure it.

    Raises
    ------
    FFmpegError
        If the file holds no audio that ffmpeg can decode.
    """
    process = subprocess.run(
        [executable(), "-hide_banner", "-nostats", *file_input(path), *METER],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return read_summary(process.stderr, process.returncode, str(path))


def read_summary(stderr: bytes, status: int, what: str) -> Loudness:
    """Read what ffmpeg printed after metering. Raises `FFmpegError` if it failed."""
    report = stderr.decode("utf-8", "replace")
    if status != 0 or "Summary:" not in report:
        raise FFmpegError(f"{what}: ffmpeg could not measure it: {complaint(stderr, status)}")
    summary = report.rpartition("Summary:")[2]

    def value(label: str, otherwise: float) -> float:
        match = re.search(rf"{label}:\s+(-?[\d.]+)\s", summary)
        return float(match.group(1)) if match else otherwise

    return Loudness(value("I", -70.0), value("LRA", 0.0), value("Peak", SILENCE_DB))
