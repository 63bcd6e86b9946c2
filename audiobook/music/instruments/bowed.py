"""A note in, the sound of a bowed string out: stick and slip, a hand that lives, a body that sings.

Stick and slip make a saw-tooth whose partials change slowly against one another; what makes it a
bow and not an organ is the noise of hair, the unsteady first tenth of a second, pitch and pressure
that drift, and a body whose modes turn every bend of the pitch into a change of colour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE, seconds_to_samples
from audiobook.music.instruments.body import Resonance, resonate
from audiobook.music.instruments.curves import (
    Curve,
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

__all__ = ["BowedString"]

TABLE_SAMPLES = 1 << 14  # one period; read to the nearest sample the error is below -65 dB
TOP_HZ = 5500.0
TAPER_HZ = 3000.0  # from here partials are led away, so that the spectrum has no edge
N_PARTIALS = 36
BODY_SAMPLES = 1 << 13  # 0.19 s: a mode of 200 Hz and quality 10 has fallen by 60 dB
REFERENCE_PITCH = 62.0  # D4
HAIR_HZ = (600.0, 2600.0)  # where the noise of hair on the string lies, before the body
BITE_S = 0.05  # the unsteady beginning, while the string is not yet caught
BITE_CENTS = 14.0
BITE_NOISE = 5.0  # times the noise of the steady bow
CHANGE_S = 0.09  # a change of the bow's direction
UNDER_INTERVALS = (0.0, 7.0, 12.0, 16.0, 19.0)  # strings under the fingerboard, in semitones


@dataclass(frozen=True)
class BowedString(Model):
    """What makes one bowed instrument sound unlike another; the defaults are a kobyz, by taste.

    Attributes
    ----------
    rolloff_hz : float
        Partials fall with 1/k, and twice as fast again above this, at middle velocity.
    bow_position : float
        Where the bow lies, as a share of the string from the bridge: partials near its inverse
        are weak.
    attack_s, release_s : float
        Time until the tone is full; time to ring down.
    bow_s : float
        Longest stroke of the bow; a longer note has changes of direction.
    vibrato_cents, vibrato_hz, vibrato_after_s : float
        Depth either way, rate, and how long the hand waits.
    drift_cents : float
        Deviation of the slow unsteadiness of pitch.
    slide_cents : float
        Where the finger comes from: below 0 the tone is reached from underneath.
    bow_noise : float
        Strength of the hair's noise against the tone.
    swell : float
        How much softer than its middle a note begins and ends.
    tilt_db : float
        Level change for each octave above D4.
    direct : float
        Share of the string heard without the body.
    body_scale : float
        Factor on the body's frequencies.
    sympathetic, sympathetic_pitch, sympathetic_s : float
        Strings under the fingerboard that ring along: their strength, the MIDI pitch of the
        lowest (the others a fifth, an octave and more above), their time to fall by 60 dB.
    body : tuple of Resonance
        Modes of the body.
    """

    REACH = (28.0, 95.0)
    rolloff_hz: float = limited(1400.0, 300.0, 6000.0, "Hz")
    bow_position: float = limited(0.11, 0.03, 0.3, "of the string")
    attack_s: float = limited(0.16, 0.02, 3.0, "s")
    release_s: float = limited(0.35, 0.05, 4.0, "s")
    bow_s: float = limited(3.2, 0.5, 20.0, "s")
    vibrato_cents: float = limited(12.0, 0.0, 60.0, "cents")
    vibrato_hz: float = limited(5.1, 2.0, 9.0, "Hz")
    vibrato_after_s: float = limited(0.35, 0.0, 3.0, "s")
    drift_cents: float = limited(3.0, 0.0, 12.0, "cents")
    slide_cents: float = limited(-25.0, -200.0, 200.0, "cents")
    bow_noise: float = limited(0.05, 0.0, 0.5, "of the tone")
    swell: float = limited(0.25, 0.0, 0.9, "of the level")
    tilt_db: float = limited(-1.0, -9.0, 3.0, "dB an octave")
    direct: float = limited(0.25, 0.0, 2.0, "of the string")
    body_scale: float = limited(1.0, 0.3, 3.0, "times")
    sympathetic: float = limited(0.0, 0.0, 1.0, "of the tone")
    sympathetic_pitch: float = limited(62.0, 30.0, 84.0, "MIDI")
    sympathetic_s: float = limited(2.4, 0.3, 5.0, "s")
    body: tuple[Resonance, ...] = ()

    def play(
        self, pitch: float, duration_s: float, velocity: float, variant: int, position: int = 0
    ) -> Samples:
        """Bow the string for the note's duration, and let it ring down."""
        del position
        f0_hz = pitch_hz(pitch)
        if not 40.0 <= f0_hz <= 2000.0:
            raise ValueError(f"pitch={pitch} must be 28 to 95")
        rng = np.random.default_rng([variant, round(pitch * 100), round(duration_s * 1000)])
        n_samples = seconds_to_samples(duration_s + self.release_s)
        times = control_times(n_samples)
        force = self._force(times, duration_s, rng)
        turns = phase(f0_hz, self._cents(times, rng), n_samples)
        tone = _tone(_tables(self, f0_hz, round(velocity, 1)), turns, times, force, n_samples, rng)
        grip = 0.55 + 0.45 * np.sin(2.0 * np.pi * turns)  # hair rasps while the string slips
        hair = hiss(*HAIR_HZ, n_samples, rng) * grip.astype(np.float32)
        rough = np.sqrt(force) + onset_noise(times, BITE_NOISE, BITE_S)
        rough *= self.bow_noise * (0.6 + 0.8 * velocity)
        heard = _through_body(self, tone + hair * drawn(rough, n_samples))
        level_db = self.tilt_db * (pitch - REFERENCE_PITCH) / 12.0
        return trimmed(levelled(heard, duration_s, level_db), attack_s=0.004)

    def _cents(self, times: Curve, rng: np.random.Generator) -> Curve:
        """Return the pitch's way: bite, slide, drift and vibrato, in cents."""
        bite = BITE_CENTS * np.exp(-times / BITE_S) * wander(times, 45.0, rng)
        slide = self.slide_cents * np.exp(-times / 0.055)
        drift = self.drift_cents * (0.8 * wander(times, 1.3, rng) + 0.5 * wander(times, 9.0, rng))
        hand = vibrato(times, self.vibrato_hz, self.vibrato_after_s, rng)
        total: Curve = bite + slide + drift + self.vibrato_cents * hand
        return total - float(np.mean(drift))

    def _force(self, times: Curve, duration_s: float, rng: np.random.Generator) -> Curve:
        """Return how strongly the string sounds, 0 to about 1."""
        rise = 1.0 - np.exp(-((times / (0.55 * self.attack_s)) ** 1.5))
        fall = np.exp(-np.maximum(times - duration_s, 0.0) * (6.9 / self.release_s))
        arc = np.sin(np.pi * np.clip(times / duration_s, 0.0, 1.0) ** 0.8)
        strokes = math.ceil(duration_s / self.bow_s)
        force = rise * fall * (1.0 - self.swell + self.swell * arc)
        for number in range(1, strokes):
            at_s = duration_s * (number / strokes + 0.06 * rng.uniform(-1.0, 1.0) / strokes)
            force = force * (1.0 - 0.45 * np.exp(-(((times - at_s) / CHANGE_S) ** 2)))
        unsteady = 1.0 + 0.05 * wander(times, 2.2, rng) + 0.035 * wander(times, 14.0, rng)
        shaped: Curve = np.maximum(force * unsteady, 0.0)
        return shaped


