"""Sound in, loudness out: the meter of ITU-R BS.1770-4, fed block by block.

The meter keeps the K-weighted energy of every 10 ms, so that the loudness of any stretch of a
chapter can be asked afterwards without its samples: 8 bytes for each hundredth of a second.

References
----------
.. [1] ITU-R BS.1770-4, annex 1 (K-weighting, equations 2 to 7) and annex 2 (true peak).
.. [2] The analogue prototypes of both filters, for any sample rate: B. De Man, "Evaluation of
   implementations of the EBU R128 loudness measurement", AES 145 (2018).
.. [3] EBU Tech 3341 v4 (2023), momentary and short-term loudness; EBU Tech 3342 v4 (2023),
   loudness range.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE, Audio

__all__ = [
    "CELL_S",
    "SILENT_LUFS",
    "Meter",
    "PeakMeter",
    "block_counts",
    "integrated",
    "integrated_of_blocks",
    "loudness_range",
    "mean_loudness",
    "momentary",
    "short_term",
    "true_peak",
]

CELL_S = 0.01  # resolution of the meter
BLOCK_CELLS = 40  # gating blocks of 400 ms ...
STEP_CELLS = 10  # ... overlapping by 75 %
SHORT_TERM_CELLS = 300  # EBU Tech 3341: short-term loudness is that of the last 3 s
OFFSET_DB = -0.691  # BS.1770-4, equation 2
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
RANGE_GATE_LU = -20.0  # EBU Tech 3342: the relative gate of the loudness range ...
RANGE_PERCENTILES = (10.0, 95.0)  # ... and what it lies between
SILENT_LUFS = -70.0  # what is reported when nothing passes the gate
OVERSAMPLING = 4  # BS.1770-4 annex 2: at least four times for a true peak
PIECE_SAMPLES = 1024  # the peak meter oversamples only pieces that can hold a new highest peak
CONTEXT_SAMPLES = 64  # what the oversampling filter sees on either side of a piece
OVERSHOOT = 1.6  # an inter-sample peak stands less than 4 dB above the samples around it

Energies = npt.NDArray[np.float64]


class Meter:
    """Measure mono or stereo sound as it passes; mono counts as heard from both loudspeakers."""

    def __init__(self, sample_rate: int = SAMPLE_RATE) -> None:
        self._cell_samples = round(sample_rate * CELL_S)
        self._sos = _k_weighting(sample_rate)
        self._state: npt.NDArray[np.float64] | None = None
        self._rest = np.zeros(0)  # energy of samples that do not fill a cell yet
        self._cells: list[Energies] = []

    def feed(self, audio: Audio) -> None:
        """Take the next samples, shape (n_samples, 1 or 2)."""
        from scipy.signal import sosfilt

        if self._state is None:
            self._state = np.zeros((len(self._sos), 2, audio.shape[1]))
        weighted, self._state = sosfilt(self._sos, audio, axis=0, zi=self._state)
        energy = np.einsum("ij,ij->i", weighted, weighted) * (2.0 / audio.shape[1])
        energy = np.concatenate([self._rest, energy])
        n_cells = len(energy) // self._cell_samples
        whole = energy[: n_cells * self._cell_samples]
        self._cells.append(whole.reshape(n_cells, -1).mean(axis=1))
        self._rest = energy[len(whole) :]

    def energies(self) -> Energies:
        """Return the mean K-weighted energy of every cell so far, both channels added."""
        return np.concatenate(self._cells) if self._cells else np.zeros(0)

    def integrated_lufs(self) -> float:
        """Return the gated loudness of everything fed so far, in LUFS."""
        return integrated(self.energies())


class PeakMeter:
    """Find the highest true peak of sound as it passes.

    Only pieces whose samples come within 4 dB of the highest peak so far are oversampled, which
    in speech and music is hardly any.
    """

    def __init__(self) -> None:
        self._highest = 0.0
        self._held: Audio | None = None  # what is still to be looked at, and its context before

    def feed(self, audio: Audio) -> None:
        """Take the next samples, shape (n_samples, n_channels)."""
        if self._held is None:
            self._held = np.zeros((CONTEXT_SAMPLES, audio.shape[1]), np.float32)
        self._held = self._look(np.concatenate([self._held, audio]))

    def true_peak(self) -> float:
        """Return the highest true peak of everything fed so far, as linear amplitude."""
        if self._held is not None:
            self._look(np.concatenate([self._held, np.zeros_like(self._held[:CONTEXT_SAMPLES])]))
        return self._highest

    def _look(self, seen: Audio) -> Audio:
        """Look at what has context on both sides; return what has not, with its context before."""
        end = max(CONTEXT_SAMPLES, len(seen) - CONTEXT_SAMPLES)
        pieces = []
        for start in range(CONTEXT_SAMPLES, end, PIECE_SAMPLES):
            last = min(start + PIECE_SAMPLES, end)
            around = seen[start - CONTEXT_SAMPLES : last + CONTEXT_SAMPLES]
            loudest = max(float(around.max()), -float(around.min()))
            pieces.append((loudest, start, last))
        for loudest, start, last in sorted(pieces, reverse=True):  # the others need not be then
            if OVERSHOOT * loudest <= self._highest:
                break
            around = seen[start - CONTEXT_SAMPLES : last + CONTEXT_SAMPLES]
            inside = true_peak(around)[CONTEXT_SAMPLES - 1 : CONTEXT_SAMPLES + last - start]
            self._highest = max(self._highest, float(inside.max()))
        return seen[end - CONTEXT_SAMPLES :]


def momentary(energies: Energies) -> Energies:
    """Return the loudness of every stretch of 400 ms in LUFS, one for each cell it can start at."""
    return _levels(_windows(energies, BLOCK_CELLS))


def short_term(energies: Energies) -> Energies:
    """Return the loudness of every stretch of 3 s in LUFS, one for each cell it can start at."""
    return _levels(_windows(energies, SHORT_TERM_CELLS))


def loudness_range(energies: Energies) -> float:
    """Return how far the softer parts lie under the louder ones, in LU (EBU Tech 3342).

    It says little of less than a minute, and is 0 for less than 3 s.
    """
    blocks = _windows(energies, SHORT_TERM_CELLS)[::STEP_CELLS]
    loud = blocks[blocks > _energy(ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return 0.0
    gate = float(loud.mean()) * 10.0 ** (RANGE_GATE_LU / 10.0)
    softer, louder = np.percentile(_levels(loud[loud > gate]), RANGE_PERCENTILES)
    return float(louder - softer)


def integrated(energies: Energies) -> float:
    """Return the gated loudness of a stretch of cells in LUFS (BS.1770-4, equations 3 to 7).

    Less than 400 ms is taken as one short block, so that a single word has a loudness too.
    """
    if len(energies) < BLOCK_CELLS:
        return mean_loudness(energies)
    blocks = _blocks(energies)
    loud = blocks[blocks > _energy(ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return SILENT_LUFS
    gate = float(loud.mean()) * 10.0 ** (RELATIVE_GATE_LU / 10.0)
    return _lufs(float(loud[loud > gate].mean()))


def block_counts(energies: Energies) -> dict[str, int]:
    """Return how many gating blocks have which loudness: all that gating needs of a long sound.

    Keys are loudness in tenths of an LU, as text, so that they can be kept as JSON.
    """
    blocks = _blocks(energies)
    loud = blocks[blocks > _energy(ABSOLUTE_GATE_LUFS)]
    tenths = np.rint(10.0 * (OFFSET_DB + 10.0 * np.log10(loud))).astype(int)
    values, counts = np.unique(tenths, return_counts=True)
    return {str(v): int(n) for v, n in zip(values, counts, strict=True)}


def integrated_of_blocks(parts: Sequence[Mapping[str, int]]) -> float:
    """Return the gated loudness of several sounds as one, from their `block_counts`, in LUFS."""
    blocks = [(int(tenths) / 10.0, n) for part in parts for tenths, n in part.items()]
    if not blocks:
        return SILENT_LUFS
    energies = np.array([_energy(lufs) for lufs, _ in blocks])
    counts = np.array([n for _, n in blocks], dtype=np.float64)
    gate = np.average(energies, weights=counts) * 10.0 ** (RELATIVE_GATE_LU / 10.0)
    loud = energies > gate
    return _lufs(float(np.average(energies[loud], weights=counts[loud])))


def mean_loudness(energies: Energies) -> float:
    """Return the loudness of a stretch of cells without gates, in LUFS."""
    return _lufs(float(energies.mean())) if len(energies) else SILENT_LUFS


def true_peak(audio: Audio) -> npt.NDArray[np.float32]:
    """Return for every sample the highest of the four inter-sample values that begin at it.

    Returns
    -------
    array, shape (n_samples,)
        Linear amplitude, the louder channel's.
    """
    from scipy.signal import resample_poly

    finer = resample_poly(audio, OVERSAMPLING, 1, axis=0)
    peaks = np.abs(finer).max(axis=1).reshape(len(audio), OVERSAMPLING).max(axis=1)
    return np.asarray(peaks, dtype=np.float32)


def _blocks(energies: Energies) -> Energies:
    """Return the mean energy of each overlapping gating block."""
    return _windows(energies, BLOCK_CELLS)[::STEP_CELLS]


def _windows(energies: Energies, n_cells: int) -> Energies:
    """Return the mean energy of every ``n_cells`` neighbouring cells."""
    sums = np.concatenate([[0.0], np.cumsum(energies)])
    return np.asarray((sums[n_cells:] - sums[:-n_cells]) / n_cells)


def _levels(energies: Energies) -> Energies:
    """Return mean energies as LUFS, at least `SILENT_LUFS`."""
    return np.asarray(OFFSET_DB + 10.0 * np.log10(np.maximum(energies, _energy(SILENT_LUFS))))


def _lufs(energy: float) -> float:
    return max(SILENT_LUFS, OFFSET_DB + 10.0 * math.log10(energy)) if energy > 0 else SILENT_LUFS


def _energy(lufs: float) -> float:
    return math.pow(10.0, (lufs - OFFSET_DB) / 10.0)


@cache
def _k_weighting(sample_rate: int) -> Any:
    """Return the two biquads of K-weighting for a sample rate, shape (2, 6)."""
    return np.array([_shelf(sample_rate), _high_pass(sample_rate)])


def _shelf(sample_rate: int) -> list[float]:
    """Return the head's effect: a high shelf of +4 dB above about 1.7 kHz."""
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    q, gain = 0.7071752369554196, 10.0 ** (3.999843853973347 / 20.0)
    half = gain**0.4996667741545416
    a0 = 1.0 + k / q + k * k
    b = [gain + half * k / q + k * k, 2.0 * (k * k - gain), gain - half * k / q + k * k]
    return [*(x / a0 for x in b), 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]


def _high_pass(sample_rate: int) -> list[float]:
    """Return the revised low-frequency B curve: a high-pass at about 38 Hz."""
    k = math.tan(math.pi * 38.13547087602444 / sample_rate)
    q = 0.5003270373238773
    a0 = 1.0 + k / q + k * k
    return [1.0, -2.0, 1.0, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]
