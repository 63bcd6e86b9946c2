"""A stroke in, the sound of a plucked string out: extended Karplus-Strong with a wooden body.

The string is the loop of Karplus and Strong with pick position, losses that grow with frequency,
stiffness and two directions of vibration. The loop is linear, so it is solved at once on the unit
circle instead of sample by sample: the delay need not be a whole number of samples (an integer
delay is up to 12 cents out at 300 Hz), nothing drifts, and a note costs two transforms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from audiobook.audio import SAMPLE_RATE, seconds_to_samples
from audiobook.music.instruments.body import Resonance, resonate
from audiobook.music.instruments.model import REFERENCE_RMS, Model, Samples, limited
from audiobook.music.instruments.shelf import STROKES
from audiobook.music.instruments.strokes import damped, glide, stroke, trimmed
from audiobook.music.score import pitch_hz

__all__ = ["PluckedString", "pluck"]

_Complex = npt.NDArray[np.complex128]

WINDOW_SAMPLES = 1 << 18  # 5.9 s: T60 2.6 s has fallen by 137 dB when the circle closes
LONG_S = 5.0  # strings that ring longer, so that 71 dB are not reached, get twice the circle
TOP_HZ = 10_000.0  # nothing of the string is computed above
TAPER_HZ = 7_000.0  # from here the spectrum is led to zero, so that the cut does not ring
REFERENCE_HZ = 146.83  # D3: the pitch at which a string's decay is given
LEVEL_S = 0.5  # notes are made equally strong over this time
LOUDEST = 0.5  # a stroke whose nail happens to hit hard is held back, so that beds keep headroom
NEPERS_60_DB = 3.0 * math.log(10.0)

# Three classes of brightness and four strokes of each, two down and two up: enough that no two
# neighbours are alike, few enough that a chapter's strokes are computed once.
BRIGHTNESS = (0.3, 0.55, 0.8)
N_STROKES = 4
UP_BRIGHTNESS = 0.82  # an upward stroke meets the string with the softer side of the nail; taste
COURSE_LEVEL = (
    0.3  # of a neighbour in a course: alike, they would cancel each other in beats; taste
)
UNDER_LEVEL = 0.62  # the other string under the melody; music of two strings sounds so, taste


@dataclass(frozen=True)
class PluckedString(Model):
    """What makes one plucked instrument sound unlike another.

    Attributes
    ----------
    pick_position : float
        Where the string is struck, as a share of its length from the bridge. Above .2 a lute stops
        sounding plucked; harps are struck there.
    decay_s, decay_3k_s : float
        Time to fall by 60 dB, of the fundamental at D3 and of a partial at 3 kHz, in seconds.
    decay_slope : float
        How much shorter high notes ring: decay goes with frequency to the power of minus this.
    brightness_hz : float
        Corner of the stroke's low-pass at full velocity times 1.2.
    noise : float
        Strength of the nail's noise against the impulse.
    second_share, second_decay, second_cents : float
        The other direction of vibration: its share of the sound, its decay as a share of the
        first, how far it is out of tune. The two beat slowly, as on a real bridge.
    stiffness : float
        Inharmonicity B: partial k lies at k·f0·sqrt(1 + B·k²).
    glide_cents : float
        How much sharp a hard stroke begins, because it stretches the string.
    course_cents : float
        Above 0 strings lie in courses of three, the outer ones so far below and above; the pick
        meets all at once.
    under_pitch, under_gap_ms : float
        From 28 up every stroke takes an open string of this MIDI pitch along (tökpe), so much
        apart, alternately before and after; less is none.
    tilt_db : float
        Level change for each octave above D3.
    direct : float
        Share of the string heard without the body.
    body_scale : float
        Factor on the body's frequencies.
    body : tuple of Resonance
        Modes of the body.
    """

    REACH = (28.0, 95.0)
    pick_position: float = limited(0.12, 0.02, 0.5, "of the string")
    decay_s: float = limited(2.6, 0.2, 8.0, "s")
    decay_3k_s: float = limited(0.45, 0.05, 4.0, "s")
    decay_slope: float = limited(0.25, 0.0, 1.0, "")
    brightness_hz: float = limited(1600.0, 200.0, 8000.0, "Hz")
    noise: float = limited(2.5, 0.0, 5.0, "of the impulse")
    second_share: float = limited(0.25, 0.0, 0.5, "of the sound")
    second_decay: float = limited(0.45, 0.1, 1.0, "of the first")
    second_cents: float = limited(0.35, 0.0, 5.0, "cents")
    stiffness: float = limited(3e-5, 0.0, 1e-3, "")
    glide_cents: float = limited(5.0, 0.0, 40.0, "cents")
    course_cents: float = limited(0.0, 0.0, 20.0, "cents")
    under_pitch: float = limited(0.0, 0.0, 95.0, "MIDI")
    under_gap_ms: float = limited(12.0, 0.0, 60.0, "ms")
    tilt_db: float = limited(-2.0, -9.0, 3.0, "dB an octave")
    direct: float = limited(0.55, 0.0, 2.0, "of the string")
    body_scale: float = limited(1.0, 0.3, 3.0, "times")
    body: tuple[Resonance, ...] = ()

    def play(
        self, pitch: float, duration_s: float, velocity: float, variant: int, position: int = 0
    ) -> Samples:
        """Strike the string, and stop it when the note's duration is over."""
        del position
        nearest = min(BRIGHTNESS, key=lambda known: abs(known - velocity))
        number = variant % N_STROKES
        key = (self, round(pitch, 2), nearest, number)
        ringing = STROKES.get(key, lambda: self._strike(round(pitch, 2), nearest, number))
        return damped(ringing, seconds_to_samples(duration_s))

    def _strike(self, pitch: float, velocity: float, number: int) -> Samples:
        """Strike once, the open string too where it is taken along."""
        up = number % 2 == 1
        bright = velocity * (UP_BRIGHTNESS if up else 1.0)
        note = pluck(self, f0_hz=pitch_hz(pitch), velocity=bright, seed=number)
        gap = seconds_to_samples(self.under_gap_ms / 1000.0)
        if self.under_pitch >= self.REACH[0]:
            under = pluck(self, f0_hz=pitch_hz(self.under_pitch), velocity=bright, seed=number)
            under = under * np.float32(UNDER_LEVEL)
            # Down the open low string is met first, up it comes after the melody.
            note = _together(note, under, gap) if up else _together(under, note, gap)
            note *= np.float32(1.0 / (1.0 + 0.3 * UNDER_LEVEL))
        return note


