"""A sound file in, how it is coded out: read from the file itself by several programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audiobook import ffmpeg
from audiobook.errors import ExportError
from audiobook.export.mpeg import audio_frames, opened, read_info

__all__ = ["Coding", "coding_of"]


@dataclass(frozen=True)
class Coding:
    """How a file is coded.

    Attributes
    ----------
    is_constant : bool
        Whether every frame of an MP3 file has the same bit rate; False for other codecs.
    ffmpeg_s, mutagen_s : float
        The length that each program tells without decoding, in seconds; 0 if it tells none.
    marks : tuple of ChapterMark
        The chapters that players list.
    """

    codec: str
    sample_rate: int
    n_channels: int
    bitrate_kbps: int
    is_constant: bool
    ffmpeg_s: float
    mutagen_s: float
    marks: tuple[ffmpeg.ChapterMark, ...]


def coding_of(path: Path) -> Coding:
    """Read how a file is coded.

    Raises
    ------
    FFmpegError
        If there is no sound in it.
    """
    probe = ffmpeg.probe(path)
    bitrate_kbps = probe.bitrate_kbps
    is_constant = False
    if probe.codec == "mp3":
        try:
            with opened(path) as (file, name):
                info = read_info(file, name)
                for _ in audio_frames(file, info, name):
                    pass
            is_constant, bitrate_kbps = True, info.bitrate_kbps
        except ExportError:
            pass  # not of this program, or damaged: other rules say how
    return Coding(
        probe.codec,
        probe.sample_rate,
        probe.n_channels,
        bitrate_kbps,
        is_constant,
        probe.duration_s,
        _mutagen_s(path),
        probe.marks,
    )


def _mutagen_s(path: Path) -> float:
    import mutagen

    try:
        file = mutagen.File(path)
    except (mutagen.MutagenError, OSError):
        return 0.0
    return float(file.info.length) if file is not None and file.info is not None else 0.0
