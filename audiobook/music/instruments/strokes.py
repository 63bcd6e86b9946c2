"""The two ends of a plucked note: the stroke that begins it, the finger or the air that ends it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE
from audiobook.music.instruments.model import Samples

__all__ = ["damped", "glide", "stroke", "trimmed"]

TAIL_DB = -66.0  # below its peak a note has ended
FADE_S = 0.12
DAMP_S = 0.08  # a finger that stops a string; shorter sounds electronic
SETTLE_S = 0.05  # a hard stroke's sharpness is over after a few of these


def stroke(corner_hz: float, noise: float, f0_hz: float, rng: np.random.Generator) -> Samples:
    """Return the stroke itself: a soft impulse and a period of noise from the nail.

    Parameters
    ----------
    corner_hz : float
        Low-pass of both.
    noise : float
        Strength of the noise against the impulse.
    f0_hz : float
        Of the string; the noise lasts one period.
    rng : Generator
        Draws the noise.
    """
    from scipy.signal import lfilter

    softness = SAMPLE_RATE / (2.0 * math.pi * corner_hz)
    time = np.arange(int(softness * 14) + 8) / softness
    impulse = time * np.exp(-time)
    n_noise = int(SAMPLE_RATE / f0_hz) + 8
    pole = math.exp(-1.0 / softness)
    hiss = rng.standard_normal(n_noise) * np.hanning(n_noise + 2)[1:-1]
    hiss = lfilter([(1.0 - pole) ** 2], [1.0, -2.0 * pole, pole**2], hiss)
    struck = np.zeros(max(len(impulse), n_noise))
    struck[: len(impulse)] += impulse / np.linalg.norm(impulse)
    struck[:n_noise] += noise * hiss / np.linalg.norm(hiss)
    return struck.astype(np.float32)


def glide(ringing: Samples, cents: float) -> Samples:
    """Begin a little sharp: read the sound faster until the string has settled.

    The time won is a whole number of samples, so that only the beginning is interpolated.
    """
    settle = SETTLE_S * SAMPLE_RATE
    won = round((2.0 ** (cents / 1200.0) - 1.0) * settle)
    if won == 0:
        return ringing
    n_head = int(12.0 * settle)
    position = np.arange(n_head) + won * (1.0 - np.exp(-np.arange(n_head) / settle))
    whole = np.maximum(position.astype(np.int64), 1)
    part = position - whole
    head = sum(_lagrange(part, tap) * ringing[whole + tap] for tap in (-1, 0, 1, 2))
    rest = ringing[n_head + won :]
    return np.concatenate([np.asarray(head, dtype=np.float32), rest])


def _lagrange(part: npt.NDArray[np.float64], tap: int) -> npt.NDArray[np.float64]:
    """Return the weight of one of the four neighbours -1, 0, 1, 2 in cubic interpolation."""
    weight = np.ones_like(part)
    for other in (-1, 0, 1, 2):
        if other != tap:
            weight *= (part - other) / (tap - other)
    return weight


def trimmed(ringing: Samples, *, attack_s: float = 0.0005) -> Samples:
    """Cut a note where it has faded, and lead it softly from and to nothing."""
    frame = SAMPLE_RATE // 50
    frames = np.abs(ringing[: len(ringing) // frame * frame]).reshape(-1, frame).max(axis=1)
    audible = np.flatnonzero(frames > frames.max() * 10.0 ** (TAIL_DB / 20.0))
    fade = int(FADE_S * SAMPLE_RATE)
    end = min(len(ringing) - frame, (int(audible[-1]) + 1) * frame + fade)
    note = ringing[:end].copy()
    note[-fade:] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade, dtype=np.float32)) ** 2
    attack = int(SAMPLE_RATE * attack_s)
    note[:attack] *= np.linspace(0.0, 1.0, attack, dtype=np.float32)
    return note


def damped(ringing: Samples, n_samples: int) -> Samples:
    """Stop a ringing note after so many samples, as a finger does."""
    fade = int(DAMP_S * SAMPLE_RATE)
    if n_samples + fade >= len(ringing):
        return ringing
    note = ringing[: n_samples + fade].copy()
    note[-fade:] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade, dtype=np.float32)) ** 2
    return note
