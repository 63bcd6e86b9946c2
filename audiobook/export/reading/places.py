"""A chapter and what is said of it in; where each segment stands in the text out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiobook.segments import Segment, SegmentKind, block_places
from audiobook.story.model import Chapter

__all__ = ["TITLE", "Spot", "spans_of", "spots"]

TITLE = -1  # in the place of a block's index


@dataclass(frozen=True)
class Spot:
    """Where a segment stands in its block, or `TITLE`; ``skipped`` of it stand in another."""

    block: int
    start: int
    length: int
    skipped: int = 0


def spots(chapter: Chapter, segments: Sequence[Segment]) -> Iterator[Spot]:
    """Yield where each segment stands; of one that spreads over blocks, where most is said."""
    title, in_title = " ".join(chapter.title.split()), 0
    places = [(start, len(block.text.strip())) for block, start in block_places(chapter)]
    in_text, first = 0, 0
    for segment in segments:
        length = len(segment.text)
        if segment.kind is SegmentKind.TITLE:
            start = title.index(segment.text, in_title)
            in_title = start + length
            yield Spot(TITLE, start, length)
            continue
        while sum(places[first]) <= in_text:
            first += 1
        yield max(_parts(places, first, in_text, segment.text), key=lambda part: part[0])[1]
        in_text += length + len(segment.separator)


def _parts(
    places: Sequence[tuple[int, int]], first: int, in_text: int, text: str
) -> Iterator[tuple[int, Spot]]:
    """Yield a segment's part in each block, from the first that holds any, and its letters."""
    for block, (begin, length) in enumerate(places[first:], start=first):
        skipped, end = max(0, begin - in_text), begin + length - in_text
        part = text[skipped:end]
        if not part:
            return
        n_letters = sum(char.isalnum() for char in part)
        yield n_letters, Spot(block, in_text + skipped - begin, len(part), skipped)


def spans_of(chapter: Chapter) -> list[object]:
    """Return what stands out in each block, as plain JSON: a file that shows it depends on it."""
    return [[[s.start, s.end, s.kind] for s in block.spans] for block in chapter.blocks]
