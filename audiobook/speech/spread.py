"""Words and the stretches in which somebody speaks in, when each word sounds out.

Nobody says which words are in which stretch. What is known is how long words take to say, and that
readers pause where sentences end far more often than within them: the division that fits both best
is found by dynamic programming, and inside a stretch words share the time by their letters.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from audiobook.speech.engine import WordTiming
from audiobook.speech.timing import spoken_weight

__all__ = ["Stretch", "spread"]

Stretch = tuple[float, float]  # from and to, in seconds

# What a pause costs after a word, in the units of squared deviations: by what the word ends with.
_AFTER_SENTENCE, _AFTER_CLAUSE, _AFTER_WORD = 0.0, 0.4, 2.5
_NO_PAUSE = {_AFTER_SENTENCE: 1.5, _AFTER_CLAUSE: 0.2, _AFTER_WORD: 0.0}  # what its lack costs
_NO_PAUSE_AT_BOUNDARY = 3.0
_NO_WORDS, _NO_WORDS_PER_S = 3.0, 8.0  # a stretch of something that is no speech: a chair, a cough
# Variance of how long words take, in s²: of any stretch, by its length, by its length squared.
_VARIANCE = (0.01, 0.03, 0.0064)
_FASTEST = 2.2  # times the mean pace, with `_SLACK_S` for a stretch of one word
_SLACK_S = 0.6
_BEAM, _BEAM_COST = 120, 40.0


@dataclass(frozen=True)
class _Text:
    """The words as numbers; each array is for the places between them, 0 to their number."""

    time_s: npt.NDArray[np.float64]  # how long all words before a place take at the mean pace
    pause: npt.NDArray[np.float64]  # cost of a pause there
    run_on: npt.NDArray[np.float64]  # cost of no pause at any place before, summed up

    @property
    def n_words(self) -> int:
        return len(self.time_s) - 1


def spread(
    words: Sequence[str], stretches: Sequence[Stretch], boundaries: Set[int] = frozenset()
) -> tuple[WordTiming, ...]:
    """Time words by where somebody speaks.

    Parameters
    ----------
    words : sequence of str
        As spoken, with their punctuation; one that says nothing takes no time.
    stretches : sequence of (start_s, end_s)
        Where there is speech, in order; not empty.
    boundaries : set of int
        Numbers of words, from 0, after which a paragraph or a title ends.

    Returns
    -------
    tuple of WordTiming
        One for each word, in order; none is exact.
    """
    text = _text(words, sum(b - a for a, b in stretches), boundaries)
    ends = _divided(text, stretches) or _by_length(text, stretches)
    timings: list[WordTiming] = []
    first = 0
    for (start_s, end_s), last in zip(stretches, ends, strict=True):
        span_s = text.time_s[last] - text.time_s[first]
        share = (text.time_s[first : last + 1] - text.time_s[first]) / (span_s or 1.0)
        edges = start_s + share * (end_s - start_s)
        timings += [WordTiming(float(a), float(b), exact=False) for a, b in pairwise(edges)]
        first = last
    return tuple(timings)


def _text(words: Sequence[str], speech_s: float, boundaries: Set[int]) -> _Text:
    weights = np.array([spoken_weight(word) for word in words])
    time_s = np.concatenate([[0.0], np.cumsum(weights)])
    time_s *= speech_s / (time_s[-1] or 1.0)
    after = [_AFTER_SENTENCE if i in boundaries else _pause(w) for i, w in enumerate(words)]
    lack = [
        _NO_PAUSE_AT_BOUNDARY if i in boundaries else _NO_PAUSE[cost]
        for i, cost in enumerate(after)
    ]
    pause = np.array([0.0, *after[:-1], 0.0])
    return _Text(time_s, pause, np.concatenate([[0.0], np.cumsum(lack)]))


def _pause(word: str) -> float:
    tail = word.rstrip("\"'”’»)]}")[-1:]
    if tail and tail in ".!?…。！？":
        return _AFTER_SENTENCE
    return _AFTER_CLAUSE if tail and tail in ",;:—–、，；：" else _AFTER_WORD


def _divided(text: _Text, stretches: Sequence[Stretch]) -> list[int]:
    """Return after which word each stretch ends; nothing if no division was found."""
    places, costs = np.array([0]), np.array([0.0])
    steps: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = []
    for start_s, end_s in stretches:
        found = _next(text, places, costs, end_s - start_s)
        if found is None:
            return []
        places, costs, came_from = found
        steps.append((places, came_from))
    if places[-1] != text.n_words:
        return []
    ends, at = [], text.n_words
    for reached, came_from in reversed(steps):
        ends.append(at)
        at = int(came_from[np.searchsorted(reached, at)])
    return ends[::-1]


def _next(
    text: _Text, places: npt.NDArray[np.int64], costs: npt.NDArray[np.float64], length_s: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]] | None:
    """Return where a stretch may end, at what cost, and where it began then."""
    most_s = _FASTEST * length_s + _SLACK_S
    furthest = np.searchsorted(text.time_s, text.time_s[places] + most_s, side="right") - 1
    low = int(places[0])
    best = np.full(int(furthest.max()) - low + 1, np.inf)
    origin = np.zeros(len(best), dtype=np.int64)
    for place, cost, last in zip(places, costs, furthest, strict=True):
        to = np.arange(place, last + 1)
        new = cost + _costs(text, int(place), to, length_s)
        at = to - low
        better = new < best[at]
        best[at[better]] = new[better]
        origin[at[better]] = place
    kept = np.flatnonzero(best <= best.min() + _BEAM_COST)
    if len(kept) > _BEAM:
        kept = np.sort(kept[np.argsort(best[kept], kind="stable")[:_BEAM]])
    return (kept + low, best[kept], origin[kept]) if len(kept) else None


def _costs(
    text: _Text, place: int, to: npt.NDArray[np.int64], length_s: float
) -> npt.NDArray[np.float64]:
    """Return what it costs that a stretch holds the words from a place to others."""
    expected_s = text.time_s[to] - text.time_s[place]
    always, linear, square = _VARIANCE
    variance = always + expected_s * (linear + expected_s * square)
    inside = text.run_on[np.maximum(to - 1, place)] - text.run_on[place]
    costs = (length_s - expected_s) ** 2 / variance + np.log(variance / always) / 2
    costs += text.pause[to] + inside
    costs[to == place] = _NO_WORDS + _NO_WORDS_PER_S * length_s
    return np.asarray(costs)


def _by_length(text: _Text, stretches: Sequence[Stretch]) -> list[int]:
    """Divide the words by time alone, for a recording that does not go with its text."""
    passed_s = np.cumsum([end_s - start_s for start_s, end_s in stretches])
    ends = np.searchsorted(text.time_s, passed_s + 1e-9, side="right") - 1
    ends[-1] = text.n_words
    return [int(end) for end in ends]
