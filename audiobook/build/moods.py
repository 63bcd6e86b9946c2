"""What a chapter feels like and what was asked for in, the moods its music is played in out.

In this order: what was asked for outside the text, a direction in the text, the text itself, the
palette's first mood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from audiobook.build.directed import with_heading
from audiobook.errors import StoryError, did_you_mean
from audiobook.mood import Feeling, Turn
from audiobook.music.moods import MOODS
from audiobook.music.palette import Palette
from audiobook.segments import Segment, SegmentKind
from audiobook.story.directions import Direction

__all__ = ["Moods", "Wish", "choose_moods"]

# What comes nearest where a reader's own palette lacks a mood, the nearest first. Taste.
NEAREST = {
    "tender": ("wistful", "mysterious", "solemn"),
    "lively": ("triumphant", "tender"),
    "solemn": ("wistful", "mysterious", "tender"),
    "wistful": ("tender", "solemn", "mysterious"),
    "triumphant": ("lively", "solemn"),
    "mysterious": ("solemn", "wistful", "tender"),
}


@dataclass(frozen=True)
class Wish:
    """A mood that somebody asked for outside the text, and where; "" for none."""

    mood: str = ""
    where: str = ""


@dataclass(frozen=True)
class Moods:
    """What a chapter's music is played in, and why.

    Attributes
    ----------
    turns : tuple of Turn
        Where another mood begins.
    climax : str
        Id of the segment at which the text peaks, or "".
    """

    mood: str
    why: str
    turns: tuple[Turn, ...] = ()
    climax: str = ""


def choose_moods(
    palette: Palette, wish: Wish, feeling: Feeling, segments: Sequence[Segment]
) -> Moods:
    """Settle the moods of a chapter; all are the palette's.

    Raises
    ------
    MusicError
        If a mood that was asked for is none of the palette's.
    StoryError
        If a direction names a mood that there is not; the message has its line.
    """
    directed = list(_directed(palette, segments))
    if wish.mood:
        return Moods(palette.mood(wish.mood).name, wish.where, (), feeling.climax)
    first = _first_text(segments)
    head = [turn for i, turn in directed if i <= first]
    later = {turn.segment_id: turn for i, turn in directed if i > first}  # the last one holds
    if head:
        feeling = replace(feeling, mood=head[-1].mood, why=head[-1].why, turns=())
    name, why = _playable(palette, feeling.mood, feeling.why)
    places = {segment.id: i for i, segment in enumerate(segments)}
    until = min((places[segment_id] for segment_id in later), default=len(segments))
    turns = [turn for turn in feeling.turns if places[turn.segment_id] < until]
    turns += later.values()
    return Moods(name, why, tuple(_settled(palette, name, turns)), feeling.climax)


def _first_text(segments: Sequence[Segment]) -> int:
    return next((i for i, s in enumerate(segments) if s.kind is SegmentKind.TEXT), len(segments))


def _directed(palette: Palette, segments: Sequence[Segment]) -> Iterator[tuple[int, Turn]]:
    """Yield the directions and the segments they hold from: the heading, where one precedes."""
    for i, segment in enumerate(segments):
        for direction in segment.directions:
            if direction.name == "mood":
                start = with_heading(segments, i)
                why = f"{direction.where} {direction.written}"
                yield i, Turn(segments[start].id, _named(palette, direction), why)


def _named(palette: Palette, direction: Direction) -> str:
    """Return the mood that a direction names, in the palette's or the program's own spelling."""
    names = {name.casefold(): name for name in (*MOODS, *palette.moods)}
    found = names.get(direction.value.casefold())
    if found is None:
        hint = did_you_mean(direction.value, names.values())
        raise StoryError(f'{direction.where}: unknown mood "{direction.value}"; {hint}')
    return found


def _playable(palette: Palette, mood: str, why: str) -> tuple[str, str]:
    """Return the palette's mood that comes nearest, and why, with what it stands in for."""
    if mood in palette.moods:
        return mood, why
    first = next(iter(palette.moods))
    if not mood:
        return first, why
    nearest = next((name for name in NEAREST[mood] if name in palette.moods), first)
    return nearest, f"for {mood}, which palette {palette.name} has not; {why}"


def _settled(palette: Palette, mood: str, turns: Sequence[Turn]) -> Iterator[Turn]:
    """Name the palette's moods, and leave out turns that change nothing."""
    now = whole = mood
    for turn in turns:
        name, why = _playable(palette, turn.mood, turn.why) if turn.mood else (whole, turn.why)
        if name != now:
            yield Turn(turn.segment_id, name, why)
            now = name
