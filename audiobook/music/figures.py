"""A mood and a seed in, melodic figures out: the material a piece is made of, whatever its length.

A phrase is a fixed metre with a fixed rhythm and contour in each bar. Phrases come in fours, A A B
A: B repeats A's figure a step higher and turns it another way, and only the tails differ. The
first theme returns between new ones, as the head of a kui does. A theme is tried before it is
taken: one that wanders, leaps about or runs on the spot is drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from audiobook.music.chance import Chance
from audiobook.music.palette import Mood

__all__ = ["PHRASES_IN_PERIOD", "Cell", "Theme", "Tone", "metre", "phrase", "theme", "theme_of"]

PHRASES_IN_PERIOD = 4
# Odds of a repeated note, a step and a skip; the steps of five-note scales are wide already.
PENTATONIC, PENTATONIC_STEPS = 5, (0.14, 0.78, 0.08)
STEPS = (0.12, 0.70, 0.18)
# How often a bar answers the one before, if it is as long, by the number of its notes: a few tones
# are heard as a figure only when they come again.
SEQUENCES = {2: 0.8, 3: 0.8, 4: 0.8, 5: 0.3}
DENSE_SEQUENCES = 0.15
ANSWERS = (0, 0, -1, 1)  # as it is, or a step away
ORNAMENTED = 5  # notes a bar must have for its tail to be ornamented too
# What a theme is tried for, as a share of its period's moves: few wide ones, and triples of moves
# that come again, more of them where few tones must be heard as a figure.
WIDE, NARROW_SHARE = 4.0, 0.76  # semitones; the share of moves that are no wider
DENSE = 45  # tones in a period
RETURNS_SPARSE, RETURNS_DENSE = (0.40, 0.60), (0.20, 0.50)
DRAWS = 24  # then the best of them is taken
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


@lru_cache(maxsize=256)
def theme(mood: Mood, seed: str, scene: int, ordinal: int) -> Theme:
    """Return the nth theme of a scene; the first of the first scene is the head of the piece."""
    drawn = []
    for draw in range(DRAWS):
        candidate = _drawn(mood, seed, f"theme {scene} {ordinal} {draw}")
        drawn.append((_fault(mood, seed, candidate), draw, candidate))
        if drawn[-1][0] == 0.0:
            break
    return min(drawn)[-1]


def _fault(mood: Mood, seed: str, material: Theme) -> float:
    """Return how far a theme's period, A A B A, is from what a theme should be; 0 if it is not."""
    phrases = (_phrase(mood, seed, material, place, None) for place in range(PHRASES_IN_PERIOD))
    pitches = [mood.semitones(tone.degree) for tones in phrases for tone in tones]
    moves = [after - before for before, after in pairwise(pitches)]
    triples = list(zip(moves, moves[1:], moves[2:], strict=False))
    if not triples:
        return 0.0
    narrow = sum(abs(move) <= WIDE for move in moves) / len(moves)
    returning = 1.0 - len(set(triples)) / len(triples)
    least, most = RETURNS_DENSE if len(pitches) >= DENSE else RETURNS_SPARSE
    return max(0.0, NARROW_SHARE - narrow) + max(0.0, least - returning, returning - most)


def _drawn(mood: Mood, seed: str, purpose: str) -> Theme:
    """Draw a theme as it comes."""
    rng = _chance(mood, seed, purpose)
    lengths = metre(mood, seed)
    bars: list[Cell] = []
    widest = 4 if len(mood.scale) > PENTATONIC else 1
    answers = False  # once is a figure, twice would be a rut
    start = rng.choice((0, 0, 2))
    for number, n_eighths in enumerate(lengths):
        last = number == len(lengths) - 1
        cell = _cell(rng, mood, n_eighths, start, rng.choice(_ENDINGS if last else _OPENINGS))
        odds = SEQUENCES.get(len(cell.rhythm), DENSE_SEQUENCES)
        wanted = rng.uniform(0.0, 1.0) < odds and not answers
        if wanted and number:  # a bar that ends far from its beginning would leap back
            wanted = abs(bars[-1].contour[-1] - bars[-1].contour[0]) <= widest
        answers = wanted and number > 0 and lengths[number - 1] == n_eighths
        if answers:
            cell = _answer(bars[-1], rng.choice(ANSWERS), len(mood.scale))
        bars.append(cell)
        start = cell.contour[-1] + rng.choice((-1, 1, 1))
    turn = _cell(rng, mood, lengths[-1], bars[-1].contour[0] + 1, rng.choice(_OPENINGS))
    before = bars[-1].contour[-2:][0]
    half_close = min((1, mood.fifth), key=lambda degree: abs(degree - before))
    bars[-1] = _led_to(mood, bars[-1], half_close, rng)
    return Theme(tuple(bars), turn)


