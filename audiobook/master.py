"""Mix in, master out: under a true-peak ceiling, at a loudness that was measured, not hoped for.

A static gain brings the voice to its target before the mix (a chapter with much music must not
speak louder than its neighbour); what is left for the master is the ceiling. ffmpeg's ``loudnorm``
is not used: its linear mode silently turns dynamic when peaks are in the way, and then it pumps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from audiobook.audio import Audio, db_to_gain, seconds_to_samples, silence
from audiobook.loudness import true_peak

__all__ = ["limit"]

LOOKAHEAD_S = 0.015  # half the width of the gain's smoothing window
CONTEXT_SAMPLES = 64  # what the oversampling filter sees on either side
CHECK_SAMPLES = 512  # only pieces whose samples come near the ceiling are oversampled
NEAR_DB = -4.0  # an inter-sample peak of speech or music stands less than this above its samples


def limit(blocks: Iterable[Audio], ceiling_dbtp: float) -> Iterator[Audio]:
    """Hold the true peak under a ceiling, changing as little as possible.

    The gain at any sample is the least that any peak within `LOOKAHEAD_S` needs, smoothed by a
    triangle of that width, so that it is down when the peak comes and moves without a jump.

    Parameters
    ----------
    blocks : iterable of Audio, shape (n_samples, n_channels)
        Any lengths.
    ceiling_dbtp : float
        In dBTP.

    Yields
    ------
    Audio, shape (n_samples, n_channels)
        As many samples as came in, none early or late.
    """
    ceiling = db_to_gain(ceiling_dbtp)
    reach = 2 * seconds_to_samples(LOOKAHEAD_S) + CONTEXT_SAMPLES
    held: Audio | None = None  # begins `reach` samples before the first that is still to be given
    for block in blocks:
        held = _joined(silence(reach, block.shape[1]) if held is None else held, block)
        if len(held) > 2 * reach:
            yield _limited(held, ceiling, reach)
            held = held[-2 * reach :]
    if held is not None:
        tail = _joined(held, silence(reach, held.shape[1]))
        yield _limited(tail, ceiling, reach)


def _joined(first: Audio, second: Audio) -> Audio:
    return np.concatenate([first, second])


def _limited(audio: Audio, ceiling: float, reach: int) -> Audio:
    """Return the middle of a piece, limited; the ``reach`` on either side is only looked at."""
    middle = audio[reach:-reach]
    peaks = _peaks(audio, ceiling)
    if float(peaks.max(initial=0.0)) <= ceiling:
        return middle
    return middle * _gain(peaks, ceiling)[reach:-reach, np.newaxis]


def _gain(peaks: npt.NDArray[np.float32], ceiling: float) -> npt.NDArray[np.float32]:
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    half = seconds_to_samples(LOOKAHEAD_S)
    needed = ceiling / np.maximum(peaks, ceiling)
    least = minimum_filter1d(needed, 2 * half + 1, mode="nearest")
    # Two running means make a triangle as wide as the minimum: O(n), and never above `needed`.
    smooth = uniform_filter1d(uniform_filter1d(least, half + 1), half + 1)
    return np.asarray(np.minimum(smooth, 1.0), dtype=np.float32)


def _peaks(audio: Audio, ceiling: float) -> npt.NDArray[np.float32]:
    """Return the true peak at each sample; 0 where the samples are far below the ceiling."""
    near = ceiling * db_to_gain(NEAR_DB)
    loud = np.abs(audio).max(axis=1)
    peaks = np.zeros(len(audio), dtype=np.float32)
    for start, end in _loud_pieces(loud > near):
        first, last = max(0, start - CONTEXT_SAMPLES), min(len(audio), end + CONTEXT_SAMPLES)
        found = true_peak(audio[first:last])[start - first : end - first]
        # A peak between two samples belongs to both.
        peaks[start:end] = np.maximum(found, np.concatenate([found[:1], found[:-1]]))
    return peaks


def _loud_pieces(near: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of whole `CHECK_SAMPLES` pieces that hold a loud sample."""
    n_pieces = -(-len(near) // CHECK_SAMPLES)
    padded = np.zeros(n_pieces * CHECK_SAMPLES, dtype=bool)
    padded[: len(near)] = near
    hot = padded.reshape(n_pieces, CHECK_SAMPLES).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hot, [False]]).astype(np.int8)))
    for first, last in edges.reshape(-1, 2):
        yield int(first) * CHECK_SAMPLES, min(int(last) * CHECK_SAMPLES, len(near))
