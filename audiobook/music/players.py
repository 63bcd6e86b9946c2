"""A note in, its sound out: the players that a score may call by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from audiobook.audio import SAMPLE_RATE, seconds_to_samples
from audiobook.music.drone import DRONE, hum
from audiobook.music.score import Note, pitch_hz
from audiobook.music.strings import DOMBRA, Samples, pluck

__all__ = ["ENSEMBLE", "Player"]

# Three classes of brightness and three strokes of each: enough that no two neighbours are alike,
# few enough that a chapter's strokes are computed once and fit in about 60 MB.
BRIGHTNESS = (0.3, 0.55, 0.8)
N_STROKES = 3
DAMP_S = 0.08  # a finger that stops a string; shorter sounds electronic


@dataclass(frozen=True)
class Player:
    """One instrument as the renderer sees it.

    Attributes
    ----------
    play : callable (note, ordinal) -> Samples
        The sound of a note at velocity 1, mono; ``ordinal`` counts this player's notes, so that
        repeated notes differ. Pure: the same arguments give the same samples.
    gain : float
        Level in the bed.
    send : float
        Share that goes to the room.
    """

    play: Callable[[Note, int], Samples]
    gain: float
    send: float


@lru_cache(maxsize=128)
def _dombra_stroke(f0_hz: float, velocity: float, seed: int) -> Samples:
    return pluck(DOMBRA, f0_hz=f0_hz, velocity=velocity, seed=seed)


def play_dombra(note: Note, ordinal: int) -> Samples:
    """Pluck one string of the dombra and stop it when the note's duration is over."""
    nearest = min(BRIGHTNESS, key=lambda velocity: abs(velocity - note.velocity))
    ringing = _dombra_stroke(pitch_hz(note.pitch), nearest, ordinal % N_STROKES)
    return _damped(ringing, seconds_to_samples(note.duration_s))


def play_drone(note: Note, ordinal: int) -> Samples:  # noqa: ARG001  (the pad never repeats itself)
    """Let the pad sound for the note's duration, and fade."""
    f0_hz = pitch_hz(note.pitch)
    return hum(DRONE, f0_hz=f0_hz, duration_s=note.duration_s, position=note.onset)


def _damped(ringing: Samples, n_samples: int) -> Samples:
    fade = int(DAMP_S * SAMPLE_RATE)
    if n_samples + fade >= len(ringing):
        return ringing
    note = ringing[: n_samples + fade].copy()
    note[-fade:] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade, dtype=np.float32)) ** 2
    return note


ENSEMBLE: Mapping[str, Player] = MappingProxyType(
    {
        "dombra": Player(play_dombra, gain=1.0, send=0.30),
        "drone": Player(play_drone, gain=1.0, send=0.50),
    }
)
