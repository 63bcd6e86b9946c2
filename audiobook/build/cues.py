"""Timeline and music's plan in, what the music must meet and where its level changes out."""

from __future__ import annotations

from audiobook.build.directed import music_levels
from audiobook.build.recipe import MusicPlan
from audiobook.music.bed import Cues
from audiobook.segments import Boundary, Segment
from audiobook.story.book import Music
from audiobook.story.schema import keys_of
from audiobook.timeline import Timeline

__all__ = ["cues_of", "level_changes"]

LONG_PAUSE_S = 3.0  # one that is directed and so long is as good as the end of a scene
BREATHS = {
    Boundary.PARAGRAPH: 1,
    Boundary.HEADING: 2,
    Boundary.TITLE: 2,
    Boundary.SCENE: 3,
}


def cues_of(timeline: Timeline, music: MusicPlan | None = None) -> Cues:
    """Return what the composer needs to know of a chapter.

    Another mood begins with the pause before its first segment, so that the change is prepared
    before the voice goes on.
    """
    breaths = tuple(
        (start, end, 3 if _is_long(following.segment) else BREATHS[boundary])
        for (start, end, boundary), following in zip(
            timeline.pauses, timeline.placed[1:], strict=True
        )
        if boundary in BREATHS
    )
    starts = _starts(timeline, timeline.speech_start)
    turns = music.turns if music else ()
    peaks = [p.start for p in timeline.placed if music and p.segment.id == music.climax]
    return Cues(
        timeline.n_samples,
        timeline.speech_start,
        timeline.speech_end,
        breaths,
        moods=tuple((starts[t.segment_id], t.mood) for t in turns if t.segment_id in starts),
        climax=peaks[0] if peaks else None,
    )


def _is_long(segment: Segment) -> bool:
    return (segment.pause_before_s or 0.0) >= LONG_PAUSE_S


def _starts(timeline: Timeline, first: int) -> dict[str, int]:
    """Return where the pause before each segment begins; ``first`` is for the first segment."""
    before = (first, *(start for start, _, _ in timeline.pauses))
    return {p.segment.id: start for p, start in zip(timeline.placed, before, strict=True)}


def level_changes(music: MusicPlan, timeline: Timeline) -> list[tuple[int, float]]:
    """Return from which samples on the music is louder or softer than usual, and by how much."""
    starts = _starts(timeline, 0)
    most_lu = keys_of(Music)["between_lu"].most or 0.0
    levels = music_levels([what for _, what in music.changes], music.settings.between_lu, most_lu)
    placed = zip(music.changes, levels, strict=True)  # of an excerpt not all
    return [(starts[id_], level_lu) for (id_, _), level_lu in placed if id_ in starts]
