"""A position in a finished book in, what is said there out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from audiobook.errors import BuildError

__all__ = ["Place", "locate"]

TOLERANCE_S = 0.05  # files may be so much longer than their report says


@dataclass(frozen=True)
class Place:
    """A segment of a report and its chapter, as in ``build.json``."""

    chapter: dict[str, Any]
    segment: dict[str, Any]


def locate(report: dict[str, Any], position_s: float, number: int | None = None) -> Place:
    """Find what is heard at a position; in a pause, what was said last.

    Parameters
    ----------
    report : dict
        From `load_report`.
    position_s : float
        In the whole book, or in the chapter ``number``.

    Raises
    ------
    BuildError
        If there is no such chapter or the position lies after the end.
    """
    chapters = report["chapters"]
    if number is None:
        if position_s > report["duration_s"] + TOLERANCE_S:
            raise _after_the_end("the book", position_s, report["duration_s"])
        begun = [c for c in chapters if c["start_s"] <= position_s]
        chapter = begun[-1] if begun else chapters[0]
        position_s -= chapter["start_s"]
    else:
        found = [c for c in chapters if c["number"] == number]
        if not found:
            known = f"{chapters[0]['number']} to {chapters[-1]['number']}"
            raise BuildError(f"there is no chapter {number} in this folder; it has {known}")
        chapter = found[0]
        if position_s > chapter["duration_s"] + TOLERANCE_S:
            raise _after_the_end(f"chapter {number}", position_s, chapter["duration_s"])
    segments = chapter["segments"]
    begun = [s for s in segments if s["start_s"] <= position_s]
    return Place(chapter, begun[-1] if begun else segments[0])


def _after_the_end(whole: str, position_s: float, length_s: float) -> BuildError:
    position, length = (f"{s // 60:.0f}:{s % 60:04.1f}" for s in (position_s, length_s))
    return BuildError(f"{position} is after the end of {whole}, which is {length} long")
