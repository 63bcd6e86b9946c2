"""The edition in, one EPUB 3.3 out that reads itself aloud: text and sound on one clock.

The text is the story's own, set for reading; each sentence (or word) names the stretch of sound in
which it is said (Media Overlays). The sound is the chapters' MP3 as it is in the store.

A story that is an EPUB itself has pages of its own; whoever reads those takes the place of
`audiobook.export.epub.page.chapter_page`, and everything else here stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from audiobook.export.edition import Edition, Output
from audiobook.export.epub.writer import write_epub

__all__ = ["book"]


def book(edition: Edition) -> Iterator[Output]:
    """Make one EPUB of the whole book."""
    chapters = [
        [
            c.fingerprint,
            c.story.title_is_written,
            [[[s.start, s.end, s.kind] for s in block.spans] for block in c.story.blocks],
        ]
        for c in edition.chapters
    ]
    made_of = [edition.facts, edition.settings.sync, chapters]
    yield Output(f"{edition.name}.epub", made_of, partial(write_epub, edition))
