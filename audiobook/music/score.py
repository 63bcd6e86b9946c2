"""What is played: notes as pure data, between the composer who writes and those who play."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from audiobook.audio import SAMPLE_RATE, samples_to_seconds

__all__ = ["Mark", "Note", "Score", "pitch_hz", "pitch_name"]

ROLL_STEP_S = 0.25  # one character of the text roll
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


def pitch_hz(pitch: float) -> float:
    """Return the frequency of a MIDI pitch in equal temperament, A4 (69) = 440 Hz."""
    return 440.0 * math.pow(2.0, (pitch - 69.0) / 12.0)


def pitch_name(pitch: float) -> str:
    """Return a pitch as people write it.

    Examples
    --------
    >>> pitch_name(50), pitch_name(69)
    ('D3', 'A4')
    """
    nearest = round(pitch)
    return f"{_NAMES[nearest % 12]}{nearest // 12 - 1}"


@dataclass(frozen=True, slots=True)
class Note:
    """One note of one instrument.

    Attributes
    ----------
    onset : int
        Sample at which it is struck.
    instrument : str
        Name of a player in the palette's ensemble.
    duration_s : float > 0
        How long it may sound before it is stopped, in seconds.
    pitch : float
        MIDI pitch; fractions are parts of a semitone.
    velocity : float
        Strength of the stroke, 0 to 1: loudness and brightness.
    pan : float
        -1 is left, 0 the middle, 1 right.
    """

    onset: int
    instrument: str
    duration_s: float
    pitch: float
    velocity: float
    pan: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a part of the form begins, and what it is."""

    onset: int
    name: str


@dataclass(frozen=True)
class Score:
    """A whole bed as notes.

    Attributes
    ----------
    n_samples : int
        Exact length of the music at `SAMPLE_RATE`.
    tonic : int
        MIDI pitch of the home note.
    scale : tuple of int
        Semitones above the tonic, within one octave.
    melody : str
        The instrument that carries the tune.
    notes : tuple of Note
        Ordered by onset; none begins after the end.
    marks : tuple of Mark
        The form, ordered.
    """

    n_samples: int
    tonic: int
    scale: tuple[int, ...]
    melody: str
    notes: tuple[Note, ...]
    marks: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        for before, after in pairwise(self.notes):
            if after.onset < before.onset:
                raise ValueError(f"notes must be ordered: {after} follows {before}")
        if self.notes and not 0 <= self.notes[0].onset <= self.notes[-1].onset < self.n_samples:
            raise ValueError(f"notes must begin within {self.n_samples} samples")

    def describe(self) -> str:
        """Return the score as a text roll: time runs right, pitch up, ``o`` is a stroke.

        Sustained notes (pads) are left out; each part of the form is a paragraph of its own.
        """
        marks = self.marks or (Mark(0, "music"),)
        ends = [mark.onset for mark in marks[1:]] + [self.n_samples]
        struck = [note for note in self.notes if note.instrument == self.melody]
        parts = []
        for mark, end in zip(marks, ends, strict=True):
            within = [note for note in struck if mark.onset <= note.onset < end]
            parts.append("\n".join([f"{_clock(mark.onset)}  {mark.name}", *_roll(within, mark)]))
        return "\n\n".join(parts)


def _clock(position: int) -> str:
    minutes, seconds = divmod(samples_to_seconds(position), 60.0)
    return f"{int(minutes)}:{seconds:04.1f}"


def _roll(notes: Sequence[Note], mark: Mark) -> list[str]:
    """Draw one part of the form: a row for each pitch that sounds, highest first."""
    step = ROLL_STEP_S * SAMPLE_RATE
    cells: dict[int, set[int]] = {}
    for note in notes:
        cells.setdefault(round(note.pitch), set()).add(int((note.onset - mark.onset) / step))
    width = 1 + max((max(columns) for columns in cells.values()), default=-1)
    return [
        f"  {pitch_name(pitch):>3} " + "".join("o" if c in columns else "." for c in range(width))
        for pitch, columns in sorted(cells.items(), reverse=True)
    ]
