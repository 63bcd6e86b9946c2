"""A plan and a climax in, the height of every moment out: one climb and return, or several."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from audiobook.audio import SAMPLE_RATE
from audiobook.music.palette import Plan

__all__ = ["UNDER_SPEECH", "Climb", "Part"]

UNDER_SPEECH = 0.8  # fullness while there is something to listen to
ARC_S = 420.0  # one climb and return; longer music makes several. Taste
USUAL_CLIMAX = 0.62  # where in the whole the greatest climax lies, if nothing says so
EARLIEST, LATEST = 0.30, 0.88  # of its arc: a climb needs time, and so does coming home
# A few phrases have no time for the middle: one climb, and home.
SHORT_S = 100.0
SHORT_STATIONS = ((0.00, "low"), (0.38, "climax"), (0.80, "low"))


@dataclass(frozen=True)
class Part:
    """A part of the form.

    Attributes
    ----------
    kind, name : str
        What it is, and what the tradition calls it.
    height : float
        Share of the way from the low register (0) to the climax (1).
    fullness : float
        How full it is played, 0 to 1.
    """

    kind: str
    name: str
    height: float = 0.0
    fullness: float = UNDER_SPEECH


@dataclass(frozen=True)
class _Arc:
    """One climb and return: where it lies, and at which share of it its climax is."""

    start: float
    stop: float
    peak: float
    is_great: bool


class Climb:
    """The way of the register through the speech.

    Parameters
    ----------
    plan : Plan
        Of the palette.
    length : int
        Samples of speech.
    climax : int or None
        Sample, since the speech began, at which the greatest climax lies; None for its usual
        place.
    """

    def __init__(self, plan: Plan, length: int, climax: int | None) -> None:
        self._plan = plan
        self._stations = SHORT_STATIONS if length < SHORT_S * SAMPLE_RATE else plan.stations
        begin = next(start for start, kind in self._stations if kind == "climax")
        end = min((start for start, _ in self._stations if start > begin), default=1.0)
        self._usual = (begin + end) / 2.0
        wanted = length * USUAL_CLIMAX if climax is None else float(climax)
        self._arcs = _arcs(length, wanted, self._usual)

    @property
    def peak(self) -> int:
        """The sample at which the greatest climax lies."""
        great = next(arc for arc in self._arcs if arc.is_great)
        return round(great.start + great.peak * (great.stop - great.start))

    def part_at(self, position: int) -> Part:
        """Return the part of the form at a sample of the speech."""
        arc = next((a for a in self._arcs if position < a.stop), self._arcs[-1])
        way = min(max((position - arc.start) / max(1.0, arc.stop - arc.start), 0.0), 1.0)
        bent = _bent(way, arc.peak, self._usual)
        kind = [kind for start, kind in self._stations if start <= bent][-1]
        return _part(self._plan, kind, arc.is_great)


def _arcs(length: int, climax: float, usual: float) -> list[_Arc]:
    """Divide the speech so that the climax lies in the great arc's usual place, if it can."""
    count = max(1, round(length / (ARC_S * SAMPLE_RATE)))
    span = length / count
    climax = min(max(climax, 0.0), float(length))
    start = min(max(climax - usual * span, 0.0), length - span)
    if start < 0.5 * span:  # too little for an arc of its own: it belongs to this one
        start, stop = 0.0, start + span
    else:
        stop = start + span
    if length - stop < 0.5 * span:
        stop = float(length)
    peak = min(max((climax - start) / max(1.0, stop - start), EARLIEST), LATEST)
    great = _Arc(start, stop, peak, is_great=True)
    return [*_even(0.0, start, span, usual), great, *_even(stop, float(length), span, usual)]


def _even(start: float, stop: float, span: float, usual: float) -> list[_Arc]:
    if stop <= start:
        return []
    count = max(1, round((stop - start) / span))
    edges = [start + (stop - start) * i / count for i in range(count + 1)]
    return [_Arc(a, b, usual, is_great=False) for a, b in pairwise(edges)]


def _bent(way: float, peak: float, usual: float) -> float:
    """Bend the way through an arc so that the plan's climax falls where this arc has it."""
    if way < peak:
        return way / peak * usual
    return usual + (way - peak) / (1.0 - peak) * (1.0 - usual)


def _part(plan: Plan, kind: str, is_great: bool) -> Part:
    if kind == "climax" and not is_great:
        kind = "small climax"
    height = {"low": 0.0, "middle": plan.middle, "climax": 1.0, "small climax": plan.small}[kind]
    return Part(kind, plan.names.get(kind, kind), height)
