"""A mood and a seed in, melodic figures out: the material a piece is made of, whatever its length.

A phrase is a fixed metre with a fixed rhythm and contour in each bar. Phrases come in fours, A A B
A: B repeats A's figure a step higher and turns it another way, and only the tails differ. The
first theme returns between new ones, as the head of a kui does.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from audiobook.music.chance import Chance
from audiobook.music.moods import Mood

__all__ = ["PHRASES_IN_PERIOD", "Cell", "Theme", "Tone", "metre", "phrase", "theme"]

PHRASES_IN_PERIOD = 4
# Odds of a repeated note, a step and a skip; the steps of five-note scales are wide already.
PENTATONIC, PENTATONIC_STEPS = 5, (0.14, 0.78, 0.08)
STEPS = (0.12, 0.70, 0.18)
ORNAMENTED = 5  # notes a bar must have for its tail to be ornamented too
LOWEST = -1  # degree; just under the home note, on the other string
_RISE, _FALL, _ARCH, _DIP = "rise", "fall", "arch", "dip"
_OPENINGS = (_RISE, _ARCH, _ARCH, _DIP)
_ENDINGS = (_FALL, _FALL, _ARCH)


@dataclass(frozen=True)
class Cell:
    """One bar: note lengths in eighths, and for each note its degree of the scale (0 = tonic)."""

    rhythm: tuple[float, ...]
    contour: tuple[int, ...]


@dataclass(frozen=True)
class Theme:
    """What a period of phrases is built from: A's bars, and the bar in which B turns away."""

    bars: tuple[Cell, ...]
    turn: Cell


@dataclass(frozen=True)
class Tone:
    """One melody note of a phrase.

    Attributes
    ----------
    bar : int
        Which bar of the phrase.
    beat : float
        Eighths since the phrase began.
    length : float
        In eighths.
    degree : int
        Of the scale; 0 is the tonic, the scale's length is its octave.
    """

    bar: int
    beat: float
    length: float
    degree: int


def metre(mood: Mood, seed: str) -> tuple[int, ...]:
    """Return the bars of every phrase of a piece, in eighths."""
    return _chance(mood, seed, "metre").choice(mood.metres)


def theme(mood: Mood, seed: str, ordinal: int) -> Theme:
    """Return the nth theme of a piece."""
    rng = _chance(mood, seed, f"theme {ordinal}")
    lengths = metre(mood, seed)
    bars: list[Cell] = []
    start = rng.choice((0, 0, 2))
    for number, n_eighths in enumerate(lengths):
        last = number == len(lengths) - 1
        cell = _cell(rng, mood, n_eighths, start, rng.choice(_ENDINGS if last else _OPENINGS))
        bars.append(cell)
        start = cell.contour[-1] + rng.choice((-1, 1, 1))
    turn = _cell(rng, mood, lengths[-1], bars[-1].contour[0] + 1, rng.choice(_OPENINGS))
    half_close = min((1, _fifth(mood)), key=lambda degree: abs(degree - bars[-1].contour[-2]))
    bars[-1] = _led_to(bars[-1], half_close, rng)
    return Theme(tuple(bars), turn)


def phrase(mood: Mood, seed: str, ordinal: int, *, closing: bool = False) -> tuple[Tone, ...]:
    """Return the nth phrase of a piece.

    Parameters
    ----------
    mood : Mood
        Scale and rhythms.
    seed : str
        The piece. The phrase depends on nothing else, so a change of length or of cues leaves it.
    ordinal : int >= 0
        Phrases 0 to 3 are the first period, and so on; every other period, and every closing
        phrase, brings back the first theme.
    closing : bool
        End on the second degree, which wants to go home, instead of its own ending.
    """
    period, place = divmod(ordinal, PHRASES_IN_PERIOD)
    returns = closing or period % 2 == 1
    material = theme(mood, seed, 0 if returns else period // 2)
    bars = list(material.bars)
    if closing:
        bars[-1] = _led_to(bars[-1], 1, _chance(mood, seed, "closing"))
    elif place == 2:
        higher = [Cell(bar.rhythm, tuple(d + 1 for d in bar.contour)) for bar in bars[:-1]]
        bars = [*higher, material.turn]
    elif place in (1, 3):
        bars[-1] = _led_to(bars[-1], 0, _chance(mood, seed, f"tail {ordinal}"))
    return _tones(bars)


def _tones(bars: list[Cell]) -> tuple[Tone, ...]:
    tones = []
    beat = 0.0
    for number, bar in enumerate(bars):
        starts = accumulate(bar.rhythm, initial=beat)
        for start, length, degree in zip(starts, bar.rhythm, bar.contour, strict=False):
            tones.append(Tone(number, start, length, degree))
        beat += sum(bar.rhythm)
    return tuple(tones)


def _chance(mood: Mood, seed: str, purpose: str) -> Chance:
    """Return chance of its own for each purpose, so that one decision never moves another."""
    return Chance(seed, mood.name, purpose)


def _fifth(mood: Mood) -> int:
    return mood.scale.index(7)


def _cell(rng: Chance, mood: Mood, n_eighths: int, start: int, shape: str) -> Cell:
    """Draw a rhythm and walk through the scale in the shape's direction, mostly by step."""
    rhythm = rng.choice(mood.rhythms[n_eighths])
    highest = len(mood.scale)
    degree = min(max(start, LOWEST), highest)
    contour = [degree]
    for number in range(1, len(rhythm)):
        up = _goes_up(shape, number / len(rhythm))
        size = rng.choice((0, 1, 2), STEPS if highest > PENTATONIC else PENTATONIC_STEPS)
        moved = degree + (size if up else -size)
        degree = moved if LOWEST <= moved <= highest else degree - (size if up else -size)
        contour.append(degree)
    return Cell(rhythm, tuple(contour))


def _goes_up(shape: str, way: float) -> bool:
    """Tell the direction of a contour after a share of its notes."""
    if shape in (_RISE, _FALL):
        return shape == _RISE
    return (way <= 0.5) == (shape == _ARCH)


def _led_to(bar: Cell, goal: int, rng: Chance) -> Cell:
    """Vary the tail: end on the goal; reach it by step where the bar would leap to it."""
    contour = [*bar.contour[:-1], goal]
    if len(contour) >= 3 and abs(contour[-2] - goal) > 2:
        contour[-2] = goal + rng.choice((1, 1, -1))
    if len(contour) >= ORNAMENTED:
        contour[-3] = max(LOWEST, contour[-3] + rng.choice((-1, 0, 1)))
    return Cell(bar.rhythm, tuple(contour))
