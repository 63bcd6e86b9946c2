"""A `Score` in, its sound out in blocks: players, places on the stage, the room, the last fade."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from audiobook.audio import Audio, db_to_gain, seconds_to_samples
from audiobook.music.bed import edge_gain
from audiobook.music.instruments import Samples
from audiobook.music.players import Player
from audiobook.music.room import Hall, Room
from audiobook.music.score import Note, Score

__all__ = ["render"]

FADE_IN_S = 0.005
FADE_OUT_S = 1.2
ROOM_TO_GROW = 1 << 19  # samples; growing note by note would copy everything each time


def render(
    score: Score, ensemble: Mapping[str, Player], hall: Hall, *, level_db: float = 0.0
) -> Iterator[Audio]:
    """Play a score in a room.

    Parameters
    ----------
    score : Score
        Every instrument it names must be in the ensemble.
    ensemble : mapping of str to Player
        Who plays.
    hall : Hall
        Where.
    level_db : float
        Gain on everything, in dB.

    Yields
    ------
    Audio, shape (up to Room.block_samples, 2)
        Adding up to ``score.n_samples``; the last 50 ms are digital silence. Blocks always lie at
        the same places, so the same score gives the same samples.
    """
    room = Room(hall)
    stage = _Stage(ensemble)
    gain = np.float32(db_to_gain(level_db))
    fade_in = seconds_to_samples(FADE_IN_S)
    fade_out = min(seconds_to_samples(FADE_OUT_S), score.n_samples // 4)
    upcoming = 0
    for start in range(0, score.n_samples, room.block_samples):
        n_samples = min(room.block_samples, score.n_samples - start)
        while upcoming < len(score.notes) and score.notes[upcoming].onset < start + n_samples:
            stage.strike(score.notes[upcoming], score.notes[upcoming].onset - start)
            upcoming += 1
        block = room.process(*stage.advance(n_samples))
        block *= gain
        block *= edge_gain(start, n_samples, score.n_samples, fade_in=fade_in, fade_out=fade_out)
        yield block


class _Stage:
    """What has been struck and still sounds: three running sums, two dry sides and the send."""

    def __init__(self, ensemble: Mapping[str, Player]) -> None:
        self._ensemble = ensemble
        self._played: Counter[str] = Counter()
        self._sounding: Audio = np.zeros((3, 0), dtype=np.float32)

    def strike(self, note: Note, position: int) -> None:
        """Add a note at a position within the coming block."""
        player = self._ensemble[note.instrument]
        sound = player.play(note, self._played[note.instrument])
        self._played[note.instrument] += 1
        self._reach(position + len(sound))
        level = player.gain * note.velocity
        angle = (player.place(note) + 1.0) * math.pi / 4.0  # equal power, unity in the middle
        places = (math.sqrt(2.0) * math.cos(angle), math.sqrt(2.0) * math.sin(angle), player.send)
        for row, place in zip(self._sounding, places, strict=True):
            row[position : position + len(sound)] += sound * np.float32(level * place)

    def advance(self, n_samples: int) -> tuple[Audio, Samples]:
        """Return the dry sides and the send of the coming block, and move on."""
        self._reach(n_samples)
        block = self._sounding[:, :n_samples]
        self._sounding = self._sounding[:, n_samples:].copy()
        return block[:2].T, block[2]

    def _reach(self, n_samples: int) -> None:
        missing = n_samples - self._sounding.shape[1]
        if missing > 0:
            missing += ROOM_TO_GROW
            self._sounding = np.pad(self._sounding, ((0, 0), (0, missing)))
