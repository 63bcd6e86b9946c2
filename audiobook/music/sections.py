"""Cues in, the sections and scenes of a piece out: where another mood holds, where a scene begins.

A section of another mood needs time to be prepared and to be felt; a shorter one is passed over,
and the mood before it goes on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace

from audiobook.music.bed import Cues

__all__ = ["SCENE_WEIGHT", "Section", "scene_at", "sections"]

SCENE_WEIGHT = 3  # of a breath, see `Cues`


@dataclass(frozen=True)
class Section:
    """A stretch of the speech in one mood, in samples."""

    start: int
    stop: int
    mood: str


def sections(cues: Cues, mood: str, shortest: Callable[[str], int]) -> tuple[Section, ...]:
    """Divide the speech by mood.

    Parameters
    ----------
    cues : Cues
        What must be met.
    mood : str
        What holds where the cues ask for nothing.
    shortest : callable (str) -> int
        Samples that a section of a mood needs at least.

    Returns
    -------
    tuple of Section
        At least one; together they are the speech.
    """
    asked = [(max(start, cues.speech_start), name) for start, name in cues.moods]
    asked = [(start, name) for start, name in asked if start < cues.speech_end]
    found = [Section(cues.speech_start, cues.speech_end, mood)]
    stops = [*(start for start, _ in asked[1:]), cues.speech_end]
    for (start, name), stop in zip(asked, stops, strict=False):
        if name == found[-1].mood or stop - start < shortest(name):
            continue
        if start - found[-1].start < shortest(found[-1].mood):
            found[-1] = replace(found[-1], mood=name)  # what came before was too short itself
        else:
            found[-1:] = [replace(found[-1], stop=start), Section(start, cues.speech_end, name)]
    return tuple(found)


def scene_at(cues: Cues, position: int) -> int:
    """Return the number of the scene, from 0, in which a sample lies."""
    starts = [start for start, _, weight in cues.breaths if weight >= SCENE_WEIGHT]
    return bisect_right(starts, position)
