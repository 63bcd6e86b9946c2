"""A pitch in, an endless quiet tone out: the pad that keeps a bed warm between strokes.

Each partial is a steady line with a little narrow-band noise around it, as many bowed strings in
unison have; the sum is drawn in the spectrum (Nasca's PADsynth), so the sound closes on itself
without a seam and a note of any length is read from one short table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from audiobook.audio import SAMPLE_RATE, seconds_to_samples
from audiobook.music.instruments.model import REFERENCE_RMS, Model, Samples, limited
from audiobook.music.score import pitch_hz

__all__ = ["Drone", "hum"]

TABLE_SAMPLES = 1 << 19  # 11.9 s: a partial sits within 0.5 cent of its place from 147 Hz up
TOP_HZ = 3000.0


@dataclass(frozen=True)
class Drone(Model):
    """The colour and the motion of a pad; the defaults are taste.

    Attributes
    ----------
    rolloff_hz : float
        Partials fall with 1/k, and twice as fast again above this.
    breadth_hz : float
        Width of the noise around each partial: how fast it breathes.
    motion : float
        Root-mean-square of that noise against the steady line: how deeply it breathes.
    swell_s : float
        Time to swell, and again to fade. A note that begins as another of its pitch begins to fade
        takes over without a seam.
    """

    REACH = (28.0, 83.0)
    rolloff_hz: float = limited(650.0, 100.0, 4000.0, "Hz")
    breadth_hz: float = limited(0.5, 0.1, 8.0, "Hz")
    motion: float = limited(0.30, 0.0, 1.0, "of the line")
    swell_s: float = limited(3.0, 0.05, 10.0, "s")

    def play(
        self, pitch: float, duration_s: float, velocity: float, variant: int, position: int = 0
    ) -> Samples:
        """Let the pad sound; it has one colour and no strokes."""
        del velocity, variant
        return hum(self, f0_hz=pitch_hz(pitch), duration_s=duration_s, position=position)


def hum(drone: Drone, *, f0_hz: float, duration_s: float, position: int) -> Samples:
    """Let the pad sound.

    Parameters
    ----------
    drone : Drone
        The instrument.
    f0_hz : float
        Fundamental, 40 to 1000 Hz.
    duration_s : float > 0
        Time until it begins to fade, in seconds.
    position : int >= 0
        The sample of the music at which it begins. The tone runs on unheard between notes, so that
        two notes of a pitch are always in phase.

    Returns
    -------
    Samples, shape (n_samples,)
        As long as the duration and the fade together.

    Raises
    ------
    ValueError
        If the fundamental is out of range.
    """
    if not 40.0 <= f0_hz <= 1000.0:
        raise ValueError(f"f0_hz={f0_hz} must be 40 to 1000")
    n_held = max(1, seconds_to_samples(duration_s))
    n_swell = seconds_to_samples(drone.swell_s)
    table = _table(drone, f0_hz)
    start = position % len(table)
    note = np.take(table, np.arange(start, start + n_held + n_swell), mode="wrap")
    swell = np.sin(np.linspace(0.0, np.pi / 2, n_swell, dtype=np.float32)) ** 2
    note[:n_swell] *= swell[: len(note)]
    note[-n_swell:] *= swell[::-1]
    return note


@lru_cache(maxsize=12)
def _table(drone: Drone, f0_hz: float) -> Samples:
    """Draw one round of the tone in the spectrum."""
    from scipy import fft

    rng = np.random.default_rng(round(f0_hz * 100))
    bin_hz = SAMPLE_RATE / TABLE_SAMPLES
    spectrum = np.zeros(TABLE_SAMPLES // 2 + 1, dtype=np.complex64)
    reach = int(4 * drone.breadth_hz / bin_hz)
    offsets = np.arange(-reach, reach + 1)
    shape = np.exp(-0.5 * (offsets * bin_hz / drone.breadth_hz) ** 2)
    shape *= drone.motion / np.linalg.norm(shape)
    for partial in range(1, int(TOP_HZ / f0_hz) + 1):
        amplitude = 1.0 / partial / (1.0 + (partial * f0_hz / drone.rolloff_hz) ** 2)
        centre = round(partial * f0_hz / bin_hz)
        noise = rng.standard_normal((2, len(offsets))) / np.sqrt(2.0)
        line = (offsets == 0) * np.exp(2j * np.pi * rng.random())
        spectrum[centre + offsets] += amplitude * (line + shape * (noise[0] + 1j * noise[1]))
    table = np.asarray(fft.irfft(spectrum, workers=1), dtype=np.float32)
    rms = np.sqrt(np.mean(np.square(table, dtype=np.float64)))
    return table * np.float32(REFERENCE_RMS / rms)
