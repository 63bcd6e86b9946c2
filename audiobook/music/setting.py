"""A mood in its piece: how beats become samples, degrees pitches, and strokes notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from audiobook.audio import SAMPLE_RATE
from audiobook.music.chance import Chance
from audiobook.music.figures import metre
from audiobook.music.form import Pace, Slot
from audiobook.music.palette import Mood, Palette, Scored
from audiobook.music.score import Note

__all__ = ["Bar", "Setting"]


@dataclass(frozen=True)
class Bar:
    """One bar of a slot: its number, first sample, eighths, and whether it lies in the rest."""

    number: int
    start: int
    eighths: int
    is_rest: bool


@dataclass(frozen=True)
class Setting:
    """What all players of a mood share.

    Attributes
    ----------
    palette, mood, seed : Palette, Mood, str
        The piece.
    eighth : float
        Samples in an eighth.
    patience : float
        This piece's rests against the mood's.
    """

    palette: Palette
    mood: Mood
    seed: str
    eighth: float
    patience: float

    @classmethod
    def of(cls, palette: Palette, mood: Mood, seed: str, tempo: float, patience: float) -> Setting:
        """Set a mood at its tempo times ``tempo``."""
        return cls(palette, mood, seed, 30.0 / (mood.bpm * tempo) * SAMPLE_RATE, patience)

    @property
    def bars(self) -> tuple[int, ...]:
        """The bars of every phrase, in eighths."""
        return metre(self.mood, self.seed)

    @property
    def pace(self) -> Pace:
        """How long phrases and rests are."""
        rest = self.patience * self.mood.rest_bars * sum(self.bars) / len(self.bars)
        return Pace(tuple(round(n * self.eighth) for n in self.bars), round(rest * self.eighth))

    def scored(self, name: str) -> Scored:
        """Return an instrument by name."""
        return self.palette.instruments[name]

    def chance(self, purpose: str, slot: Slot) -> Chance:
        """Return chance for one purpose in one slot; nothing else draws from it."""
        return Chance(self.seed, purpose, *slot.purpose)

    def bars_of(self, slot: Slot) -> list[Bar]:
        """Return the bars of a phrase and of the rest after it, as far as they have time."""
        starts = accumulate(self.bars, initial=-sum(self.bars[: slot.first_bar]))
        bars = [
            Bar(number, slot.start + round(beat * self.eighth), n_eighths, is_rest=False)
            for number, (beat, n_eighths) in enumerate(zip(starts, self.bars, strict=False))
            if number >= slot.first_bar
        ]
        first = self.bars[0]
        begin = bars[-1].start + round(bars[-1].eighths * self.eighth)
        while begin + round(first * self.eighth / 2) <= slot.stop:
            bars.append(Bar(len(self.bars), begin, first, is_rest=True))
            begin += round(first * self.eighth)
        return bars

    def sample(self, bar: Bar, beat: float) -> int:
        """Return the sample of a beat, in eighths since the bar began."""
        sway = self.mood.sway
        if not sway or not 0.0 <= beat < bar.eighths:
            return bar.start + round(beat * self.eighth)
        unit = bar.eighths / len(sway)
        whole, part = divmod(beat / unit, 1.0)
        swayed = sum(sway[: int(whole)]) + part * sway[int(whole)]
        return bar.start + round(swayed * unit * self.eighth)

    def pitch(self, scored: Scored, degree: int, octave: int = 0) -> float:
        """Return the MIDI pitch of a degree in the instrument's octave and ``octave`` more."""
        return self.palette.tonic + 12 * (scored.octave + octave) + self.mood.semitones(degree)

    def within(self, scored: Scored, pitches: Sequence[float]) -> float:
        """Return how far to move pitches, by octaves, so that the instrument has them."""
        shift = 0.0
        while max(pitches) + shift > scored.highest:
            shift -= 12.0
        while min(pitches) + shift < scored.lowest:
            shift += 12.0
        return shift

    def strings(self, scored: Scored) -> tuple[float, ...]:
        """Return the open strings that belong to the scale, low first, or none."""
        home = self.palette.tonic + 12 * scored.octave
        return tuple(home + t for t in scored.tuning if t % 12.0 in self.mood.scale)

    def note(
        self,
        scored: Scored,
        onset: int,
        duration_s: float,
        pitch: float,
        velocity: float,
        role: str,
    ) -> Note:
        """Write a note in the instrument's place."""
        loud = min(1.0, max(0.01, velocity))
        return Note(onset, scored.name, max(0.05, duration_s), pitch, loud, scored.pan, role)
