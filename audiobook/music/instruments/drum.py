"""A stroke in, the sound of a soft frame drum out: a membrane's modes and the touch of a hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audiobook.audio import SAMPLE_RATE, seconds_to_samples
from audiobook.music.instruments.curves import hiss
from audiobook.music.instruments.model import Model, Samples, limited
from audiobook.music.instruments.shelf import STROKES
from audiobook.music.instruments.strokes import damped, trimmed
from audiobook.music.score import pitch_hz

__all__ = ["FrameDrum"]

# Modes of an ideal membrane (zeros of the Bessel functions over the first), how strongly a stroke
# off the middle calls each, and how long each rings against the lowest; the last two are taste.
RATIOS = (1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.501)
STRENGTHS = (1.0, 0.6, 0.45, 0.3, 0.25, 0.2, 0.15)
RINGS = (1.0, 0.8, 0.63, 0.57, 0.46, 0.40, 0.29)
BEND_S = 0.03
HAND_HZ = (250.0, 2600.0)
SKIN_HZ = (150.0, 900.0)
JINGLE_HZ = (2300.0, 3900.0)
PEAK = 0.35
VELOCITIES = (0.3, 0.55, 0.8)
N_STROKES = 5


@dataclass(frozen=True)
class FrameDrum(Model):
    """What makes one drum sound unlike another; the defaults are a dangyra, by taste.

    Attributes
    ----------
    decay_s : float
        Time of the lowest mode to fall by 60 dB. Modes that ring long read as a guitar.
    lowest : float
        Strength of the lowest mode against the others: a stroke at the rim has little of it.
    bend : float
        How much sharp a stroke begins, because it stretches the skin.
    slap : float
        Strength of the hand's noise against the skin.
    jingle : float
        Strength of rings or seeds that rattle along.
    softness_ms : float
        Time in which the hand or the felt meets the skin.
    tilt_db : float
        Fall of the modes with frequency, for each octave.
    """

    REACH = (23.0, 83.0)
    decay_s: float = limited(0.30, 0.03, 2.0, "s")
    lowest: float = limited(1.0, 0.0, 3.0, "times")
    bend: float = limited(0.15, 0.0, 0.4, "of the pitch")
    slap: float = limited(0.25, 0.0, 2.0, "of the skin")
    jingle: float = limited(0.0, 0.0, 0.5, "of the skin")
    softness_ms: float = limited(2.5, 0.5, 30.0, "ms")
    tilt_db: float = limited(-2.0, -18.0, 6.0, "dB an octave")

    def play(
        self, pitch: float, duration_s: float, velocity: float, variant: int, position: int = 0
    ) -> Samples:
        """Strike the drum; the pitch is that of its lowest mode."""
        del position
        nearest = min(VELOCITIES, key=lambda known: abs(known - velocity))
        number = variant % N_STROKES
        key = (self, round(pitch, 2), nearest, number)
        struck = STROKES.get(key, lambda: self._strike(round(pitch, 2), nearest, number))
        return damped(struck, seconds_to_samples(duration_s))

    def _strike(self, pitch: float, velocity: float, number: int) -> Samples:
        f0_hz = pitch_hz(pitch)
        if not 30.0 <= f0_hz <= 1000.0:
            raise ValueError(f"pitch={pitch} must be 23 to 83")
        rng = np.random.default_rng([number, round(f0_hz * 10)])
        n_samples = seconds_to_samples(max(1.3 * self.decay_s, 0.35))
        time_s = np.arange(n_samples) / SAMPLE_RATE
        skin = self._skin(time_s, f0_hz, velocity, rng)
        hand = hiss(*HAND_HZ, n_samples, rng) * np.exp(-time_s / 0.022)
        hand += 0.5 * hiss(*SKIN_HZ, n_samples, rng) * np.exp(-time_s / 0.07)
        rings = hiss(*JINGLE_HZ, n_samples, rng) * np.exp(-time_s / 0.09)
        struck = skin + 0.5 * self.slap * (0.4 + velocity) * hand + 0.3 * self.jingle * rings
        struck *= 1.0 - np.exp(-((time_s * 1000.0 / self.softness_ms) ** 2))
        struck *= np.exp(-6.9 * np.maximum(time_s - 0.8 * time_s[-1], 0.0) / (0.2 * time_s[-1]))
        struck *= PEAK / np.max(np.abs(struck))
        return trimmed(struck.astype(np.float32))

    def _skin(
        self,
        time_s: np.ndarray[tuple[int], np.dtype[np.float64]],
        f0_hz: float,
        velocity: float,
        rng: np.random.Generator,
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Add the modes; each stroke meets the skin at another place."""
        bent = 1.0 + self.bend * (0.5 + velocity) * np.exp(-time_s / BEND_S)
        turns = np.cumsum(bent) / SAMPLE_RATE
        total = np.zeros(len(time_s))
        for ratio, strength, ring in zip(RATIOS, STRENGTHS, RINGS, strict=True):
            hz = f0_hz * ratio * (1.0 + rng.uniform(-0.006, 0.006))
            level = strength * 10.0 ** (self.tilt_db * np.log2(ratio) / 20.0)
            level *= rng.uniform(0.8, 1.2) * (self.lowest if ratio == 1.0 else 1.0)
            fall = np.exp(-6.9 * time_s / (ring * self.decay_s))
            total += level * fall * np.sin(2.0 * np.pi * hz * turns)
        return total
