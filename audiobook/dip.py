"""Bed in, bed out: with room between 1 and 4 kHz, where consonants are told apart, under speech.

The duck lowers the bed as a whole; what is left of it covers a voice most where the ear takes it
for a part of the words. So while speech sounds, that band lies lower still, and comes back with
the duck's own slopes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE, Audio, silence

__all__ = ["dipped"]

# The band's edges: full depth from 1.3 to 3.6 kHz, where ESTOI gained most; the slopes of an
# octave on either side are heard as a softer tone, not as a hole.
EDGES_HZ = (650.0, 1300.0, 3600.0, 7200.0)
N_TAPS = 511  # 11.6 ms: long enough for the lower slope, too short to smear a stroke

Near = Callable[[int, int], npt.NDArray[np.float32]]


def dipped(blocks: Iterable[Audio], near: Near, dip_db: float) -> Iterator[Audio]:
    """Lower 1 to 4 kHz of a bed while speech is near.

    The filter has no phase of its own, so bed and filtered bed add up without a comb, whatever
    their shares are: at half way the dip is about half as deep.

    Parameters
    ----------
    blocks : iterable of Audio, shape (n_samples, 2)
        Any lengths.
    near : callable (start, n_samples) -> array
        How near speech is, sample by sample: 0 for the bed as it is, 1 for the whole dip.
    dip_db : float >= 0
        Depth, in dB.

    Yields
    ------
    Audio, shape (n_samples, 2)
        As many samples as came in, none early or late.
    """
    taps = _taps(dip_db)
    reach = N_TAPS // 2
    held = silence(reach, 2)  # begins `reach` samples before the first that is still to be given
    start = 0
    for block in chain(blocks, [silence(reach, 2)]):
        held = np.concatenate([held, block])
        n_samples = len(held) - 2 * reach
        if n_samples > 0:
            yield _crossed(held, near(start, n_samples), taps)
            held = held[n_samples:]
            start += n_samples


def _crossed(held: Audio, share: npt.NDArray[np.float32], taps: Audio) -> Audio:
    """Return the middle of a piece, filtered by as much as ``share`` says."""
    from scipy.signal import oaconvolve

    reach = len(taps) // 2
    plain = held[reach:-reach]
    if not share.any():
        return plain
    lowered = oaconvolve(held, taps, mode="valid", axes=0)
    return np.asarray(plain + share[:, np.newaxis] * (lowered - plain), dtype=np.float32)


@cache
def _taps(dip_db: float) -> Audio:
    """Return the filter, symmetric about its middle, shape (N_TAPS, 1)."""
    from scipy.signal import firwin2

    low, full, still, high = np.log2(EDGES_HZ)
    hz = np.linspace(0.0, SAMPLE_RATE / 2.0, 1025)
    octave = np.log2(np.maximum(hz, 1.0))
    way = np.clip(np.minimum((octave - low) / (full - low), (high - octave) / (high - still)), 0, 1)
    gain_db = -dip_db * (0.5 - 0.5 * np.cos(np.pi * way))
    taps = firwin2(N_TAPS, hz, 10.0 ** (gain_db / 20.0), fs=SAMPLE_RATE)
    return np.asarray(taps, dtype=np.float32)[:, np.newaxis]
