"""Sound in, the moments that stand out as clicks do out.

A click is over within a millisecond. So a moment of 0.25 ms is suspicious when the energy above
8 kHz stands far above that of the 9 ms before *and* of the 9 ms after it (a millisecond on either
side left out): a note or a consonant begins as suddenly, but goes on. Measured on narration over
music decoded from MP3 at 128 kbit/s: clean pauses reach 7 dB, a jump of 2 % of full scale or 5 ms
cut out of the music 16 dB and more. In speech the release of a "t" reaches 22 dB at -45 dBFS, and a
faint click is masked by it as it is for the ear: there only what is far louder counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE, SILENCE_DB

__all__ = ["Click", "ClickMeter", "is_click"]

ABOVE_HZ = 8000.0
MOMENT_S = 0.00025
NEAR_MOMENTS, FAR_MOMENTS = 4, 40  # the surroundings begin and end so far away
FLOOR_DB = -80.0  # fainter than this above 8 kHz is not heard

STANDS_OUT_DB = 12.0  # where nobody speaks
STANDS_OUT_OF_SPEECH_DB, LOUD_DB = 20.0, -30.0

MOST = 10_000  # candidates kept of one file: it is ruined anyway


@dataclass(frozen=True)
class Click:
    """A moment that stands out: by how much, and how strong it is above 8 kHz, in dBFS."""

    time_s: float
    above_db: float
    level_db: float


def is_click(moment: Click, spoken: Sequence[tuple[float, float]]) -> bool:
    """Judge a moment, knowing when somebody speaks (starts and ends in seconds)."""
    if any(start_s <= moment.time_s <= end_s for start_s, end_s in spoken):
        return moment.above_db >= STANDS_OUT_OF_SPEECH_DB and moment.level_db >= LOUD_DB
    return moment.above_db >= STANDS_OUT_DB


class ClickMeter:
    """Find the moments that stand out of sound as it passes."""

    def __init__(self, sample_rate: int = SAMPLE_RATE) -> None:
        from scipy.signal import butter

        self._moment_samples = round(sample_rate * MOMENT_S)
        self._sample_rate = sample_rate
        self._sos = butter(6, ABOVE_HZ, "high", fs=sample_rate, output="sos")
        self._state: Any = np.zeros((len(self._sos), 2))
        self._rest = np.zeros(0)
        # Before the first moment lies silence.
        self._levels = np.full(FAR_MOMENTS, SILENCE_DB)
        self._first = -FAR_MOMENTS  # the moment that `_levels` starts with
        self.found: list[Click] = []

    def feed(self, mono: npt.NDArray[np.float32]) -> None:
        """Take the next samples, shape (n_samples,)."""
        from scipy.signal import sosfilt

        high, self._state = sosfilt(self._sos, mono, zi=self._state)
        squares = np.concatenate([self._rest, high * high])
        n_moments = len(squares) // self._moment_samples
        whole = squares[: n_moments * self._moment_samples]
        self._rest = squares[len(whole) :]
        energy = whole.reshape(n_moments, self._moment_samples).mean(axis=1)
        self._look(10.0 * np.log10(np.maximum(energy, 10.0 ** (SILENCE_DB / 10.0))))

    def _look(self, levels_db: npt.NDArray[np.float64]) -> None:
        """Judge the moments whose surroundings are known by now."""
        levels = np.concatenate([self._levels, levels_db])
        n_judged = len(levels) - 2 * FAR_MOMENTS
        if n_judged > 0:
            above = _above(levels)
            suspicious = (above >= STANDS_OUT_DB) & (levels[FAR_MOMENTS:-FAR_MOMENTS] >= FLOOR_DB)
            for index in np.flatnonzero(suspicious)[: MOST - len(self.found)]:
                moment = self._first + FAR_MOMENTS + int(index)
                time_s = moment * self._moment_samples / self._sample_rate
                level_db = float(levels[FAR_MOMENTS + index])
                self.found.append(Click(time_s, float(above[index]), level_db))
            levels = levels[n_judged:]
            self._first += n_judged
        self._levels = levels


def _above(levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return by how much each moment stands above the loudest on either side of it."""
    from scipy.ndimage import maximum_filter1d

    width = FAR_MOMENTS - NEAR_MOMENTS + 1
    # Loudest of `width` moments from each on.
    loudest = maximum_filter1d(levels, width, origin=-(width // 2), mode="nearest")
    n_judged = len(levels) - 2 * FAR_MOMENTS
    before = loudest[:n_judged]
    after = loudest[FAR_MOMENTS + NEAR_MOMENTS :][:n_judged]
    judged = levels[FAR_MOMENTS : FAR_MOMENTS + n_judged]
    return np.asarray(judged - np.maximum(before, after))
