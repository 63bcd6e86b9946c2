"""The nouns of a tradition: its moods, instruments, metres and plan, as a palette file gives them.

Nothing here sounds or reads files, so that names and moods can be asked for at no cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from audiobook.errors import MusicError, did_you_mean

__all__ = [
    "Arpeggio",
    "Drum",
    "Mood",
    "Pad",
    "Palette",
    "Plan",
    "Rhythms",
    "Scale",
    "Scored",
    "Touch",
]

Scale = tuple[float, ...]
Rhythms = Mapping[int, tuple[tuple[float, ...], ...]]


@dataclass(frozen=True)
class Scored:
    """An instrument as the composer and the stage see it.

    Attributes
    ----------
    name : str
        What the palette calls it.
    model : str
        What it is played by, with ``parameters`` in place of the model's own.
    gain, send, pan : float
        Level, share given to the room, and place (-1 left, 1 right).
    octave : int
        Octaves above the palette's tonic in which it plays.
    sustains : bool
        Bowed or blown: a tone lasts as long as it is written. Otherwise it is struck and rings.
    tuning : tuple of float
        Open strings, or the low and the high stroke of a drum, in semitones above the tonic in
        the instrument's octave; empty for none.
    lowest, highest : float
        MIDI pitches; a phrase that would go beyond is played an octave nearer.
    program : int
        Nearest General MIDI sound, 1 to 128, for exported MIDI files.
    """

    name: str
    model: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    gain: float = 1.0
    send: float = 0.3
    pan: float = 0.0
    octave: int = 0
    sustains: bool = False
    tuning: tuple[float, ...] = ()
    lowest: float = 36.0
    highest: float = 96.0
    program: int = 1


@dataclass(frozen=True)
class Pad:
    """The drone under everything: who holds it, how strongly, how many octaves up."""

    instrument: str
    velocity: float
    octave: int = 0


@dataclass(frozen=True)
class Arpeggio:
    """Broken chords under the tune.

    Attributes
    ----------
    patterns : tuple of tuple of int
        Degrees of the scale, one pattern a bar, taken in turn; a bar repeats its pattern.
    every : float
        Eighths from note to note.
    share : float
        How many bars are accompanied, 0 to 1.
    octave : int
        Octaves above the instrument's own.
    """

    instrument: str
    patterns: tuple[tuple[int, ...], ...]
    every: float
    share: float
    velocity: float
    octave: int = 0


@dataclass(frozen=True)
class Touch:
    """Long tones against the tune, in some phrases: ``share`` of them, 0 to 1."""

    instrument: str
    share: float
    velocity: float
    octave: int = 0


@dataclass(frozen=True)
class Drum:
    """Strokes of a drum.

    Attributes
    ----------
    patterns : mapping of int to str
        For a bar of so many eighths, one sign for each: ``D`` low, ``t`` high, ``.`` none.
    share : float
        How many phrases are drummed, 0 to 1; a climax always is.
    """

    instrument: str
    patterns: Mapping[int, str] = field(hash=False)
    share: float
    velocity: float


@dataclass(frozen=True)
class Mood:
    """How a palette plays one feeling.

    Attributes
    ----------
    name, about : str
        As given on the command line; a line for readers.
    scale : tuple of float
        Semitones above the tonic within an octave, rising from 0.
    bpm : float
        Quarter notes in a minute.
    metres : tuple of tuple of int
        Phrases as bars of eighths; a piece keeps one of them throughout.
    rhythms : mapping of int to tuples of float
        For a bar of so many eighths, the note lengths it may have, in eighths.
    sway : tuple of float
        Lengths of a bar's beats against one another, adding up to their number; empty for even.
    velocity : float
        Strength of the melody's strokes, 0 to 1.
    rest_bars : float
        Bars of rest to aim at between phrases.
    lead, turn : str
        Who has the tune; who takes it over after every other scene break, or "".
    cadence : str
        Who strikes the last chord.
    drone_strokes : float
        How often a melody stroke off the bar's beginning takes the drone string along, 0 to 1.
    grace : float
        How often a longer note is given a grace note from the step above, 0 to 1.
    climax : float
        Octaves from the low register to the climax.
    level_db : float
        Gain that brings the mood near -23 LUFS.
    """

    name: str
    about: str
    scale: Scale
    bpm: float
    metres: tuple[tuple[int, ...], ...]
    rhythms: Rhythms = field(hash=False)
    velocity: float
    rest_bars: float
    lead: str
    turn: str
    cadence: str
    sway: tuple[float, ...] = ()
    drone_strokes: float = 0.0
    grace: float = 0.0
    climax: float = 1.0
    level_db: float = 0.0
    pad: Pad | None = None
    arpeggio: Arpeggio | None = None
    touch: Touch | None = None
    drum: Drum | None = None

    @property
    def fifth(self) -> int:
        """The degree nearest to a fifth above the tonic."""
        return min(range(len(self.scale)), key=lambda degree: abs(self.scale[degree] - 7.0))

    def semitones(self, degree: int) -> float:
        """Return how far a degree lies above the tonic; degrees go on over the octave."""
        octave, step = divmod(degree, len(self.scale))
        return 12.0 * octave + self.scale[step]


@dataclass(frozen=True)
class Plan:
    """How the register goes through a piece.

    Attributes
    ----------
    stations : tuple of (share, kind)
        From which share of an arc on it is "low", "middle" or "climax".
    middle, small : float
        Heights of the middle register, and of the climax of arcs that do not hold the greatest, as
        shares of the climax.
    names : mapping of str to str
        What the tradition calls the kinds "low", "middle", "climax" and "small climax".
    """

    stations: tuple[tuple[float, str], ...] = (
        (0.00, "low"),
        (0.28, "middle"),
        (0.50, "climax"),
        (0.74, "middle"),
        (0.88, "low"),
    )
    middle: float = 0.45
    small: float = 0.7
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Palette:
    """A tradition: what its moods have in common.

    Attributes
    ----------
    name, title, about, source : str
        As given on the command line, as printed, the facts used, and where they stand.
    summary : str
        A line for those who choose: where it comes from, who plays, in what scales.
    tonic : float
        MIDI pitch of the home note.
    moods : mapping of str to Mood
        The first is the default.
    instruments : mapping of str to Scored
        Who may play.
    fingerprint : str
        SHA-256 of the file: another file is other music.
    """

    name: str
    title: str
    about: str
    source: str
    tonic: float
    moods: Mapping[str, Mood]
    instruments: Mapping[str, Scored]
    plan: Plan = field(default_factory=Plan)
    fingerprint: str = ""
    summary: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "moods", MappingProxyType(dict(self.moods)))
        object.__setattr__(self, "instruments", MappingProxyType(dict(self.instruments)))

    def mood(self, name: str) -> Mood:
        """Return a mood by its name. Raises `MusicError`, naming the closest."""
        if name not in self.moods:
            hint = did_you_mean(name, self.moods)
            raise MusicError(f'palette {self.name} has no mood "{name}"; {hint}')
        return self.moods[name]
