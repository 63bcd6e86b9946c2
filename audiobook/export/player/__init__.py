"""The edition in, a page out that plays the book and shows its story, the spoken word lit.

It is opened by a double-click: text, times, style and script are inside, the sound lies in the
chapters' folder beside it or, in `single`, inside as well. Nothing is fetched from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from audiobook.export.edition import Edition, EditionChapter, Output
from audiobook.export.reading.places import spans_of

__all__ = ["check_length", "index_page", "single_page"]

INDEX = "index.html"


def index_page(edition: Edition) -> Iterator[Output]:
    """Make the page that plays the chapters' files, those that there are."""

    def write(target: Path) -> None:
        from audiobook.export.player.writer import write_page

        write_page(edition, target)

    made_of = [sorted(edition.with_stems), *_made_of(edition, edition.done)]
    yield Output(INDEX, made_of, write, is_partial=True)


def single_page(edition: Edition) -> Iterator[Output]:
    """Make one page of the whole book with its sound inside."""

    def write(target: Path) -> None:
        from audiobook.export.player.writer import write_single

        write_single(edition, target)

    name = f"{edition.name}.html"
    if name.casefold() == INDEX:
        name = f"{edition.name} (with sound).html"
    yield Output(name, _made_of(edition, edition.chapters), write)


def check_length(edition: Edition) -> None:
    """Refuse a book that is too long to be one page. Raises `ExportError`."""
    from audiobook.export.player.writer import check_length as check

    check(edition)


def _made_of(edition: Edition, chapters: tuple[EditionChapter, ...]) -> list[object]:
    texts = [
        [c.fingerprint, c.story.title_is_written, c.has_music, spans_of(c.story)] for c in chapters
    ]
    return [edition.facts, texts]
