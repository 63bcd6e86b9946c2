"""The listener's own music in, a `Bed` out: cut or looped to the chapter, faded where it ends."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audiobook import ffmpeg
from audiobook.audio import Audio, db_to_gain, seconds_to_samples, silence, to_int16
from audiobook.errors import FFmpegError, MusicError
from audiobook.music.bed import Cues, edge_gain
from audiobook.music.loop import FRAME_SAMPLES, Features, Loop, audible, features, find_loop

__all__ = ["OwnBed", "own_bed"]

Crossfade = Callable[[Audio, Audio], Audio]

IN_MEMORY_S = 600.0  # shorter music is kept as 16 bits (106 MB at most), longer is decoded again
HEADROOM = 2.0  # decoded MP3 overshoots full scale: kept at half
PEAK_DB = -3.0  # the bed's highest sample
FADE_IN_S = 0.03
FADE_OUT_S = 8.0
SHORTEST_FADE_S = 0.5
BLOCK_SAMPLES = 100 * FRAME_SAMPLES


@dataclass(frozen=True)
class OwnBed:
    """Music from a file, of the chapter's exact length.

    Attributes
    ----------
    start : int
        First audible sample of the file.
    loop : Loop or None
        Where to go back, in samples of the file; None if the file is long enough.
    gain : float
        What brings the highest sample to at most -3 dBFS.
    """

    path: Path
    cues: Cues
    start: int
    loop: Loop | None
    gain: float
    _kept: npt.NDArray[np.int16] | None
    _crossfade: Crossfade

    @property
    def n_samples(self) -> int:
        """Exact length."""
        return self.cues.n_samples

    def blocks(self) -> Iterator[Audio]:
        """Play it from the beginning."""
        total = self.n_samples
        shortest = min(seconds_to_samples(SHORTEST_FADE_S), total // 4)
        fade_out = max(shortest, min(seconds_to_samples(FADE_OUT_S), total - self.cues.speech_end))
        fade_in = min(seconds_to_samples(FADE_IN_S), total // 4)
        position = 0
        for piece in self._endless(self.loop) if self.loop else self._span(self.start, None):
            block = piece[: total - position] * np.float32(self.gain)
            block *= edge_gain(position, len(block), total, fade_in=fade_in, fade_out=fade_out)
            position += len(block)
            yield block
            if position == total:
                return
        raise MusicError(f"{self.path}: the file became shorter while it was read; build again")

    def _endless(self, loop: Loop) -> Iterator[Audio]:
        """Play to the loop's end, and again from its start, crossfaded."""
        begin = self.start
        head = np.concatenate([silence(0, 2), *self._span(loop.start, loop.start + loop.fade)])
        while True:
            tail = yield from _all_but_last(self._span(begin, loop.end), loop.fade)
            if len(tail) != len(head) or begin >= loop.end - loop.fade:
                return
            if loop.fade:
                yield self._crossfade(tail, head)
            begin = loop.start + loop.fade

    def _span(self, start: int, stop: int | None) -> Iterator[Audio]:
        """Yield the file's samples from start up to stop (or its end)."""
        if self._kept is None:
            yield from _cut(_decoded(self.path), start, stop)
            return
        end = len(self._kept) if stop is None else stop
        for first in range(start, end, BLOCK_SAMPLES):
            part = self._kept[first : min(end, first + BLOCK_SAMPLES)]
            yield part.astype(np.float32) * np.float32(HEADROOM / 32767.0)


def own_bed(path: Path, cues: Cues, crossfade: Crossfade) -> OwnBed:
    """Make a bed of a music file.

    Parameters
    ----------
    path : Path
        Anything ffmpeg reads, of any length. Silence at both ends is skipped.
    cues : Cues
        Exact length; the music fades between the last word and the end.
    crossfade : callable (tail, head) -> Audio
        Joins two pieces of equal length, of 4410 samples times a whole number, into one as long.

    Returns
    -------
    OwnBed
        Looped at the most similar quiet place if the file is shorter than the chapter. A file
        longer than ten minutes is never held in memory, and not read further than it is needed.

    Raises
    ------
    MusicError
        If the file is missing, is not music that can be decoded, or holds only silence.
    """
    survey, start = _heard(path, cues.n_samples)
    gain = min(1.0, db_to_gain(PEAK_DB) / survey.peak)
    enough = survey.n_samples - start >= cues.n_samples
    loop = None if enough else find_loop(survey.features, survey.n_samples)
    return OwnBed(path, cues, start, loop, gain, survey.kept, crossfade)


def check_music(path: Path) -> None:
    """Make sure that a file is music, listening only up to its first audible moment.

    Raises
    ------
    MusicError
        As `own_bed` would.
    """
    _heard(path, 1)


@dataclass(frozen=True)
class _Survey:
    """What listening once tells; ``n_samples`` counts only what was listened to."""

    n_samples: int
    start: int | None
    peak: float
    features: Features
    kept: npt.NDArray[np.int16] | None


def _heard(path: Path, wanted: int) -> tuple[_Survey, int]:
    """Listen to a file; return what that told, and where the music begins."""
    if not path.is_file():
        raise MusicError(f"{path}: no such music file; give a sound file, a palette or none")
    survey = _survey(path, wanted)
    if survey.start is None:
        raise MusicError(f"{path}: holds only silence; choose other music")
    return survey, survey.start


def _survey(path: Path, wanted: int) -> _Survey:
    """Listen until there is enough for the chapter, or to the end."""
    heard: list[Features] = []
    kept: list[npt.NDArray[np.int16]] = []
    n_samples, peak, start = 0, 0.0, None
    for block in _decoded(path):
        heard.append(features(block))
        peak = max(peak, float(np.max(np.abs(block), initial=0.0)))
        if start is None and (loud := np.flatnonzero(audible(heard[-1]))).size:
            start = n_samples + int(loud[0]) * FRAME_SAMPLES
        n_samples += len(block)
        if n_samples <= seconds_to_samples(IN_MEMORY_S):
            kept.append(to_int16(block / HEADROOM))
        else:
            kept.clear()
        if start is not None and n_samples - start >= wanted:
            break
    together = np.concatenate(heard) if heard else features(silence(0, 2))
    return _Survey(n_samples, start, peak, together, np.concatenate(kept) if kept else None)


def _decoded(path: Path) -> Iterator[Audio]:
    """Decode a block at a time; what ffmpeg cannot read is the listener's file, not ours."""
    ffmpeg.executable()
    try:
        yield from ffmpeg.decode_blocks(path, block_samples=BLOCK_SAMPLES)
    except FFmpegError as error:
        raise MusicError(
            f"{path}: no music that can be decoded; give a sound file such as MP3, FLAC or WAV"
        ) from error


def _cut(blocks: Iterable[Audio], start: int, stop: int | None) -> Iterator[Audio]:
    position = 0
    for block in blocks:
        first = max(0, start - position)
        last = len(block) if stop is None else min(len(block), stop - position)
        if first < last:
            yield block[first:last]
        position += len(block)
        if stop is not None and position >= stop:
            return


def _all_but_last(pieces: Iterable[Audio], n_last: int) -> Generator[Audio, None, Audio]:
    """Yield everything but the last samples, and return those."""
    held = silence(0, 2)
    for piece in pieces:
        held = np.concatenate([held, piece])
        if len(held) > n_last:
            yield held[: len(held) - n_last]
            held = held[len(held) - n_last :]
    return held
