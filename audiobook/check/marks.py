"""The marks of a whole-book file in, a verdict out: judged by where the chapters really sound.

Of each chapter's own file a second from its first word on is kept. Where the book's file holds that
second again is where the chapter is, whatever the report says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from audiobook.check.hear import EXCERPT_HZ, Levels
from audiobook.check.verdict import Verdict, said
from audiobook.ffmpeg import ChapterMark

__all__ = ["EXCERPT_S", "SEARCH_S", "Found", "check_marks", "find_excerpt", "mark_of"]

TOLERANCE_S = 0.05
EXCERPT_S = 1.0
SEARCH_S = 0.5  # how far from where it should be an excerpt is looked for, on either side
ALIKE = 0.5  # correlation of what is the same speech, encoded twice

Excerpt = tuple[float, Levels]


@dataclass(frozen=True)
class Found:
    """Where an excerpt is in another file, in seconds, and how much alike both are, 0 to 1."""

    start_s: float
    alike: float


def find_excerpt(excerpt: Levels, around: Excerpt) -> Found:
    """Find an excerpt in a longer one that starts at a known time."""
    from scipy.signal import correlate

    start_s, sound = around
    if not 0 < len(excerpt) <= len(sound):
        return Found(start_s, 0.0)
    match = np.abs(correlate(sound, excerpt, mode="valid", method="fft"))
    best = int(match.argmax())
    there = sound[best : best + len(excerpt)]
    energy = float(np.linalg.norm(there) * np.linalg.norm(excerpt))
    return Found(start_s + best / EXCERPT_HZ, float(match[best]) / energy if energy else 0.0)


def mark_of(chapter: dict[str, Any], marks: Sequence[ChapterMark]) -> ChapterMark | None:
    """Return a chapter's mark: of those with its title the nearest to where it should be."""
    title = " ".join(chapter["title"].split())
    named = [mark for mark in marks if " ".join(mark.title.split()) == title]
    return min(named, key=lambda mark: abs(mark.start_s - chapter["start_s"]), default=None)


def check_marks(
    file: str,
    chapters: Sequence[dict[str, Any]],
    marks: Sequence[ChapterMark],
    own: Mapping[int, Excerpt],
    book: Mapping[int, Excerpt],
) -> Verdict:
    """Judge the marks of a whole-book file.

    Parameters
    ----------
    own, book : dict
        By number: the excerpt of each chapter's own file, and the piece of the book around where
        it is by its mark. Where either is missing, the mark is held against the report's clock.
    """
    worst_s, worst, how = 0.0, "", "against the decoded sound"
    for chapter in chapters:
        number, name = chapter["number"], f'"{chapter["title"]}"'
        mark = mark_of(chapter, marks)
        if mark is None:
            return _no(file, f"{name} has no mark")
        start_s = chapter["start_s"]
        if number in own and number in book:
            at_s, excerpt = own[number]
            found = find_excerpt(excerpt, book[number])
            if found.alike < ALIKE:
                return _no(file, f"{name} is not heard at its mark")
            start_s = found.start_s - at_s
        else:
            how = "against the report"
        for off_s in (mark.start_s - start_s, _sections_off(chapter, mark, marks)):
            if abs(off_s) >= abs(worst_s):
                worst_s, worst = off_s, name
    off_ms = 1000.0 * abs(worst_s)
    at_worst = f"off by {off_ms:.0f} ms at most"
    text = f"{len(marks)}, {at_worst}" + (f" ({worst})" if abs(worst_s) > TOLERANCE_S else "")
    bar = f"within {1000 * TOLERANCE_S:.0f} ms, {how}"
    return Verdict(file, "marks", text, bar, abs(worst_s) <= TOLERANCE_S, off_ms, "ms")


def _sections_off(
    chapter: dict[str, Any], mark: ChapterMark, marks: Sequence[ChapterMark]
) -> float:
    """Return by how much the worst section of a chapter is off its mark, in seconds."""
    offs = [
        min((other.start_s - mark.start_s - section["start_s"] for other in marks), key=abs)
        for section in chapter["sections"]
    ]
    return max(offs, key=abs, default=0.0)


def _no(file: str, why: str) -> Verdict:
    return said(file, "marks", False, why, f"within {1000 * TOLERANCE_S:.0f} ms")