def theme_of(scene: int, ordinal: int) -> tuple[int, int]:
    """Return whose theme the nth phrase of a scene plays, as a scene and an ordinal within it.

    Phrases 0 to 3 are the scene's first period, and so on; every other period brings back the
    head. So a scene that grows by a phrase changes no other scene.
    """
    period = ordinal // PHRASES_IN_PERIOD
    return (0, 0) if period % 2 == 1 else (scene, period // 2)


def phrase(
    mood: Mood, seed: str, scene: int, ordinal: int, *, goal: int | None = None, head: bool = False
) -> tuple[Tone, ...]:
    """Return the nth phrase of a scene.

    Parameters
    ----------
    mood : Mood
        Scale and rhythms.
    seed : str
        The piece. The phrase depends on nothing else, so a change of length or of cues leaves it.
    scene, ordinal : int >= 0
        See `theme_of`.
    goal : int or None
        Degree to end on, in whichever octave is nearer; None for the phrase's own ending.
    head : bool
        Whether to play the head instead, in its first form.
    """
    place = 0 if head else ordinal % PHRASES_IN_PERIOD
    source = (0, 0) if head else theme_of(scene, ordinal)
    return _phrase(mood, seed, theme(mood, seed, *source), place, goal)


def _phrase(
    mood: Mood, seed: str, material: Theme, place: int, goal: int | None
) -> tuple[Tone, ...]:
    """Return a theme's phrase at one of the places in its period."""
    bars = list(material.bars)
    if place == 2:
        higher = [Cell(bar.rhythm, tuple(d + 1 for d in bar.contour)) for bar in bars[:-1]]
        bars = [*higher, material.turn]
    elif place in (1, 3) and goal is None:
        goal = 0
    if goal is not None:
        nearest = _nearest(mood, bars[-1], goal)
        bars[-1] = _led_to(mood, bars[-1], nearest, _chance(mood, seed, f"tail {goal}"))
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


def _answer(bar: Cell, step: int, highest: int) -> Cell:
    """Repeat a bar as it is or a step away, on the side where it stays within the compass."""
    moved = tuple(degree + step for degree in bar.contour)
    if min(moved) < LOWEST or max(moved) > highest:
        moved = tuple(degree - step for degree in bar.contour)
    return Cell(bar.rhythm, moved)


def _goes_up(shape: str, way: float) -> bool:
    """Tell the direction of a contour after a share of its notes."""
    if shape in (_RISE, _FALL):
        return shape == _RISE
    return (way <= 0.5) == (shape == _ARCH)


def _nearest(mood: Mood, bar: Cell, goal: int) -> int:
    """Return the goal in the octave that the bar comes nearest to."""
    before = bar.contour[-2:][0]
    return min((goal, goal + len(mood.scale)), key=lambda degree: abs(degree - before))


def _led_to(mood: Mood, bar: Cell, goal: int, rng: Chance) -> Cell:
    """Vary the tail: end on the goal, and come to it by steps where the bar would leap."""
    contour = [*bar.contour[:-1], goal]
    widest = 2 if len(mood.scale) > PENTATONIC else 1
    for place in range(len(contour) - 2, 0, -1):
        gap = contour[place] - contour[place + 1]
        if abs(gap) <= widest:
            break
        near = 1 if place == len(contour) - 2 else widest
        contour[place] = contour[place + 1] + (near if gap > 0 else -near)
    if len(contour) >= ORNAMENTED:
        contour[-3] = max(LOWEST, contour[-3] + rng.choice((-1, 0, 1)))
    return Cell(bar.rhythm, tuple(contour))
