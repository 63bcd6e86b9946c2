"""Sound as an array, and every conversion of decibels, seconds and samples.

``Audio`` is float32, full scale ±1.0, shape (n_samples, n_channels). A clip keeps its engine's own
sample rate; from the timeline on there is one ``SAMPLE_RATE``. Positions are whole samples inside
and seconds at the edges; `seconds_to_samples` and `samples_to_seconds` are the only bridge.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "SAMPLE_RATE",
    "SILENCE_DB",
    "Audio",
    "db_to_gain",
    "gain_to_db",
    "peak_db",
    "resample",
    "samples_to_seconds",
    "seconds_to_samples",
    "silence",
    "to_int16",
    "to_mono",
    "to_stereo",
]

Audio: TypeAlias = npt.NDArray[np.float32]

SAMPLE_RATE = 44_100  # Hz, from the timeline on: what MP3 players and the delivery standards expect
SILENCE_DB = -120.0  # what digital silence is reported as, in dB; below 20-bit resolution


def db_to_gain(level_db: float) -> float:
    """Convert decibels to a linear amplitude factor."""
    return math.pow(10.0, level_db / 20.0)


def gain_to_db(gain: float) -> float:
    """Convert a linear amplitude factor to decibels, at least `SILENCE_DB`."""
    return max(SILENCE_DB, 20.0 * math.log10(gain)) if gain > 0.0 else SILENCE_DB


def seconds_to_samples(time_s: float, sample_rate: int = SAMPLE_RATE) -> int:
    """Return the whole sample nearest to a time in seconds."""
    return round(time_s * sample_rate)


def samples_to_seconds(n_samples: int, sample_rate: int = SAMPLE_RATE) -> float:
    """Return the time of a sample position in seconds."""
    return n_samples / sample_rate


def silence(n_samples: int, n_channels: int = 1) -> Audio:
    """Return digital silence, shape (n_samples, n_channels)."""
    return np.zeros((n_samples, n_channels), dtype=np.float32)


def to_mono(audio: Audio) -> Audio:
    """Return the mean of the channels, shape (n_samples, 1)."""
    if audio.shape[1] == 1:
        return audio
    return np.asarray(audio.mean(axis=1, keepdims=True), dtype=np.float32)


def to_stereo(audio: Audio) -> Audio:
    """Return shape (n_samples, 2); mono is heard from the middle, each channel a copy."""
    return audio if audio.shape[1] == 2 else np.repeat(audio, 2, axis=1)


def to_int16(audio: Audio) -> npt.NDArray[np.int16]:
    """Quantise to 16 bits, rounding to nearest and clipping at full scale."""
    return np.asarray(np.clip(np.rint(audio * 32767.0), -32768, 32767), dtype=np.int16)


def peak_db(audio: Audio) -> float:
    """Return the highest sample value in dBFS, `SILENCE_DB` for silence or nothing."""
    return gain_to_db(float(np.max(np.abs(audio)))) if audio.size else SILENCE_DB


def resample(audio: Audio, from_hz: int, to_hz: int = SAMPLE_RATE) -> Audio:
    """Convert the sample rate with soxr's high quality (stop band below -100 dB).

    Returns shape (ceil(n_samples · to_hz / from_hz), n_channels), so that a clip's length at the
    timeline's rate is known from its length alone.
    """
    if from_hz == to_hz:
        return audio
    import soxr

    n_samples = resampled_length(len(audio), from_hz, to_hz)
    converted = np.asarray(soxr.resample(audio, from_hz, to_hz, quality="HQ"), dtype=np.float32)
    if len(converted) >= n_samples:
        return converted[:n_samples]
    return np.concatenate([converted, silence(n_samples - len(converted), audio.shape[1])])


def resampled_length(n_samples: int, from_hz: int, to_hz: int = SAMPLE_RATE) -> int:
    """Return how many samples `resample` gives for ``n_samples``."""
    return -(-n_samples * to_hz // from_hz)
