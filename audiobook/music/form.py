"""Cues in, the places of phrases out: where each begins, how high it lies, when the end is struck.

Phrases have the length their metre gives them; what is left between them and the next cue is rest.
So nothing is squeezed to fit, and an edit that moves a cue moves the phrases after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from audiobook.audio import SAMPLE_RATE, seconds_to_samples
from audiobook.music.bed import Cues

__all__ = ["UNDER_SPEECH", "Form", "Part", "Slot", "lay_out"]

OPENING_S = 0.1  # the first stroke
RING_S = 5.0  # what the last chord needs to die away in
BREATH_S = 1.5  # between the cadence on the last word and music that follows it
ARC_S = 420.0  # one climb and return of a kui; longer music makes several
GREAT_CLIMAX = 0.62  # where in the whole the greatest climax lies
# (share of the arc from which it holds, name, octaves above the low register)
REGISTERS = (
    (0.00, "bas buyn", 0.0),
    (0.28, "orta buyn", 0.45),
    (0.50, "saga", 1.0),
    (0.74, "orta buyn", 0.45),
    (0.88, "bas buyn", 0.0),
)
# A few phrases have no time for the middle: one climb, and home.
SHORT_S = 100.0
SHORT_REGISTERS = ((0.00, "bas buyn", 0.0), (0.38, "saga", 1.0), (0.80, "bas buyn", 0.0))
KISHI_SAGA = 0.7  # octaves; the small climax of every arc but the one with the greatest


@dataclass(frozen=True)
class Part:
    """A part of the form: its name, its height in octaves, and how full it is played, 0 to 1."""

    name: str
    register: float
    fullness: float


@dataclass(frozen=True)
class Slot:
    """Room for one phrase and the rest that follows it.

    Attributes
    ----------
    start, stop : int
        First sample, and first sample after the rest.
    first_bar : int
        Bars left out at the phrase's beginning, where there is no time for all.
    part : Part
        Where in the form it lies.
    closing : bool
        Whether a cadence follows.
    """

    start: int
    stop: int
    part: Part
    first_bar: int = 0
    closing: bool = False


@dataclass(frozen=True)
class Form:
    """Where everything lies; ``cadences`` are the samples at which a final chord is strummed."""

    slots: tuple[Slot, ...]
    cadences: tuple[int, ...]
    opening: int | None


INTRO = Part("intro", 0.0, 1.0)
CODA = Part("coda", 0.0, 1.0)
CLOSING = Part("closing", 0.0, 0.85)
UNDER_SPEECH = 0.8  # fullness while there is something to listen to


def lay_out(cues: Cues, bars: Sequence[int], eighth: float, rest: float) -> Form:
    """Place phrases between the cues.

    Parameters
    ----------
    cues : Cues
        What must be met.
    bars : sequence of int
        The phrase's bars, in eighths.
    eighth : float
        Samples in an eighth.
    rest : float
        Eighths of rest to aim at after a phrase.
    """
    grid = _Grid(tuple(round(n * eighth) for n in bars), round(rest * eighth))
    opening = seconds_to_samples(OPENING_S)
    coda, last_chord = _coda(cues, grid)
    slots = (*_intro(cues, grid, opening), *_body(cues, grid), *coda)
    first = min([slot.start for slot in slots] + [cues.speech_end])
    starts_bare = first - opening > grid.bars[0] // 2
    cadence = _first_cadence(cues)
    return Form(
        slots,
        (cadence,) if last_chord is None else (cadence, last_chord),
        opening if starts_bare else None,
    )


@dataclass(frozen=True)
class _Grid:
    """Lengths in samples: each bar of a phrase, and the rest to aim at."""

    bars: tuple[int, ...]
    rest: int

    @property
    def phrase(self) -> int:
        return sum(self.bars)


def _first_cadence(cues: Cues) -> int:
    """Return where the last word's chord falls: on its end, unless the music ends there too."""
    latest = cues.n_samples - min(2 * SAMPLE_RATE, cues.n_samples // 2)
    return min(cues.speech_end, latest)


def _intro(cues: Cues, grid: _Grid, opening: int) -> list[Slot]:
    """Lead into the first word: the last phrase ends on it, shortened if there is no time."""
    room = cues.speech_start - opening
    first_bar = next((b for b in range(len(grid.bars)) if sum(grid.bars[b:]) <= room), None)
    if first_bar is None:
        return []
    start = cues.speech_start - sum(grid.bars[first_bar:])
    before = _fill([(opening, 0)], start - grid.bars[0], grid)
    ends = [*(begin for begin, _ in before[1:]), start]
    slots = [Slot(begin, end, INTRO) for (begin, _), end in zip(before, ends, strict=False)]
    return [*slots, Slot(start, cues.speech_start, INTRO, first_bar)]


def _body(cues: Cues, grid: _Grid) -> list[Slot]:
    """Fill the time of the speech; begin phrases in pauses, and close on the last word."""
    length = cues.speech_end - cues.speech_start
    closes = length >= 2 * grid.phrase + grid.rest
    end = cues.speech_end - grid.phrase if closes else cues.speech_end
    anchors = [(cues.speech_start + grid.rest, 0)]
    anchors += [(start, weight) for start, _, weight in cues.breaths if start > cues.speech_start]
    slots = [
        Slot(start, stop, _part(start - cues.speech_start, length))
        for start, stop in _fill(anchors, end, grid)
    ]
    if closes:
        slots.append(Slot(end, cues.speech_end, CLOSING, closing=True))
    return slots


def _coda(cues: Cues, grid: _Grid) -> tuple[list[Slot], int | None]:
    """Play on after the last word where there is time for it; return slots and the last chord."""
    last_chord = cues.n_samples - seconds_to_samples(RING_S)
    begin = cues.speech_end + seconds_to_samples(BREATH_S)
    last = last_chord - grid.phrase
    if last < begin:
        return [], None
    before = _fill([(begin, 0)], last, grid)
    slots = [Slot(start, stop, CODA) for start, stop in before]
    return [*slots, Slot(last, last_chord, CODA, closing=True)], last_chord


def _fill(anchors: Sequence[tuple[int, int]], end: int, grid: _Grid) -> list[tuple[int, int]]:
    """Place phrases from anchor to anchor, evenly between, each followed by about the rest."""
    kept = _thin(anchors, end, grid.phrase)
    slots = []
    for start, stop in pairwise([*kept, end] if kept else []):
        span = stop - start
        count = max(1, min(span // grid.phrase, round(span / (grid.phrase + grid.rest))))
        edges = [start + span * i // count for i in range(count + 1)]
        slots += list(pairwise(edges))
    return slots


def _thin(anchors: Sequence[tuple[int, int]], end: int, phrase: int) -> list[int]:
    """Keep anchors at least a phrase apart, the weightier of two that are too near."""
    kept: list[tuple[int, int]] = []
    for position, weight in anchors:
        if position + phrase > end:
            break
        while kept and position - kept[-1][0] < phrase and weight > kept[-1][1]:
            kept.pop()
        if not kept or position - kept[-1][0] >= phrase:
            kept.append((position, weight))
    return [position for position, _ in kept]


def _part(position: int, length: int) -> Part:
    """Return the part of the kui at a position within the speech."""
    n_arcs = max(1, round(length / (ARC_S * SAMPLE_RATE)))
    arc, way = divmod(position * n_arcs / length, 1.0)
    plan = SHORT_REGISTERS if length < SHORT_S * SAMPLE_RATE else REGISTERS
    _, name, register = [row for row in plan if row[0] <= way][-1]
    if name != "saga":
        return Part(name, register, UNDER_SPEECH)
    if int(arc) == int(GREAT_CLIMAX * n_arcs):
        return Part("ülken saga", register, UNDER_SPEECH)
    return Part("kishi saga", KISHI_SAGA, UNDER_SPEECH)
