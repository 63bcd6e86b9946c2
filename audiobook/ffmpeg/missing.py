"""A sound file in, how much of it is missing out: read packet by packet, never decoded."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from audiobook.errors import FFmpegError
from audiobook.ffmpeg.process import complaint, executable, file_input

__all__ = ["missing_s"]

# Formats whose header says how long the sound itself is; a film's length is its longest stream's.
TELLING = re.compile(r"^Input #0, (?:mp3|flac|wv|ape|tta|tak|aiff|caf),", re.MULTILINE)
GUESSED = "Estimating duration"  # from the bit rate of an MP3 without an index: no promise
_DECLARED = re.compile(r"Duration: (\d+):(\d+):([\d.]+)")
_FOUND = re.compile(r"out_time_us=(\d+)")


def missing_s(path: Path) -> float:
    """Return how many seconds a file is shorter than its header says; 0 where that says nothing.

    A download that broke off still plays, and would end in the middle of a phrase. An hour of MP3
    is read in about a second.

    Raises
    ------
    FFmpegError
        If the file holds no audio that ffmpeg can read.
    """
    read = ["-map", "0:a:0", "-c", "copy", "-f", "null", "-progress", "pipe:1", "-"]
    done = subprocess.run(
        [executable(), "-hide_banner", "-nostats", *file_input(path), *read],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise FFmpegError(f"{path}: ffmpeg failed: {complaint(done.stderr, done.returncode)}")
    report = done.stderr.decode("utf-8", "replace")
    declared = _DECLARED.search(report)
    found = _FOUND.findall(done.stdout.decode("ascii", "replace"))
    if not (declared and found and TELLING.search(report)) or GUESSED in report:
        return 0.0
    hours, minutes, seconds = declared.groups()
    declared_s = 3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds)
    return max(0.0, declared_s - int(found[-1]) / 1e6)
