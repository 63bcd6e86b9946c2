"""The palettes: scales, metres, rhythms, tempi and instruments of a tradition, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from audiobook.errors import MusicError, did_you_mean
from audiobook.music.players import ENSEMBLE, Player
from audiobook.music.room import Hall

__all__ = ["DEFAULT_MOOD", "DEFAULT_PALETTE", "PALETTES", "Mood", "Palette", "find_mood"]

DEFAULT_PALETTE = "kazakh"
DEFAULT_MOOD = "tender"

Rhythms = Mapping[int, tuple[tuple[float, ...], ...]]


@dataclass(frozen=True)
class Mood:
    """How a palette plays one feeling.

    Attributes
    ----------
    name : str
        As given on the command line.
    scale : tuple of int
        Semitones above the tonic within an octave; the fifth (7) must be among them.
    bpm : float
        Quarter notes in a minute.
    metres : tuple of tuple of int
        Phrases as bars of eighths; a piece keeps one of them throughout.
    rhythms : mapping of int to tuples of float
        For a bar of so many eighths, the note lengths it may have, in eighths.
    velocity : float
        Strength of the melody's strokes, 0 to 1.
    pad : float
        Strength of the pad, 0 to 1.
    rest_bars : float
        Bars of rest to aim at between phrases.
    drone_strokes : float
        How often a melody stroke off the bar's beginning takes the drone string along, 0 to 1.
    level_db : float
        Gain that brings the mood near -23 LUFS.
    """

    name: str
    scale: tuple[int, ...]
    bpm: float
    metres: tuple[tuple[int, ...], ...]
    rhythms: Rhythms
    velocity: float
    pad: float
    rest_bars: float
    drone_strokes: float = 0.0
    level_db: float = 0.0


@dataclass(frozen=True)
class Palette:
    """A tradition: what its moods have in common.

    Attributes
    ----------
    name : str
        As given on the command line.
    tonic : int
        MIDI pitch of the home note.
    strings : tuple of int
        MIDI pitches of the melody instrument's open strings, low first.
    melody, pad : str
        Players of the tune and of the pad, by their names in the ensemble.
    moods : mapping of str to Mood
        The first is the default.
    ensemble : mapping of str to Player
        Who may play.
    hall : Hall
        Where.
    """

    name: str
    tonic: int
    strings: tuple[int, ...]
    melody: str
    pad: str
    moods: Mapping[str, Mood]
    ensemble: Mapping[str, Player] = field(default_factory=lambda: ENSEMBLE)
    hall: Hall = field(default_factory=Hall)


def find_mood(palette: str, mood: str) -> tuple[Palette, Mood]:
    """Look up a palette and one of its moods.

    Raises
    ------
    MusicError
        If there is no palette or mood of that name; the message names the closest.
    """
    if palette not in PALETTES:
        raise MusicError(f'unknown music palette "{palette}"; {did_you_mean(palette, PALETTES)}')
    moods = PALETTES[palette].moods
    if mood not in moods:
        raise MusicError(f'palette {palette} has no mood "{mood}"; {did_you_mean(mood, moods)}')
    return PALETTES[palette], moods[mood]


# Shertpe, the plucked style: long tones, dotted figures, a breath at the end of the bar.
_SHERTPE: Rhythms = {
    4: ((2, 1, 1), (1, 1, 2), (1, 2, 1), (1.5, 0.5, 2)),
    5: ((2, 1, 2), (3, 1, 1), (2, 2, 1), (1, 1, 3)),
    6: ((2, 2, 2), (4, 1, 1), (2, 1, 1, 2), (3, 2, 1), (1, 1, 4), (3, 1, 2)),
}
# Tökpe, the strummed style: the gallop, long-short-short.
_TOKPE: Rhythms = {
    4: ((1, 0.5, 0.5, 1, 1), (1, 0.5, 0.5, 1, 0.5, 0.5), (0.5, 0.5, 1, 1, 1), (2, 1, 1)),
    5: ((1, 0.5, 0.5, 1, 1, 1), (1, 1, 0.5, 0.5, 1, 1), (2, 1, 1, 1)),
    6: ((1, 0.5, 0.5, 1, 0.5, 0.5, 1, 1), (2, 1, 0.5, 0.5, 1, 1), (1, 0.5, 0.5, 1, 1, 2)),
}

# Scales, metres and tempi follow descriptions of dombra kui: diatonic with pentatonic touches,
# mixed metres, two strings a fourth apart. The figures themselves are generated.
_KAZAKH_MOODS = (
    Mood(
        name="tender",
        scale=(0, 2, 4, 7, 9),  # major pentatonic
        bpm=60.0,
        metres=((6, 6), (6, 5), (4, 6)),
        rhythms=_SHERTPE,
        velocity=0.50,
        pad=0.13,
        rest_bars=0.8,
        level_db=2.0,
    ),
    Mood(
        name="lively",
        scale=(0, 2, 4, 5, 7, 9, 10),  # Mixolydian
        bpm=96.0,
        metres=((4, 6, 5), (4, 5, 6), (6, 5, 4)),
        rhythms=_TOKPE,
        velocity=0.56,
        pad=0.10,
        rest_bars=0.6,
        drone_strokes=0.55,
        level_db=-1.7,
    ),
    Mood(
        name="solemn",
        scale=(0, 2, 3, 5, 7, 8, 10),  # Aeolian
        bpm=50.0,
        metres=((4, 6), (6, 4), (4, 4)),
        rhythms=_SHERTPE,
        velocity=0.55,
        pad=0.16,
        rest_bars=0.7,
        level_db=1.1,
    ),
    Mood(
        name="wistful",
        scale=(0, 2, 3, 5, 7, 9, 10),  # Dorian
        bpm=54.0,
        metres=((6, 5), (5, 6), (6, 4)),
        rhythms=_SHERTPE,
        velocity=0.48,
        pad=0.14,
        rest_bars=0.8,
        level_db=2.5,
    ),
)

PALETTES: Mapping[str, Palette] = MappingProxyType(
    {
        "kazakh": Palette(
            name="kazakh",
            tonic=50,
            strings=(45, 50),
            melody="dombra",
            pad="drone",
            moods=MappingProxyType({mood.name: mood for mood in _KAZAKH_MOODS}),
        )
    }
)
