"""What is played: notes as pure data, between the composer who writes and those who play."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from audiobook.audio import SAMPLE_RATE, samples_to_seconds

__all__ = ["Mark", "Mode", "Note", "Score", "pitch_hz", "pitch_name"]

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
    role : str
        What it is for: "lead" (the tune), "grace", "drone", "arpeggio", "touch", "pad", "chord"
        or "drum".
    """

    onset: int
    instrument: str
    duration_s: float
    pitch: float
    velocity: float
    pan: float = 0.0
    role: str = "lead"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a part of the form begins, what the tradition calls it, and what kind it is."""

    onset: int
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Mode:
    """From where on which mood holds, and its scale in semitones above the tonic."""

    onset: int
    mood: str
    scale: tuple[float, ...]


@dataclass(frozen=True)
class Score:
    """A whole bed as notes.

    Attributes
    ----------
    n_samples : int
        Exact length of the music at `SAMPLE_RATE`.
    tonic : float
        MIDI pitch of the home note.
    modes : tuple of Mode
        The first from the beginning, ordered.
    notes : tuple of Note
        Ordered by onset; none begins after the end.
    marks : tuple of Mark
        The form, ordered.
    """

    n_samples: int
    tonic: float
    modes: tuple[Mode, ...]
    notes: tuple[Note, ...]
    marks: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        for before, after in pairwise(self.notes):
            if after.onset < before.onset:
                raise ValueError(f"notes must be ordered: {after} follows {before}")
        if self.notes and not 0 <= self.notes[0].onset <= self.notes[-1].onset < self.n_samples:
            raise ValueError(f"notes must begin within {self.n_samples} samples")

    def mode_at(self, position: int) -> Mode:
        """Return the mode that holds at a sample."""
        return [mode for mode in self.modes if mode.onset <= position or mode is self.modes[0]][-1]

    def describe(self) -> str:
        """Return the tune as a text roll: time runs right, pitch up, ``o`` is a note's beginning.

        Each part of the form is a paragraph of its own, and says who plays besides the lead.
        """
        marks = self.marks or (Mark(0, "music"),)
        ends = [mark.onset for mark in marks[1:]] + [self.n_samples]
        parts = []
        for mark, end in zip(marks, ends, strict=True):
            within = [note for note in self.notes if mark.onset <= note.onset < end]
            tune = [note for note in within if note.role == "lead"]
            lines = [_clock(mark.onset) + f"  {mark.name}{self._changed(mark)}", *_roll(tune, mark)]
            parts.append("\n".join([*lines, *_others(within)]))
        return "\n\n".join(parts)

    def _changed(self, mark: Mark) -> str:
        """Name the mood where it is another than before."""
        mood = self.mode_at(mark.onset).mood
        before = [other for other in self.marks if other.onset < mark.onset]
        if not mood or (before and self.mode_at(before[-1].onset).mood == mood):
            return ""
        return f" ({mood})"


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


def _others(notes: Sequence[Note]) -> list[str]:
    """Say in one line who plays besides the tune, and how many notes."""
    played = Counter((note.instrument, note.role) for note in notes if note.role != "lead")
    if not played:
        return []
    who = (f"{name} ({role}) {count}" for (name, role), count in sorted(played.items()))
    return ["      " + ", ".join(who)]
