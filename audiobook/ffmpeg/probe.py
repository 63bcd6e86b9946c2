"""A sound file in, what its container says of it out: length, coding and chapter marks."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from audiobook.errors import FFmpegError
from audiobook.ffmpeg.process import LOCAL_ONLY, complaint, executable, file_name

__all__ = ["ChapterMark", "Probe", "probe"]


@dataclass(frozen=True)
class ChapterMark:
    """A chapter as players list it, in seconds from the file's start."""

    title: str
    start_s: float


@dataclass(frozen=True)
class Probe:
    """What a container says.

    Attributes
    ----------
    duration_s : float
        To 10 ms; 0 where it says none.
    codec : str
        ``"mp3"``, ``"aac"``, ``"opus"``, ``"flac"``.
    bitrate_kbps : int
        0 where it says none.
    """

    duration_s: float
    codec: str
    sample_rate: int
    n_channels: int
    bitrate_kbps: int
    marks: tuple[ChapterMark, ...]


def probe(path: Path) -> Probe:
    """Read what a file says of itself, without decoding it.

    Raises
    ------
    FFmpegError
        If ffmpeg finds no audio in it.
    """
    # With -copyts marks are not moved by the encoder's delay, which decoders take off.
    opened = [*LOCAL_ONLY, "-copyts", "-i", file_name(path)]
    done = subprocess.run(
        [executable(), "-hide_banner", "-nostats", *opened, "-f", "ffmetadata", "pipe:1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode("utf-8", "replace")
    stream = re.search(r"Stream #\S+ Audio: (\w+).*?, (\d+) Hz, ([\w.]+)(.*)", said)
    if stream is None:
        reason = complaint(done.stderr, done.returncode)
        raise FFmpegError(f"{path}: ffmpeg finds no sound in it: {reason}")
    codec, sample_rate, layout, rest = stream.groups()
    bitrate = re.search(r"(\d+) kb/s", rest)
    return Probe(
        _duration_s(said),
        codec,
        int(sample_rate),
        {"mono": 1, "stereo": 2}.get(layout, 2),
        int(bitrate.group(1)) if bitrate else 0,
        tuple(_marks(done.stdout.decode("utf-8", "replace"))),
    )


def _duration_s(said: str) -> float:
    found = re.search(r"Duration: (\d+):(\d+):([\d.]+)", said)
    if found is None:
        return 0.0
    hours, minutes, seconds = found.groups()
    return 3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds)


def _marks(metadata: str) -> list[ChapterMark]:
    """Read the chapters of an ``ffmetadata`` file, in the order of time."""
    marks = []
    for part in metadata.split("\n[CHAPTER]\n")[1:]:
        base = re.search(r"^TIMEBASE=(\d+)/(\d+)$", part, re.MULTILINE)
        start = re.search(r"^START=(-?\d+)$", part, re.MULTILINE)
        title = re.search(r"^title=((?:[^\\\n]|\\.)*)", part, re.MULTILINE | re.DOTALL)
        if base and start:
            start_s = int(start.group(1)) * int(base.group(1)) / int(base.group(2))
            plain = re.sub(r"\\(.)", r"\1", title.group(1), flags=re.DOTALL) if title else ""
            marks.append(ChapterMark(plain, start_s))
    return sorted(marks, key=lambda mark: mark.start_s)
