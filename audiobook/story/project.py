"""A folder, a file or a stream in; its story, its book and the folder they stand in out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audiobook.errors import StoryError
from audiobook.story.book import Book
from audiobook.story.booktoml import load_book
from audiobook.story.model import Story
from audiobook.story.read import (
    DOCUMENT_SUFFIXES,
    EPUB_SUFFIXES,
    MARKDOWN_SUFFIXES,
    PDF_SUFFIXES,
    TEXT_SUFFIXES,
    UNSUPPORTED,
    check_address,
    read_story,
)
from audiobook.story.source import readmitted

__all__ = ["BOOK_NAME", "LEFT_OUT_NAME", "STANDARD_INPUT", "STORY_NAME", "Project", "open_project"]

BOOK_NAME = "book.toml"
STORY_NAME = "story.md"
LEFT_OUT_NAME = "left-out.md"
STANDARD_INPUT = "standard input"

# The first of these in a folder is its story, whatever other texts lie there.
_DEFAULT_NAMES = tuple("story" + suffix for suffix in (*MARKDOWN_SUFFIXES, *TEXT_SUFFIXES))
# A text is more likely the story than a document beside it.
_TEXTS = (*MARKDOWN_SUFFIXES, *TEXT_SUFFIXES, *EPUB_SUFFIXES)
_DOCUMENTS = (*DOCUMENT_SUFFIXES, *PDF_SUFFIXES)
# Texts that are about a folder and not its story.
_NOT_STORIES = frozenset(
    {"readme", "license", "licence", "changelog", "credits", "notes", "todo", "left-out"}
)


@dataclass(frozen=True)
class Project:
    """A story and its book, as they stand in their files.

    The book decides what of an EPUB is read; otherwise neither is changed by the other.

    Attributes
    ----------
    base : Path
        The folder that paths in the book begin in; the current one for a stream.
    story_path, book_path : Path or None
        None for a stream, and where there is no ``book.toml``.
    """

    story: Story
    book: Book
    base: Path
    story_path: Path | None = None
    book_path: Path | None = None


def open_project(source: Path | str | bytes) -> Project:
    """Read a story together with the ``book.toml`` that belongs to it.

    Parameters
    ----------
    source : Path, str or bytes
        A folder: its ``book.toml`` names the story, else it is ``story.md`` (or ``.txt``), else
        the only text there. A file: a ``book.toml`` beside it counts if it is about that file.
        Bytes: what came from a stream, Markdown or plain text.

    Raises
    ------
    StoryError
        If there is no story, more than one, or it or the book cannot be read.
    """
    if isinstance(source, bytes):
        return Project(read_story(STANDARD_INPUT, data=source), Book(), Path())
    check_address(source)
    path = Path(source)
    if path.name == BOOK_NAME and path.is_file():
        path = path.parent
    if path.is_dir():
        return _open_folder(path)
    if not path.exists():
        raise StoryError(f"{path} does not exist; check the name")
    return _open_file(path)


def _open_folder(folder: Path) -> Project:
    book_path = folder / BOOK_NAME
    has_book = book_path.is_file()
    book = load_book(book_path) if has_book else Book()
    story_path = _story_path(folder, book)
    return Project(
        _read(story_path, book), book, folder, story_path, book_path if has_book else None
    )


def _open_file(path: Path) -> Project:
    book_path = path.parent / BOOK_NAME
    if book_path.is_file():
        book = load_book(book_path)
        if _is_about(book, path):
            return Project(_read(path, book), book, path.parent, path, book_path)
    return Project(read_story(path), Book(), path.parent, path)


def _read(path: Path, book: Book) -> Story:
    return readmitted(read_story(path, read=book.read), book)


def _is_about(book: Book, path: Path) -> bool:
    try:
        return _story_path(path.parent, book).resolve() == path.resolve()
    except StoryError:  # it is about no single story, so not about this one
        return False


def _story_path(folder: Path, book: Book) -> Path:
    """Return the story's file in a folder."""
    if book.story:
        path = folder / Path(book.story).expanduser()
        if path.is_file():
            return path
        raise StoryError(
            f'{folder / BOOK_NAME}: story = "{book.story}" is not there; name a file beside it'
        )
    names = sorted(p.name for p in _entries(folder) if p.is_file() and p.name[:1] != ".")
    default = [name for name in _DEFAULT_NAMES if name in names]
    texts = [name for name in names if _may_be_story(name, _TEXTS)]
    texts = texts or [name for name in names if _may_be_story(name, _DOCUMENTS)]
    if default or len(texts) == 1:
        return folder / (default or texts)[0]
    raise _no_single_story(folder, names, texts)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoryError(f"{folder} cannot be read: {reason}; check its rights") from error


def _may_be_story(name: str, suffixes: tuple[str, ...]) -> bool:
    path = Path(name)
    return path.suffix.lower() in suffixes and path.stem.lower() not in _NOT_STORIES


def _no_single_story(folder: Path, names: list[str], texts: list[str]) -> StoryError:
    place = "this folder" if folder == Path() else folder
    if texts:
        shown = ", ".join(texts[:3]) + (", ..." if len(texts) > 3 else "")
        return StoryError(
            f'{place} has more than one text ({shown}); name one, or write story = "{texts[0]}" '
            f"into its {BOOK_NAME}"
        )
    other = next((n for n in names if Path(n).suffix.lower() in UNSUPPORTED), "")
    found = f"only {other}, which this version cannot read" if other else "no story"
    return StoryError(f"{place} has {found}; put the text there as {STORY_NAME} or story.txt")
