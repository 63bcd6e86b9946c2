"""What music sounds like over time in, the best place to go back from its end to its start out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE, Audio

__all__ = ["FRAME_SAMPLES", "Features", "Loop", "audible", "features", "find_loop"]

Features: TypeAlias = npt.NDArray[np.float32]  # shape (n_frames, n_bands), in dB

FRAME_SAMPLES = SAMPLE_RATE // 10  # also what crossfades are a multiple of: 100 ms exactly
EDGES_HZ = (0, 125, 250, 500, 1000, 2000, 4000, 8000, SAMPLE_RATE)  # octaves
FLOOR_DB = -90.0
AUDIBLE_DB = -70.0  # quieter than this is silence, in any band
SHORTEST_FADE, LONGEST_FADE = 10, 40  # frames: 1 to 4 s
SEARCH = 300  # frames: how far from either end a joint may lie
QUIET_WEIGHT = 0.25  # 4 dB louder is as bad as 1 dB less similar; taste


@dataclass(frozen=True)
class Loop:
    """Play to ``end``, then on from ``start``, crossfading over ``fade``; all in samples.

    The last ``fade`` samples before ``end`` sound together with the first from ``start`` on.
    """

    start: int
    end: int
    fade: int


def features(audio: Audio) -> Features:
    """Return the power in octave bands for each tenth of a second, in dB of full scale."""
    n_frames = -(-len(audio) // FRAME_SAMPLES)
    mono = np.zeros(n_frames * FRAME_SAMPLES, dtype=np.float32)
    mono[: len(audio)] = audio.mean(axis=1)
    from scipy import fft

    windowed = mono.reshape(n_frames, FRAME_SAMPLES) * np.hanning(FRAME_SAMPLES).astype(np.float32)
    power = np.abs(fft.rfft(windowed, workers=1)) ** 2 * np.float32(8.0 / 3.0 / FRAME_SAMPLES**2)
    edges = np.array(EDGES_HZ[:-1]) * FRAME_SAMPLES // SAMPLE_RATE
    bands = 2.0 * np.add.reduceat(power, edges, axis=1)
    return np.asarray(10.0 * np.log10(bands + 10.0 ** (FLOOR_DB / 10.0)), dtype=np.float32)


def audible(heard: Features) -> npt.NDArray[np.bool_]:
    """Tell for each frame whether there is anything to hear."""
    return np.asarray(heard.max(axis=1, initial=FLOOR_DB) > AUDIBLE_DB)


def find_loop(heard: Features, n_samples: int) -> Loop:
    """Find where music may be joined to itself.

    Parameters
    ----------
    heard : Features, shape (n_frames, n_bands)
        The whole piece; some of it audible.
    n_samples : int
        Its exact length.

    Returns
    -------
    Loop
        At least half of the audible piece; the joint lies where its end and its beginning are most
        alike, and rather where both are quiet. Silence at either end is left out.
    """
    loud = np.flatnonzero(audible(heard))
    first, last = int(loud[0]), int(loud[-1]) + 1
    length = last - first
    fade = min(max(length // 8, SHORTEST_FADE), LONGEST_FADE, length // 4)
    if fade == 0:
        return Loop(first * FRAME_SAMPLES, min(last * FRAME_SAMPLES, n_samples), 0)
    reach = min(length // 4, SEARCH)
    head = heard[first : first + reach + fade]
    tail = heard[last - reach - fade : last]
    unlike = np.abs(head[:, None, :] - tail[None, :, :]).mean(axis=2)
    loud_db = QUIET_WEIGHT * (head.max(axis=1)[:, None] + tail.max(axis=1)[None, :]) / 2.0
    cost = _along_diagonals(unlike + loud_db, fade, reach + 1)
    start, end = (int(place) for place in np.unravel_index(int(np.argmin(cost)), cost.shape))
    stop = min((last - reach + end) * FRAME_SAMPLES, n_samples)
    return Loop((first + start) * FRAME_SAMPLES, stop, fade * FRAME_SAMPLES)


def _along_diagonals(cost: npt.NDArray[np.float32], n: int, size: int) -> npt.NDArray[np.float32]:
    """Return the sum over n steps down the diagonal from each place of the upper left square."""
    total = np.zeros((size, size), dtype=np.float32)
    for step in range(n):
        total += cost[step : step + size, step : step + size]
    return total
