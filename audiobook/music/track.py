"""A file of the listener's own music in, what listening to it once tells out; and its sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audiobook import ffmpeg
from audiobook.audio import Audio, seconds_to_samples, to_int16
from audiobook.errors import FFmpegError, MusicError
from audiobook.loudness import CELL_S, Meter, integrated
from audiobook.music.loop import FRAME_SAMPLES, Features, audible, features

__all__ = ["Track", "check_music", "listen"]

HEADROOM = 2.0  # decoded MP3 overshoots full scale: kept at half
BLOCK_SAMPLES = 100 * FRAME_SAMPLES
CUT_OFF_S = 2.0  # a header may be a few frames wrong; so much more is a broken download
CELL_SAMPLES = seconds_to_samples(CELL_S)


@dataclass(frozen=True)
class Track:
    """One file, as far as it was listened to.

    Attributes
    ----------
    start, end : int
        Samples of the file between which there is something to hear; where no more was listened to
        than was wanted, the end is where the listening ended.
    n_samples : int
        How much was listened to: all of it, unless less is enough for the chapter.
    lufs : float
        Integrated loudness between start and end.
    peak : float
        Highest sample, linear.
    """

    path: Path
    start: int
    end: int
    n_samples: int
    lufs: float
    peak: float
    features: Features
    _kept: npt.NDArray[np.int16] | None

    @property
    def audible_samples(self) -> int:
        """How long there is something to hear."""
        return self.end - self.start

    @property
    def kept_samples(self) -> int:
        """How much of it is held in memory: all that was listened to, or nothing."""
        return 0 if self._kept is None else len(self._kept)

    def span(self, start: int, stop: int) -> Iterator[Audio]:
        """Yield the file's samples from start up to stop.

        Raises
        ------
        MusicError
            If the file has become shorter since it was listened to.
        """
        n_missing = stop - start
        for block in self._span(start, stop):
            n_missing -= len(block)
            yield block
        if n_missing > 0:
            raise MusicError(f"{self.path}: became shorter while it was read; build again")

    def _span(self, start: int, stop: int) -> Iterator[Audio]:
        if self._kept is None:
            yield from _cut(_decoded(self.path), start, stop)
            return
        for first in range(start, stop, BLOCK_SAMPLES):
            part = self._kept[first : min(stop, first + BLOCK_SAMPLES)]
            yield part.astype(np.float32) * np.float32(HEADROOM / 32767.0)


def listen(path: Path, wanted: int, *, keep: int = 0) -> Track:
    """Listen until ``wanted`` samples could be heard, or to the end.

    Parameters
    ----------
    path : Path
        Anything ffmpeg reads.
    wanted : int
        Samples from the first audible one on that are enough.
    keep : int
        Music up to so many samples is held in memory as 16 bits, longer music is decoded again.

    Raises
    ------
    MusicError
        If the file is missing, is not music that can be decoded, or holds only silence.
    """
    _check_is_file(path)
    heard: list[Features] = []
    kept: list[npt.NDArray[np.int16]] = []
    meter = Meter()
    n_samples, peak, start = 0, 0.0, None
    for block in _decoded(path):
        heard.append(features(block))
        meter.feed(block)
        peak = max(peak, float(np.max(np.abs(block), initial=0.0)))
        if start is None and (loud := np.flatnonzero(audible(heard[-1]))).size:
            start = n_samples + int(loud[0]) * FRAME_SAMPLES
        n_samples += len(block)
        if n_samples <= keep:
            kept.append(to_int16(block / HEADROOM))
        else:
            kept.clear()
        if start is not None and n_samples - start >= wanted:
            break
    if start is None:
        raise MusicError(f"{path}: holds only silence; choose other music")
    together = np.concatenate(heard)
    end = n_samples
    if n_samples - start < wanted:  # else it goes on
        end = min((int(np.flatnonzero(audible(together))[-1]) + 1) * FRAME_SAMPLES, n_samples)
    energies = meter.energies()[start // CELL_SAMPLES : -(-end // CELL_SAMPLES)]
    sound = np.concatenate(kept) if kept else None
    return Track(path, start, end, n_samples, integrated(energies), peak, together, sound)


def check_music(path: Path) -> None:
    """Make sure that a file is whole and is music, decoding only up to its first audible moment.

    Raises
    ------
    MusicError
        As `listen` would, and if much of the file is missing.
    """
    listen(path, 1)
    missing_s = ffmpeg.missing_s(path)
    if missing_s > CUT_OFF_S:
        raise MusicError(
            f"{path}: is cut off, its last {missing_s:.0f} s are missing; copy or download it again"
        )


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        raise MusicError(f"{path}: is a folder; name the music files in it")
    if not path.is_file():
        raise MusicError(f"{path}: no such music file; give a sound file, a palette or none")


def _decoded(path: Path) -> Iterator[Audio]:
    """Decode a block at a time; what ffmpeg cannot read is the listener's file, not ours."""
    ffmpeg.executable()
    try:
        yield from ffmpeg.decode_blocks(path, block_samples=BLOCK_SAMPLES)
    except FFmpegError as error:
        raise MusicError(
            f"{path}: no music that can be decoded; give a sound file such as MP3, FLAC or WAV"
        ) from error


def _cut(blocks: Iterable[Audio], start: int, stop: int) -> Iterator[Audio]:
    position = 0
    for block in blocks:
        first, last = max(0, start - position), min(len(block), stop - position)
        if first < last:
            yield block[first:last]
        position += len(block)
        if position >= stop:
            return
