"""Story in, segments out: what one speaker says in one breath group."""

from audiobook.segments.model import Boundary, Segment, SegmentKind
from audiobook.segments.segment import NARRATOR, block_places, chapter_text, segment_chapter

__all__ = [
    "NARRATOR",
    "Boundary",
    "Segment",
    "SegmentKind",
    "block_places",
    "chapter_text",
    "segment_chapter",
]
