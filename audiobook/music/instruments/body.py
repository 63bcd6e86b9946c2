"""Modes in, what a body of wood or skin makes of a string's sound out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Resonance", "resonate"]


@dataclass(frozen=True)
class Resonance:
    """One mode of the body: centre frequency, quality (centre over bandwidth), linear gain."""

    frequency_hz: float
    quality: float
    gain: float


def resonate(
    modes: Sequence[Resonance], direct: float, frequency_hz: npt.NDArray[np.float64], scale: float
) -> npt.NDArray[np.complex128]:
    """Return a body's response.

    Parameters
    ----------
    modes : sequence of Resonance
        Added up; each is a band-pass with its gain at its centre.
    direct : float
        Share of the string heard without the body.
    frequency_hz : array, shape (n_bins,)
        Where the response is wanted.
    scale : float
        Factor on the modes' frequencies: a body twice as large has modes half as high.

    Returns
    -------
    array of complex, shape (n_bins,)
    """
    total = np.full(len(frequency_hz), direct, dtype=np.complex128)
    for mode in modes:
        centre_hz = mode.frequency_hz * scale
        width = 1j * frequency_hz * (centre_hz / mode.quality)
        total += mode.gain * width / (centre_hz**2 - frequency_hz**2 + width)
    return total
