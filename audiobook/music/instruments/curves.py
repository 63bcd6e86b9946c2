"""The slow curves that make a tone alive, and the noises of bow and breath."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE, seconds_to_samples
from audiobook.music.instruments.model import REFERENCE_RMS, Samples

__all__ = [
    "Curve",
    "breath_lines",
    "control_times",
    "drawn",
    "hiss",
    "levelled",
    "onset_noise",
    "phase",
    "vibrato",
    "wander",
]

Curve = npt.NDArray[np.float64]

STEP_SAMPLES = 64  # one point of a control curve: 689 in a second, far above what a hand does
_STEP: Samples = np.arange(STEP_SAMPLES, dtype=np.float32) / np.float32(STEP_SAMPLES)
NOISE_SAMPLES = 1 << 18  # 5.9 s of each noise; a note begins anywhere in it
LOUDEST = 0.5  # a note whose waveform is peaked is held back, so that beds keep headroom
DEPTH_SPREAD = 0.25  # a hand's vibrato is never twice as deep; taste
RATE_SPREAD = 0.05
RISE_S = 0.006  # hair or breath is there at once, but not as a click


def control_times(n_samples: int) -> Curve:
    """Return the times of the control points that span so many samples, in seconds."""
    points = np.arange(n_samples // STEP_SAMPLES + 2, dtype=np.float64)
    return points * (STEP_SAMPLES / SAMPLE_RATE)


def drawn(curve: Curve, n_samples: int) -> Samples:
    """Draw a control curve at every sample, by straight lines."""
    points: Samples = curve.astype(np.float32)[:, None]
    lines = points[:-1] + np.diff(points, axis=0) * _STEP
    return np.asarray(lines.ravel()[:n_samples], dtype=np.float32)


def wander(times: Curve, rate_hz: float, rng: np.random.Generator) -> Curve:
    """Return slow, smooth chance: zero mean, deviation about 1, changing so often in a second."""
    place = times * rate_hz
    whole = place.astype(np.int64)
    part = place - whole
    points = rng.standard_normal(int(whole[-1]) + 2)
    smooth = part * part * (3.0 - 2.0 * part)
    moved: Curve = 1.16 * (points[whole] * (1.0 - smooth) + points[whole + 1] * smooth)
    return moved


def vibrato(times: Curve, rate_hz: float, after_s: float, rng: np.random.Generator) -> Curve:
    """Return vibrato about -1 to 1: it waits, grows for 0.6 s, and is never quite regular."""
    grown = np.clip((times - after_s) / 0.6, 0.0, 1.0)
    depth = 1.0 + DEPTH_SPREAD * wander(times, 1.5, rng)
    turns = rate_hz * times + RATE_SPREAD * np.cumsum(wander(times, 2.0, rng)) * rate_hz * (
        STEP_SAMPLES / SAMPLE_RATE
    )
    swung: Curve = grown * grown * depth * np.sin(2.0 * np.pi * (turns + rng.random()))
    return swung


def phase(f0_hz: float, cents: Curve, n_samples: int) -> Curve:
    """Return the turns a tone has made at each sample, following a curve of cents."""
    ratio = drawn(2.0 ** (cents / 1200.0), n_samples)
    turns: Curve = np.cumsum(ratio, dtype=np.float64) * (f0_hz / SAMPLE_RATE)
    return turns


def onset_noise(times: Curve, strength: float, length_s: float) -> Curve:
    """Return how strong the noise of a beginning is, before the tone itself speaks."""
    burst: Curve = strength * (1.0 - np.exp(-times / RISE_S)) * np.exp(-times / length_s)
    return burst


def hiss(low_hz: float, high_hz: float, n_samples: int, rng: np.random.Generator) -> Samples:
    """Return noise between two frequencies, of deviation 1.

    It falls by 12 dB an octave below and by 24 above, so that no hiss is taken for a click.
    """
    cut: Samples = _cut(_hiss_table(low_hz, high_hz), n_samples, rng)
    return cut


def breath_lines(
    width_hz: float, n_samples: int, rng: np.random.Generator
) -> npt.NDArray[np.complex64]:
    """Return complex noise around 0 Hz, of deviation 1: times a partial it is noise around it."""
    cut: npt.NDArray[np.complex64] = _cut(_lines_table(width_hz), n_samples, rng)
    return cut


def _cut(table: Any, n_samples: int, rng: np.random.Generator) -> Any:
    start = int(rng.integers(len(table)))
    if start + n_samples <= len(table):
        return table[start : start + n_samples]
    return np.take(table, np.arange(start, start + n_samples), mode="wrap")


@lru_cache(maxsize=8)
def _hiss_table(low_hz: float, high_hz: float) -> Samples:
    from scipy import fft

    rng = np.random.default_rng([1, round(low_hz), round(high_hz)])
    hz = np.arange(1, NOISE_SAMPLES // 2 + 1) * (SAMPLE_RATE / NOISE_SAMPLES)
    shape = 1.0 / (1.0 + (low_hz / hz) ** 4) / (1.0 + (hz / high_hz) ** 8)
    numbers = rng.standard_normal((2, len(hz))) * np.sqrt(shape)
    spectrum = np.concatenate([[0.0], numbers[0] + 1j * numbers[1]]).astype(np.complex64)
    return np.asarray(_even(fft.irfft(spectrum, NOISE_SAMPLES, workers=1)), dtype=np.float32)


@lru_cache(maxsize=8)
def _lines_table(width_hz: float) -> npt.NDArray[np.complex64]:
    from scipy import fft

    rng = np.random.default_rng([2, round(width_hz)])
    hz = fft.fftfreq(NOISE_SAMPLES, 1.0 / SAMPLE_RATE)
    numbers = rng.standard_normal((2, NOISE_SAMPLES)) / (1.0 + (hz / width_hz) ** 2)
    table = fft.ifft((numbers[0] + 1j * numbers[1]).astype(np.complex64), workers=1)
    return np.asarray(_even(table), dtype=np.complex64)


def _even(table: Any) -> Any:
    return table / np.float32(np.sqrt(np.mean(np.abs(table) ** 2, dtype=np.float64)))


def levelled(note: Samples, held_s: float, level_db: float) -> Samples:
    """Bring a sustained note to the common strength, measured while it is held."""
    held = note[: max(1, min(len(note), seconds_to_samples(held_s)))].astype(np.float64)
    rms = math.sqrt(float(np.mean(held * held)))
    wanted = REFERENCE_RMS * 10.0 ** (level_db / 20.0)
    gain = min(wanted / max(rms, 1e-9), LOUDEST / max(float(np.max(np.abs(note))), 1e-9))
    return np.asarray(note * np.float32(gain), dtype=np.float32)
