"""A book and its story in, the lexicons that hold for it out, the strongest first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from audiobook.lexicon import Source
from audiobook.story.book import Book
from audiobook.story.model import Story
from audiobook.story.pls import Pls, load_pls

__all__ = ["BOOK", "STORY", "lexicons_of"]

MAX_NOTES = 5  # about one file
BOOK, STORY = "book.toml", "the story"


def lexicons_of(
    story: Story, book: Book, base: Path, language: str
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Return the lexicons, and lines about what in them is not used.

    The table in ``book.toml`` wins over its PLS files, they in their order, and these over what
    the story's own file brings. A PLS file in another language than the story's is not used.

    Parameters
    ----------
    base : Path
        The folder that names of files are relative to.

    Raises
    ------
    StoryError
        If a file is not there or is not PLS.
    """
    sources = [Source(BOOK, book.lexicon)]
    notes: list[str] = []
    for name in book.lexicons:
        pls = load_pls(base / Path(name).expanduser(), name)
        if _is_for(pls, language):
            sources.append(Source(name, pls.entries))
            notes += _first_of(pls.notes, name)
        else:
            notes.append(f"{name} is for {pls.language}, the story is in {language}; not used")
    sources.append(Source(STORY, story.lexicon))
    return tuple(source for source in sources if source.entries), tuple(notes)


def _first_of(notes: Sequence[str], name: str) -> list[str]:
    rest = len(notes) - MAX_NOTES
    return [*notes[:MAX_NOTES], *([f"{name}: {rest} more like these"] if rest > 0 else [])]


def _is_for(pls: Pls, language: str) -> bool:
    return not pls.language or _primary(pls.language) == _primary(language)


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()
