"""What was heard of a file in, verdicts out: lengths, gaps, clicks, and whether all is spoken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from audiobook.check.clicks import Click, is_click
from audiobook.check.coding import Coding
from audiobook.check.hear import Heard, runs
from audiobook.check.verdict import Verdict, between, said
from audiobook.loudness import CELL_S, integrated, mean_loudness

__all__ = ["Spans", "check_clicks", "check_gaps", "check_heard", "check_length", "spans_of"]

LENGTH_TOLERANCE_S = 0.05
SILENT_DB = -60.0  # RMS of 10 ms
MAX_GAP_S = 3.0
EDGE_S = 0.5  # a clip begins and ends with a moment of its own silence
BEFORE_S, AFTER_S = 0.02, 0.05  # around a segment, in which its sound may still ring
MAX_UNDER_VOICE_LU = 13.0  # no segment is softer; the music under it would be, by 20 LU

Spans = list[tuple[float, float]]


def spans_of(segments: list[dict[str, Any]]) -> Spans:
    """Return when each segment of a report is spoken, in seconds."""
    return [(segment["start_s"], segment["end_s"]) for segment in segments]


def check_length(
    file: str, heard: Heard, coding: Coding, reported_s: float, tolerance_s: float
) -> Iterator[Verdict]:
    """Compare how long the file is to a decoder, to two readers of headers, and to the report."""
    told = {"ffmpeg": coding.ffmpeg_s, "mutagen": coding.mutagen_s}
    yield between(
        file,
        "length",
        heard.duration_s,
        "s",
        at_least=round(reported_s - tolerance_s, 3),
        at_most=round(reported_s + tolerance_s, 3),
    )
    off_ms = {name: 1000.0 * abs(length - heard.duration_s) for name, length in told.items()}
    worst = max(off_ms, key=lambda name: off_ms[name])
    yield between(
        file,
        "length told",
        off_ms[worst],
        "ms",
        at_most=1000.0 * LENGTH_TOLERANCE_S,
        note=f"{worst} says {told[worst]:.2f} s",
    )


def check_gaps(file: str, heard: Heard, spoken: Spans) -> Verdict:
    """Look for silence between the first and the last word that no pause of the story explains."""
    bar = f"at most {MAX_GAP_S:g} s that is no pause of the story"
    if not spoken:
        return said(file, "gaps", True, "nothing is spoken", bar)
    pauses = [(before[1] - EDGE_S, after[0] + EDGE_S) for before, after in pairwise(spoken)]
    first, last = (round(t / CELL_S) for t in (spoken[0][0], spoken[-1][1]))
    silent = heard.squares[first:last] < 10.0 ** (SILENT_DB / 10.0)
    gaps = [(first * CELL_S + start, first * CELL_S + end) for start, end in runs(silent)]
    unexplained = [
        (end - start, start)
        for start, end in gaps
        if not any(p <= start and end <= q for p, q in pauses)
    ]
    length_s, at_s = max(unexplained, default=(0.0, 0.0))
    found = f"{length_s:.2f} s" + (f" at {_at(at_s)}" if length_s else "")
    return Verdict(file, "gaps", found, bar, length_s <= MAX_GAP_S, length_s, "s")


def clicks_of(heard: Heard, spoken: Spans) -> list[Click]:
    """Return the moments that are clicks, one for each millisecond."""
    around = [(start - BEFORE_S, end + AFTER_S) for start, end in spoken]
    found: list[Click] = []
    for moment in heard.suspects:
        if is_click(moment, around) and not (found and moment.time_s - found[-1].time_s < 0.001):
            found.append(moment)
    return found


def check_clicks(file: str, heard: Heard, spoken: Spans) -> Verdict:
    """Look for jumps."""
    found = clicks_of(heard, spoken)
    where = ", ".join(_at(click.time_s) for click in found[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    text = f"{len(found)} at {where}{more}" if found else "none"
    return Verdict(file, "clicks", text, "none", not found, float(len(found)), "")


def check_heard(file: str, heard: Heard, segments: list[dict[str, Any]]) -> Verdict:
    """Listen for a voice wherever the report says that one speaks.

    Music alone would lie at least 20 LU under the voice.
    """
    spoken = np.zeros(len(heard.energies), dtype=bool)
    places = []
    for start_s, end_s in spans_of(segments):
        place = slice(round(start_s / CELL_S), max(round(end_s / CELL_S), round(start_s / CELL_S)))
        spoken[place] = True
        places.append(place)
    voice_lufs = integrated(heard.energies[spoken])
    silent = [
        segment["id"]
        for segment, place in zip(segments, places, strict=True)
        if segment["text"].strip()
        and mean_loudness(heard.energies[place]) < voice_lufs - MAX_UNDER_VOICE_LU
    ]
    n_heard = len(segments) - len(silent)
    named = f", not {', '.join(silent[:3])}" if silent else ""
    found = f"{n_heard} of {len(segments)} segments{named}"
    return Verdict(
        file, "heard", found, "a voice in every segment", not silent, float(n_heard), "segments"
    )


def _at(time_s: float) -> str:
    return f"{int(time_s // 60)}:{time_s % 60:05.2f}"
