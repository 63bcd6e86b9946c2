"""The edition in, one EPUB 3.3 out that reads itself aloud: text and sound on one clock.

The text is the story's own, set for reading; each sentence (or word) names the stretch of sound in
which it is said (Media Overlays). The sound is the chapters' MP3 as it is in the store. What the
source has and is not read aloud (notes, an index) stands in its place without sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from audiobook.export.edition import Edition, Output
from audiobook.export.epub.writer import write_epub
from audiobook.export.reading.places import spans_of

__all__ = ["book"]


def book(edition: Edition) -> Iterator[Output]:
    """Make one EPUB of the whole book."""
    chapters = [
        [c.fingerprint, c.story.title_is_written, spans_of(c.story)] for c in edition.chapters
    ]
    left_out = [
        [
            [part.kind, part.after, part.chapter.title, part.chapter.title_is_written],
            [[block.kind, block.text, block.level] for block in part.chapter.blocks],
            spans_of(part.chapter),
        ]
        for part in edition.left_out
    ]
    made_of = [edition.facts, edition.settings.sync, chapters, left_out]
    yield Output(f"{edition.name}.epub", made_of, partial(write_epub, edition))
