"""Sound in, what a picture shows of it out: peaks, levels and spectrum, one column after another.

Sound is heard as it passes in blocks, so hours need no more memory than seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE, Audio

__all__ = ["HIGHEST_HZ", "LOWEST_HZ", "Hearing"]

LOWEST_HZ, HIGHEST_HZ = 40.0, 10_000.0
# Samples of one spectrum. In the longest, 0.19 s, tones a semitone apart are two from 90 Hz up; in
# a short piece that would be a good part of it all, and onsets would be seen long before they are.
SHORTEST_WINDOW, LONGEST_WINDOW = 2048, 8192
WINDOWS = 40  # that a piece should have room for
MOST_FRAMES = 4  # spectra averaged in one column, where columns are longer than the window
BATCH = 64  # spectra computed at once

Grid = npt.NDArray[np.float32]


class Hearing:
    """What has been heard of a sound of known length, divided into columns of time.

    Attributes
    ----------
    peak, rms : Grid, shape (n_channels, n_columns)
        Highest magnitude and root mean square of each column, full scale 1.0.
    power : Grid, shape (n_rows, n_columns)
        Spectrum of the mono sum, 1.0 for a sine of full scale. Rows are spaced evenly in pitch,
        the first at `HIGHEST_HZ`, the last at `LOWEST_HZ`; each shows the strongest it covers.
    """

    def __init__(self, n_samples: int, n_columns: int, n_rows: int, *, n_channels: int = 2) -> None:
        self._edges = np.ceil(np.arange(n_columns + 1) * (n_samples / n_columns)).astype(np.int64)
        self.peak: Grid = np.zeros((n_channels, n_columns), dtype=np.float32)
        self.rms: Grid = np.zeros((n_channels, n_columns), dtype=np.float32)
        self.power: Grid = np.zeros((n_rows, n_columns), dtype=np.float32)
        self._spectra = _Spectra(n_samples, self.power)
        self._heard = 0

    def through(self, blocks: Iterable[Audio]) -> Iterator[Audio]:
        """Yield the blocks as they are, and hear them; complete when all have been taken."""
        for block in blocks:
            self._measure(block)
            self._spectra.hear(block.mean(axis=1, dtype=np.float32))
            self._heard += len(block)
            yield block
        self._spectra.finish()
        lengths = np.maximum(1, np.diff(self._edges))
        self.rms = np.sqrt(self.rms / lengths).astype(np.float32)

    def _measure(self, block: Audio) -> None:
        """Take the peaks of a block, and for now the sums of its squares."""
        inside = (self._edges > self._heard) & (self._edges < self._heard + len(block))
        starts = np.concatenate([[0], self._edges[inside] - self._heard])
        first = int(np.searchsorted(self._edges, self._heard, side="right")) - 1
        columns = slice(first, first + len(starts))
        peaks = np.maximum.reduceat(np.abs(block), starts, axis=0).T
        np.maximum(self.peak[:, columns], peaks, out=self.peak[:, columns])
        self.rms[:, columns] += np.add.reduceat(np.square(block), starts, axis=0).T


class _Spectra:
    """Spectra at even distances, entered into the columns of ``power``."""

    def __init__(self, n_samples: int, power: Grid) -> None:
        n_rows, n_columns = power.shape
        column = n_samples / n_columns
        width = 1 << max(1, n_samples // WINDOWS).bit_length()
        self._width = min(LONGEST_WINDOW, max(SHORTEST_WINDOW, width))
        self._power = power
        self._per_column = max(1, min(MOST_FRAMES, math.ceil(column / self._width)))
        n_frames = n_columns * self._per_column
        centres = (np.arange(n_frames) + 0.5) * (n_samples / n_frames)
        self._starts = centres.astype(np.int64)  # half a window of silence lies before the sound
        self._waiting: Grid = np.zeros(self._width // 2, dtype=np.float32)
        self._gone = 0  # samples that no frame needs any more
        self._done = 0  # frames
        self._window = np.hanning(self._width + 1)[:-1].astype(np.float32)
        edges_hz = np.geomspace(HIGHEST_HZ, LOWEST_HZ, n_rows + 1)
        self._edges = edges_hz[::-1] * self._width / SAMPLE_RATE  # in bins, rising

    def hear(self, mono: npt.NDArray[np.float32]) -> None:
        self._waiting = np.concatenate([self._waiting, mono])
        while self._done < len(self._starts):
            starts = self._starts[self._done : self._done + BATCH] - self._gone
            starts = starts[starts + self._width <= len(self._waiting)]
            if not len(starts):
                break
            self._enter(np.stack([self._waiting[i : i + self._width] for i in starts]))
        following = self._starts[min(self._done, len(self._starts) - 1)] - self._gone
        keep = min(int(following), len(self._waiting))
        self._waiting = self._waiting[keep:].copy()
        self._gone += keep

    def finish(self) -> None:
        """Hear the frames that reach beyond the end, where there is silence."""
        self.hear(np.zeros(self._width, dtype=np.float32))

    def _enter(self, frames: Grid) -> None:
        spectra = np.fft.rfft(frames * self._window, axis=1)
        power = np.square(np.abs(spectra) / (self._window.sum() / 2.0))
        rows = self._rows(power.astype(np.float32))
        columns = (self._done + np.arange(len(frames))) // self._per_column
        np.add.at(self._power.T, columns, rows[:, ::-1] / self._per_column)
        self._done += len(frames)

    def _rows(self, power: Grid) -> Grid:
        """Take the strongest bin of rows that hold several, and between bins for the others."""
        low = np.floor(self._edges[:-1]).astype(np.int64)
        strongest = np.maximum.reduceat(power[:, : math.ceil(self._edges[-1])], low, axis=1)
        centre = (self._edges[:-1] + self._edges[1:]) / 2.0
        left = np.floor(centre).astype(np.int64)
        part = (centre - left).astype(np.float32)
        between = power[:, left] * (1.0 - part) + power[:, left + 1] * part
        return np.where(np.diff(self._edges) >= 1.0, strongest, between).astype(np.float32)
