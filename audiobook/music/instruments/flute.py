"""A note in, the sound of a breathy flute out: a few partials, and wind around each of them.

Most of a folk flute is air: noise that the pipe itself gathers around its partials, a hiss at the
lip, a puff before the tone speaks. Vibrato comes from the breath, so the level moves more than the
pitch, and the higher partials more than the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiobook.audio import seconds_to_samples
from audiobook.music.instruments.curves import (
    Curve,
    breath_lines,
    control_times,
    drawn,
    hiss,
    levelled,
    onset_noise,
    phase,
    vibrato,
    wander,
)
from audiobook.music.instruments.model import Model, Samples, limited
from audiobook.music.instruments.strokes import trimmed
from audiobook.music.score import pitch_hz

__all__ = ["Flute"]

N_PARTIALS = 7
TOP_HZ = 7000.0
REFERENCE_PITCH = 74.0  # D5
LIP_HZ = (900.0, 3200.0)  # the hiss where the breath is split
LINES_HZ = 45.0  # half width of the noise around a partial
PUFF_S = 0.045  # the noise before the tone speaks


@dataclass(frozen=True)
class Flute(Model):
    """What makes one flute sound unlike another; the defaults are a sybyzgy, by taste.

    Attributes
    ----------
    second_db, third_db, fall_db : float
        Level of the second and third partial against the first, and the fall from each to the
        next above them.
    attack_s, release_s : float
        Time until the tone is full; time to fade.
    vibrato_cents, vibrato_db, vibrato_hz, vibrato_after_s : float
        Depth of pitch and of level either way, rate, and how long the breath is steady.
    drift_cents : float
        Deviation of the slow unsteadiness of pitch.
    scoop_cents, scoop_s : float
        Where the tone comes from, and how long it takes: below 0 from underneath.
    breath : float
        Strength of the wind around the partials against the tone.
    lip : float
        Strength of the hiss at the lip against the tone.
    puff : float
        How much stronger the noises are before the tone speaks.
    swell : float
        How much softer than its middle a note begins and ends.
    tilt_db : float
        Level change for each octave above D5; a low flute has little breath to give.
    """

    REACH = (35.0, 103.0)
    second_db: float = limited(-10.5, -60.0, 6.0, "dB")
    third_db: float = limited(-18.5, -60.0, 6.0, "dB")
    fall_db: float = limited(9.0, 0.0, 40.0, "dB")
    attack_s: float = limited(0.12, 0.01, 2.0, "s")
    release_s: float = limited(0.25, 0.03, 3.0, "s")
    vibrato_cents: float = limited(9.0, 0.0, 80.0, "cents")
    vibrato_db: float = limited(1.0, 0.0, 6.0, "dB")
    vibrato_hz: float = limited(4.6, 2.0, 9.0, "Hz")
    vibrato_after_s: float = limited(0.35, 0.0, 3.0, "s")
    drift_cents: float = limited(3.0, 0.0, 12.0, "cents")
    scoop_cents: float = limited(-35.0, -200.0, 200.0, "cents")
    scoop_s: float = limited(0.05, 0.01, 0.5, "s")
    breath: float = limited(0.16, 0.0, 1.0, "of the tone")
    lip: float = limited(0.025, 0.0, 0.5, "of the tone")
    puff: float = limited(3.0, 0.0, 12.0, "times")
    swell: float = limited(0.2, 0.0, 0.9, "of the level")
    tilt_db: float = limited(0.5, -9.0, 3.0, "dB an octave")

    def play(
        self, pitch: float, duration_s: float, velocity: float, variant: int, position: int = 0
    ) -> Samples:
        """Blow the note for its duration, and let the breath go."""
        del position
        f0_hz = pitch_hz(pitch)
        if not 60.0 <= f0_hz <= 3200.0:
            raise ValueError(f"pitch={pitch} must be 35 to 103")
        rng = np.random.default_rng([variant, round(pitch * 100), round(duration_s * 1000)])
        n_samples = seconds_to_samples(duration_s + self.release_s)
        times = control_times(n_samples)
        hand = vibrato(times, self.vibrato_hz, self.vibrato_after_s, rng)
        breath = self._breath(times, duration_s, hand, rng)
        turns = phase(f0_hz, self._cents(times, hand, rng), n_samples)
        tone = self._tone(turns, times, breath, f0_hz, velocity, rng)
        lip = np.sqrt(breath) + onset_noise(times, self.puff, PUFF_S)
        lip *= self.lip * (0.5 + velocity)
        tone += hiss(*LIP_HZ, n_samples, rng) * drawn(lip, n_samples)
        level_db = self.tilt_db * (pitch - REFERENCE_PITCH) / 12.0
        return trimmed(levelled(tone, duration_s, level_db), attack_s=0.004)

    def _breath(
        self, times: Curve, duration_s: float, hand: Curve, rng: np.random.Generator
    ) -> Curve:
        """Return the pressure of the breath, 0 to about 1."""
        rise = 1.0 - np.exp(-((times / (0.5 * self.attack_s)) ** 1.4))
        fall = np.exp(-np.maximum(times - duration_s, 0.0) * (6.9 / self.release_s))
        arc = np.sin(np.pi * np.clip(times / duration_s, 0.0, 1.0) ** 0.75)
        swelling = 1.0 - self.swell + self.swell * arc
        unsteady = 1.0 + 0.04 * wander(times, 2.0, rng) + 0.03 * wander(times, 17.0, rng)
        waves = 10.0 ** (self.vibrato_db * hand / 20.0)
        pressure: Curve = np.maximum(rise * fall * swelling * unsteady * waves, 0.0)
        return pressure

    def _cents(self, times: Curve, hand: Curve, rng: np.random.Generator) -> Curve:
        """Return the pitch's way: scoop, drift and vibrato, in cents."""
        scoop = self.scoop_cents * np.exp(-times / self.scoop_s)
        drift = self.drift_cents * (0.8 * wander(times, 1.1, rng) + 0.5 * wander(times, 8.0, rng))
        total: Curve = scoop + drift + self.vibrato_cents * hand
        return total - float(np.mean(drift))

    def _tone(
        self,
        turns: Curve,
        times: Curve,
        breath: Curve,
        f0_hz: float,
        velocity: float,
        rng: np.random.Generator,
    ) -> Samples:
        """Add the partials, each with its wind; higher ones need more breath to speak."""
        n_samples = len(turns)
        circle = np.exp((2j * np.pi) * (turns % 1.0)).astype(np.complex64)
        partial = np.ones(n_samples, dtype=np.complex64)
        blown = 0.7 * self.breath * (np.sqrt(breath) + onset_noise(times, self.puff, PUFF_S))
        total = np.zeros(n_samples, dtype=np.float32)
        for number in range(1, max(2, min(N_PARTIALS, int(TOP_HZ / f0_hz))) + 1):
            partial *= circle
            bright = (0.55 + 0.9 * velocity) if number > 1 else 1.0
            level = bright * 10.0 ** (self._partial_db(number) / 20.0)
            restless = 1.0 + 0.10 * number**0.5 * wander(times, 3.0, rng)
            speaks = level * breath ** (1.0 + 0.4 * (number - 1)) * restless
            wind = breath_lines(LINES_HZ, n_samples, rng) * drawn(blown * level**0.6, n_samples)
            total += _real(partial, wind + drawn(speaks, n_samples), rng.random())
        return total

    def _partial_db(self, number: int) -> float:
        if number <= 3:
            return (0.0, self.second_db, self.third_db)[number - 1]
        return self.third_db - self.fall_db * (number - 3)


def _real(
    partial: npt.NDArray[np.complex64], weight: npt.NDArray[np.complex64], turn: float
) -> Samples:
    """Return the real part of a product, a partial turned by a part of its period."""
    turned = np.complex64(np.exp(2j * np.pi * turn))
    return np.asarray((partial * weight * turned).real, dtype=np.float32)
