"""Segments and what the author directs between them in: who reads them, and how the music changes.

Moods are settled in `audiobook.build.moods`; pauses are the timeline's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from audiobook.errors import BuildError, SpeechError, StoryError
from audiobook.lexicon import SpokenWord, say
from audiobook.segments import Segment, SegmentKind
from audiobook.speech.engine import Voice
from audiobook.story.book import SegmentSettings
from audiobook.story.directions import NARRATOR_AGAIN, Direction

__all__ = ["OFF", "directed_music", "directed_voices", "music_levels", "respelled", "with_heading"]

LEVEL_STEP_LU = 3.0  # of "louder" and "softer": clearly heard, and still the same music
LEVELS_LU = (-12.0, 6.0)
OFF = float("-inf")


def directed_voices(
    segments: Sequence[Segment],
    narrator: Voice,
    find: Callable[[str], Voice],
    cast: Mapping[str, Voice],
) -> Iterator[Voice]:
    """Yield who reads each segment; a direction holds to the next one or the chapter's end.

    In a passage that is directed to a voice, the cast is silent.

    Raises
    ------
    StoryError
        If there is no such voice here; the message has its line.
    """
    voice = narrator
    for segment in segments:
        for direction in segment.directions:
            if direction.name == "voice":
                voice = cast.get(direction.value) or _voice(direction, narrator, find)
        yield cast.get(segment.speaker, voice) if voice is narrator else voice


def _voice(direction: Direction, narrator: Voice, find: Callable[[str], Voice]) -> Voice:
    if direction.value.casefold() in NARRATOR_AGAIN:
        return narrator
    try:
        return find(direction.value)
    except (BuildError, SpeechError) as error:
        raise StoryError(f"{direction.where}: {error}") from error


def directed_music(segments: Sequence[Segment]) -> tuple[tuple[str, str], ...]:
    """Return the ids of segments from which on the music is another, and how: ``"off"``, ..."""
    return tuple(
        (segments[with_heading(segments, i)].id, direction.value)
        for i, segment in enumerate(segments)
        for direction in segment.directions
        if direction.name == "music"
    )


def with_heading(segments: Sequence[Segment], i: int) -> int:
    """Return where a direction holds from: the heading, where one precedes its text."""
    while i and segments[i - 1].kind is SegmentKind.HEADING:
        i -= 1
    return i


def music_levels(changes: Sequence[str], between_lu: float, most_lu: float) -> list[float]:
    """Return how much louder the music is than usual after each change, in LU; `OFF` for silence.

    Parameters
    ----------
    changes : sequence of str
        ``"off"``, ``"on"`` (as loud as usual again), ``"louder"`` or ``"softer"``, in order.
    between_lu : float < 0
        How loud it usually is where nobody speaks, relative to speech.
    most_lu : float < 0
        How loud it may be there.
    """
    softest, loudest = LEVELS_LU[0], max(0.0, min(LEVELS_LU[1], most_lu - between_lu))
    levels, level = [], 0.0
    for change in changes:
        if change in ("off", "on"):
            level = OFF if change == "off" else 0.0
        elif level != OFF:
            step = LEVEL_STEP_LU if change == "louder" else -LEVEL_STEP_LU
            level = min(max(level + step, softest), loudest)
        levels.append(level)
    return levels


def respelled(
    segment: Segment, own: SegmentSettings, lexicon: Mapping[str, Any], language: str
) -> Segment:
    """Return the segment said as the book wants it, its words still those that are printed."""
    if not own.say:
        return segment
    said = say(own.say, lexicon, language)
    written = [word.written for word in segment.words]
    if len(said) == len(written):
        words = tuple(replace(w, written=t) for w, t in zip(said, written, strict=True))
    else:
        words = (
            SpokenWord(written[0], " ".join(w.say for w in said)),
            *(SpokenWord(text, "") for text in written[1:]),
        )
    return replace(segment, words=words)
