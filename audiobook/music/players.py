"""A note in, its sound and its place out: the players that a score may call by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from audiobook.music.instruments import Instrument, Samples, instrument
from audiobook.music.score import Note

__all__ = ["ENSEMBLE", "Player"]


@dataclass(frozen=True)
class Player:
    """One instrument as the renderer sees it.

    Attributes
    ----------
    instrument : Instrument
        What is played.
    gain : float >= 0
        Level in the bed.
    send : float >= 0
        Share that goes to the room.
    pan : float
        Where the player sits, -1 left to 1 right; a note's own place is added to it.
    """

    instrument: Instrument
    gain: float = 1.0
    send: float = 0.3
    pan: float = 0.0

    def play(self, note: Note, ordinal: int) -> Samples:
        """Return the sound of a note before its level, mono.

        ``ordinal`` counts this player's notes, so that repeated notes differ. Pure: the same
        arguments give the same samples.
        """
        return self.instrument.play(note.pitch, note.duration_s, note.velocity, ordinal, note.onset)

    def place(self, note: Note) -> float:
        """Return where a note sounds, -1 left to 1 right."""
        return min(1.0, max(-1.0, self.pan + note.pan))


ENSEMBLE: Mapping[str, Player] = MappingProxyType(
    {
        "dombra": Player(instrument("dombra"), gain=1.0, send=0.30),
        "drone": Player(instrument("drone"), gain=1.0, send=0.50),
    }
)
