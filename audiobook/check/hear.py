"""A sound file in, what is heard of it out: decoded once, a block at a time.

Nothing is kept but levels, 16 bytes for each hundredth of a second, and short excerpts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audiobook import ffmpeg
from audiobook.audio import SAMPLE_RATE, Audio, gain_to_db, resample
from audiobook.check.clicks import Click, ClickMeter
from audiobook.loudness import CELL_S, Energies, Meter, PeakMeter, integrated, loudness_range

__all__ = ["EXCERPT_HZ", "Heard", "hear", "runs"]

BLOCK_S = 10
EXCERPT_HZ = 8000  # enough to know a second of speech again, to an eighth of a millisecond
NOISE_CELLS = 50  # Audacity's "ACX Check": the noise floor is the RMS of the quietest 500 ms
ROOM_TONE_DB = -50.0  # RMS of 10 ms: below this is room tone, above it somebody speaks
DEAD_PEAK = 0.5 / 32768  # half the least step of 16 bits: no sample above this is digital silence

Levels = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """What is heard of a file; cells are of 10 ms.

    Attributes
    ----------
    n_samples : int
        Decoded, of each channel.
    energies : array
        K-weighted energy of each cell, for `audiobook.loudness`.
    squares, peaks : arrays
        Mean square and highest magnitude of the samples of each cell.
    true_peak : float
        Linear amplitude.
    suspects : tuple of Click
        Moments that stand out; see `audiobook.check.clicks.is_click`.
    excerpts : dict
        The excerpts asked for: where each starts in seconds, and its samples at `EXCERPT_HZ`.
    """

    sample_rate: int
    n_channels: int
    n_samples: int
    energies: Energies = field(repr=False)
    squares: Levels = field(repr=False)
    peaks: Levels = field(repr=False)
    true_peak: float
    suspects: tuple[Click, ...] = ()
    excerpts: Mapping[int, tuple[float, Levels]] = field(default_factory=dict, repr=False)

    @property
    def duration_s(self) -> float:
        """Length of the decoded sound."""
        return self.n_samples / self.sample_rate

    @cached_property
    def integrated_lufs(self) -> float:
        """Gated loudness; mono counts as heard from both loudspeakers."""
        return integrated(self.energies)

    @cached_property
    def range_lu(self) -> float:
        """Loudness range."""
        return loudness_range(self.energies)

    @property
    def true_peak_dbtp(self) -> float:
        """Highest inter-sample peak."""
        return gain_to_db(self.true_peak)

    @property
    def peak_db(self) -> float:
        """Highest sample, in dBFS."""
        return gain_to_db(float(self.peaks.max(initial=0.0)))

    @property
    def rms_db(self) -> float:
        """Root mean square of all samples of all channels, in dBFS."""
        return _root_db(float(self.squares.mean(dtype=np.float64))) if len(self.squares) else -120.0

    @cached_property
    def noise_floor_db(self) -> float:
        """RMS of the quietest 500 ms, in dBFS."""
        if len(self.squares) < NOISE_CELLS:
            return self.rms_db
        sums = np.concatenate([[0.0], np.cumsum(self.squares, dtype=np.float64)])
        windows = (sums[NOISE_CELLS:] - sums[:-NOISE_CELLS]) / NOISE_CELLS
        return _root_db(max(0.0, float(windows.min())))

    @property
    def head_s(self) -> float:
        """Room tone before the first sound, in seconds."""
        loud = self._loud
        return float(loud[0]) * CELL_S if len(loud) else self.duration_s

    @property
    def tail_s(self) -> float:
        """Room tone after the last sound, in seconds."""
        loud = self._loud
        last_s = (float(loud[-1]) + 1.0) * CELL_S if len(loud) else 0.0
        return max(0.0, self.duration_s - last_s)

    @property
    def dead_s(self) -> float:
        """The longest stretch of digital silence, in seconds."""
        return max((end - start for start, end in runs(self.peaks < DEAD_PEAK)), default=0.0)

    @property
    def _loud(self) -> npt.NDArray[np.intp]:
        return np.flatnonzero(self.squares > 10.0 ** (ROOM_TONE_DB / 10.0))


def runs(cells: npt.NDArray[np.bool_]) -> Iterator[tuple[float, float]]:
    """Yield start and end, in seconds, of each run of cells that are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], cells.astype(np.int8), [0]])))
    for start, end in edges.reshape(-1, 2):
        yield float(start) * CELL_S, float(end) * CELL_S


