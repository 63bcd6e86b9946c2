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

from audiobook.audio import SAMPLE_RATE

__all__ = ["DOMBRA", "PluckedString", "Resonance", "Samples", "pluck"]

Samples = npt.NDArray[np.float32]
_Complex = npt.NDArray[np.complex128]

WINDOW_SAMPLES = 1 << 18  # 5.9 s: T60 2.6 s has fallen by 137 dB when the circle closes
TOP_HZ = 10_000.0  # nothing of the string is computed above
TAPER_HZ = 7_000.0  # from here the spectrum is led to zero, so that the cut does not ring
TAIL_DB = -66.0  # below its peak a note has ended
FADE_S = 0.12
REFERENCE_HZ = 146.83  # D3: the pitch at which a string's decay is given
LEVEL_S = 0.5  # notes are made equally strong over this time
REFERENCE_RMS = 0.1
LOUDEST = 0.5  # a stroke whose nail happens to hit hard is held back, so that beds keep headroom
NEPERS_60_DB = 3.0 * math.log(10.0)


@dataclass(frozen=True)
class Resonance:
    """One mode of the body: centre frequency, quality (centre over bandwidth), linear gain."""

    frequency_hz: float
    quality: float
    gain: float


@dataclass(frozen=True)
class PluckedString:
    """What makes one plucked instrument sound unlike another.

    Attributes
    ----------
    pick_position : float
        Where the string is struck, as a share of its length from the bridge. Above .2 it stops
        sounding plucked.
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
    tilt_db : float
        Level change for each octave above D3.
    direct : float
        Share of the string heard without the body.
    body : tuple of Resonance
        Modes of the body.
    """

    pick_position: float = 0.12
    decay_s: float = 2.6
    decay_3k_s: float = 0.45
    decay_slope: float = 0.25
    brightness_hz: float = 1600.0
    noise: float = 2.5
    second_share: float = 0.25
    second_decay: float = 0.45
    second_cents: float = 0.35
    stiffness: float = 3e-5
    glide_cents: float = 5.0
    tilt_db: float = -2.0
    direct: float = 0.55
    body: tuple[Resonance, ...] = ()


# Decays, pick position and excitation were chosen by ear-like measures (an independent timbre
# tagger, spectra); the body's modes are taste around the wood modes of small plucked lutes.
DOMBRA = PluckedString(
    body=(
        Resonance(196.0, 9.0, 0.90),
        Resonance(310.0, 10.0, 0.80),
        Resonance(455.0, 11.0, 0.70),
        Resonance(640.0, 12.0, 0.55),
        Resonance(880.0, 12.0, 0.45),
        Resonance(1350.0, 8.0, 0.25),
        Resonance(2300.0, 5.0, 0.15),
    )
)


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
        Ringing until it has faded, at most 5.9 s. About equally strong at all pitches and
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
    stroke = _stroke(string, f0_hz, velocity, np.random.default_rng([seed, round(f0_hz * 100)]))
    spectrum = fft.rfft(stroke, WINDOW_SAMPLES, workers=1)[: len(response)] * response
    ringing = fft.irfft(spectrum.astype(np.complex64), WINDOW_SAMPLES, workers=1)
    gliding = _glide(ringing, string.glide_cents * velocity)
    gain = min(
        10.0 ** (_level_db(string, f0_hz) / 20.0) / _rms(gliding),
        LOUDEST / float(np.max(np.abs(gliding))),
    )
    return _trim(gliding * np.float32(gain))


def _level_db(string: PluckedString, f0_hz: float) -> float:
    return 20.0 * math.log10(REFERENCE_RMS) + string.tilt_db * math.log2(f0_hz / REFERENCE_HZ)


def _rms(samples: Samples) -> float:
    head = samples[: int(LEVEL_S * SAMPLE_RATE)]
    return math.sqrt(float(np.mean(np.square(head, dtype=np.float64))))


@lru_cache(maxsize=48)
def _response(string: PluckedString, f0_hz: float) -> _Complex:
    """Return what string and body do to a stroke, at the frequencies up to `TOP_HZ`."""
    n_bins = int(TOP_HZ * WINDOW_SAMPLES / SAMPLE_RATE)
    frequency_hz = np.arange(n_bins, dtype=np.float64) * (SAMPLE_RATE / WINDOW_SAMPLES)
    shorter = (REFERENCE_HZ / f0_hz) ** string.decay_slope
    first = _loop(string, frequency_hz, f0_hz, shorter)
    second_hz = f0_hz * 2.0 ** (string.second_cents / 1200.0)
    second = _loop(string, frequency_hz, second_hz, shorter * string.second_decay)
    share = string.second_share
    ringing = (1.0 - share) / (1.0 - first) + share / (1.0 - second)
    picked = 1.0 - np.exp(-2j * np.pi * string.pick_position * frequency_hz / f0_hz)
    taper = np.clip((TOP_HZ - frequency_hz) / (TOP_HZ - TAPER_HZ), 0.0, 1.0)
    shaped: _Complex = ringing * picked * _body(string, frequency_hz) * np.sin(taper * np.pi / 2)
    return shaped


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


def _body(string: PluckedString, frequency_hz: npt.NDArray[np.float64]) -> _Complex:
    total = np.full(len(frequency_hz), string.direct, dtype=np.complex128)
    for mode in string.body:
        width = 1j * frequency_hz * (mode.frequency_hz / mode.quality)
        total += mode.gain * width / (mode.frequency_hz**2 - frequency_hz**2 + width)
    return total


def _stroke(
    string: PluckedString, f0_hz: float, velocity: float, rng: np.random.Generator
) -> Samples:
    """Return the stroke itself: a soft impulse and a period of noise from the nail."""
    from scipy.signal import lfilter

    corner_hz = string.brightness_hz * (0.45 + 0.75 * velocity)
    softness = SAMPLE_RATE / (2.0 * math.pi * corner_hz)
    time = np.arange(int(softness * 14) + 8) / softness
    impulse = time * np.exp(-time)
    n_noise = int(SAMPLE_RATE / f0_hz) + 8
    pole = math.exp(-1.0 / softness)
    hiss = rng.standard_normal(n_noise) * np.hanning(n_noise + 2)[1:-1]
    hiss = lfilter([(1.0 - pole) ** 2], [1.0, -2.0 * pole, pole**2], hiss)
    stroke = np.zeros(max(len(impulse), n_noise))
    stroke[: len(impulse)] += impulse / np.linalg.norm(impulse)
    stroke[:n_noise] += string.noise * hiss / np.linalg.norm(hiss)
    return stroke.astype(np.float32)


def _glide(ringing: Samples, cents: float, settle_s: float = 0.05) -> Samples:
    """Begin a little sharp: read the sound faster until the string has settled.

    The time won is a whole number of samples, so that only the beginning is interpolated.
    """
    settle = settle_s * SAMPLE_RATE
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


def _trim(ringing: Samples) -> Samples:
    """Cut the note where it has faded, and lead it softly to nothing."""
    frame = SAMPLE_RATE // 50
    frames = np.abs(ringing[: len(ringing) // frame * frame]).reshape(-1, frame).max(axis=1)
    audible = np.flatnonzero(frames > frames.max() * 10.0 ** (TAIL_DB / 20.0))
    fade = int(FADE_S * SAMPLE_RATE)
    end = min(len(ringing) - frame, (int(audible[-1]) + 1) * frame + fade)
    note = ringing[:end].copy()
    note[-fade:] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade, dtype=np.float32)) ** 2
    attack = SAMPLE_RATE // 2000
    note[:attack] *= np.linspace(0.0, 1.0, attack, dtype=np.float32)
    return note
