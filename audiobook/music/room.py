"""Dry sound in, sound in a room out: one synthetic hall for all instruments, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE, Audio, silence
from audiobook.music.instruments.model import Samples

__all__ = ["Hall", "Room", "impulse_response"]

TRANSFORM_SAMPLES = 1 << 19
REFLECTIONS = 7
REFLECTIONS_S = (0.007, 0.062)
LOW_HZ, HIGH_HZ = 500.0, 3000.0  # the borders of the three reverberation times


@dataclass(frozen=True)
class Hall:
    """The measures of a room.

    Attributes
    ----------
    decay_s : tuple of float
        Time to fall by 60 dB: below 500 Hz, between, and above 3 kHz, in seconds.
    pre_delay_s : float
        Time before the first reflection.
    build_up_s : float
        Time for the reverberation to become dense.
    wet : float
        Gain of the reverberation against what is sent to it.
    high_pass_hz, low_pass_hz : float
        Limits of everything that leaves the room: no rumble below, no hiss above.
    seed : int
        Which of the rooms with these measures; this one is balanced to 0.7 dB from A2 to A4.
    """

    decay_s: tuple[float, float, float] = (3.6, 2.8, 1.5)
    pre_delay_s: float = 0.022
    build_up_s: float = 0.027
    wet: float = 1.2
    high_pass_hz: float = 55.0
    low_pass_hz: float = 8000.0
    seed: int = 11


class Room:
    """Convolution with a hall by overlap-add, carrying its tail and filters between blocks.

    Memory does not grow with the length of the music: one block, one tail.
    """

    def __init__(self, hall: Hall) -> None:
        from scipy.signal import butter

        self._spectrum = _hall_spectrum(hall)
        self._tail = silence(len(impulse_response(hall)), 2)
        self._limits = np.vstack(
            [
                butter(2, hall.high_pass_hz, "high", fs=SAMPLE_RATE, output="sos"),
                butter(2, hall.low_pass_hz, "low", fs=SAMPLE_RATE, output="sos"),
            ]
        )
        self._memory: npt.NDArray[np.float64] = np.zeros((len(self._limits), 2, 2))
        self.block_samples = TRANSFORM_SAMPLES - len(self._tail) + 1

    def process(self, dry: Audio, send: Samples) -> Audio:
        """Return the next block as heard in the room.

        Parameters
        ----------
        dry : Audio, shape (n_samples, 2)
            The instruments themselves; at most ``block_samples``.
        send : Samples, shape (n_samples,)
            What they give to the room.

        Returns
        -------
        Audio, shape (n_samples, 2)
            Dry and reverberant sound, band-limited. Rings on into the blocks that follow.
        """
        from scipy import fft
        from scipy.signal import sosfilt

        n_samples = len(dry)
        spectrum = fft.rfft(send, TRANSFORM_SAMPLES, workers=1)
        ringing = fft.irfft(spectrum * self._spectrum, TRANSFORM_SAMPLES, workers=1).T
        ringing[: len(self._tail)] += self._tail
        self._tail = ringing[n_samples : n_samples + len(self._tail)].copy()
        heard = dry + ringing[:n_samples]
        filtered, self._memory = sosfilt(self._limits, heard, axis=0, zi=self._memory)
        return np.asarray(filtered, dtype=np.float32)


@lru_cache(maxsize=2)
def _hall_spectrum(hall: Hall) -> npt.NDArray[np.complex64]:
    from scipy import fft

    spectrum: Any = fft.rfft(impulse_response(hall).T, TRANSFORM_SAMPLES, workers=1)
    return np.asarray(spectrum, dtype=np.complex64)


@lru_cache(maxsize=2)
def impulse_response(hall: Hall) -> Audio:
    """Return what a clap sounds like in the hall, shape (n_samples, 2).

    The lows are the same on both sides: a single pitch excites single modes, and with independent
    noise a drone in the middle was thrown 9 dB to one side. Small rooms are coherent there too.
    """
    from scipy.signal import butter, sosfilt

    rng = np.random.default_rng(hall.seed)
    n_samples = int(max(hall.decay_s) * SAMPLE_RATE)
    time_s = np.arange(n_samples) / SAMPLE_RATE
    fall = [10.0 ** (-3.0 * time_s / decay_s)[:, None] for decay_s in hall.decay_s]
    sides = rng.standard_normal((n_samples, 2))
    centre = np.repeat(rng.standard_normal((n_samples, 1)), 2, axis=1)
    high = sosfilt(butter(4, HIGH_HZ, "high", fs=SAMPLE_RATE, output="sos"), sides, axis=0)
    middle = sosfilt(butter(4, HIGH_HZ, "low", fs=SAMPLE_RATE, output="sos"), sides, axis=0)
    wide = middle * fall[1] + 0.5 * high * fall[2]
    _reflect(wide, rng)
    wide = sosfilt(butter(4, LOW_HZ, "high", fs=SAMPLE_RATE, output="sos"), wide, axis=0)
    low = sosfilt(butter(4, LOW_HZ, "low", fs=SAMPLE_RATE, output="sos"), centre, axis=0)
    sound = (wide + low * fall[0]) * (1.0 - np.exp(-time_s / hall.build_up_s))[:, None]
    sound = sosfilt(butter(1, 6500.0, fs=SAMPLE_RATE, output="sos"), sound, axis=0)
    sound[-SAMPLE_RATE // 5 :] *= np.cos(np.linspace(0.0, np.pi / 2, SAMPLE_RATE // 5))[:, None]
    sound *= hall.wet / np.sqrt(np.mean(np.sum(sound**2, axis=0)))
    before = silence(int(hall.pre_delay_s * SAMPLE_RATE), 2)
    return np.concatenate([before, sound.astype(np.float32)])


def _reflect(sound: npt.NDArray[np.float64], rng: np.random.Generator) -> None:
    """Set a few early reflections on each side, as walls give them."""
    first_s, last_s = REFLECTIONS_S
    for side in (0, 1):
        for delay_s in rng.uniform(first_s, last_s, REFLECTIONS):
            strength = 3.0 * (1.0 - delay_s / 0.08) * rng.choice((-1.0, 1.0))
            sound[int(delay_s * SAMPLE_RATE), side] += strength