def hear(
    path: Path,
    sample_rate: int = SAMPLE_RATE,
    n_channels: int = 2,
    excerpts: Mapping[int, tuple[float, float]] | None = None,
) -> Heard:
    """Decode a file once and measure it.

    Parameters
    ----------
    sample_rate, n_channels : int
        The file's own, so that nothing is converted. A rate that has no whole 10 ms is.
    excerpts : dict
        Where each excerpt should start and how long it is, in seconds; what lies before the file
        is left out.

    Raises
    ------
    FFmpegError
        If it holds no sound that ffmpeg can decode.
    """
    rate = sample_rate if sample_rate % 100 == 0 else SAMPLE_RATE
    ear = _Ear(rate, excerpts or {})
    for block in ffmpeg.decode_blocks(
        path, sample_rate=rate, n_channels=n_channels, block_samples=BLOCK_S * rate
    ):
        ear.feed(block)
    return ear.heard(n_channels)


class _Ear:
    """Takes the blocks of one file."""

    def __init__(self, sample_rate: int, wanted: Mapping[int, tuple[float, float]]) -> None:
        self._rate = sample_rate
        self._meter, self._peak = Meter(sample_rate), PeakMeter()
        self._clicks = ClickMeter(sample_rate)
        self._squares: list[Levels] = []
        self._peaks: list[Levels] = []
        self._wanted = sorted((max(0.0, at), length, key) for key, (at, length) in wanted.items())
        self._excerpts: dict[int, tuple[float, Levels]] = {}
        self._before: Audio | None = None  # the block before, mono
        self._n_samples = 0

    def feed(self, block: Audio) -> None:
        self._meter.feed(block)
        self._peak.feed(block)
        mono = block @ np.full(block.shape[1], 1.0 / block.shape[1], np.float32)
        self._clicks.feed(mono)
        n_cell = round(self._rate * CELL_S)
        magnitude = np.abs(block)
        loudest = np.maximum(magnitude[:, 0], magnitude[:, -1])
        squares = np.einsum("ij,ij->i", block, block) / block.shape[1]
        short = -len(block) % n_cell  # the last cell of a file is filled up with silence
        shape = (-1, n_cell)
        self._peaks.append(np.pad(loudest, (0, short)).reshape(shape).max(axis=1))
        self._squares.append(
            squares[: len(squares) - len(squares) % n_cell].reshape(shape).mean(axis=1)
        )
        self._cut(mono[:, np.newaxis])
        self._n_samples += len(block)

    def _cut(self, block: Audio) -> None:
        """Keep the excerpts that are complete with this block."""
        seen = block if self._before is None else np.concatenate([self._before, block])
        first = self._n_samples + len(block) - len(seen)
        self._before = block
        while self._wanted:
            at_s, length_s, key = self._wanted[0]
            start = round(at_s * self._rate) - first
            end = start + round(length_s * self._rate)
            is_last = len(block) < BLOCK_S * self._rate
            if end > len(seen) and not is_last:
                return
            self._wanted.pop(0)
            if 0 <= start < len(seen):
                excerpt = resample(seen[start:end], self._rate, EXCERPT_HZ)[:, 0]
                self._excerpts[key] = ((first + start) / self._rate, excerpt)

    def heard(self, n_channels: int) -> Heard:
        nothing = np.zeros(0, np.float32)
        return Heard(
            self._rate,
            n_channels,
            self._n_samples,
            self._meter.energies(),
            np.concatenate(self._squares or [nothing]).astype(np.float32),
            np.concatenate(self._peaks or [nothing]).astype(np.float32),
            self._peak.true_peak(),
            tuple(self._clicks.found),
            self._excerpts,
        )


def _root_db(mean_square: float) -> float:
    return gain_to_db(mean_square**0.5)
