"""Passages in, subtitles out: one or two lines each, broken where the voice or the sense pauses.

Between two pauses of the reading all ways to break the text are weighed (by dynamic programming),
and the cheapest is taken: full lines, ends of sentences and clauses, neither a flash nor a wait.

References
----------
.. [1] Netflix, "Timed Text Style Guide: General requirements": two lines, 5/6 to 7 s, 2 frames
   apart; English: 42 characters a line, 20 a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from audiobook.export.edition import Passage
from audiobook.export.phrases import LINE_WIDTH, Bit, bits_of, joined, width_of
from audiobook.segments import NARRATOR, Boundary

__all__ = ["GAP_MS", "MAX_MS", "MIN_MS", "Cue", "cues_of"]

MIN_MS = 1000
MAX_MS = 7000
GAP_MS = 83  # two frames at 24 a second
READING_WIDTH_PER_S = 17.0  # what is read without haste; a cue stays as long if it can
MAX_NAME_WIDTH = 14.0

_COST_CUE = 4.0
_COST_SENTENCE = 2.0  # to end one in the middle of a cue
_COST_HASTE = 0.02  # for each millisecond below the least
_COST_WAIT = 0.1  # for each above the most
_COST_PAUSE = 0.01  # for each millisecond of silence within, beyond a sentence's
_PAUSE_S = 0.6
_COST_UNEVEN = 4.0  # two lines of which one is empty


@dataclass(frozen=True)
class Cue:
    """What is shown at a time, in milliseconds from the chapter's start; whose words it is."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speaker: str = NARRATOR


def cues_of(passages: Sequence[Passage], duration_ms: int, *, is_cast: bool = False) -> list[Cue]:
    """Make the subtitles of a chapter.

    Parameters
    ----------
    duration_ms : int
        Length of the chapter, where the last cue ends at the latest.
    is_cast : bool
        Whether names will be shown: their room is left free.

    Returns
    -------
    list of Cue
        In order, apart from one another; together they show every word once.
    """
    raw: list[tuple[Cue, float]] = []
    for run in _runs(passages):
        speaker = run[0].segment.speaker
        named = min(width_of(f"{speaker}: "), MAX_NAME_WIDTH) if is_cast else 0.0
        bits = bits_of(run)
        for first, last in _cut(bits, LINE_WIDTH - named):
            part = bits[first:last]
            lines = _lines(part, LINE_WIDTH - named)
            width = sum(bit.width + len(bit.before) for bit in part)
            cue = Cue(_ms(part[0].start_s), _ms(part[-1].end_s), lines, speaker)
            raw.append((cue, width))
    return [*_timed(raw, duration_ms)]


def _runs(passages: Sequence[Passage]) -> Iterator[list[Passage]]:
    """Yield what one speaker says between two pauses that divide more than sentences."""
    number = 0
    numbered = []
    for passage in passages:
        numbered.append((number, passage))
        if passage.segment.after not in (Boundary.CLAUSE, Boundary.SENTENCE):
            number += 1
    for _, run in groupby(numbered, key=lambda entry: (entry[0], entry[1].segment.speaker)):
        yield [passage for _, passage in run]


def _reaches(bits: Sequence[Bit], max_width: float) -> list[int]:
    """Return for each bit where a line that begins with it ends at the latest."""
    reaches = [len(bits)] * (len(bits) + 1)
    last, width = 0, 0.0
    for first in range(len(bits)):
        if last <= first:
            last, width = first + 1, bits[first].width
        while last < len(bits) and bits[last].before != "\n":
            wider = width + len(bits[last].before) + bits[last].width
            if wider > max_width:
                break
            last, width = last + 1, wider
        reaches[first] = last
        if last > first + 1:
            width -= bits[first].width + len(bits[first + 1].before)
    return reaches


def _cut(bits: Sequence[Bit], max_width: float) -> list[tuple[int, int]]:
    """Return the first bit of each cue, and the first after it, for the least cost in all."""
    reaches = _reaches(bits, max_width)
    n_bits = len(bits)
    least = [0.0] * (n_bits + 1)
    ends = [n_bits] * n_bits
    for first in range(n_bits - 1, -1, -1):
        best, end = float("inf"), first + 1
        inside, last_s = 0.0, bits[first].end_s
        for last in range(first + 1, reaches[reaches[first]] + 1):
            bit = bits[last - 1]
            if last > first + 1:
                before = bits[last - 2]
                inside += _COST_SENTENCE if before.cost == 0 else 0.0
                silence_s = bit.start_s - last_s - _PAUSE_S
                inside += silence_s * 1000.0 * _COST_PAUSE if silence_s > 0.0 else 0.0
            last_s = bit.end_s
            cost = inside + least[last] + _COST_CUE + _hurry(bits, first, last)
            cost += bit.cost if last < n_bits else 0.0
            if cost < best:
                best, end = cost, last
        least[first], ends[first] = best, end
    cuts, first = [], 0
    while first < n_bits:
        cuts.append((first, ends[first]))
        first = ends[first]
    return cuts


def _hurry(bits: Sequence[Bit], first: int, last: int) -> float:
    """Return what it costs that a cue is too short to be read, or stays too long."""
    start_s = bits[first].start_s
    length_ms = (bits[last - 1].end_s - start_s) * 1000.0
    if length_ms >= MIN_MS:
        return (length_ms - MAX_MS) * _COST_WAIT if length_ms > MAX_MS else 0.0
    # The last cue before a pause stays on into it.
    room_ms = (bits[last].start_s - start_s) * 1000.0 - GAP_MS if last < len(bits) else MIN_MS
    return max(0.0, MIN_MS - max(length_ms, room_ms)) * _COST_HASTE


def _lines(bits: Sequence[Bit], max_width: float) -> tuple[str, ...]:
    """Divide a cue into lines: where the story does, else not at all, else where it reads well."""
    kept = [i for i, bit in enumerate(bits) if i and bit.before == "\n"]
    width = sum(bit.width + len(bit.before) for bit in bits) - len(bits[0].before)
    if not kept and (width <= max_width or len(bits) == 1):
        return (joined(bits),)
    best, cut = float("inf"), 1
    left = bits[0].width
    for i in range(1, len(bits)):
        right = width - left - len(bits[i].before)
        if (not kept or i in kept) and max(left, right) <= max_width:
            cost = bits[i - 1].cost + _COST_UNEVEN * abs(left - right) / max_width
            if cost < best:
                best, cut = cost, i
        left += len(bits[i].before) + bits[i].width
    return joined(bits[:cut]), joined(bits[cut:])


def _timed(raw: Sequence[tuple[Cue, float]], duration_ms: int) -> Iterator[Cue]:
    """Let each cue stay until it can have been read, if there is time before the next one."""
    earliest = 0
    for i, (cue, width) in enumerate(raw):
        start = max(cue.start_ms, earliest)
        following = raw[i + 1][0].start_ms if i + 1 < len(raw) else duration_ms + GAP_MS
        reading_ms = min(MAX_MS, max(MIN_MS, round(width * 1000 / READING_WIDTH_PER_S)))
        wanted = max(cue.end_ms, start + reading_ms)
        end = min(wanted, following - GAP_MS)
        if end - start < GAP_MS:  # no time to be dark between the two
            end = max(start + 1, min(wanted, following))
        earliest = end
        yield Cue(start, end, cue.lines, cue.speaker)


def _ms(time_s: float) -> int:
    return round(time_s * 1000)