def _together(first: Samples, second: Samples, gap: int) -> Samples:
    both = np.zeros(max(len(first), gap + len(second)), dtype=np.float32)
    both[: len(first)] = first
    both[gap : gap + len(second)] += second
    return both


def pluck(string: PluckedString, *, f0_hz: float, velocity: float, seed: int) -> Samples:
    """Strike a string once and let it ring.

    Parameters
    ----------
    string : PluckedString
        The instrument.
    f0_hz : float
        Fundamental, 40 to 2000 Hz; met within 2 cents from 80 to 800 Hz.
    velocity : float
        0 to 1: how bright the stroke is. Loudness is left to the caller, so that one sound serves
        for notes of several levels.
    seed : int >= 0
        Chooses the nail's noise: two seeds are two strokes of one player.

    Returns
    -------
    Samples, shape (n_samples,)
        Ringing until it has faded, at most 11.9 s. About equally strong at all pitches and
        velocities.

    Raises
    ------
    ValueError
        If the fundamental is out of range.
    """
    if not 40.0 <= f0_hz <= 2000.0:
        raise ValueError(f"f0_hz={f0_hz} must be 40 to 2000")
    from scipy import fft

    response = _response(string, f0_hz)
    n_window = _window(string, f0_hz)
    rng = np.random.default_rng([seed, round(f0_hz * 100)])
    struck = stroke(string.brightness_hz * (0.45 + 0.75 * velocity), string.noise, f0_hz, rng)
    spectrum = fft.rfft(struck, n_window, workers=1)[: len(response)] * response
    ringing = fft.irfft(spectrum.astype(np.complex64), n_window, workers=1)
    gliding = glide(ringing, string.glide_cents * velocity)
    gain = min(
        10.0 ** (_level_db(string, f0_hz) / 20.0) / _rms(gliding),
        LOUDEST / float(np.max(np.abs(gliding))),
    )
    return trimmed(gliding * np.float32(gain))