def _tone(
    tables: Samples,
    turns: Curve,
    times: Curve,
    force: Curve,
    n_samples: int,
    rng: np.random.Generator,
) -> Samples:
    """Read the string's motion: darker while it is weak, its partials slowly trading places."""
    place = ((turns % 1.0) * TABLE_SAMPLES).astype(np.int32)
    bright = np.clip(force, 0.0, 1.2)
    one = 0.5 + 0.4 * np.tanh(wander(times, 1.7, rng))
    dark, first, second = (
        table[place] * drawn(weight * force, n_samples)
        for table, weight in zip(
            tables, (1.0 - bright, bright * one, bright * (1.0 - one)), strict=True
        )
    )
    return np.asarray(dark + first + second, dtype=np.float32)


@lru_cache(maxsize=48)
def _tables(string: BowedString, f0_hz: float, velocity: float) -> Samples:
    """Return one period three times, shape (3, TABLE_SAMPLES): dark, and two ways to be bright."""
    rng = np.random.default_rng([3, round(f0_hz * 10)])
    partial = np.arange(1, max(2, min(N_PARTIALS, int(TOP_HZ / f0_hz))) + 1)
    corner_hz = string.rolloff_hz * (0.6 + 0.8 * velocity)
    saw = 1.0 / partial / (1.0 + (partial * f0_hz / corner_hz) ** 2)
    saw *= 1.0 - 0.7 * np.cos(np.pi * partial * string.bow_position) ** 16
    saw *= np.clip((TOP_HZ - partial * f0_hz) / (TOP_HZ - TAPER_HZ), 0.05, 1.0)
    uneven = 10.0 ** (rng.uniform(-3.0, 3.0, (2, len(partial))) / 20.0)
    amplitudes = np.stack([saw * 0.80 ** (partial - 1), saw * uneven[0], saw * uneven[1]])
    period = np.zeros((3, TABLE_SAMPLES // 2 + 1), dtype=np.complex128)
    period[:, partial] = -0.5j * TABLE_SAMPLES * amplitudes
    return np.asarray(np.fft.irfft(period, axis=1), dtype=np.float32)


def _through_body(string: BowedString, sound: Samples) -> Samples:
    """Let the body, and what rings along with it, answer."""
    from scipy import fft

    response = _body_answer(string)
    n_total = len(sound) + len(response)
    n_transform = next(size for size in _sizes() if size >= n_total)
    spectrum = fft.rfft(sound, n_transform, workers=1)
    spectrum *= _body_spectrum(string, n_transform)
    answered = fft.irfft(spectrum, n_transform, workers=1)[:n_total]
    return np.asarray(answered, dtype=np.float32)


def _sizes() -> list[int]:
    """Return the sizes of transforms: few, so that a body's spectra can be kept."""
    return sorted(base << shift for shift in range(12, 24) for base in (4, 5, 6))


@lru_cache(maxsize=12)
def _body_spectrum(string: BowedString, n_transform: int) -> npt.NDArray[np.complex64]:
    from scipy import fft

    spectrum = fft.rfft(_body_answer(string), n_transform, workers=1)
    return np.asarray(spectrum, dtype=np.complex64)


@lru_cache(maxsize=8)
def _body_answer(string: BowedString) -> Samples:
    """Return what body and understrings make of a click."""
    n_window = 1 << 17 if string.sympathetic else BODY_SAMPLES
    hz = np.arange(n_window // 2 + 1, dtype=np.float64) * (SAMPLE_RATE / n_window)
    response = resonate(string.body, string.direct, hz, string.body_scale)
    if string.sympathetic:
        response = response * (1.0 + string.sympathetic * _understrings(string, hz))
    answer = np.fft.irfft(response, n_window)
    fade = n_window // 4
    answer[-fade:] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade)) ** 2
    return np.asarray(answer, dtype=np.float32)


def _understrings(string: BowedString, hz: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
    """Return the ringing of the understrings: combs whose teeth are their partials."""
    total = np.zeros(len(hz), dtype=np.complex128)
    for interval in UNDER_INTERVALS:
        f0_hz = pitch_hz(string.sympathetic_pitch + interval)
        losses = 6.9 / (f0_hz * string.sympathetic_s) * (1.0 + (hz / 1500.0) ** 2)
        trip = np.exp(-losses - 2j * np.pi * hz / f0_hz)
        total += trip * (1.0 - np.exp(-losses)) / (1.0 - trip) / (1.0 + (hz / 2500.0) ** 4)
    return total