def _level_db(string: PluckedString, f0_hz: float) -> float:
    return 20.0 * math.log10(REFERENCE_RMS) + string.tilt_db * math.log2(f0_hz / REFERENCE_HZ)


def _rms(samples: Samples) -> float:
    head = samples[: int(LEVEL_S * SAMPLE_RATE)]
    return math.sqrt(float(np.mean(np.square(head, dtype=np.float64))))


def _shorter(string: PluckedString, f0_hz: float) -> float:
    """Return the factor on the decays of a string that is not D3."""
    return math.pow(REFERENCE_HZ / f0_hz, string.decay_slope)


def _window(string: PluckedString, f0_hz: float) -> int:
    rings_s = string.decay_s * _shorter(string, f0_hz)
    return WINDOW_SAMPLES * (2 if rings_s > LONG_S else 1)


@lru_cache(maxsize=24)
def _response(string: PluckedString, f0_hz: float) -> _Complex:
    """Return what string and body do to a stroke, at the frequencies up to `TOP_HZ`."""
    n_window = _window(string, f0_hz)
    n_bins = int(TOP_HZ * n_window / SAMPLE_RATE)
    frequency_hz = np.arange(n_bins, dtype=np.float64) * (SAMPLE_RATE / n_window)
    ringing = _ringing(string, frequency_hz, f0_hz)
    for apart in (-string.course_cents, string.course_cents) if string.course_cents else ():
        neighbour = _ringing(string, frequency_hz, f0_hz * 2.0 ** (apart / 1200.0))
        ringing = (ringing + COURSE_LEVEL * neighbour) / (1.0 + 0.5 * COURSE_LEVEL)
    picked = 1.0 - np.exp(-2j * np.pi * string.pick_position * frequency_hz / f0_hz)
    taper = np.clip((TOP_HZ - frequency_hz) / (TOP_HZ - TAPER_HZ), 0.0, 1.0)
    body = resonate(string.body, string.direct, frequency_hz, string.body_scale)
    shaped: _Complex = ringing * picked * body * np.sin(taper * np.pi / 2)
    return shaped


def _ringing(
    string: PluckedString, frequency_hz: npt.NDArray[np.float64], f0_hz: float
) -> _Complex:
    """Return what one string does to a stroke, in its two directions of vibration."""
    shorter = _shorter(string, f0_hz)
    first = _loop(string, frequency_hz, f0_hz, shorter)
    second_hz = f0_hz * 2.0 ** (string.second_cents / 1200.0)
    second = _loop(string, frequency_hz, second_hz, shorter * string.second_decay)
    share = string.second_share
    both: _Complex = (1.0 - share) / (1.0 - first) + share / (1.0 - second)
    return both


def _loop(
    string: PluckedString, frequency_hz: npt.NDArray[np.float64], f0_hz: float, decay: float
) -> _Complex:
    """Return the gain of one trip along the string and back, at each frequency.

    The loss is the limit of many [s, 1-2s, s] filters: flat at low, steep at high frequencies.
    """
    stiff = 4.0 * string.stiffness
    ratio = frequency_hz / (f0_hz / math.sqrt(1.0 + string.stiffness))
    trips = np.sqrt((np.sqrt(1.0 + stiff * ratio**2) - 1.0) / (stiff / 2.0)) if stiff else ratio
    everywhere = NEPERS_60_DB / (f0_hz * string.decay_s * decay)
    at_3k = NEPERS_60_DB / (f0_hz * decay) * (1.0 / string.decay_3k_s - 1.0 / string.decay_s)
    bend = 1.0 - math.cos(2.0 * math.pi * 3000.0 / SAMPLE_RATE)
    loss = everywhere + at_3k * (1.0 - np.cos(2.0 * np.pi * frequency_hz / SAMPLE_RATE)) / bend
    gain: _Complex = np.exp(-loss - 2j * np.pi * trips)
    return gain
